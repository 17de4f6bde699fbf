//! The ways of a convenience store's case.

use banshi_b01_convenience_store::ConvenienceStore;
use banshi_samples::{answered, application, object};
use banshi_sdk::contract::cases::{Command, Mode, Outcome};
use banshi_sdk::harness::Harness;
use serde_json::json;

use crate::parts::{but, chosen, reference};

const LEGAL_REPRESENTATIVE: &str = "310115199003070017";

/// The reference case, with the form's values by data element as the host puts them together.
fn store() -> Harness<ConvenienceStore> {
    let form = [object(banshi_samples::APPLICANT), object(banshi_samples::BUSINESS_LICENCE)];
    let person = object(banshi_samples::SHARED_DATA)["market-entity"]["legal-representative"].clone();
    let case = form.into_iter().flatten().fold(application(), |case, (element, value)| case.value(&element, value));
    case.value("person.legal", person)
}

/// Accepted: the parts are open.
fn accepted() -> Harness<ConvenienceStore> {
    let mut case = store();
    case.submit().identity_verified(LEGAL_REPRESENTATIVE).approve("accept");
    case
}

fn opened(case: &Harness<ConvenienceStore>) -> Vec<(String, Mode)> {
    let opening = |command: &Command| match command {
        Command::OpenPart(opening) => Some((opening.part.clone(), opening.mode)),
        _ => None,
    };
    case.all_commands().iter().filter_map(opening).collect()
}

#[test]
fn the_answers_choose_the_parts() {
    assert_eq!(chosen(&reference()), ["P01", "P03", "P04", "P05", "P06"]);
    assert_eq!(chosen(&but([("sells-medicine", json!(false))])), ["P01", "P03", "P04"]);
    assert_eq!(chosen(&but([("sells-tobacco", json!(false))])), ["P01", "P03", "P05", "P06"]);
    assert_eq!(chosen(&but([("sells-liquor", json!(false))])), ["P01", "P04", "P05", "P06"]);
    assert_eq!(chosen(&but([("food-kind", json!("prepacked"))])), ["P02", "P03", "P04", "P05", "P06"]);
}

#[test]
fn until_a_question_is_answered_nothing_that_hangs_on_it_is_needed() {
    let guidance = Harness::<ConvenienceStore>::new().answer("food-kind", "mixed").guide();
    assert_eq!(guidance.parts, ["P01"]);
    assert_eq!(guidance.next, ["sells-liquor", "sells-tobacco", "sells-medicine", "area"]);
    assert!(!guidance.materials.contains(&"quality-system".to_owned()));
}

#[test]
fn the_legal_representative_proves_who_they_are_once_and_before_anything_is_accepted() {
    let mut case = store();
    case.submit();
    assert!(
        matches!(case.all_commands(), [Command::VerifyIdentity(people), ..] if people[0].id == LEGAL_REPRESENTATIVE)
    );
    assert!(opened(&case).is_empty());
    case.identity_verified(LEGAL_REPRESENTATIVE).approve("accept");
    let approval = ["P01", "P03", "P04", "P05"].map(|part| (part.to_owned(), Mode::Approval));
    let expected = [&approval[..], &[("P06".to_owned(), Mode::Filing)]].concat();
    assert_eq!(opened(&case), expected);
}

#[test]
fn five_permits_are_released_with_one_composite_certificate() {
    let mut case = accepted();
    for part in ["P06", "P03", "P01", "P04", "P05"] {
        assert!(case.licences().is_empty());
        case.part_closed(part, Outcome::Granted);
    }
    let composite = &case.licences()[0];
    assert_eq!(composite.licence_type, "11310115MB00000193001");
    let content = object(&composite.content);
    assert_eq!((content["industry"].as_str(), content["store.sign-name"].as_str()), (Some("便利店"), Some("示例便利")));
    case.delivered();
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn a_refused_part_does_not_hold_up_the_others() {
    let mut case = accepted();
    case.part_closed("P04", Outcome::Refused);
    for part in ["P01", "P03", "P05", "P06"] {
        case.part_closed(part, Outcome::Granted);
    }
    assert_eq!(case.licences().len(), 1);
    case.delivered();
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn one_permit_alone_gets_no_composite() {
    let answers =
        but([("sells-liquor", json!(false)), ("sells-tobacco", json!(false)), ("sells-medicine", json!(false))]);
    let person = object(banshi_samples::SHARED_DATA)["market-entity"]["legal-representative"].clone();
    let mut case = answered(Harness::<ConvenienceStore>::new(), answers).value("person.legal", person);
    case.submit().identity_verified(LEGAL_REPRESENTATIVE).approve("accept");
    assert_eq!(opened(&case), [("P01".to_owned(), Mode::Approval)]);
    case.part_closed("P01", Outcome::Granted);
    assert!(case.all_commands().iter().any(|command| matches!(command, Command::ReleaseParts(None))));
    assert!(case.licences().is_empty());
}

#[test]
fn where_every_part_is_refused_the_bundle_is_and_nothing_is_released() {
    let mut case = accepted();
    for part in ["P01", "P03", "P04", "P05", "P06"] {
        case.part_closed(part, Outcome::Refused);
    }
    assert_eq!(case.outcome(), Some(Outcome::Refused));
    assert!(case.licences().is_empty());
}

#[test]
fn what_is_missing_is_asked_for_once_for_all_parts() {
    let mut case = store();
    case.submit()
        .identity_verified(LEGAL_REPRESENTATIVE)
        .object("accept", "租赁合同缺页 / A page of the lease is missing");
    assert!(matches!(case.commands(), [.., Command::RequestSupplement(_)]));
    case.supplement().approve("accept");
    assert_eq!(opened(&case).len(), 5);
}

#[test]
fn the_precheck_runs_the_parts_rules_over_the_one_form() {
    assert!(store().precheck().is_empty(), "{:?}", store().precheck());
    let found = store()
        .value("drugs.pharmacist.registered-until", "2020-12-31")
        .value("tobacco.separate-from-dwelling", false)
        .value("food.manager.certificate-until", "2020-12-31")
        .precheck();
    let rules: Vec<&str> = found.iter().map(|finding| finding.reason.rule.as_str()).collect();
    assert_eq!(rules, ["food-manager-certified", "drugs-pharmacist-registered", "tobacco-separate"]);
}

#[test]
fn a_place_that_offers_it_takes_the_food_permit_on_a_commitment() {
    let mut case = store().parameter("commitment-below-area", 50).answer("area", 40).mode(Mode::Commitment);
    case.submit().identity_verified(LEGAL_REPRESENTATIVE).approve("accept");
    let modes: Vec<Mode> = opened(&case).into_iter().map(|(_, mode)| mode).collect();
    assert_eq!(modes, [Mode::Commitment, Mode::Approval, Mode::Approval, Mode::Approval, Mode::Filing]);
}
