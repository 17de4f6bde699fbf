//! Form values: schemas of plugins, values of applicants, and answers to guided questions.

use std::collections::BTreeMap;

use arbitrary::{Result, Unstructured};
use banshi_model::definition::{Answers, Choice, Source};
use banshi_model::text::Text;
use jiff::Timestamp;
use serde_json::Value;

use super::{bounded, without_the_value};
use crate::api::intake::{Filled, FormField};
use crate::registry::sample;
use crate::registry::schema::{self, Validators};
use crate::{intake, json, schemas};

/// So many violations of one value are told.
const VIOLATIONS_MAX: usize = 20;

/// Two schemas and a value; what each of them says, both together, and a form made of them.
pub fn run(data: &[u8]) {
    let _ = each(&mut Unstructured::new(data));
}

fn each(u: &mut Unstructured<'_>) -> Result<()> {
    let bomb = u.ratio(1, 8)?;
    let (first, second) = (if bomb { schemas::doubling(u)? } else { schemas::schema(u, 4)? }, schemas::schema(u, 2)?);
    let value = json::marked(if bomb { schemas::deep(u)? } else { schemas::instance(u, 4)? });
    let both = [&first, &second].map(|schema| judge(schema, &value));
    if let [Some(one), Some(two)] = both {
        let together = schema::all_of([&first, &second, &first]);
        let validators = Validators::new(4);
        let valid = validators.valid(&together, &value).unwrap_or_else(|error| panic!("{error}: {together}"));
        assert_eq!(valid, one && two, "all of {first} and {second} on {value}");
        form(u, &first, &value)?;
    }
    answers(u)
}

/// What a schema says of a value; none where the schema is not taken.
fn judge(schema: &Value, value: &Value) -> Option<bool> {
    let validator = match schema::compile(schema) {
        Ok(validator) => validator,
        Err(error) => {
            bounded(&error.to_string());
            return None;
        }
    };
    let found = schema::violations(&validator, value);
    assert!(found.len() <= VIOLATIONS_MAX, "{} violations", found.len());
    assert_eq!(found.is_empty(), validator.is_valid(value), "{schema} on {value}");
    assert_eq!(found, schema::violations(&validator, value), "the same value has the same violations");
    // What a schema says itself, it may say; the fuzzer writes the mark there too.
    let quiet = !schema.to_string().contains(json::MARK);
    for violation in &found {
        assert!(value.pointer(&violation.pointer).is_some(), "{} is no place in {value}", violation.pointer);
        if quiet {
            without_the_value(&violation.text.zh);
            without_the_value(violation.text.en.as_deref().unwrap_or_default());
        }
    }
    let told = intake::checks::validate_against(schema, value, "/data");
    assert_eq!(told.is_ok(), found.is_empty());
    told.err().iter().filter(|_| quiet).for_each(|error| without_the_value(&error.to_string()));
    Some(found.is_empty())
}

/// A form of a field that a source filled and one that nobody did.
fn form(u: &mut Unstructured<'_>, schema: &Value, value: &Value) -> Result<()> {
    let field = |id: &str, required: bool, filled: bool| FormField {
        id: id.parse().expect("a slug"),
        element: id.to_owned(),
        title: Text::new("经营面积", "floor area"),
        schema: schema.clone(),
        required,
        sources: vec![Source::Applicant],
        serves: Vec::new(),
        filled: filled.then(|| Filled {
            value: value.clone(),
            origin: Source::SubjectRecord,
            at: Timestamp::UNIX_EPOCH,
        }),
    };
    let fields = [field("area", u.arbitrary()?, false), field("held", u.arbitrary()?, true)];
    let mut given: BTreeMap<String, Value> = BTreeMap::new();
    for name in ["area", "held", json::MARK] {
        match u.int_in_range(0..=3)? {
            0 => drop(given.insert(name.to_owned(), value.clone())),
            1 => drop(given.insert(name.to_owned(), Value::Null)),
            2 => drop(given.insert(name.to_owned(), json::marked(schemas::instance(u, 2)?))),
            _ => {}
        }
    }
    let validators = Validators::new(4);
    let told = intake::hand_in(&fields, &given, &validators).expect("a checked schema compiles");
    let quiet = !schema.to_string().contains(json::MARK);
    told.texts.iter().filter(|_| quiet).for_each(|text| without_the_value(text));
    assert_eq!(told.unknown, usize::from(given.contains_key(json::MARK)));
    for value in &told.values {
        assert_eq!(validators.valid(schema, &value.value), Ok(true), "only valid values are taken");
    }
    for field in &fields {
        let id = field.id.to_string();
        let taken = told.values.iter().any(|value| value.field == field.id);
        let (missing, invalid) = (told.missing.contains(&id), told.invalid.contains(&id));
        assert!(u8::from(taken) + u8::from(missing) + u8::from(invalid) <= 1, "`{id}` is one of the three");
        assert!(!field.required || taken || missing || invalid, "a required field is not passed over");
        assert!(given.get(&id) != Some(&Value::Null) || !taken, "null takes back");
    }
    Ok(())
}

/// Answers to one question of each kind.
fn answers(u: &mut Unstructured<'_>) -> Result<()> {
    let choice = |value: &str| Choice { value: value.to_owned(), text: sample::text("是") };
    let mut definition = sample::definition();
    definition.questions = vec![
        sample::question("a", Answers::YesNo),
        sample::question("b", Answers::OneOf(vec![choice("x"), choice("y")])),
        sample::question("name", Answers::NumberWithCuts(vec![50, 200])),
    ];
    let Value::Object(given) = schemas::instance(u, 2)? else { return Ok(()) };
    let given: BTreeMap<String, Value> = given.into_iter().map(|(id, value)| (id, json::marked(value))).collect();
    if let Err(error) = intake::check_answers(&given, &definition) {
        without_the_value(&error);
        bounded(&error);
    }
    Ok(())
}
