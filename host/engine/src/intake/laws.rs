//! The laws of the form: laying parts together is commutative and associative and loses nothing; neither does laying
//! what an applicant gave over what the sources filled.

use std::collections::{BTreeMap, BTreeSet};

use banshi_model::definition::{Cover, Definition, Field, Source};
use banshi_model::draft::FieldValue;
use banshi_model::guidance::Guidance;
use banshi_model::ids::MatterCode;
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::form::{Asked, fields, materials};
use super::merge::values;
use crate::api::intake::{Filled, FormField};
use crate::registry::sample::{bundle, definition, field, material};
use crate::registry::schema::Validators;

/// Elements that parts share, few enough to meet.
const ELEMENTS: [&str; 4] = ["org.name", "premises.area", "person.legal", "store.sign"];
const PARTS: [&str; 4] = ["P01", "P02", "P03", "P04"];
/// What a value may be, to see which of them a schema takes.
const TRIED: [i64; 6] = [-3, 0, 2, 5, 8, 40];

fn schema() -> impl Strategy<Value = Value> {
    let bound = |name: &'static str, range: std::ops::Range<i64>| range.prop_map(move |at| json!({ name: at }));
    prop_oneof![Just(json!({ "type": "integer" })), bound("minimum", -5..6), bound("maximum", 0..50)]
}

fn sources() -> impl Strategy<Value = Vec<Source>> {
    let one = select(vec![
        Source::SubjectRecord,
        Source::Applicant,
        Source::Licence("L1".to_owned()),
        Source::Licence("L2".to_owned()),
    ]);
    prop::collection::vec(one, 0..4)
}

/// A matter with up to six fields of the shared elements, each element once, and up to three papers.
fn matter() -> impl Strategy<Value = Definition> {
    let one = (schema(), sources(), any::<bool>());
    let fields = prop::collection::btree_map(select(ELEMENTS.to_vec()), one, 0..ELEMENTS.len() + 1);
    (fields, 0..4_usize).prop_map(|(fields, papers)| {
        let mut matter = definition();
        matter.fields = fields
            .into_iter()
            .enumerate()
            .map(|(n, (element, (schema, sources, required)))| Field {
                schema,
                required,
                ..field(&format!("f{n}"), element, &sources)
            })
            .collect();
        matter.materials = (0..papers).map(|n| material(&format!("m{n}"), &[])).collect();
        matter
    })
}

fn needs_everything(definition: &Definition) -> Guidance {
    Guidance {
        next: Vec::new(),
        fields: definition.fields.iter().map(|field| field.id.clone()).collect(),
        materials: definition.materials.iter().map(|material| material.id.clone()).collect(),
        parts: Vec::new(),
        modes: Vec::new(),
        way: None,
    }
}

/// What a form says of one element, in no order: who it serves, whether it must be there, its sources, the values of
/// [`TRIED`] that it takes.
type Said = (BTreeSet<String>, bool, BTreeSet<String>, BTreeSet<i64>);

fn said(field: &FormField) -> Said {
    let validators = Validators::new(8);
    let takes = |tried: &&i64| validators.valid(&field.schema, &json!(tried)).unwrap();
    (
        field.serves.iter().map(|serves| format!("{}.{}", serves.matter, serves.id)).collect(),
        field.required,
        field.sources.iter().map(|source| format!("{source:?}")).collect(),
        TRIED.iter().filter(takes).copied().collect(),
    )
}

/// The form of some parts of a bundle that has no field of its own.
fn form_of(parts: &[(MatterCode, &Definition)]) -> BTreeMap<String, Said> {
    let mut own = definition();
    own.fields = Vec::new();
    own.bundle = Some(bundle(&PARTS));
    let (code, guidance) = ("B01".parse().unwrap(), needs_everything(&own));
    let guidances: Vec<Guidance> = parts.iter().map(|(_, definition)| needs_everything(definition)).collect();
    let asked: Vec<Asked<'_>> = parts
        .iter()
        .zip(&guidances)
        .map(|((code, definition), guidance)| Asked { code, definition, guidance })
        .collect();
    let form = fields(Asked { code: &code, definition: &own, guidance: &guidance }, &asked).unwrap();
    let said: BTreeMap<String, Said> = form.iter().map(|field| (field.element.clone(), said(field))).collect();
    assert_eq!(said.len(), form.len(), "an element is asked twice");
    said
}

/// Two forms laid together, by hand.
fn together(mut one: BTreeMap<String, Said>, other: BTreeMap<String, Said>) -> BTreeMap<String, Said> {
    for (element, (serves, required, sources, takes)) in other {
        let known = one.entry(element).or_insert_with(|| (BTreeSet::new(), false, BTreeSet::new(), TRIED.into()));
        known.0.extend(serves);
        known.1 |= required;
        known.2.extend(sources);
        known.3.retain(|value| takes.contains(value));
    }
    one
}

