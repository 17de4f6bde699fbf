//! The form as it is handed in: what the sources filled, what the applicant gave, and what is wrong with
//! it. Pure.

use std::collections::BTreeMap;

use banshi_model::definition::Source;
use banshi_model::draft::{Document, FieldValue};
use banshi_model::ids::{Digest, DocumentId, Slug};
use jiff::Timestamp;
use serde_json::Value;

use crate::api::intake::{Filled, FormField, FormMaterial};
use crate::error::Error;
use crate::registry::schema::{Validators, Violation};

/// A form that was handed in.
#[derive(Debug, Default)]
pub(super) struct Merged<'f> {
    /// Valid values, in the form's order.
    pub values: Vec<FieldValue>,
    /// Required fields without a value.
    pub missing: Vec<&'f FormField>,
    /// Values that a schema does not allow.
    pub invalid: Vec<(&'f FormField, Violation)>,
    /// How many values name no field of the form. Their names are the caller's own text.
    pub unknown: usize,
}

/// Lays what the applicant gave over what the sources filled. A value that is the same as what was filled
/// keeps its source; null takes back what was filled.
pub(super) fn values<'f>(
    fields: &'f [FormField],
    given: &BTreeMap<String, Value>,
    now: Timestamp,
    validators: &Validators,
) -> Result<Merged<'f>, Error> {
    let mut merged = Merged::default();
    for field in fields {
        let own = given.get(field.id.as_str());
        let Some(filled) = standing(field.filled.as_ref(), own, now) else {
            if field.required {
                merged.missing.push(field);
            }
            continue;
        };
        let violations =
            validators.violations(&field.schema, &filled.value).map_err(|error| Error::Internal(error.to_string()))?;
        if violations.is_empty() {
            merged.values.push(FieldValue {
                field: field.id.clone(),
                value: filled.value,
                origin: filled.origin,
                at: filled.at,
            });
        }
        merged.invalid.extend(violations.into_iter().map(|violation| (field, violation)));
    }
    merged.unknown = given.keys().filter(|id| !fields.iter().any(|field| field.id.as_str() == *id)).count();
    Ok(merged)
}

fn standing(filled: Option<&Filled>, own: Option<&Value>, now: Timestamp) -> Option<Filled> {
    match (filled, own) {
        (_, Some(Value::Null)) | (None, None) => None,
        (Some(filled), None) => Some(filled.clone()),
        (Some(filled), Some(value)) if filled.value == *value => Some(filled.clone()),
        (_, Some(value)) => Some(Filled { value: value.clone(), origin: Source::Applicant, at: now }),
    }
}

impl Merged<'_> {
    /// The error of a submission that is not complete; names every field, never a value.
    pub(super) fn error(&self) -> Option<Error> {
        if self.unknown > 0 {
            let what = format!("{} value(s) name no field of this form", self.unknown);
            return Some(Error::invalid(
                "intake.unknown-field",
                "/values",
                what,
                "use the field ids of the prefilled form",
            ));
        }
        if let Some((field, violation)) = self.invalid.first() {
            let told: Vec<String> = self.invalid.iter().map(|(field, violation)| told(field, violation)).collect();
            let place = format!("/values/{}{}", field.id, violation.pointer);
            return Some(Error::invalid(
                "intake.invalid",
                place,
                told.join("; "),
                "correct what the form's schema does not allow",
            ));
        }
        let first = self.missing.first()?;
        let names: Vec<String> =
            self.missing.iter().map(|field| format!("{} ({})", field.title.zh, field.id)).collect();
        Some(Error::invalid(
            "intake.incomplete",
            format!("/values/{}", first.id),
            format!("missing: {}", names.join(", ")),
            "fill in every required field",
        ))
    }
}

fn told(field: &FormField, violation: &Violation) -> String {
    let en = violation.text.en.as_deref().unwrap_or(&violation.text.zh);
    format!("{} ({}{}) {en}", field.title.zh, field.id, violation.pointer)
}

/// An uploaded document that may be claimed.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    pub id: DocumentId,
    pub digest: Digest,
}

/// Lays what was uploaded over what the sources filled. `uploads` are by paper, all of the form.
pub(super) fn documents<'f>(
    materials: &'f [FormMaterial],
    uploads: &BTreeMap<Slug, Upload>,
    now: Timestamp,
) -> Result<(Vec<Document>, Vec<&'f FormMaterial>), Error> {
    let (mut documents, mut missing) = (Vec::new(), Vec::new());
    for material in materials {
        let (digest, origin, at) = match (uploads.get(&material.id), &material.filled) {
            (Some(upload), _) => (upload.digest, Source::Applicant, now),
            (None, Some(filled)) => {
                let digest = Digest::of_json(&filled.value).map_err(|error| Error::Internal(error.to_string()))?;
                (digest, filled.origin.clone(), filled.at)
            }
            (None, None) => {
                if material.required {
                    missing.push(material);
                }
                continue;
            }
        };
        documents.push(Document { material: material.id.clone(), digest, origin, at });
    }
    Ok((documents, missing))
}

