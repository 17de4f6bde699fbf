//! Xuhui's joint check of food and drugs, over the convenience store.

// A test that cannot go on has failed; that holds for its functions too.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use banshi_b01_convenience_store::ConvenienceStore;
use banshi_p01_food::FoodBusiness;
use banshi_p05_drugs::DrugRetail;
use banshi_samples::{answered, object};
use banshi_sdk::Matter;
use banshi_sdk::contract::cases::{Command, Mode, Outcome};
use banshi_sdk::harness::Harness;
use banshi_xuhui_convenience::{INSPECTION, XuhuiConvenience};
use serde_json::{Value, json};

const LEGAL_REPRESENTATIVE: &str = "310115199003070017";

/// The reference case in Xuhui with some answers changed, as the base's harness knows it.
fn filed<const N: usize>(changed: [(&str, Value); N]) -> Harness<ConvenienceStore> {
    let mut answers = object(banshi_samples::ANSWERS);
    answers.extend(changed.map(|(question, answer)| (question.to_owned(), answer)));
    let person = object(banshi_samples::SHARED_DATA)["market-entity"]["legal-representative"].clone();
    answered(Harness::new().division("310104"), answers).value("person.legal", person)
}

fn accepted(case: Harness<ConvenienceStore>) -> Harness<ConvenienceStore> {
    let mut case = case.over::<XuhuiConvenience>();
    case.submit().identity_verified(LEGAL_REPRESENTATIVE).approve("accept");
    case
}

fn joint_checks(case: &Harness<ConvenienceStore>) -> usize {
    case.all_commands()
        .iter()
        .filter(|command| matches!(command, Command::InspectJointly(id) if id == INSPECTION))
        .count()
}

#[test]
fn a_large_shop_gets_one_joint_check_right_after_its_parts_are_opened() {
    let case = accepted(filed([("area", json!(301))]));
    assert_eq!(joint_checks(&case), 1);
    let last_part = case.commands().iter().rposition(|command| matches!(command, Command::OpenPart(_)));
    let check = case.commands().iter().position(|command| matches!(command, Command::InspectJointly(_)));
    assert_eq!(check, last_part.map(|last| last + 1));
}

#[test]
fn up_to_the_area_the_inspectors_come_each_on_their_own() {
    assert_eq!(joint_checks(&accepted(filed([("area", json!(300))]))), 0);
}

#[test]
fn without_medicine_there_is_nothing_to_join() {
    assert_eq!(joint_checks(&accepted(filed([("area", json!(400)), ("sells-medicine", json!(false))]))), 0);
}

#[test]
fn without_a_food_licence_there_is_nothing_to_join() {
    assert_eq!(joint_checks(&accepted(filed([("area", json!(400)), ("food-kind", json!("prepacked"))]))), 0);
}

#[test]
fn a_food_permit_on_a_commitment_has_no_check_to_join() {
    let case = filed([("area", json!(400))]).parameter("commitment-below-area", 500).mode(Mode::Commitment);
    assert_eq!(joint_checks(&accepted(case)), 0);
}

#[test]
fn it_adds_an_inspection_and_changes_nothing_else_of_the_definition() {
    let base = Harness::<ConvenienceStore>::new().definition();
    let mut refined = Harness::<ConvenienceStore>::new().over::<XuhuiConvenience>().definition();
    let bundle = refined.bundle.as_mut().expect("a bundle");
    let inspection = bundle.inspections.pop().expect("an inspection");
    refined.samples.pop();
    assert_eq!(refined, base);
    assert_eq!(inspection.id, INSPECTION);
}

#[test]
fn what_it_serves_are_mandatory_stages_of_the_parts() {
    fn is_mandatory<M: Matter>(stage: &str) -> bool {
        Harness::<M>::new().definition().stages.iter().any(|known| known.id == stage && known.mandatory)
    }
    let refined = Harness::<ConvenienceStore>::new().over::<XuhuiConvenience>().definition();
    let serves = refined.bundle.expect("a bundle").inspections.remove(0).serves;
    let named: Vec<(&str, &str)> = serves.iter().map(|one| (one.part.as_str(), one.stage.as_str())).collect();
    assert_eq!(named, [("P01", "onsite"), ("P05", "onsite")]);
    assert!(is_mandatory::<FoodBusiness>("onsite") && is_mandatory::<DrugRetail>("onsite"));
}

#[test]
fn the_case_ends_as_the_base_s_would() {
    let mut case = accepted(filed([("area", json!(400))]));
    for part in ["P01", "P03", "P04", "P05", "P06"] {
        case.part_closed(part, Outcome::Granted);
    }
    case.delivered();
    assert_eq!(case.outcome(), Some(Outcome::Granted));
    assert_eq!(joint_checks(&case), 1);
}