fn coded(matters: &[Definition]) -> Vec<(MatterCode, &Definition)> {
    PARTS.iter().map(|code| code.parse().unwrap()).zip(matters).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn laying_parts_together_is_commutative_and_associative_and_loses_nothing(
        matters in prop::collection::vec(matter(), 1..5), turn in 0..4_usize, cut in 0..5_usize, swap in any::<bool>(),
    ) {
        let parts = coded(&matters);
        let whole = form_of(&parts);

        let mut other = parts.clone();
        other.rotate_left(turn % parts.len());
        if swap {
            other.reverse();
        }
        prop_assert_eq!(&form_of(&other), &whole);

        let (left, right) = parts.split_at(cut.min(parts.len()));
        prop_assert_eq!(&together(form_of(left), form_of(right)), &whole);

        for (code, matter) in &parts {
            for field in &matter.fields {
                let (serves, required, sources, _) = &whole[&field.element];
                let named = format!("{code}.{}", field.id);
                prop_assert!(serves.contains(&named));
                prop_assert!(*required || !field.required);
                let named = |source: &Source| sources.contains(&format!("{source:?}"));
                prop_assert!(field.sources.iter().all(named));
            }
        }
    }

    #[test]
    fn every_paper_that_a_part_needs_is_asked_exactly_once_whatever_covers_it(
        matters in prop::collection::vec(matter(), 1..5), covers in prop::collection::vec((0..2_usize, 0..5_usize, 0..4_usize), 0..6),
    ) {
        let parts = coded(&matters);
        let mut own = definition();
        own.materials = vec![material("own0", &[]), material("own1", &[])];
        // As admission has it: what is covered is covered once.
        let once: BTreeMap<(usize, usize), usize> = covers.into_iter().map(|(own, part, paper)| ((part, paper), own)).collect();
        let mut joined = bundle(&PARTS);
        joined.covers = once.into_iter().filter(|((part, _), _)| *part < PARTS.len()).map(|((part, paper), own)| Cover {
            material: format!("own{own}").parse().unwrap(),
            part: PARTS[part].parse().unwrap(),
            part_material: format!("m{paper}").parse().unwrap(),
        }).collect();
        own.bundle = Some(joined);
        let (code, guidance) = ("B01".parse().unwrap(), needs_everything(&own));
        let guidances: Vec<Guidance> = parts.iter().map(|(_, definition)| needs_everything(definition)).collect();
        let asked: Vec<Asked<'_>> = parts.iter().zip(&guidances)
            .map(|((code, definition), guidance)| Asked { code, definition, guidance }).collect();
        let papers = materials(Asked { code: &code, definition: &own, guidance: &guidance }, &asked);
        let mut served: Vec<String> = papers.iter().flat_map(|paper| &paper.serves)
            .filter(|serves| serves.matter.as_str() != "B01").map(|serves| format!("{}.{}", serves.matter, serves.id)).collect();
        served.sort();
        let mut needed: Vec<String> = parts.iter()
            .flat_map(|(code, matter)| matter.materials.iter().map(move |paper| format!("{code}.{}", paper.id))).collect();
        needed.sort();
        prop_assert_eq!(served, needed);
    }

    #[test]
    fn what_was_given_and_what_was_filled_is_kept_named_or_counted(
        form in prop::collection::vec((prop::option::of(-5..6_i64), any::<bool>()), 0..6),
        given in prop::collection::btree_map(0..9_usize, prop::option::of(-5..6_i64), 0..9),
    ) {
        let now: Timestamp = "2021-04-26T01:00:00Z".parse().unwrap();
        let fields: Vec<FormField> = form.iter().enumerate().map(|(n, (filled, required))| FormField {
            id: format!("f{n}").parse().unwrap(),
            element: format!("e{n}"),
            title: definition().title,
            schema: json!({ "minimum": 0 }),
            required: *required,
            sources: Vec::new(),
            serves: Vec::new(),
            filled: filled.map(|value| Filled { value: json!(value), origin: Source::SubjectRecord, at: Timestamp::UNIX_EPOCH }),
        }).collect();
        let named: BTreeMap<String, Value> = given.iter().map(|(n, value)| (format!("f{n}"), json!(value))).collect();
        let merged = values(&fields, &named, now, &Validators::new(4)).unwrap();
        let kept: BTreeMap<&str, &FieldValue> = merged.values.iter().map(|value| (value.field.as_str(), value)).collect();
        prop_assert_eq!(kept.len(), merged.values.len());
        prop_assert_eq!(merged.unknown, given.keys().filter(|n| **n >= fields.len()).count());
        for (n, (filled, required)) in form.iter().enumerate() {
            let id = format!("f{n}");
            let wanted = given.get(&n).copied().unwrap_or(*filled);
            let invalid = merged.invalid.iter().any(|(field, _)| field.id.as_str() == id);
            let missing = merged.missing.iter().any(|field| field.id.as_str() == id);
            prop_assert_eq!(missing, wanted.is_none() && *required);
            prop_assert_eq!(invalid, wanted.is_some_and(|value| value < 0));
            let standing = kept.get(id.as_str());
            let valid = wanted.filter(|value| *value >= 0).map(|value| json!(value));
            prop_assert_eq!(standing.map(|value| &value.value), valid.as_ref());
            if let Some(standing) = standing {
                let from_source = standing.origin == Source::SubjectRecord;
                prop_assert_eq!(from_source, *filled == wanted, "a value that was confirmed keeps its source");
            }
        }
    }
}
