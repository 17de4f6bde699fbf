//! What a schema costs: how many of its parts are looked at for one part of a value, references followed. Pure.
//!
//! A few hundred written bytes can refer to each other so that they double with each step, or for ever; a value is
//! then checked for longer than anyone waits. So a schema that refers in a circle is refused, and one that grows too
//! large when its references are followed, before it is compiled.

use std::collections::HashMap;

use serde_json::Value;

use super::SchemaError;

/// With its references followed, a schema may have this many parts. One without references has fewer, because of
/// its bytes.
const PARTS_MAX: usize = 4_096;
/// An enumeration is one comparison for so many of its members.
const CHOICES_A_PART: usize = 16;
/// Keywords whose members are names of schemas, and no keywords.
const NAMED: [&str; 5] = ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"];
/// Keywords whose schemas count only where something refers to them.
const KEPT: [&str; 2] = ["$defs", "definitions"];

/// The parts of a guest's schema; an error where it may not be used.
pub(super) fn parts(schema: &Value) -> Result<usize, SchemaError> {
    let parts = count(schema)?;
    if parts > PARTS_MAX { Err(SchemaError::Parts) } else { Ok(parts) }
}

/// The parts of a schema, also of one that the host put together out of several.
pub(super) fn count(schema: &Value) -> Result<usize, SchemaError> {
    Walk { root: schema, known: HashMap::new() }.schema(schema, false)
}

/// The parts of a value.
pub(super) fn of_value(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(of_value).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(of_value).sum::<usize>(),
        _ => 1,
    }
}

/// Where a place of the schema stands: being counted, or counted.
#[derive(Clone, Copy)]
enum Known {
    Open,
    Parts(usize),
}

struct Walk<'s> {
    root: &'s Value,
    /// By the place itself, and by whether its members are names.
    known: HashMap<(*const Value, bool), Known>,
}

impl<'s> Walk<'s> {
    fn schema(&mut self, at: &'s Value, names: bool) -> Result<usize, SchemaError> {
        let place = (std::ptr::from_ref(at), names);
        match self.known.get(&place) {
            Some(Known::Parts(parts)) => return Ok(*parts),
            Some(Known::Open) => return Err(SchemaError::Circle),
            None => {}
        }
        self.known.insert(place, Known::Open);
        // References inside a schema with a name of its own begin there.
        let outer = self.root;
        if !names && at.get("$id").is_some_and(Value::is_string) {
            self.root = at;
        }
        let parts = match at {
            Value::Object(members) => members.iter().try_fold(1_usize, |sum, (name, member)| {
                let more = if names { self.schema(member, false)? } else { self.keyword(name, member)? };
                Ok(sum.saturating_add(more))
            })?,
            Value::Array(items) => items
                .iter()
                .try_fold(1_usize, |sum, item| Ok::<_, SchemaError>(sum.saturating_add(self.schema(item, false)?)))?,
            _ => 1,
        };
        self.root = outer;
        self.known.insert(place, Known::Parts(parts));
        Ok(parts)
    }

    fn keyword(&mut self, name: &str, argument: &'s Value) -> Result<usize, SchemaError> {
        match (name, argument) {
            ("$ref" | "$dynamicRef", Value::String(target)) => {
                let found = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
                self.schema(found.ok_or(SchemaError::Nowhere)?, false)
            }
            ("enum", Value::Array(choices)) => Ok(1 + choices.len() / CHOICES_A_PART),
            (kept, Value::Object(_)) if KEPT.contains(&kept) => Ok(1),
            (named, argument) => self.schema(argument, NAMED.contains(&named)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn doubling(steps: usize, inside: &str) -> Value {
        let node = |twice: Value| if inside.is_empty() { twice } else { json!({ inside: twice }) };
        let mut definitions = serde_json::Map::new();
        for step in 0..steps {
            let next = json!({ "$ref": format!("#/$defs/d{}", step + 1) });
            definitions.insert(format!("d{step}"), node(json!({ "allOf": [next, next] })));
        }
        definitions.insert(format!("d{steps}"), json!({ "type": "string" }));
        json!({ "$defs": definitions, "$ref": "#/$defs/d0" })
    }

    #[test]
    fn references_are_followed_and_counted_as_often_as_they_are_looked_at() {
        assert_eq!(parts(&json!({})), Ok(1));
        assert_eq!(parts(&json!({ "type": "string", "maxLength": 3 })), Ok(3));
        assert_eq!(parts(&doubling(0, "")), Ok(4));
        assert!(parts(&doubling(1, "")).unwrap() < parts(&doubling(2, "")).unwrap());
        assert_eq!(parts(&doubling(60, "")), Err(SchemaError::Parts));
        assert_eq!(parts(&doubling(60, "items")), Err(SchemaError::Parts));
    }

    #[test]
    fn a_circle_of_references_is_refused_wherever_it_is_closed() {
        for schema in [
            json!({ "$ref": "#" }),
            json!({ "properties": { "a": { "$ref": "#" } } }),
            json!({ "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "items": { "$ref": "#/$defs/a" } } }, "$ref": "#/$defs/a" }),
            json!({ "allOf": [{ "$dynamicRef": "#/allOf" }] }),
        ] {
            assert_eq!(parts(&schema), Err(SchemaError::Circle), "{schema}");
        }
    }

    #[test]
    fn a_reference_names_a_place_by_its_pointer() {
        for target in ["#a", "#/nowhere", "#/%24defs/a"] {
            let schema = json!({ "$defs": { "a": { "$anchor": "a" } }, "$ref": target });
            assert_eq!(parts(&schema), Err(SchemaError::Nowhere), "{target}");
        }
        assert!(parts(&json!({ "$defs": { "a/b": true }, "$ref": "#/$defs/a~1b" })).is_ok());
    }

    #[test]
    fn a_property_that_is_called_like_a_keyword_is_a_schema() {
        let hidden = doubling(60, "");
        let (definitions, first) = (&hidden["$defs"], &hidden["$ref"]);
        for name in ["$defs", "enum", "definitions", "x"] {
            let schema = json!({ "$defs": definitions, "properties": { name: { "$ref": first } } });
            assert_eq!(parts(&schema), Err(SchemaError::Parts), "{name}");
        }
        assert!(parts(&json!({ "$defs": definitions })).is_ok(), "what nothing refers to is never looked at");
        assert!(parts(&json!({ "enum": vec![0; 16_000] })).unwrap() < 2_000);
    }
}