/// The error of a submission that lacks papers.
pub(super) fn missing_papers(missing: &[&FormMaterial]) -> Option<Error> {
    let first = missing.first()?;
    let names: Vec<String> =
        missing.iter().map(|material| format!("{} ({})", material.title.zh, material.id)).collect();
    let place = format!("/documents/{}", first.id);
    Some(Error::invalid(
        "intake.incomplete",
        place,
        format!("missing: {}", names.join(", ")),
        "upload every required paper and name it here",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::sample::text;
    use serde_json::json;

    fn form_field(id: &str, required: bool, filled: Option<Value>) -> FormField {
        FormField {
            id: id.parse().unwrap(),
            element: id.to_owned(),
            title: text("经营面积"),
            schema: json!({ "type": "integer", "minimum": 1 }),
            required,
            sources: vec![Source::SubjectRecord, Source::Applicant],
            serves: vec![],
            filled: filled.map(|value| Filled { value, origin: Source::SubjectRecord, at: Timestamp::UNIX_EPOCH }),
        }
    }

    fn now() -> Timestamp {
        banshi_model::time::parse("2021-04-26T09:00:00+08:00").unwrap()
    }

    fn merge(fields: &[FormField], given: Value) -> (Vec<(String, Value, bool)>, Option<String>) {
        let given = serde_json::from_value(given).unwrap();
        let merged = values(fields, &given, now(), &Validators::new(4)).unwrap();
        let own = |value: &FieldValue| value.origin == Source::Applicant && value.at == now();
        let list =
            merged.values.iter().map(|value| (value.field.to_string(), value.value.clone(), own(value))).collect();
        (list, merged.error().map(|error| error.to_string()))
    }

    #[test]
    fn what_was_filled_stands_may_be_confirmed_and_may_be_corrected() {
        let fields = [form_field("area", true, Some(json!(80)))];
        assert_eq!(merge(&fields, json!({})), (vec![("area".to_owned(), json!(80), false)], None));
        assert_eq!(merge(&fields, json!({ "area": 80 })).0, [("area".to_owned(), json!(80), false)]);
        assert_eq!(merge(&fields, json!({ "area": 90 })).0, [("area".to_owned(), json!(90), true)]);
    }

    #[test]
    fn null_takes_back_what_was_filled() {
        let fields = [form_field("area", false, Some(json!(80)))];
        assert_eq!(merge(&fields, json!({ "area": null })), (vec![], None));
        let fields = [form_field("area", true, Some(json!(80)))];
        assert_eq!(
            merge(&fields, json!({ "area": null })).1.unwrap(),
            "/values/area: missing: 经营面积 (area); fill in every required field"
        );
    }

    #[test]
    fn a_wrong_value_is_named_by_its_place_and_never_repeated() {
        let fields = [form_field("area", true, None), form_field("staff", true, None)];
        let (values, error) = merge(&fields, json!({ "area": -4711, "staff": 3 }));
        assert_eq!(values, [("staff".to_owned(), json!(3), true)]);
        let error = error.unwrap();
        assert_eq!(
            error,
            "/values/area: 经营面积 (area) must be at least 1; correct what the form's schema does not allow"
        );
    }

    #[test]
    fn a_value_for_no_field_is_refused_and_its_name_not_repeated() {
        let error = merge(&[form_field("area", false, None)], json!({ "310115199003070017": 1 })).1.unwrap();
        assert!(error.starts_with("/values: 1 value(s)") && !error.contains("310115"), "{error}");
    }

    #[test]
    fn an_upload_stands_before_a_source_and_a_missing_paper_is_named() {
        let material = |id: &str, filled: bool| FormMaterial {
            id: id.parse().unwrap(),
            title: text("租赁合同"),
            issuer: None,
            required: true,
            sources: vec![Source::Applicant],
            basis: "第十二条".to_owned(),
            serves: vec![],
            filled: filled.then(|| Filled {
                value: json!({ "licence": "x" }),
                origin: Source::Licence("L".to_owned()),
                at: Timestamp::UNIX_EPOCH,
            }),
        };
        let papers = [material("lease", true), material("plan", true), material("photo", false)];
        let upload = Upload { id: DocumentId::new([1; 16]), digest: Digest::of(b"scan") };
        let uploads = BTreeMap::from([("plan".parse().unwrap(), upload)]);
        let (documents, missing) = documents(&papers, &uploads, now()).unwrap();
        let origins: Vec<(&str, bool)> =
            documents.iter().map(|d| (d.material.as_str(), d.origin == Source::Applicant)).collect();
        assert_eq!(origins, [("lease", false), ("plan", true)]);
        assert_eq!(documents[1].digest, Digest::of(b"scan"));
        let error = missing_papers(&missing).unwrap().to_string();
        assert_eq!(error, "/documents/photo: missing: 租赁合同 (photo); upload every required paper and name it here");
    }
}
