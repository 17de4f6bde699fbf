//! What must hold between the bundle, its parts and the samples, whatever the numbers are.

use std::collections::BTreeMap;

use banshi_b01_convenience_store::ConvenienceStore;
use banshi_samples::{APPLICANT, BUSINESS_LICENCE, SHARED_DATA, filled, object};
use banshi_sdk::contract::matters::{Field, Source};
use banshi_sdk::harness::{Harness, asks};
use serde_json::Value;

use crate::parts::{all, but, harness, reference};

fn definition() -> banshi_sdk::contract::matters::Definition {
    Harness::<ConvenienceStore>::new().definition()
}

#[test]
fn the_manifest_asks_for_all_that_the_bundle_uses() {
    let missing = asks::<ConvenienceStore>().missing_from(include_str!("../../package.toml"));
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn equal_data_elements_have_equal_titles_schemas_and_sources_in_every_part() {
    let mut known: BTreeMap<String, Field> = BTreeMap::new();
    for (code, part) in all(&reference()) {
        for field in part.definition.fields {
            assert_eq!(field.id, field.element, "{code}: a field of the dictionary goes by its element");
            assert!(field.title.zh != field.id && field.title.en.is_some(), "{code}: {} has no title", field.id);
            let before = known.entry(field.element.clone()).or_insert_with(|| field.clone());
            assert_eq!((&before.schema, &before.sources), (&field.schema, &field.sources), "{code}: {}", field.id);
        }
    }
}

#[test]
fn every_paper_of_every_part_is_covered_by_a_paper_that_the_bundle_asks_on_the_same_path() {
    let bundle = definition().bundle.expect("a bundle");
    for answers in [reference(), but([("food-kind", "prepacked".into())]), but([("sells-medicine", false.into())])] {
        let guidance = harness::<ConvenienceStore>(&answers).guide();
        for (code, part) in all(&answers).into_iter().filter(|(code, _)| guidance.parts.iter().any(|part| part == code))
        {
            for material in part.materials {
                let covers =
                    bundle.covers.iter().find(|cover| cover.part == code && cover.part_material == material.id);
                let cover = covers.unwrap_or_else(|| panic!("{code}: nothing covers `{}`", material.id));
                assert!(guidance.materials.contains(&cover.material), "{code}: `{}` is not asked here", cover.material);
            }
        }
    }
}

#[test]
fn every_cover_names_a_paper_that_its_part_has_and_is_held_wherever_the_part_s_own_is() {
    let parts = all(&reference());
    let definition = definition();
    for cover in definition.bundle.as_ref().map(|bundle| bundle.covers.clone()).unwrap_or_default() {
        let own = definition.materials.iter().find(|material| material.id == cover.material).expect("declared");
        let part = parts[cover.part.as_str()].definition.materials.iter().find(|one| one.id == cover.part_material);
        let part = part.unwrap_or_else(|| panic!("{} has no paper `{}`", cover.part, cover.part_material));
        assert_eq!(own.sources, part.sources, "{}: `{}`", cover.part, part.id);
    }
}

#[test]
fn every_sample_value_is_valid_against_its_field() {
    let applicant = object(APPLICANT);
    for (code, part) in all(&reference()) {
        for field in part.definition.fields {
            let value = filled(&field).or_else(|| applicant.get(&field.element).cloned());
            let value = value.unwrap_or_else(|| panic!("{code}: no sample value for `{}`", field.id));
            let schema: Value = serde_json::from_str(&field.schema).expect("a schema is JSON");
            let valid = jsonschema::is_valid(&schema, &value);
            assert!(valid, "{code}: the sample of `{}`, {value}, is not valid against {schema}", field.id);
        }
    }
}

#[test]
fn the_schemas_refuse_what_is_not_a_value() {
    let parts = all(&reference());
    let refuses = |code: &str, element: &str, value: Value| {
        let field = parts[code].definition.fields.iter().find(|field| field.element == element).expect("a field");
        let schema: Value = serde_json::from_str(&field.schema).expect("a schema is JSON");
        !jsonschema::is_valid(&schema, &value)
    };
    assert!(refuses("P01", "statement.truthful", false.into()));
    assert!(refuses("P01", "contact.mobile", "12800000001".into()));
    assert!(refuses("P01", "premises.area", 0.into()));
    assert!(refuses("P01", "premises.lease-until", "next year".into()));
    assert!(refuses("P03", "liquor.kinds", Value::Array(Vec::new())));
    assert!(refuses("P05", "drugs.class", "甲类非处方药".into()));
    assert!(refuses("P06", "person.quality.id-number", "31010419850615002".into()));
}

#[test]
fn every_shared_field_is_in_the_table_of_partners_and_has_a_sample_answer() {
    let table = include_str!("../../../PARTNERS.md");
    let (shared_data, licence) = (object(SHARED_DATA), object(BUSINESS_LICENCE));
    let mut rows = 0;
    for (code, part) in all(&reference()) {
        let fields = part.definition.fields.iter().map(|field| (&field.element, &field.sources));
        let materials = part.definition.materials.iter().map(|material| (&material.id, &material.sources));
        for (id, source) in fields.chain(materials).flat_map(|(id, all)| all.iter().map(move |source| (id, source))) {
            match source {
                Source::SharedData(shared) => {
                    let row = format!("| `{}` | `{}` | `{id}` | {} |", shared.service, shared.field, shared.purpose);
                    assert!(table.contains(&row), "{code}: PARTNERS.md lacks the row\n{row}");
                    let answer = shared_data.get(&shared.service).and_then(|fields| fields.get(&shared.field));
                    assert!(answer.is_some(), "{code}: no sample answer for {}/{}", shared.service, shared.field);
                    rows += 1;
                }
                Source::Licence(_) => assert!(id == "business-licence" || licence.contains_key(id), "{code}: `{id}`"),
                Source::SubjectRecord | Source::Applicant => {}
            }
        }
    }
    assert!(rows > 31, "the parts read {rows} shared fields");
}
