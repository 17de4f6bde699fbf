//! JSON Schemas of plugins: compiled once, checked before they are trusted, and explained to people.
//!
//! A schema comes from a guest, and the values from applicants. So: nothing remote is ever fetched, regular
//! expressions run in linear time, a schema has a bounded size and cost, and no message holds the value itself.

mod cost;

use std::collections::BTreeSet;
use std::sync::Arc;

use banshi_model::ids::Digest;
use banshi_model::text::{Text, one_line};
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Value, json};

use super::cache::Cache;

/// A schema may have this many bytes as JSON.
pub(crate) const SCHEMA_BYTES_MAX: usize = 16 * 1024;
/// A schema may have this many regular expressions, and each this many bytes when compiled: a few written
/// characters can stand for megabytes.
const PATTERNS_MAX: usize = 50;
const PATTERN_BYTES_MAX: usize = 1024 * 1024;
/// So many violations of one value are told; a hostile value cannot flood an answer.
const VIOLATIONS_MAX: usize = 20;
/// Parts of a schema times parts of a value, at most: some tenths of a second.
const WORK_MAX: usize = 20_000_000;
/// What the compiler says of a schema is told up to this many characters.
const MESSAGE_CHARS_MAX: usize = 300;
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Why a schema is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SchemaError {
    /// Not an object.
    #[error("a schema is a JSON object")]
    Shape,
    /// Too big.
    #[error("the schema has {0} bytes, at most {SCHEMA_BYTES_MAX} are taken")]
    Size(usize),
    /// It points outside itself, or names itself.
    #[error("`{0}` points outside the schema or renames it; only references that begin with `#` are taken")]
    Remote(&'static str),
    /// Another dialect.
    #[error("`$schema` is not {DIALECT}")]
    Dialect,
    /// Too many regular expressions.
    #[error("the schema has {0} patterns, at most {PATTERNS_MAX} are taken")]
    Patterns(usize),
    /// A reference to no place of the schema.
    #[error("a reference names no place of the schema; write it like `#/$defs/name`")]
    Nowhere,
    /// It refers to itself.
    #[error("the schema refers to itself in a circle; write each level out")]
    Circle,
    /// Its references grow.
    #[error("the schema has too many parts when its references are followed; refer less often")]
    Parts,
    /// It does not compile.
    #[error("the schema does not compile: {0}")]
    Compile(String),
}

/// A schema that was compiled, with what it costs.
#[derive(Debug)]
pub(crate) struct Compiled {
    validator: Validator,
    parts: usize,
}

impl Compiled {
    /// Whether the value is valid; one that would take too long is not.
    pub(crate) fn is_valid(&self, value: &Value) -> bool {
        self.affords(value) && self.validator.is_valid(value)
    }

    fn affords(&self, value: &Value) -> bool {
        cost::of_value(value).saturating_mul(self.parts) <= WORK_MAX
    }
}

/// Compiles a schema of a guest without fetching anything.
pub(crate) fn compile(schema: &Value) -> Result<Compiled, SchemaError> {
    if !schema.is_object() {
        return Err(SchemaError::Shape);
    }
    let bytes = schema.to_string().len();
    if bytes > SCHEMA_BYTES_MAX {
        return Err(SchemaError::Size(bytes));
    }
    if schema.get("$schema").is_some_and(|dialect| dialect != DIALECT) {
        return Err(SchemaError::Dialect);
    }
    references(schema, 0)?;
    let patterns = patterns(schema);
    if patterns > PATTERNS_MAX {
        return Err(SchemaError::Patterns(patterns));
    }
    build(schema, cost::parts(schema)?)
}

/// Compiles what the host itself put together out of checked schemas.
fn build(schema: &Value, parts: usize) -> Result<Compiled, SchemaError> {
    let built = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_BYTES_MAX))
        .should_validate_formats(true)
        .offline()
        .build(schema)
        .map_err(|error| SchemaError::Compile(one_line(&error.masked().to_string(), MESSAGE_CHARS_MAX)));
    Ok(Compiled { validator: built?, parts })
}

