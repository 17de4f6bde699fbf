//! The ways of the filing of prepacked food sales.

// A test that cannot go on has failed; that holds for its functions too.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use banshi_p02_prepacked_food::PrepackedFood;
use banshi_samples::{answered, object};
use banshi_sdk::contract::cases::{Command, Mode, Outcome, WayForward};
use banshi_sdk::contract::matters::{MatterType, Processing};
use banshi_sdk::harness::{Harness, asks};

#[test]
fn the_manifest_asks_for_all_that_the_matter_uses() {
    let missing = asks::<PrepackedFood>().missing_from(include_str!("../package.toml"));
    assert!(missing.is_empty(), "{missing:?}");
}

/// The reference applicant, who sells nothing but prepacked food.
fn application() -> Harness<PrepackedFood> {
    answered(Harness::new(), object(r#"{"food-kind": "prepacked", "area": 168}"#)).mode(Mode::Filing)
}

#[test]
fn it_is_a_filing_and_nothing_else() {
    let definition = Harness::<PrepackedFood>::new().definition();
    assert_eq!(definition.matter_type, MatterType::Filing);
    assert_eq!(definition.modes, [Mode::Filing]);
    assert!(matches!(definition.promised, Processing::OnTheSpot));
}

#[test]
fn an_officer_registers_it_on_review() {
    let mut case = application();
    assert!(case.precheck().is_empty(), "{:?}", case.precheck());
    case.submit().approve("accept").approve("register");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
    assert_eq!(case.licences()[0].valid_until, None, "a filing does not expire");
}

#[test]
fn a_part_of_a_bundle_is_registered_without_being_taken_in_again() {
    let mut case = application().channel("bundle");
    case.submit().approve("register");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn what_is_missing_is_asked_for_once() {
    let mut case = application();
    case.submit().object("accept", "经营项目未填写完整 / The kinds of food are incomplete");
    assert!(matches!(case.commands(), [.., Command::RequestSupplement(_)]));
    case.supplement().approve("accept").approve("register");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn what_cannot_be_registered_is_refused_with_reasons() {
    let mut case = application();
    case.submit()
        .approve("accept")
        .object("register", "实际销售散装熟食，应当申请许可 / Loose cooked food is sold: a licence is needed");
    assert_eq!(case.outcome(), Some(Outcome::Refused));
}

#[test]
fn who_sells_more_is_shown_the_way_to_the_licence() {
    let way = Harness::<PrepackedFood>::new().answer("food-kind", "mixed").guide().way;
    assert!(matches!(way, Some(WayForward::Signpost(signpost)) if signpost.matter == "P01"));
}
