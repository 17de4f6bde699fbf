//! From 313 fields, 53 papers and 95 days to 98, 10 and 5: counted the way the host counts, over data
//! elements, covers and the sources that answer in the reference case.

use std::collections::{BTreeMap, BTreeSet};

use banshi_b01_convenience_store::ConvenienceStore;
use banshi_samples::{filled, is_held, object};
use banshi_sdk::contract::matters::{Field, Processing, Source};
use banshi_sdk::contract::types::SpanUnit;
use serde_json::{Map, Value, json};

use crate::parts::{but, harness, on_path, reference};

/// One field for each data element that the chosen parts ask.
fn elements(answers: &Map<String, Value>) -> BTreeMap<String, Field> {
    let parts = on_path(answers);
    parts.values().flat_map(|part| &part.fields).map(|field| (field.element.clone(), field.clone())).collect()
}

fn asked(answers: &Map<String, Value>, answered: impl Fn(&Field) -> bool) -> BTreeSet<String> {
    elements(answers).into_values().filter(|field| !answered(field)).map(|field| field.element).collect()
}

/// The bundle's papers on this path that no source gives.
fn papers_asked(answers: &Map<String, Value>, knob: Value) -> Vec<String> {
    let harness = harness::<ConvenienceStore>(answers).parameter("shared-data-materials", knob);
    let (definition, guidance) = (harness.definition(), harness.guide());
    let needed = definition.materials.into_iter().filter(|material| guidance.materials.contains(&material.id));
    needed.filter(|material| !is_held(material)).map(|material| material.id).collect()
}

#[test]
fn the_five_permits_declare_313_fields_of_which_98_are_asked() {
    let parts = on_path(&reference());
    assert_eq!(parts.keys().copied().collect::<Vec<_>>(), ["P01", "P03", "P04", "P05", "P06"]);
    assert_eq!(parts.values().map(|part| part.fields.len()).sum::<usize>(), 313);
    assert_eq!(elements(&reference()).len(), 132);
    assert_eq!(asked(&reference(), |field| filled(field).is_some()).len(), 98);
}

#[test]
fn the_applicant_s_sample_holds_just_what_is_asked() {
    let sample: BTreeSet<String> = object(banshi_samples::APPLICANT).keys().cloned().collect();
    assert_eq!(asked(&reference(), |field| filled(field).is_some()), sample);
}

#[test]
fn a_subject_that_was_here_before_is_asked_less() {
    let remembered = |field: &Field| filled(field).is_some() || field.sources.contains(&Source::SubjectRecord);
    assert_eq!(asked(&reference(), remembered).len(), 90);
}

#[test]
fn every_source_that_fails_is_asked_instead() {
    assert_eq!(asked(&reference(), |_| false).len(), 132);
    let no_licence = |field: &Field| {
        let by_licence = field.sources.iter().any(|source| matches!(source, Source::Licence(_)));
        !by_licence && filled(field).is_some()
    };
    assert_eq!(asked(&reference(), no_licence).len(), 98 + object(banshi_samples::BUSINESS_LICENCE).len());
}

#[test]
fn the_five_permits_declare_53_papers_of_which_10_are_asked() {
    let parts = on_path(&reference());
    assert_eq!(parts.values().map(|part| part.materials.len()).sum::<usize>(), 53);
    assert_eq!(papers_asked(&reference(), json!([])).len(), 10);
}

#[test]
fn where_leases_are_shared_one_paper_less_is_asked() {
    let asked = papers_asked(&reference(), json!(["premises-proof"]));
    assert_eq!(asked.len(), 9);
    assert!(!asked.contains(&"premises-proof".to_owned()));
}

#[test]
fn the_five_permits_declare_95_working_days_and_the_bundle_promises_5() {
    let parts = on_path(&reference());
    let statutory = parts.values().map(|part| part.definition.statutory);
    assert!(statutory.clone().all(|span| span.unit == SpanUnit::WorkingDays));
    assert_eq!(statutory.map(|span| u32::from(span.count)).sum::<u32>(), 95);
    let promised = harness::<ConvenienceStore>(&reference()).definition().promised;
    assert!(matches!(promised, Processing::Promised(span) if span.count == 5 && span.unit == SpanUnit::WorkingDays));
}

#[test]
fn every_split_that_is_not_published_is_called_a_sample_in_two_languages() {
    for (code, part) in on_path(&reference()) {
        let said =
            part.definition.samples.iter().any(|sample| {
                sample.zh.contains("示例") && sample.en.as_deref().is_some_and(|en| en.contains("sample"))
            });
        assert!(said, "{code} says of nothing that it is a sample");
    }
    let bundle = harness::<ConvenienceStore>(&reference()).definition();
    assert!(bundle.samples.iter().any(|sample| sample.zh.contains("未公布") && sample.zh.contains("示例")));
}

#[test]
fn less_is_asked_of_who_sells_less() {
    let count = |answers: &Map<String, Value>| {
        let fields = asked(answers, |field| filled(field).is_some()).len();
        (fields, papers_asked(answers, json!([])).len())
    };
    let without_tobacco = count(&but([("sells-tobacco", json!(false))]));
    let without_medicine = count(&but([("sells-medicine", json!(false))]));
    let food_only = count(&but([
        ("sells-tobacco", json!(false)),
        ("sells-medicine", json!(false)),
        ("sells-liquor", json!(false)),
    ]));
    assert_eq!(without_tobacco, (98 - 10, 9));
    assert_eq!(without_medicine, (98 - 29, 8));
    assert_eq!(food_only, (50, 7));
}