fn references(schema: &Value, depth: usize) -> Result<(), SchemaError> {
    if depth > 64 {
        return Err(SchemaError::Compile("it nests deeper than 64".to_owned()));
    }
    match schema {
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            for keyword in ["$ref", "$dynamicRef"] {
                if name == keyword && !value.as_str().is_some_and(|target| target.starts_with('#')) {
                    return Err(SchemaError::Remote(keyword));
                }
            }
            for keyword in ["$id", "$vocabulary"] {
                if name == keyword && value.is_string() {
                    return Err(SchemaError::Remote(keyword));
                }
            }
            // Also further in, where it would be read as an address.
            if name == "$schema" && value.is_string() && value != DIALECT {
                return Err(SchemaError::Dialect);
            }
            references(value, depth + 1)
        }),
        Value::Array(items) => items.iter().try_for_each(|item| references(item, depth + 1)),
        _ => Ok(()),
    }
}

/// How many regular expressions a schema has; a member of data that is called alike counts too.
fn patterns(schema: &Value) -> usize {
    match schema {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| match (name.as_str(), value) {
                ("pattern", Value::String(_)) => 1,
                ("patternProperties", Value::Object(named)) => named.len() + patterns(value),
                _ => patterns(value),
            })
            .sum(),
        Value::Array(items) => items.iter().map(patterns).sum(),
        _ => 0,
    }
}

/// A schema as a part of another: one that refers into itself gets a name of its own, so that its
/// references still find their target there.
pub(crate) fn embed(schema: &Value) -> Value {
    let refers = schema.to_string().contains("\"$ref\"") || schema.to_string().contains("\"$dynamicRef\"");
    let (Value::Object(members), true) = (schema, refers) else { return schema.clone() };
    let mut named = serde_json::Map::new();
    named.insert("$id".to_owned(), json!(format!("urn:banshi:schema:{}", Digest::of(schema.to_string().as_bytes()))));
    named.extend(
        members.iter().filter(|(name, _)| *name != "$schema").map(|(name, value)| (name.clone(), value.clone())),
    );
    Value::Object(named)
}

/// One schema that holds where all of these hold; equal ones count once.
pub(crate) fn all_of<'a>(schemas: impl IntoIterator<Item = &'a Value>) -> Value {
    let mut distinct: Vec<&Value> = Vec::new();
    for schema in schemas {
        if !distinct.contains(&schema) {
            distinct.push(schema);
        }
    }
    match distinct.as_slice() {
        [] => json!({}),
        [only] => (*only).clone(),
        several => json!({ "allOf": several.iter().map(|schema| embed(schema)).collect::<Vec<_>>() }),
    }
}

/// One thing about a value that a schema does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// JSON pointer into the value; empty: the value itself.
    pub pointer: String,
    /// The keyword of the schema.
    pub keyword: String,
    /// For a person; never the value.
    pub text: Text,
}

/// Compiled schemas by their digest.
pub(crate) struct Validators(Cache<Digest, Arc<Compiled>>);

impl Validators {
    /// Keeps at most `limit` compiled schemas.
    pub(crate) fn new(limit: usize) -> Self {
        Self(Cache::new(limit))
    }

    /// What the schema does not allow about the value; empty: it is valid. The schema was checked when
    /// its package was admitted.
    pub(crate) fn violations(&self, schema: &Value, value: &Value) -> Result<Vec<Violation>, SchemaError> {
        let digest = Digest::of(schema.to_string().as_bytes());
        let validator = match self.0.get(&digest) {
            Some(validator) => validator,
            None => {
                let validator = Arc::new(build(schema, cost::count(schema)?)?);
                self.0.put(digest, Arc::clone(&validator), 1);
                validator
            }
        };
        Ok(violations(&validator, value))
    }

    /// Whether the value is valid.
    pub(crate) fn valid(&self, schema: &Value, value: &Value) -> Result<bool, SchemaError> {
        Ok(self.violations(schema, value)?.is_empty())
    }
}

