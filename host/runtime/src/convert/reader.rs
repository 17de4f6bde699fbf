//! How an answer is read: what is left of its limits, and where in it the reader stands.

use banshi_model::guidance::Fault;
use banshi_model::ids::{Division, MatterCode, Slug};
use jiff::civil::Date;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::error::CallError;
use crate::guest::types;
use crate::options::Options;

/// A guest's type that becomes one of the model's.
pub(crate) trait Take {
    /// The model's type.
    type Model;
    /// Converts, and counts against the reader's limits.
    fn take(self, reader: &mut Reader<'_>) -> Result<Self::Model, Problem>;
}

/// Why an answer is not taken.
#[derive(Debug)]
pub(crate) enum Problem {
    /// Something in it is not what it should be.
    Invalid {
        /// The way there, innermost first.
        path: Vec<Segment>,
        /// What should stand there.
        expected: &'static str,
    },
    /// It is too much.
    Limit(CallError),
}

/// One step on the way to a place in an answer.
#[derive(Debug)]
pub(crate) enum Segment {
    /// A member.
    Member(&'static str),
    /// An element, from 0.
    Element(usize),
}

/// Says where a problem is, on its way out.
pub(crate) trait Located {
    /// Inside this member.
    fn at(self, member: &'static str) -> Self;
    /// Inside this element.
    fn item(self, index: usize) -> Self;
}

impl<T> Located for Result<T, Problem> {
    fn at(self, member: &'static str) -> Self {
        self.map_err(|problem| problem.inside(Segment::Member(member)))
    }

    fn item(self, index: usize) -> Self {
        self.map_err(|problem| problem.inside(Segment::Element(index)))
    }
}

impl Problem {
    fn inside(mut self, segment: Segment) -> Self {
        if let Self::Invalid { path, .. } = &mut self {
            path.push(segment);
        }
        self
    }
}

impl From<Problem> for CallError {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Limit(limit) => limit,
            Problem::Invalid { path, expected } => {
                let mut place = String::new();
                for segment in path.iter().rev() {
                    match segment {
                        Segment::Member(name) if place.is_empty() => place.push_str(name),
                        Segment::Member(name) => place.extend([".", name]),
                        Segment::Element(index) => place.push_str(&format!("[{index}]")),
                    }
                }
                Self::Invalid { what: format!("`{place}` is not {expected}") }
            }
        }
    }
}

/// Reads one answer.
pub(crate) struct Reader<'a> {
    options: &'a Options,
    bytes_left: usize,
}

impl<'a> Reader<'a> {
    /// For one answer under these limits.
    pub fn new(options: &'a Options) -> Self {
        Self { options, bytes_left: options.output_bytes }
    }

    /// The guest's own excuse, cut and made harmless: its code a plain word, its text without control
    /// characters.
    pub fn fault(fault: types::Fault) -> CallError {
        let code = if fault.code.parse::<Slug>().is_ok() { fault.code } else { "unnamed".to_owned() };
        let text = fault.text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect();
        CallError::Fault(Fault { code, text })
    }

    fn charge(&mut self, bytes: usize) -> Result<(), Problem> {
        match self.bytes_left.checked_sub(bytes) {
            Some(left) => {
                self.bytes_left = left;
                Ok(())
            }
            None => {
                let what = format!("an answer may have {} bytes (option `output_bytes`)", self.options.output_bytes);
                Err(Problem::Limit(CallError::Limit { name: "guest.output", what }))
            }
        }
    }

    /// That a step has no more commands than it may.
    pub fn count_commands(&self, count: usize) -> Result<(), Problem> {
        let limit = self.options.commands;
        if count <= limit {
            return Ok(());
        }
        let what = format!("the step has {count} commands, {limit} are allowed (option `commands`)");
        Err(Problem::Limit(CallError::Limit { name: "guest.commands", what }))
    }

    fn parsed<T: std::str::FromStr>(&mut self, text: String, expected: &'static str) -> Result<T, Problem> {
        self.charge(text.len())?;
        text.parse().map_err(|_| invalid(expected))
    }

