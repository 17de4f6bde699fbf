//! The ways of a food business licence since liquor is among its items.

// A test that cannot go on has failed; that holds for its functions too.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use banshi_p01_food::FoodBusiness;
use banshi_p01_food_2023::FoodBusiness2023;
use banshi_samples::{answered, object};
use banshi_sdk::contract::cases::{Outcome, WayForward};
use banshi_sdk::contract::matters::Source;
use banshi_sdk::harness::{Harness, asks};
use serde_json::{Value, json};

fn answers<const N: usize>(given: [(&str, Value); N]) -> serde_json::Map<String, Value> {
    let mut answers = object(banshi_samples::ANSWERS);
    answers.insert("holds-liquor-licence".to_owned(), json!(false));
    answers.extend(given.map(|(question, answer)| (question.to_owned(), answer)));
    answers
}

fn case<const N: usize>(given: [(&str, Value); N]) -> Harness<FoodBusiness2023> {
    answered(Harness::new().today("2023-07-10"), answers(given))
}

/// A case that is granted on 2023-07-20; what its one certificate says.
fn granted(mut case: Harness<FoodBusiness2023>) -> (serde_json::Map<String, Value>, Option<String>) {
    case.submit().approve("accept").approve("document-review").approve("onsite").on("2023-07-20").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
    let licence = &case.licences()[0];
    (object(&licence.content), licence.valid_until.clone())
}

#[test]
fn the_manifest_asks_for_all_that_the_matter_uses() {
    let missing = asks::<FoodBusiness2023>().missing_from(include_str!("../package.toml"));
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn liquor_is_an_item_of_the_food_licence_which_runs_for_five_years() {
    let (content, valid_until) = granted(case([]));
    let items = content["food.items"].as_array().expect("items");
    assert_eq!(items.last(), Some(&json!("含酒类（零售）")));
    assert!(items.contains(&json!("热食类食品制售")), "the other items stay: {items:?}");
    assert_eq!(valid_until.as_deref(), Some("2028-07-19"));
}

#[test]
fn the_three_items_of_the_instrument_are_offered_and_no_other() {
    let definition = Harness::<FoodBusiness2023>::new().definition();
    let field = definition.fields.iter().find(|field| field.element == "food.liquor-items").expect("a field");
    let schema: Value = serde_json::from_str(&field.schema).expect("a schema is JSON");
    assert_eq!(schema["items"]["enum"], json!(["含酒类（批发）", "含酒类（零售）", "含乙醇饮料"]));
}

#[test]
fn without_liquor_it_asks_what_the_matter_of_2021_asks() {
    let given = answers([("sells-liquor", json!(false))]);
    let now = answered(Harness::<FoodBusiness2023>::new(), given.clone());
    let before = answered(Harness::<FoodBusiness>::new(), given);
    let (now, before) = (now.guide(), before.guide());
    assert_eq!(
        (now.fields, now.materials, now.modes, now.next),
        (before.fields, before.materials, before.modes, before.next)
    );
}

#[test]
fn with_liquor_it_asks_what_the_separate_licence_asked_for() {
    let guidance = case([]).guide();
    assert!(guidance.fields.iter().any(|field| field == "food.liquor-items"));
    assert!(guidance.fields.iter().any(|field| field == "liquor.supplier-licence"));
    assert!(guidance.materials.iter().any(|material| material == "liquor-system"));
    assert!(!guidance.materials.iter().any(|material| material == "former-liquor-licence"));
}

#[test]
fn who_holds_a_liquor_licence_from_before_is_asked_nothing_about_liquor_and_the_licence_comes_from_the_library() {
    let case = case([("holds-liquor-licence", json!(true))]);
    let guidance = case.guide();
    assert!(!guidance.fields.iter().any(|field| field.contains("liquor")), "{:?}", guidance.fields);
    assert!(guidance.materials.iter().any(|material| material == "former-liquor-licence"));
    let definition = case.definition();
    let paper = definition.materials.iter().find(|one| one.id == "former-liquor-licence").expect("a paper");
    assert_eq!(paper.sources[0], Source::Licence("11310115MB00000193013".to_owned()));
    let (content, _) = granted(case);
    assert!(!content["food.items"].to_string().contains("酒类"), "{:?}", content["food.items"]);
}

#[test]
fn a_shop_of_prepacked_food_files_unless_it_sells_liquor_anew() {
    let way = |liquor: Value, former: Value| {
        let given = [("food-kind", json!("prepacked")), ("sells-liquor", liquor), ("holds-liquor-licence", former)];
        match case(given).guide().way {
            Some(WayForward::Signpost(signpost)) => Some(signpost.matter),
            _ => None,
        }
    };
    assert_eq!(way(json!(false), Value::Null), Some("P02".to_owned()));
    assert_eq!(way(json!(true), json!(false)), None);
    assert_eq!(way(json!(true), json!(true)), Some("P02".to_owned()));
}

#[test]
fn what_is_not_known_is_called_a_sample_in_two_languages() {
    let samples = Harness::<FoodBusiness2023>::new().definition().samples;
    assert!(samples.iter().any(|one| one.zh.contains("酒类") && one.zh.contains("示例") && one.en.is_some()));
}

/// A case of 2021, accepted and reviewed, as it stands when cases are migrated.
fn of_2021(sells_liquor: bool) -> Harness<FoodBusiness> {
    let given = answers([("sells-liquor", json!(sells_liquor))]);
    let mut case = answered(Harness::<FoodBusiness>::new(), given);
    case.submit().approve("accept").approve("document-review");
    case
}

#[test]
fn an_open_case_of_2021_without_liquor_goes_on_here_where_it_stands() {
    let mut case = of_2021(false).migrated_to::<FoodBusiness2023>().expect("it is taken over");
    assert_eq!(case.commands(), [], "the check on the spot is open, and stays so");
    case.approve("onsite").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn an_open_case_of_2021_whose_liquor_is_a_case_of_its_own_is_left_where_it_is() {
    let refused = of_2021(true).migrated_to::<FoodBusiness2023>().err().expect("it is not taken over");
    assert_eq!(refused.code, "liquor-apart");
}
