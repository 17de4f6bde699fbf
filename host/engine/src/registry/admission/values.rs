//! Values out of schemas, to try a plugin with. Pure and without chance: the same schema and turn give the same value.
//!
//! Every value is checked against its schema, so that nothing is tried that the host would not let through.

use serde_json::{Map, Value, json};

use crate::registry::schema;

/// How deep a schema is followed; one that goes deeper repeats itself.
const DEPTH_MAX: usize = 16;
/// A list gets at most so many members.
const MEMBERS_MAX: u64 = 20;

/// A citizen's number, made up as all of these; but somebody may have it.
const CITIZEN: &str = "310115199003070017";
/// A firm's.
pub(crate) const FIRM: &str = "91310115MA1K00015K";
/// A telephone's.
const TELEPHONE: &str = "13800000001";
/// The numbers that somebody may have: none of them is kept where it is not sealed.
pub(crate) const NUMBERS: [&str; 3] = [CITIZEN, FIRM, TELEPHONE];

/// Texts that forms ask for by a pattern or a format: a name, numbers of people, firms and telephones, places, days.
const TEXTS: [&str; 15] = [
    "示例",
    "示例文字，用于试办",
    TELEPHONE,
    CITIZEN,
    FIRM,
    "310115",
    "2021-04-26",
    "2021-04-26T09:00:00+08:00",
    "contact@example.com",
    "https://example.com/",
    "200000",
    "24小时",
    "08:00-22:00",
    "A",
    "0",
];

/// A value that the schema allows; none where none was found. Turn 0 is the least: required members only, the first of
/// what can be chosen. Each further turn gives all members and another choice.
pub(crate) fn of(schema: &Value, turn: usize) -> Option<Value> {
    let compiled = schema::compile(schema).ok()?;
    let made = Maker { root: schema, turn }.of(schema, "", DEPTH_MAX);
    let least = || Maker { root: schema, turn: 0 }.of(schema, "", DEPTH_MAX);
    let texts = TEXTS.iter().map(|text| json!(text));
    std::iter::once(made)
        .chain(std::iter::once_with(least))
        .chain(texts)
        .chain([json!(1), json!(true), json!([]), json!({}), Value::Null])
        .find(|value| compiled.is_valid(value))
}

struct Maker<'s> {
    root: &'s Value,
    turn: usize,
}

impl Maker<'_> {
    /// `name` is that of the member which the value is for.
    fn of(&self, schema: &Value, name: &str, depth: usize) -> Value {
        let Some(members) = schema.as_object().filter(|_| depth > 0) else { return Value::Null };
        if let Some(fixed) = members.get("const") {
            return fixed.clone();
        }
        if let Some(choice) = members.get("enum").and_then(Value::as_array).and_then(|all| self.choice(all)) {
            return choice.clone();
        }
        let pointer = members.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#'));
        if let Some(target) = pointer.and_then(|path| self.root.pointer(path)) {
            return self.of(target, name, depth - 1);
        }
        for several in ["anyOf", "oneOf"] {
            let choice = members.get(several).and_then(Value::as_array).and_then(|all| self.choice(all));
            if let Some(choice) = choice {
                return self.of(choice, name, depth - 1);
            }
        }
        let own = self.typed(members, name, depth);
        let all = members.get("allOf").and_then(Value::as_array).into_iter().flatten();
        all.fold(own, |joined, one| join(joined, self.of(one, name, depth - 1)))
    }

    fn choice<'a>(&self, all: &'a [Value]) -> Option<&'a Value> {
        all.get(self.turn.checked_rem(all.len())?)
    }

    fn typed(&self, members: &Map<String, Value>, name: &str, depth: usize) -> Value {
        let is = |kind: &str| is_type(members.get("type"), kind);
        if is("object") || members.contains_key("properties") {
            self.object(members, depth)
        } else if is("array") {
            let count = members.get("minItems").and_then(Value::as_u64).unwrap_or(0).clamp(1, MEMBERS_MAX);
            let item = members.get("items").unwrap_or(&Value::Null);
            (0..count).map(|_| self.of(item, name, depth - 1)).collect()
        } else if is("string") {
            json!(text(members, name))
        } else if is("integer") || is("number") {
            self.number(members)
        } else if is("boolean") {
            json!(self.turn.is_multiple_of(2))
        } else {
            Value::Null
        }
    }

    fn object(&self, members: &Map<String, Value>, depth: usize) -> Value {
        let declared = members.get("properties").and_then(Value::as_object);
        let required = members.get("required").and_then(Value::as_array).into_iter().flatten();
        let mut names: Vec<&str> = required.filter_map(Value::as_str).collect();
        if self.turn > 0 {
            names.extend(declared.into_iter().flat_map(Map::keys).map(String::as_str));
        }
        let of = |name: &&str| {
            let schema = declared.and_then(|all| all.get(*name)).unwrap_or(&Value::Null);
            ((*name).to_owned(), self.of(schema, name, depth - 1))
        };
        Value::Object(names.iter().map(of).collect())
    }

    fn number(&self, members: &Map<String, Value>) -> Value {
        let at = |name: &str| members.get(name).and_then(Value::as_i64);
        let least = at("minimum").or_else(|| at("exclusiveMinimum").map(|above| above.saturating_add(1)));
        let most = at("maximum").or_else(|| at("exclusiveMaximum").map(|below| below.saturating_sub(1)));
        let (least, turn) = (least.unwrap_or(0), i64::try_from(self.turn).unwrap_or(0));
        let number = least.saturating_add(turn);
        json!(most.map_or(number, |most| number.min(most)))
    }
}

