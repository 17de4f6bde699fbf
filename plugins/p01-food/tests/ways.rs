//! The ways of a food business licence.

// A test that cannot go on has failed; that holds for its functions too.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use banshi_p01_food::FoodBusiness;
use banshi_samples::{application, object};
use banshi_sdk::contract::cases::{Command, Ending, Mode, Outcome, WayForward};
use banshi_sdk::harness::{Harness, asks};

fn findings(harness: &Harness<FoodBusiness>) -> Vec<String> {
    harness.precheck().into_iter().map(|finding| finding.reason.rule).collect()
}

#[test]
fn the_manifest_asks_for_all_that_the_matter_uses() {
    let missing = asks::<FoodBusiness>().missing_from(include_str!("../package.toml"));
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_reference_application_is_complete_and_is_granted_for_five_years() {
    let mut case = application::<FoodBusiness>();
    assert_eq!(findings(&case), Vec::<String>::new());
    case.submit().approve("accept").approve("document-review").approve("onsite").on("2021-04-28").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
    let licence = &case.licences()[0];
    assert_eq!(licence.licence_type, "11310115MB00000193011");
    assert_eq!(licence.valid_until.as_deref(), Some("2026-04-27"));
    let content = object(&licence.content);
    assert_eq!(content["org.uscc"], "91310115MA1K00015K");
    assert_eq!(content["food.form"], "食品销售经营者");
}

#[test]
fn the_check_on_the_spot_waits_for_the_document_review() {
    let mut case = application::<FoodBusiness>();
    case.submit().approve("accept");
    assert_eq!(case.open_stages(), ["document-review"]);
    case.approve("document-review");
    assert_eq!(case.open_stages(), ["onsite"]);
}

#[test]
fn a_refusal_rests_on_an_officer_s_reasons_and_names_the_remedy() {
    let mut case = application::<FoodBusiness>();
    case.submit().approve("accept").approve("document-review");
    case.object("onsite", "生熟食品未分区 / Raw and cooked food are not kept apart");
    assert_eq!(case.outcome(), None, "an inspector does not decide");
    case.object("verdict", "不符合食品安全法第三十三条 / The conditions of Art. 33 are not met");
    assert_eq!(case.outcome(), Some(Outcome::Refused));
    let refusal = case.all_commands().iter().find_map(|command| match command {
        Command::Refuse(refusal) => Some(refusal),
        _ => None,
    });
    let refusal = refusal.expect("a refusal");
    assert!(!refusal.verdict.reasons.is_empty());
    assert!(refusal.remedy.zh.contains("行政复议") && refusal.remedy.zh.contains("行政诉讼"));
    assert!(case.licences().is_empty());
}

#[test]
fn what_is_missing_is_asked_for_once_and_then_accepted() {
    let mut case = application::<FoodBusiness>();
    case.submit().object("accept", "平面布局图缺少比例尺 / The floor plan has no scale");
    assert!(matches!(case.commands(), [.., Command::RequestSupplement(findings)] if findings.len() == 1));
    case.supplement().approve("accept");
    assert_eq!(case.open_stages(), ["document-review"]);
}

#[test]
fn nobody_answered_so_the_law_accepted_and_the_work_goes_on() {
    let mut case = application::<FoodBusiness>();
    case.submit().deemed_accepted();
    assert_eq!(case.open_stages(), ["document-review"]);
}

#[test]
fn who_sells_prepacked_food_only_is_shown_the_way_to_the_filing() {
    let guidance = Harness::<FoodBusiness>::new().answer("food-kind", "prepacked").guide();
    let Some(WayForward::Signpost(signpost)) = guidance.way else { panic!("no way is shown") };
    assert_eq!((signpost.matter.as_str(), signpost.division.as_str()), ("P02", "310115"));
    assert!(Harness::<FoodBusiness>::new().answer("food-kind", "mixed").guide().way.is_none());
}

#[test]
fn a_commitment_is_offered_only_where_the_place_says_so_and_up_to_its_area() {
    let modes = |most: i64, area: i64| {
        Harness::<FoodBusiness>::new().parameter("commitment-below-area", most).answer("area", area).guide().modes
    };
    assert_eq!(modes(0, 30), [Mode::Approval]);
    assert_eq!(modes(50, 50), [Mode::Commitment, Mode::Approval]);
    assert_eq!(modes(50, 51), [Mode::Approval]);
}

fn on_a_commitment() -> Harness<FoodBusiness> {
    let mut case = application::<FoodBusiness>()
        .parameter("commitment-below-area", 50)
        .answer("area", 48)
        .value("premises.area", 48)
        .mode(Mode::Commitment);
    case.submit().approve("accept").approve("document-review").approve("verdict");
    case
}

#[test]
fn a_commitment_replaces_the_check_on_the_spot_by_one_after_the_fact() {
    let mut case = on_a_commitment();
    assert_eq!(case.licences().len(), 1);
    assert_eq!(case.open_stages(), ["after-check"]);
    case.approve("after-check");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn a_broken_commitment_is_first_to_be_put_right_and_then_revoked() {
    let mut case = on_a_commitment();
    case.object("after-check", "未配备洗手设施 / There is no hand-washing basin");
    assert!(!case.all_commands().iter().any(|command| matches!(command, Command::EndLicence(_))));
    let timers: Vec<String> = case
        .all_commands()
        .iter()
        .filter_map(|command| match command {
            Command::SetTimer(timer) => Some(timer.id.clone()),
            _ => None,
        })
        .collect();
    case.timer(&timers[0]).object("after-check", "仍未改正 / It has not been put right");
    let ended = case.all_commands().iter().find_map(|command| match command {
        Command::EndLicence(end) => Some(end.ending),
        _ => None,
    });
    assert_eq!(ended, Some(Ending::Revoked));
}

#[test]
fn the_precheck_cites_the_clause_of_what_it_finds_and_ends_nothing() {
    let case = application::<FoodBusiness>()
        .value("food.manager.certificate-until", "2021-03-31")
        .value("staff.health-certified", 11)
        .value("food.handwash-basins", 0)
        .value("food.storage-area", 500)
        .value("premises.lease-until", "2021-01-31")
        .answer("area", 40);
    let found = case.precheck();
    let rules: Vec<&str> = found.iter().map(|finding| finding.reason.rule.as_str()).collect();
    let expected = [
        "premises-area-as-answered",
        "premises-lease-runs",
        "premises-rooms-fit",
        "food-manager-certified",
        "food-staff-healthy",
        "food-hands-washed",
    ];
    assert_eq!(rules, expected);
    assert!(found.iter().all(|finding| !finding.reason.basis.is_empty() && !finding.reason.evidence.is_empty()));
    assert_eq!(found[3].reason.basis, "食品安全法 第四十四条");
}

#[test]
fn an_online_business_without_an_address_and_a_lease_without_dates_are_found() {
    let bare = Harness::<FoodBusiness>::new().value("food.online", true).value("premises.tenure", "租赁");
    let rules = findings(&bare);
    assert!(rules.iter().any(|rule| rule == "food-online-address"));
    assert!(rules.iter().any(|rule| rule == "premises-lease-stated"));
}