/// What a compiled schema does not allow about a value.
pub(crate) fn violations(compiled: &Compiled, value: &Value) -> Vec<Violation> {
    if !compiled.affords(value) {
        let text = Text::new("内容过多，无法核对", "has too many parts to be checked");
        return vec![Violation { pointer: String::new(), keyword: "size".to_owned(), text }];
    }
    let mut seen = BTreeSet::new();
    compiled
        .validator
        .iter_errors(value)
        .take(VIOLATIONS_MAX)
        .map(|error| {
            let (zh, en) = explain(error.kind());
            let (pointer, keyword) = (error.instance_path().as_str().to_owned(), error.kind().keyword().to_owned());
            Violation { pointer, keyword, text: Text::new(zh, en) }
        })
        .filter(|violation| seen.insert((violation.pointer.clone(), violation.text.zh.clone())))
        .collect()
}

/// What the schema wants, in words. Says nothing about the value that was given.
fn explain(kind: &ValidationErrorKind) -> (String, String) {
    use ValidationErrorKind as K;
    let both = |zh: String, en: String| (zh, en);
    match kind {
        K::Type { .. } => both("数据类型不符".to_owned(), "is of the wrong type".to_owned()),
        K::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            both(format!("缺少“{name}”"), format!("lacks `{name}`"))
        }
        K::Minimum { limit } => both(format!("不得小于 {limit}"), format!("must be at least {limit}")),
        K::Maximum { limit } => both(format!("不得大于 {limit}"), format!("must be at most {limit}")),
        K::ExclusiveMinimum { limit } => both(format!("必须大于 {limit}"), format!("must be more than {limit}")),
        K::ExclusiveMaximum { limit } => both(format!("必须小于 {limit}"), format!("must be less than {limit}")),
        K::MinLength { limit } => {
            both(format!("不得少于 {limit} 个字符"), format!("needs at least {limit} characters"))
        }
        K::MaxLength { limit } => {
            both(format!("不得超过 {limit} 个字符"), format!("may have at most {limit} characters"))
        }
        K::MinItems { limit } => both(format!("不得少于 {limit} 项"), format!("needs at least {limit} items")),
        K::MaxItems { limit } => both(format!("不得超过 {limit} 项"), format!("may have at most {limit} items")),
        K::Enum { options } => {
            let list = choices(options);
            both(format!("只能是：{list}"), format!("must be one of: {list}"))
        }
        K::Constant { expected_value } => both(format!("必须是 {expected_value}"), format!("must be {expected_value}")),
        K::Pattern { pattern } => {
            both(format!("格式不符（{pattern}）"), format!("does not match the pattern {pattern}"))
        }
        K::Format { format } => both(format!("不是有效的 {format}"), format!("is not a valid {format}")),
        K::UniqueItems => both("各项不得重复".to_owned(), "has an item twice".to_owned()),
        K::AdditionalProperties { .. } | K::UnevaluatedProperties { .. } => {
            both("含有未定义的内容".to_owned(), "has a member that is not defined".to_owned())
        }
        other => both(format!("不符合要求（{}）", other.keyword()), format!("does not meet `{}`", other.keyword())),
    }
}

