//! The reference case (示例): what an applicant would type in, what the business licence says, and what the
//! shared data services answer. JSON files beside this crate hold it; everything in them is made up.
//!
//! For tests and the demo. No matter depends on it.

// A sample file that is no JSON fails the test that reads it; no host runs this.
#![allow(clippy::expect_used)]

use banshi_sdk::Matter;
use banshi_sdk::contract::matters::{Field, Material, Source};
use banshi_sdk::harness::Harness;
use serde_json::{Map, Value};

/// What the applicant types in, by data element: one member for each field that no source fills.
pub const APPLICANT: &str = include_str!("../applicant.json");
/// What the applicant types in besides since 2023-07-10, where liquor is an item of the food licence.
pub const SINCE_2023: &str = include_str!("../since-2023.json");
/// The content of the applicant's business licence, by data element.
pub const BUSINESS_LICENCE: &str = include_str!("../business-licence.json");
/// The answers of the shared data services: by service, then by field.
pub const SHARED_DATA: &str = include_str!("../shared-data.json");
/// The answers to the bundle's guided questions that lead to five permits.
pub const ANSWERS: &str = include_str!("../answers.json");

/// A sample file as the JSON object that it is.
pub fn object(file: &str) -> Map<String, Value> {
    serde_json::from_str(file).expect("a sample file is a JSON object")
}

/// Whether a source of the reference case answers: the licence library and shared data do where the
/// samples hold something, the subject's record is empty before a first case.
pub fn answers(source: &Source, element: &str) -> Option<Value> {
    match source {
        Source::Licence(_) => object(BUSINESS_LICENCE).get(element).cloned(),
        Source::SharedData(shared) => object(SHARED_DATA).get(&shared.service)?.get(&shared.field).cloned(),
        Source::SubjectRecord | Source::Applicant => None,
    }
}

/// What a field's first answering source gives; none: the applicant is asked.
pub fn filled(field: &Field) -> Option<Value> {
    field.sources.iter().find_map(|source| answers(source, &field.element))
}

/// Whether a source gives a paper. A licence is a document whatever it says.
pub fn is_held(material: &Material) -> bool {
    material.sources.iter().any(|source| matches!(source, Source::Licence(_)) || answers(source, "").is_some())
}

/// The reference application of `M`: every answer, every value and every paper that it asks for.
pub fn application<M: Matter>() -> Harness<M> {
    answered(Harness::new(), object(ANSWERS))
}

/// A harness with these answers, and the values and papers that the path then needs.
pub fn answered<M: Matter>(harness: Harness<M>, answers: Map<String, Value>) -> Harness<M> {
    let harness = answers.into_iter().fold(harness, |harness, (question, answer)| harness.answer(&question, answer));
    let (definition, guidance) = (harness.definition(), harness.guide());
    let mut typed = object(APPLICANT);
    typed.extend(object(SINCE_2023));
    let needed = definition.fields.iter().filter(|field| guidance.fields.contains(&field.id));
    let values: Vec<(String, Value)> = needed
        .filter_map(|field| Some((field.id.clone(), filled(field).or_else(|| typed.get(&field.element).cloned())?)))
        .collect();
    let harness = values.into_iter().fold(harness, |harness, (field, value)| harness.value(&field, value));
    guidance.materials.iter().fold(harness, |harness, material| harness.document(material))
}
