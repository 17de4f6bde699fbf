//! Samples without personal data. Pure.
//!
//! Deny by default, by source: a value is shown only where it stands in the contract's fixed words, in a definition or
//! in a law row. None of these has ever seen a case: a definition is made of settings alone. What a case, a form, an
//! officer or a step supplied is masked, and so is all that stands where free data stands.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};

/// Members whose values come from forms, partners or steps, whatever they say.
const FREE: [&str; 6] = ["content", "arguments", "data", "form", "holder", "evidence"];

/// Words of the contract's enumerations.
const WORDS: [&str; 49] = [
    "working-days",
    "days",
    "months",
    "on-the-spot",
    "promised",
    "approval",
    "commitment",
    "filing",
    "establish",
    "change",
    "renew",
    "reissue",
    "cancel",
    "granted",
    "refused",
    "declined",
    "withdrawn",
    "lapsed",
    "approve",
    "object",
    "abstain",
    "hearing",
    "tender",
    "auction",
    "inspection-of-goods",
    "testing",
    "quarantine",
    "appraisal",
    "expert-review",
    "revoked",
    "withdrawn-by-authority",
    "cancelled",
    "punished",
    "subject",
    "agent",
    "signers",
    "no-licence-needed",
    "not-this-authority",
    "signpost",
    "checklist",
    "path",
    "after",
    "on",
    "note",
    "warning",
    "blocking",
    "draft",
    "valid",
    "definition",
];

/// A list of differing items shows this many entries.
const LONGEST_LIST: usize = 40;
/// A text that is shown is cut to this many characters.
const LONGEST_TEXT: usize = 200;

/// What may be shown: everything that stands in some public values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clear {
    words: HashSet<String>,
}

impl Clear {
    /// What stands in these.
    pub(crate) fn of<'a>(values: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut clear = Self::default();
        values.into_iter().for_each(|value| clear.learn(value));
        clear
    }

    /// Adds what stands in one more.
    pub(crate) fn learn(&mut self, value: &Value) {
        match value {
            Value::String(text) => drop(self.words.insert(text.clone())),
            Value::Number(number) => drop(self.words.insert(number.to_string())),
            Value::Array(list) => list.iter().for_each(|value| self.learn(value)),
            Value::Object(members) => {
                for (name, value) in members {
                    self.words.insert(name.clone());
                    self.learn(value);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Whether this text may be shown.
    pub(crate) fn shows(&self, text: &str) -> bool {
        self.words.contains(text) || WORDS.contains(&text)
    }
}

/// Masks one sample. Equal values get equal masks, so that one sees what moved without seeing what it is.
pub(crate) struct Mask<'a> {
    clear: &'a Clear,
    masks: BTreeMap<String, String>,
    counts: BTreeMap<&'static str, usize>,
}

impl<'a> Mask<'a> {
    pub(crate) fn new(clear: &'a Clear) -> Self {
        Self { clear, masks: BTreeMap::new(), counts: BTreeMap::new() }
    }

    /// A command or effect under its name.
    pub(crate) fn item(&mut self, name: &str, value: &Value) -> Value {
        let masked = self.value(value, is_free(name));
        Value::Object(Map::from_iter([(name.to_owned(), masked)]))
    }

    fn value(&mut self, value: &Value, free: bool) -> Value {
        match value {
            Value::Null => Value::Null,
            Value::Bool(_) if free => Value::String(self.mask("yes or no", &value.to_string())),
            Value::Bool(_) => value.clone(),
            Value::Number(number) => {
                let text = number.to_string();
                if !free && self.clear.shows(&text) { value.clone() } else { Value::String(self.mask("number", &text)) }
            }
            Value::String(text) if !free && self.clear.shows(text) => Value::String(cut(text)),
            Value::String(text) => Value::String(self.mask(shape(text), text)),
            Value::Array(list) => list.iter().take(LONGEST_LIST).map(|value| self.value(value, free)).collect(),
            Value::Object(members) => {
                let mut masked = Map::new();
                for (name, value) in members.iter().take(LONGEST_LIST) {
                    let free = free || FREE.contains(&name.as_str());
                    let value = self.value(value, free);
                    masked.insert(if free { self.name(name) } else { name.clone() }, value);
                }
                Value::Object(masked)
            }
        }
    }

    /// The name of a member where anything may stand.
    fn name(&mut self, name: &str) -> String {
        if FREE.contains(&name) || self.clear.shows(name) { cut(name) } else { self.mask("name", name) }
    }

    /// A place in an item: the contract's own members as they are, names within free data masked.
    pub(crate) fn path(&mut self, item: &str, path: &[String]) -> String {
        let mut free = is_free(item);
        let mut shown = Vec::new();
        for name in path {
            shown.push(if free { self.name(name) } else { name.clone() });
            free |= FREE.contains(&name.as_str());
        }
        shown.join(".")
    }

    fn mask(&mut self, shape: &'static str, value: &str) -> String {
        let key = format!("{shape}/{value}");
        if let Some(mask) = self.masks.get(&key) {
            return mask.clone();
        }
        let count = self.counts.entry(shape).or_default();
        *count += 1;
        let mask = format!("‹{shape} {count}›");
        self.masks.insert(key, mask.clone());
        mask
    }
}

/// Facts are free data as a whole.
fn is_free(item: &str) -> bool {
    matches!(item, "publish-fact" | "effect:fact-published")
}

fn shape(text: &str) -> &'static str {
    if text.parse::<jiff::civil::Date>().is_ok() || text.parse::<jiff::Timestamp>().is_ok() { "date" } else { "text" }
}

fn cut(text: &str) -> String {
    banshi_model::text::one_line(text, LONGEST_TEXT)
}