fn choices(options: &Value) -> String {
    let list: Vec<String> = options
        .as_array()
        .into_iter()
        .flatten()
        .take(20)
        .map(|option| option.as_str().map_or_else(|| option.to_string(), str::to_owned))
        .collect();
    list.join("、")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(schema: Value) -> SchemaError {
        compile(&schema).expect_err("the schema is refused")
    }

    #[test]
    fn a_schema_that_points_outside_itself_is_refused_and_nothing_is_fetched() {
        assert_eq!(refused(json!({ "$ref": "https://example.org/a.json" })), SchemaError::Remote("$ref"));
        assert_eq!(refused(json!({ "items": { "$dynamicRef": "a.json#x" } })), SchemaError::Remote("$dynamicRef"));
        assert_eq!(refused(json!({ "properties": { "a": { "$id": "http://a" } } })), SchemaError::Remote("$id"));
        assert!(compile(&json!({ "$defs": { "a": { "type": "string" } }, "$ref": "#/$defs/a" })).is_ok());
    }

    #[test]
    fn a_schema_that_is_too_big_no_object_or_wrong_is_refused() {
        assert_eq!(refused(json!(true)), SchemaError::Shape);
        assert!(matches!(refused(json!({ "description": "x".repeat(SCHEMA_BYTES_MAX) })), SchemaError::Size(_)));
        assert!(matches!(refused(json!({ "type": "strin" })), SchemaError::Compile(_)));
        assert!(matches!(refused(json!({ "pattern": "(" })), SchemaError::Compile(_)));
        assert_eq!(refused(json!({ "$schema": "http://json-schema.org/draft-07/schema#" })), SchemaError::Dialect);
        assert_eq!(refused(json!({ "items": { "$schema": "/name" } })), SchemaError::Dialect);
    }

    #[test]
    fn a_pattern_that_needs_backtracking_is_refused_at_admission() {
        assert!(matches!(refused(json!({ "pattern": "^(?=a)b\\1$" })), SchemaError::Compile(_)));
    }

    #[test]
    fn patterns_that_would_take_megabytes_are_refused_and_those_in_use_are_not() {
        assert!(matches!(refused(json!({ "pattern": "^((x{1,99}){1,99}){1,99}$" })), SchemaError::Compile(_)));
        let many: Vec<Value> = (0..51).map(|n| json!({ "pattern": format!("a{n}") })).collect();
        assert_eq!(refused(json!({ "allOf": many })), SchemaError::Patterns(51));
        for used in ["^1[3-9][0-9]{9}$", "^[0-9A-HJ-NPQRTUWXY]{18}$", r"^\p{Han}{2,30}$", r"^\w{1,10}$"] {
            assert!(compile(&json!({ "pattern": used })).is_ok(), "{used}");
        }
    }

    #[test]
    fn a_violation_names_its_place_and_never_the_value() {
        let validators = Validators::new(8);
        let schema = json!({ "type": "object", "required": ["phone"], "properties": { "age": { "maximum": 150 } } });
        let found = validators.violations(&schema, &json!({ "age": 4711 })).unwrap();
        let told: Vec<(&str, &str)> = found.iter().map(|v| (v.pointer.as_str(), v.text.zh.as_str())).collect();
        assert!(told.contains(&("", "缺少“phone”")));
        assert!(told.contains(&("/age", "不得大于 150")));
        assert!(!format!("{found:?}").contains("4711"));
        assert!(validators.valid(&schema, &json!({ "phone": "1", "age": 150 })).unwrap());
    }

    #[test]
    fn every_part_s_schema_holds_also_where_both_refer_into_themselves() {
        let short = json!({ "$defs": { "a": { "maxLength": 3 } }, "$ref": "#/$defs/a" });
        let lower = json!({ "$defs": { "a": { "pattern": "^[a-z]*$" } }, "$ref": "#/$defs/a" });
        let validators = Validators::new(8);
        let merged = all_of([&short, &lower, &short]);
        assert_eq!(merged["allOf"].as_array().unwrap().len(), 2);
        assert!(validators.valid(&merged, &json!("abc")).unwrap());
        assert!(!validators.valid(&merged, &json!("abcd")).unwrap());
        assert!(!validators.valid(&merged, &json!("AB")).unwrap());
        assert_eq!(all_of([&short, &short]), short);
    }

    #[test]
    fn a_value_that_would_take_too_long_is_told_so_and_not_checked() {
        let costly = json!({ "items": { "allOf": vec![json!({ "type": "number" }); 500] } });
        let (small, big) = (json!(vec![1; 100]), json!(vec![1; 100_000]));
        let compiled = compile(&costly).unwrap();
        assert!(compiled.is_valid(&small) && !compiled.is_valid(&big));
        let told = violations(&compiled, &big);
        assert_eq!((told.len(), told[0].keyword.as_str()), (1, "size"));
    }

    #[test]
    fn a_schema_that_doubles_or_never_ends_is_refused_before_it_is_compiled() {
        assert_eq!(refused(json!({ "$ref": "#" })), SchemaError::Circle);
        assert_eq!(refused(json!({ "items": { "allOf": [{ "$ref": "#/items" }] } })), SchemaError::Circle);
        assert_eq!(refused(json!({ "$ref": "#name" })), SchemaError::Nowhere);
    }

    #[test]
    fn a_flood_of_violations_is_cut() {
        let validators = Validators::new(8);
        let value = json!(vec![json!("x"); 10_000]);
        let found = validators.violations(&json!({ "items": { "type": "number" } }), &value).unwrap();
        assert_eq!(found.len(), VIOLATIONS_MAX);
    }
}
