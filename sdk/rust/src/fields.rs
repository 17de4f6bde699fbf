//! Fields out of an ordinary struct, by way of its JSON Schema, and the short notation for sources.
//!
//! Only `define`, `guide` and the making of a certificate come here: a step of a case does not.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

use crate::contract::matters::{Field, SharedField, Source};
use crate::contract::types::Fault;
use crate::text::{fault, text};

/// Where a declared struct's fields come from: called when they are needed, not before.
pub(crate) type FieldsOf = fn() -> Result<Vec<Field>, Fault>;

/// The fields of a struct that derives [`JsonSchema`], in its order. See [`crate::Spec::fields`] for the
/// notation. Errors name the struct's field and what is wrong with it.
pub fn fields_of<T: JsonSchema>() -> Result<Vec<Field>, Fault> {
    from_schema(inline_schema::<T>())
}

/// A type's schema with everything inlined that can be. What schemars adds to a root schema (definitions,
/// dialect, a title) is not wanted in a field's, so the generator is asked for the bare one.
pub(crate) fn inline_schema<T: JsonSchema>() -> Schema {
    let mut generator =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true).into_generator();
    T::json_schema(&mut generator)
}

fn from_schema(root: Schema) -> Result<Vec<Field>, Fault> {
    let mut root = match root.to_value() {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let required = root.remove("required").unwrap_or_default();
    let is_required = |id: &str| required.as_array().is_some_and(|all| all.iter().any(|name| name == id));
    let Some(Value::Object(properties)) = root.remove("properties") else {
        return Err(fault("fields", "不是带字段的结构 / not a struct with named fields"));
    };
    properties.into_iter().map(|(id, schema)| field(is_required(&id), id, schema)).collect()
}

fn field(required: bool, id: String, schema: Value) -> Result<Field, Fault> {
    // `true`, the schema of `serde_json::Value`, becomes the object that says the same.
    let mut schema = match schema {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let element = match schema.remove("element") {
        Some(Value::String(element)) => element,
        _ => id.clone(),
    };
    let sources = sources(&id, schema.remove("sources"))?;
    let title = match (schema.remove("title"), schema.remove("description")) {
        (_, Some(Value::String(doc))) => text(&first_paragraph(&doc)),
        (Some(Value::String(title)), _) => text(&title),
        _ => text(&id),
    };
    schema.remove("default");
    without_null(&mut schema);
    let schema = Value::Object(schema).to_string();
    if schema.contains("\"$ref\"") {
        return Err(fault("fields", &["字段 / field ", &id, ": 类型引用自身 / its type refers to itself"].concat()));
    }
    Ok(Field { id, element, title, schema, required, sources })
}

fn first_paragraph(doc: &str) -> String {
    let first = doc.split("\n\n").next().unwrap_or_default();
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An `Option` is a field that may be left out; a value that is there is never null.
fn without_null(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(any)) = schema.get_mut("anyOf") {
        any.retain(|one| one.get("type").is_none_or(|kind| kind != "null"));
        if let [Value::Object(only)] = any.as_slice() {
            let only = only.clone();
            schema.remove("anyOf");
            for (key, value) in only.into_iter().filter(|(key, _)| key != "description" && key != "title") {
                schema.entry(key).or_insert(value);
            }
        }
    }
}

fn sources(id: &str, listed: Option<Value>) -> Result<Vec<Source>, Fault> {
    let mut sources = Vec::new();
    for one in listed.as_ref().and_then(Value::as_array).into_iter().flatten() {
        let written = one.as_str().unwrap_or_default();
        let parsed = source(written).ok_or_else(|| bad_source(id, written))?;
        sources.push(parsed);
    }
    sources.push(Source::Applicant);
    Ok(sources)
}

/// The fault of a source that does not read, with the notation.
pub(crate) fn bad_source(id: &str, written: &str) -> Fault {
    let says = [
        id,
        ": `",
        written,
        "` 不是来源 / is not a source; write `licence:TYPE`, `shared:SERVICE/FIELD?PURPOSE` or `subject-record`",
    ];
    fault("source", &says.concat())
}

/// Reads `licence:TYPE`, `shared:SERVICE/FIELD?PURPOSE` or `subject-record`. The applicant need not be
/// named: who is asked last is always the applicant.
pub fn source(written: &str) -> Option<Source> {
    if written == "subject-record" {
        return Some(Source::SubjectRecord);
    }
    if let Some(licence) = written.strip_prefix("licence:") {
        return (!licence.is_empty()).then(|| Source::Licence(licence.to_owned()));
    }
    let (service, rest) = written.strip_prefix("shared:")?.split_once('/')?;
    let (field, purpose) = rest.split_once('?')?;
    let filled = [service, field, purpose].iter().all(|part| !part.is_empty());
    filled.then(|| {
        let (service, field, purpose) = (service.to_owned(), field.to_owned(), purpose.to_owned());
        Source::SharedData(SharedField { service, field, purpose })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(JsonSchema)]
    #[allow(dead_code)]
    struct Address {
        /// 区 / District
        district: String,
        /// 路 / Road
        road: String,
    }

    #[derive(JsonSchema)]
    #[allow(dead_code)]
    enum Storage {
        Cold,
        Dry,
    }

    #[derive(JsonSchema)]
    #[allow(dead_code)]
    struct Contact {
        /// 联系电话 / Phone
        ///
        /// A second paragraph is for the author and not shown.
        #[schemars(length(min = 7), extend("element" = "contact.phone"))]
        phone: String,
    }

    #[derive(JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    #[allow(dead_code)]
    struct Form {
        /// 名称 / Name
        #[schemars(extend("element" = "org.name", "sources" = ["licence:11100000MB0143028R001", "shared:registry/name?food permit", "subject-record"]))]
        shop_name: String,
        /// 经营场所 / Premises
        address: Address,
        /// 贮存 / Storage
        storage: Option<Storage>,
        /// 面积 / Area
        area: Option<u32>,
        #[serde(flatten)]
        contact: Contact,
        untitled: bool,
    }

    fn form() -> Vec<Field> {
        fields_of::<Form>().expect("the form's fields")
    }

    #[test]
    fn a_struct_gives_its_fields_in_order_with_title_element_and_sources() {
        let fields = form();
        let ids: Vec<&str> = fields.iter().map(|field| field.id.as_str()).collect();
        assert_eq!(ids, ["shop-name", "address", "storage", "area", "phone", "untitled"]);
        assert_eq!(fields[0].element, "org.name");
        assert_eq!(fields[0].title, text("名称 / Name"));
        assert_eq!(fields[0].sources.len(), 4);
        assert_eq!(fields[0].sources[3], Source::Applicant);
        assert_eq!(fields[0].schema, r#"{"type":"string"}"#);
        assert_eq!(fields[4].element, "contact.phone");
        assert_eq!(fields[4].title, text("联系电话 / Phone"));
        assert_eq!(fields[5].title, text("untitled"));
    }

    #[test]
    fn nested_types_are_inlined_and_an_option_is_not_required_and_never_null() {
        let fields = form();
        assert!(fields[0].required && fields[1].required);
        assert!(fields[1].schema.contains("\"district\""), "{}", fields[1].schema);
        assert!(!fields[2].required && !fields[3].required);
        assert!(!fields[2].schema.contains("null"), "{}", fields[2].schema);
        let area: Value = serde_json::from_str(&fields[3].schema).expect("a schema");
        assert_eq!(area["type"], "integer");
        assert!(fields.iter().all(|field| !field.schema.contains("$ref") && !field.schema.contains("$defs")));
    }

    #[test]
    fn a_source_that_does_not_read_is_named_with_the_notation() {
        #[derive(JsonSchema)]
        #[allow(dead_code)]
        struct Wrong {
            #[schemars(extend("sources" = ["shared:registry"]))]
            name: String,
        }
        let fault = fields_of::<Wrong>().expect_err("a source without a field");
        assert!(fault.text.contains("name") && fault.text.contains("SERVICE/FIELD?PURPOSE"), "{}", fault.text);
    }

    #[test]
    fn a_type_that_refers_to_itself_is_refused() {
        #[derive(JsonSchema)]
        #[allow(dead_code)]
        struct Tree {
            branches: Vec<Tree>,
        }
        #[derive(JsonSchema)]
        #[allow(dead_code)]
        struct Garden {
            oak: Tree,
        }
        assert_eq!(fields_of::<Garden>().expect_err("recursion").code, "fields");
    }
}
