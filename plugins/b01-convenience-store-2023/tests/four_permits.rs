//! The convenience store of four permits: its parts, its papers and its ways.

// A test that cannot go on has failed; that holds for its functions too.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use banshi_b01_convenience_store_2023::ConvenienceStore2023;
use banshi_p01_food_2023::FoodBusiness2023;
use banshi_p02_prepacked_food::PrepackedFood;
use banshi_p04_tobacco::TobaccoRetail;
use banshi_p05_drugs::DrugRetail;
use banshi_p06_devices::DeviceFiling;
use banshi_samples::{APPLICANT, SINCE_2023, answered, filled, object};
use banshi_sdk::Matter;
use banshi_sdk::contract::cases::{Guidance, Outcome};
use banshi_sdk::contract::matters::{Definition, Processing};
use banshi_sdk::harness::{Harness, asks};
use serde_json::{Map, Value, json};

const LEGAL_REPRESENTATIVE: &str = "310115199003070017";

/// The reference answers, and that no liquor licence from before is there, with some changed.
fn answers<const N: usize>(changed: [(&str, Value); N]) -> Map<String, Value> {
    let mut answers = object(banshi_samples::ANSWERS);
    answers.insert("holds-liquor-licence".to_owned(), json!(false));
    answers.extend(changed.map(|(question, answer)| (question.to_owned(), answer)));
    answers
}

fn harness<M: Matter>(answers: &Map<String, Value>) -> Harness<M> {
    answers.iter().fold(Harness::new(), |harness, (question, answer)| harness.answer(question, answer.clone()))
}

fn chosen(answers: &Map<String, Value>) -> Vec<String> {
    harness::<ConvenienceStore2023>(answers).guide().parts
}

/// What a matter declares and what these answers need of it.
fn one<M: Matter>(answers: &Map<String, Value>) -> (Definition, Guidance) {
    let harness = harness::<M>(answers);
    let guidance = harness.guide();
    assert!(guidance.next.is_empty(), "the part asks {:?}, which the bundle does not", guidance.next);
    (harness.definition(), guidance)
}

fn parts(answers: &Map<String, Value>) -> BTreeMap<&'static str, (Definition, Guidance)> {
    BTreeMap::from([
        ("P01", one::<FoodBusiness2023>(answers)),
        ("P02", one::<PrepackedFood>(answers)),
        ("P04", one::<TobaccoRetail>(answers)),
        ("P05", one::<DrugRetail>(answers)),
        ("P06", one::<DeviceFiling>(answers)),
    ])
}

#[test]
fn the_manifest_asks_for_all_that_the_bundle_uses() {
    let missing = asks::<ConvenienceStore2023>().missing_from(include_str!("../package.toml"));
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_reference_case_takes_four_permits_and_liquor_alone_takes_the_food_licence() {
    assert_eq!(chosen(&answers([])), ["P01", "P04", "P05", "P06"]);
    assert_eq!(chosen(&answers([("food-kind", json!("prepacked"))])), ["P01", "P04", "P05", "P06"]);
    let former = [("food-kind", json!("prepacked")), ("holds-liquor-licence", json!(true))];
    assert_eq!(chosen(&answers(former)), ["P02", "P04", "P05", "P06"]);
    let dry = [("food-kind", json!("prepacked")), ("sells-liquor", json!(false)), ("sells-medicine", json!(false))];
    assert_eq!(chosen(&answers(dry)), ["P02", "P04"]);
}

#[test]
fn p03_is_nowhere_in_it_any_more() {
    let bundle = Harness::<ConvenienceStore2023>::new().definition().bundle.expect("a bundle");
    assert!(bundle.parts.iter().all(|part| part.code != "P03"));
    assert!(bundle.covers.iter().all(|cover| cover.part != "P03"));
}

#[test]
fn every_paper_of_every_part_is_covered_on_the_same_path_and_held_where_the_part_s_own_is() {
    let definition = Harness::<ConvenienceStore2023>::new().definition();
    let bundle = definition.bundle.as_ref().expect("a bundle");
    let paths = [
        answers([]),
        answers([("food-kind", json!("prepacked"))]),
        answers([("holds-liquor-licence", json!(true))]),
        answers([("food-kind", json!("prepacked")), ("holds-liquor-licence", json!(true))]),
        answers([("sells-liquor", json!(false)), ("sells-medicine", json!(false))]),
    ];
    for answers in paths {
        let guidance = harness::<ConvenienceStore2023>(&answers).guide();
        for (code, (part, needs)) in parts(&answers) {
            for paper in part.materials.iter().filter(|_| guidance.parts.iter().any(|chosen| chosen == code)) {
                if !needs.materials.contains(&paper.id) {
                    continue;
                }
                let cover = bundle.covers.iter().find(|one| one.part == code && one.part_material == paper.id);
                let cover = cover.unwrap_or_else(|| panic!("{code}: nothing covers `{}`", paper.id));
                assert!(guidance.materials.contains(&cover.material), "{code}: `{}` is not asked", cover.material);
                let own = definition.materials.iter().find(|one| one.id == cover.material).expect("declared");
                assert_eq!(own.sources, paper.sources, "{code}: `{}`", paper.id);
            }
        }
    }
}

#[test]
fn what_is_asked_about_liquor_is_asked_with_the_food_licence_and_has_a_valid_sample() {
    let (food, needs) = one::<FoodBusiness2023>(&answers([]));
    let mut typed = object(APPLICANT);
    typed.extend(object(SINCE_2023));
    for field in food.fields.iter().filter(|field| needs.fields.contains(&field.id)) {
        let value = filled(field).or_else(|| typed.get(&field.element).cloned());
        let value = value.unwrap_or_else(|| panic!("no sample value for `{}`", field.id));
        let schema: Value = serde_json::from_str(&field.schema).expect("a schema is JSON");
        assert!(jsonschema::is_valid(&schema, &value), "`{}`: {value} against {schema}", field.id);
    }
}

#[test]
fn four_permits_are_released_with_one_composite_certificate() {
    let form = [object(APPLICANT), object(banshi_samples::BUSINESS_LICENCE)];
    let person = object(banshi_samples::SHARED_DATA)["market-entity"]["legal-representative"].clone();
    let case = answered(Harness::<ConvenienceStore2023>::new(), answers([]));
    let case = form.into_iter().flatten().fold(case, |case, (element, value)| case.value(&element, value));
    let mut case = case.value("person.legal", person);
    case.submit().identity_verified(LEGAL_REPRESENTATIVE).approve("accept");
    for part in ["P06", "P01", "P04", "P05"] {
        assert!(case.licences().is_empty());
        case.part_closed(part, Outcome::Granted);
    }
    assert_eq!(case.licences()[0].licence_type, "11310115MB00000193001");
    case.delivered();
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn it_still_promises_five_working_days() {
    let promised = Harness::<ConvenienceStore2023>::new().definition().promised;
    assert!(matches!(promised, Processing::Promised(span) if span.count == 5));
}

#[test]
fn its_manifest_is_the_next_version_of_the_same_package_on_the_instrument() {
    let read = |text: &str| -> toml::Table { text.parse().expect("TOML") };
    let (before, now) =
        (read(include_str!("../../b01-convenience-store/package.toml")), read(include_str!("../package.toml")));
    assert_eq!((&before["name"], &before["matter"]), (&now["name"], &now["matter"]));
    assert_eq!((before["version"].as_str(), now["version"].as_str()), (Some("0.1.0"), Some("0.2.0")));
    assert_eq!(now["instrument"].as_str(), Some("沪市监规范〔2023〕7号"));
}