    /// An id.
    pub fn slug(&mut self, text: String) -> Result<Slug, Problem> {
        self.parsed(text, "an id of 1 to 64 letters, digits, `-`, `_` or `.`")
    }

    /// A list of ids.
    pub fn slugs(&mut self, list: Vec<String>) -> Result<Vec<Slug>, Problem> {
        self.list(list, Self::slug)
    }

    /// A matter's code.
    pub fn matter(&mut self, text: String) -> Result<MatterCode, Problem> {
        self.parsed(text, "a matter code of 1 to 64 letters, digits, `-`, `_` or `.`")
    }

    /// A list of matters' codes.
    pub fn matters(&mut self, list: Vec<String>) -> Result<Vec<MatterCode>, Problem> {
        self.list(list, Self::matter)
    }

    /// A division.
    pub fn division(&mut self, text: String) -> Result<Division, Problem> {
        self.parsed(text, "a division of 6, 9 or 12 digits")
    }

    /// A civil date in exactly the contract's form.
    pub fn date(&mut self, text: String) -> Result<Date, Problem> {
        self.charge(text.len())?;
        match text.parse::<Date>() {
            Ok(date) if date.to_string() == text => Ok(date),
            _ => Err(invalid("a civil date like `2021-04-26`")),
        }
    }

    /// A civil date, where there is one.
    pub fn date_if_any(&mut self, text: Option<String>) -> Result<Option<Date>, Problem> {
        text.map(|text| self.date(text)).transpose()
    }

    /// JSON text that is kept as it is, byte for byte.
    pub fn json_text(&mut self, text: String) -> Result<String, Problem> {
        self.charge(text.len())?;
        self.nesting(&text)?;
        match serde_json::from_str::<IgnoredAny>(&text) {
            Ok(_) => Ok(text),
            Err(_) => Err(invalid("JSON text")),
        }
    }

    /// A JSON value.
    pub fn json(&mut self, text: String) -> Result<Value, Problem> {
        self.charge(text.len())?;
        self.nesting(&text)?;
        serde_json::from_str(&text).map_err(|_| invalid("JSON text"))
    }

    /// A JSON value, where there is one.
    pub fn json_if_any(&mut self, text: Option<String>) -> Result<Option<Value>, Problem> {
        text.map(|text| self.json(text)).transpose()
    }

    /// A JSON object.
    pub fn json_object(&mut self, text: String) -> Result<Value, Problem> {
        match self.json(text)? {
            object @ Value::Object(_) => Ok(object),
            _ => Err(invalid("a JSON object")),
        }
    }

    fn nesting(&self, text: &str) -> Result<(), Problem> {
        let limit = self.options.json_nesting;
        if nesting(text) <= limit {
            return Ok(());
        }
        let what = format!("JSON of an answer may nest {limit} deep (option `json_nesting`)");
        Err(Problem::Limit(CallError::Limit { name: "guest.nesting", what }))
    }

    fn list<A, B>(
        &mut self,
        list: Vec<A>,
        mut one: impl FnMut(&mut Self, A) -> Result<B, Problem>,
    ) -> Result<Vec<B>, Problem> {
        self.charge(list.len().saturating_mul(size_of::<A>()))?;
        list.into_iter().enumerate().map(|(index, element)| one(self, element).item(index)).collect()
    }
}

/// How deep objects and arrays nest in a JSON text; brackets inside its strings do not count.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Something that is not what it should be, at the reader's place.
pub(crate) fn invalid(expected: &'static str) -> Problem {
    Problem::Invalid { path: Vec::new(), expected }
}

impl Take for String {
    type Model = String;
    fn take(self, reader: &mut Reader<'_>) -> Result<String, Problem> {
        reader.charge(self.len())?;
        Ok(self)
    }
}

impl<T: Take> Take for Vec<T> {
    type Model = Vec<T::Model>;
    fn take(self, reader: &mut Reader<'_>) -> Result<Self::Model, Problem> {
        reader.list(self, |reader, element| element.take(reader))
    }
}