/// What a text is, by its format or by its member's name where that says a word of the domain.
fn text(members: &Map<String, Value>, name: &str) -> String {
    let known = match members.get("format").and_then(Value::as_str) {
        Some("date") => Some("2021-04-26"),
        Some("date-time") => Some("2021-04-26T09:00:00+08:00"),
        Some("email") => Some("contact@example.com"),
        Some("uri") => Some("https://example.com/"),
        _ => match name {
            "division" => Some("310115"),
            "matter" => Some("SAMPLE"),
            "id" => Some(CITIZEN),
            "date" => Some("2021-04-26"),
            _ => None,
        },
    };
    let count = |name: &str| members.get(name).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
    let text: String = known.unwrap_or("示例").chars().take(count("maxLength").unwrap_or(usize::MAX)).collect();
    let lacks = count("minLength").unwrap_or(0).min(1_000).saturating_sub(text.chars().count());
    text + &"例".repeat(lacks)
}

fn join(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(mut one), Value::Object(other)) => {
            one.extend(other);
            Value::Object(one)
        }
        (Value::Null, other) => other,
        (one, _) => one,
    }
}

fn is_type(declared: Option<&Value>, name: &str) -> bool {
    match declared {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_turn_gives_the_least_and_the_others_all_members_and_each_choice() {
        let schema = json!({
            "type": ["object", "null"], "required": ["days"],
            "properties": { "days": { "type": "integer", "minimum": 2, "maximum": 3 }, "act": { "enum": ["a", "b"] } },
        });
        assert_eq!(of(&schema, 0), Some(json!({ "days": 2 })));
        assert_eq!(of(&schema, 1), Some(json!({ "days": 3, "act": "b" })));
        assert_eq!(of(&schema, 2), Some(json!({ "days": 3, "act": "a" })));
    }

    #[test]
    fn what_is_given_is_valid_and_patterns_of_the_domain_are_met() {
        for schema in [
            json!({ "type": "string", "pattern": "^1[3-9][0-9]{9}$" }),
            json!({ "type": "string", "pattern": "^[0-9A-HJ-NPQRTUWXY]{18}$" }),
            json!({ "type": "string", "minLength": 30, "maxLength": 31 }),
            json!({ "type": "array", "minItems": 2, "items": { "$ref": "#/$defs/x" }, "$defs": { "x": { "const": 4 } } }),
            json!({ "allOf": [{ "type": "object", "required": ["x"], "properties": { "x": { "type": "boolean" } } }] }),
            json!({ "type": "number", "exclusiveMinimum": 7 }),
        ] {
            let value = of(&schema, 0).unwrap();
            assert!(schema::compile(&schema).unwrap().is_valid(&value), "{schema} {value}");
        }
        assert_eq!(of(&json!({ "type": "string", "pattern": "^zz+y$" }), 0), None);
    }
}
