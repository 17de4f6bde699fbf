//! JSON Schemas out of a fuzzer's bytes: every keyword that costs or recurses, mostly with arguments that fit it.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

use crate::json;

/// Names of members, in schemas and in values, so that they meet.
const NAMES: [&str; 5] = ["a", "b", "name", "经营面积", ""];
const REFERENCES: [&str; 9] = [
    "#",
    "#/$defs/a",
    "#/$defs/b",
    "#/properties/a",
    "#/items",
    "#a",
    "#/nowhere",
    "other.json#/a",
    "#/$defs/a/allOf/0",
];
const PATTERNS: [&str; 9] = [
    "^[0-9]+$",
    "^[\\p{Han}]{2,20}$",
    "(a+)+$",
    "(a|a)*b",
    "\\w{200}",
    "(((x{40}){40}){40})",
    "(?=a)b",
    "[",
    "^1[3-9]\\d{9}$",
];
const FORMATS: [&str; 9] =
    ["date", "date-time", "email", "uri", "regex", "ipv6", "json-pointer", "uuid", "no-such-format"];
const TYPES: [&str; 8] = ["object", "array", "string", "number", "integer", "boolean", "null", "strin"];

/// A schema of up to six keywords, `depth` deep at most.
pub(crate) fn schema(u: &mut Unstructured<'_>, depth: usize) -> Result<Value> {
    let mut members = Map::new();
    for _ in 0..u.int_in_range(0..=6)? {
        let (keyword, argument) = keyword(u, depth)?;
        members.insert(keyword.to_owned(), argument);
    }
    Ok(Value::Object(members))
}

/// A small schema that would cost twice as much with each step, were every reference followed by itself.
pub(crate) fn doubling(u: &mut Unstructured<'_>) -> Result<Value> {
    let steps = u.int_in_range(0..=60_usize)?;
    let keyword = *u.choose(&["allOf", "anyOf", "oneOf"])?;
    let inside = *u.choose(&["", "items", "additionalProperties", "contains"])?;
    let last = if u.arbitrary()? { steps } else { 0 };
    let mut definitions = Map::new();
    for step in 0..=steps {
        let next = json!({ "$ref": format!("#/$defs/d{}", if step == steps { last } else { step + 1 }) });
        let twice = json!({ keyword: [next, next] });
        let node = if inside.is_empty() { twice } else { json!({ inside: twice }) };
        definitions.insert(format!("d{step}"), if step == steps && inside.is_empty() { schema(u, 1)? } else { node });
    }
    Ok(json!({ "$defs": definitions, "$ref": "#/$defs/d0" }))
}

/// A value that nests up to a hundred deep.
pub(crate) fn deep(u: &mut Unstructured<'_>) -> Result<Value> {
    let mut value = json::value(u, 0)?;
    for _ in 0..u.int_in_range(0..=100)? {
        value = if u.arbitrary()? { json!([value]) } else { json!({ "a": value }) };
    }
    Ok(value)
}

/// A value of the shape that these schemas speak of, so that keywords inside are reached.
pub(crate) fn instance(u: &mut Unstructured<'_>, depth: usize) -> Result<Value> {
    Ok(match u.int_in_range(0..=if depth == 0 { 2 } else { 5 })? {
        0 => json::number(u)?,
        1 => Value::String(json::text(u)?),
        2 => json::value(u, 0)?,
        3 => (0..u.int_in_range(0..=4)?).map(|_| instance(u, depth - 1)).collect::<Result<Value>>()?,
        _ => {
            let count = u.int_in_range(0..=4)?;
            Value::Object(
                (0..count)
                    .map(|_| Ok(((*u.choose(&NAMES)?).to_owned(), instance(u, depth - 1)?)))
                    .collect::<Result<Map<_, _>>>()?,
            )
        }
    })
}

fn keyword(u: &mut Unstructured<'_>, depth: usize) -> Result<(&'static str, Value)> {
    if depth == 0 || u.ratio(1, 2)? { plain(u) } else { nested(u, depth - 1) }
}

/// A keyword without schemas in it.
fn plain(u: &mut Unstructured<'_>) -> Result<(&'static str, Value)> {
    Ok(match u.int_in_range(0..=13)? {
        0 => ("type", json!(u.choose(&TYPES)?)),
        1 => ("type", json!([u.choose(&TYPES)?, u.choose(&TYPES)?])),
        2 => (
            *u.choose(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"])?,
            json::number(u)?,
        ),
        3 => (*u.choose(&["minLength", "maxLength", "minItems", "maxItems", "minProperties"])?, json::number(u)?),
        4 => ("pattern", json!(u.choose(&PATTERNS)?)),
        5 => ("pattern", json!(json::text(u)?)),
        6 => ("format", json!(u.choose(&FORMATS)?)),
        7 => ("enum", (0..u.int_in_range(0..=30)?).map(|_| json::value(u, 1)).collect::<Result<Value>>()?),
        8 => ("const", json::value(u, 2)?),
        9 => (
            "required",
            (0..u.int_in_range(0..=3)?).map(|_| u.choose(&NAMES).map(|name| json!(name))).collect::<Result<Value>>()?,
        ),
        10 => ("uniqueItems", json!(true)),
        11 => (*u.choose(&["$ref", "$dynamicRef"])?, json!(u.choose(&REFERENCES)?)),
        12 => (*u.choose(&["$id", "$anchor", "$dynamicAnchor", "$schema", "$comment"])?, json::value(u, 0)?),
        _ => (*u.choose(&["title", "default", "examples", "contentEncoding", "x-banshi"])?, json::value(u, 2)?),
    })
}

/// A keyword with schemas in it.
fn nested(u: &mut Unstructured<'_>, depth: usize) -> Result<(&'static str, Value)> {
    let named = |u: &mut Unstructured<'_>| -> Result<Value> {
        let count = u.int_in_range(0..=3)?;
        let members = (0..count).map(|_| Ok(((*u.choose(&NAMES)?).to_owned(), schema(u, depth)?)));
        Ok(Value::Object(members.collect::<Result<Map<_, _>>>()?))
    };
    Ok(match u.int_in_range(0..=7)? {
        0 => ("properties", named(u)?),
        1 => ("$defs", named(u)?),
        2 => ("patternProperties", json!({ *u.choose(&PATTERNS)?: schema(u, depth)? })),
        3 => ("dependentSchemas", named(u)?),
        4 => (
            *u.choose(&["items", "contains", "additionalProperties", "unevaluatedProperties", "unevaluatedItems"])?,
            schema(u, depth)?,
        ),
        5 => (*u.choose(&["not", "if", "then", "else", "propertyNames"])?, schema(u, depth)?),
        _ => {
            let count = u.int_in_range(1..=3)?;
            let list = (0..count).map(|_| schema(u, depth)).collect::<Result<Value>>()?;
            (*u.choose(&["allOf", "anyOf", "oneOf", "prefixItems"])?, list)
        }
    })
}