impl<T: Take> Take for Option<T> {
    type Model = Option<T::Model>;
    fn take(self, reader: &mut Reader<'_>) -> Result<Self::Model, Problem> {
        self.map(|inner| inner.take(reader)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        Options { json_nesting: 3, output_bytes: 40, commands: 2, ..Options::default() }
    }

    #[test]
    fn nesting_counts_brackets_but_not_those_in_strings() {
        for (text, depth) in [
            ("1", 0),
            ("[]", 1),
            ("[[],[[]]]", 3),
            (r#"{"a":[{}]}"#, 3),
            (r#""[[[[""#, 0),
            (r#"["\"[[["]"#, 1),
            (r#"["\\",[[]]]"#, 3),
        ] {
            assert_eq!(nesting(text), depth, "{text}");
        }
    }

    #[test]
    fn json_deeper_than_the_limit_is_the_limit_nesting() {
        let options = options();
        let error: CallError = Reader::new(&options).json("[[[[]]]]".into()).unwrap_err().into();
        assert_eq!(error.code(), "guest.nesting");
        assert!(Reader::new(&options).json("[[[]]]".into()).is_ok());
    }

    #[test]
    fn an_answer_over_its_bytes_is_the_limit_output_and_one_at_its_bytes_is_taken() {
        let options = options();
        let mut reader = Reader::new(&options);
        assert!("x".repeat(40).take(&mut reader).is_ok());
        let error: CallError = "x".to_owned().take(&mut reader).unwrap_err().into();
        assert_eq!(error.code(), "guest.output");
    }

    #[test]
    fn empty_elements_count_too() {
        let options = options();
        let error: CallError = vec![String::new(); 3].take(&mut Reader::new(&options)).unwrap_err().into();
        assert_eq!(error.code(), "guest.output");
    }

    #[test]
    fn one_command_too_many_is_the_limit_commands() {
        let options = options();
        let reader = Reader::new(&options);
        assert!(reader.count_commands(2).is_ok());
        let error: CallError = reader.count_commands(3).unwrap_err().into();
        assert_eq!(error.code(), "guest.commands");
    }

    #[test]
    fn dates_are_taken_in_the_contracts_form_only() {
        let options = Options::default();
        let mut reader = Reader::new(&options);
        assert_eq!(reader.date("2021-04-26".into()).unwrap(), jiff::civil::date(2021, 4, 26));
        for wrong in ["20210426", "2021-4-26", "2021-04-26T00:00", "2021-02-29", "", " 2021-04-26", "张三"] {
            assert!(reader.date(wrong.into()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_state_is_kept_byte_for_byte() {
        let options = Options::default();
        let text = "{ \"b\" : 1.50,\n\"a\":[ ] }";
        assert_eq!(Reader::new(&options).json_text(text.into()).unwrap(), text);
        assert!(Reader::new(&options).json_text("{'a':1}".into()).is_err());
        assert!(Reader::new(&options).json_text(String::new()).is_err());
    }

    #[test]
    fn an_invalid_place_is_named_without_what_stands_there() {
        let options = Options::default();
        let result = Reader::new(&options).slugs(vec!["ok".into(), "张三 310115198001011234".into()]).at("fields");
        let error: CallError = result.unwrap_err().into();
        assert_eq!(
            error.to_string(),
            "plugin's answer is invalid: `fields[1]` is not an id of 1 to 64 letters, digits, `-`, `_` or `.`"
        );
    }

    #[test]
    fn a_fault_is_cut_and_made_harmless() {
        let error = Reader::fault(types::Fault { code: "张\u{1b}[31m".into(), text: "a\n\u{1b}b".repeat(1_000) });
        let CallError::Fault(fault) = &error else { panic!("{error:?}") };
        assert_eq!(fault.code, "unnamed");
        assert_eq!(fault.text.chars().count(), 500);
        assert!(!fault.text.chars().any(char::is_control));
        assert_eq!(error.to_string(), "plugin gave up: unnamed");
    }
}
