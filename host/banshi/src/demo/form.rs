//! The least that a form takes: what an officer fills in who has nothing to add. Pure, and knows no form of its own.

use serde_json::{Map, Value};

/// How deep a schema is followed; a form that goes deeper repeats itself.
const DEPTH_MAX: usize = 16;

/// The smallest value that a form's schema asks for: required members only, the first of what can be chosen.
pub fn least(schema: &Value) -> Value {
    of(schema, schema, DEPTH_MAX)
}

/// Writes what the officer found into those members that the form has; what it does not have stays out.
pub fn with(mut data: Value, schema: &Value, findings: &Map<String, Value>) -> Value {
    let members = schema.get("properties").and_then(Value::as_object);
    if let (Value::Object(data), Some(members)) = (&mut data, members) {
        let known = findings.iter().filter(|(name, _)| members.contains_key(*name));
        data.extend(known.map(|(name, value)| (name.clone(), value.clone())));
    }
    data
}

fn of(schema: &Value, root: &Value, depth: usize) -> Value {
    let Some(members) = schema.as_object().filter(|_| depth > 0) else { return Value::Null };
    if let Some(fixed) = members.get("const").or_else(|| members.get("default")) {
        return fixed.clone();
    }
    if let Some(first) = members.get("enum").and_then(Value::as_array).and_then(|choices| choices.first()) {
        return first.clone();
    }
    let pointer = members.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#'));
    if let Some(target) = pointer.and_then(|path| root.pointer(path)) {
        return of(target, root, depth - 1);
    }
    for name in ["anyOf", "oneOf"] {
        if let Some(choices) = members.get(name).and_then(Value::as_array) {
            let optional = choices.iter().any(|choice| named(choice, "null"));
            return if optional {
                Value::Null
            } else {
                choices.first().map_or(Value::Null, |one| of(one, root, depth - 1))
            };
        }
    }
    if let Some(all) = members.get("allOf").and_then(Value::as_array) {
        return together(schema, all, root, depth);
    }
    typed(schema, members, root, depth)
}

/// Of several schemas that all hold: objects joined, of anything else the first that says something.
fn together(own: &Value, all: &[Value], root: &Value, depth: usize) -> Value {
    let members = own.as_object().cloned().unwrap_or_default();
    let parts =
        std::iter::once(typed(own, &members, root, depth)).chain(all.iter().map(|one| of(one, root, depth - 1)));
    parts.fold(Value::Null, |joined, next| match (joined, next) {
        (Value::Object(mut joined), Value::Object(next)) => {
            joined.extend(next);
            Value::Object(joined)
        }
        (Value::Null, next) => next,
        (joined, _) => joined,
    })
}

fn typed(schema: &Value, members: &Map<String, Value>, root: &Value, depth: usize) -> Value {
    let count = |name: &str| members.get(name).and_then(Value::as_u64).unwrap_or(0).min(100);
    if named(schema, "null") {
        Value::Null
    } else if named(schema, "object") || members.contains_key("properties") {
        let required =
            members.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let property = |name: &str| members.get("properties").and_then(|all| all.get(name)).unwrap_or(&Value::Null);
        Value::Object(required.map(|name| (name.to_owned(), of(property(name), root, depth - 1))).collect())
    } else if named(schema, "array") {
        let item = members.get("items").unwrap_or(&Value::Null);
        (0..count("minItems")).map(|_| of(item, root, depth - 1)).collect()
    } else if named(schema, "string") {
        let length = usize::try_from(count("minLength")).unwrap_or(0);
        Value::String("无".repeat(length))
    } else if named(schema, "integer") || named(schema, "number") {
        let least = members.get("minimum").cloned();
        let above = || members.get("exclusiveMinimum").and_then(Value::as_i64).map(|above| Value::from(above + 1));
        least.or_else(above).unwrap_or_else(|| Value::from(0))
    } else if named(schema, "boolean") {
        Value::Bool(true)
    } else {
        Value::Null
    }
}

/// Whether a schema's type is, or may be, this one.
fn named(schema: &Value, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_required_is_filled_with_the_least_that_is_allowed() {
        let schema = json!({
            "type": "object",
            "required": ["clean", "distance", "grade", "names", "note"],
            "properties": {
                "clean": { "type": "boolean" },
                "distance": { "type": "integer", "minimum": 3 },
                "grade": { "enum": ["甲", "乙"] },
                "names": { "type": "array", "minItems": 2, "items": { "type": "string", "minLength": 1 } },
                "note": { "type": "string" },
                "more": { "type": "string" },
            },
        });
        let expected = json!({ "clean": true, "distance": 3, "grade": "甲", "names": ["无", "无"], "note": "" });
        assert_eq!(least(&schema), expected);
    }

    #[test]
    fn a_form_that_may_stay_empty_stays_empty() {
        assert_eq!(
            least(&json!({ "type": ["object", "null"], "required": ["a"], "properties": { "a": {} } })),
            Value::Null
        );
        assert_eq!(least(&json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] })), Value::Null);
        assert_eq!(least(&Value::Bool(true)), Value::Null);
    }

    #[test]
    fn a_joint_check_gets_an_approval_for_each_stage_that_it_serves() {
        let own = json!({ "type": "object", "required": ["opinion"], "properties": { "opinion": { "enum": ["approve", "object"] }, "data": {} } });
        let schema = json!({
            "type": "object",
            "required": ["results"],
            "properties": { "results": { "type": "object", "required": ["P01.onsite", "P05.onsite"], "properties": { "P01.onsite": own, "P05.onsite": own } } },
        });
        let approve = json!({ "opinion": "approve" });
        assert_eq!(least(&schema), json!({ "results": { "P01.onsite": approve, "P05.onsite": approve } }));
    }

    #[test]
    fn references_and_joined_schemas_are_followed_and_end() {
        let schema = json!({
            "$defs": { "a": { "type": "object", "required": ["x"], "properties": { "x": { "const": 1 } } }, "b": { "$ref": "#/$defs/b" } },
            "allOf": [{ "$ref": "#/$defs/a" }, { "type": "object", "required": ["y"], "properties": { "y": { "exclusiveMinimum": 4, "type": "integer" } } }],
        });
        assert_eq!(least(&schema), json!({ "x": 1, "y": 5 }));
        assert_eq!(least(&json!({ "$defs": { "b": { "$ref": "#/$defs/b" } }, "$ref": "#/$defs/b" })), Value::Null);
    }

    #[test]
    fn findings_go_into_the_members_that_a_form_has() {
        let schema = json!({ "type": "object", "properties": { "nearest_school": { "type": "integer" } } });
        let findings = json!({ "nearest_school": 640, "nearest_retailer": 210 });
        let data = with(json!({ "nearest_school": 0 }), &schema, findings.as_object().unwrap());
        assert_eq!(data, json!({ "nearest_school": 640 }));
        assert_eq!(with(Value::Null, &schema, findings.as_object().unwrap()), Value::Null);
    }
}
