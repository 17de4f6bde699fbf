//! The invented variations, each a sample (示例); the paper more of one district is the host's (`on_a_host`).

use banshi_b01_convenience_store::ConvenienceStore;
use banshi_p01_food::FoodBusiness;
use banshi_p04_tobacco::TobaccoRetail;
use banshi_p10_sports::Sports;
use banshi_p14_entertainment::Entertainment;
use banshi_samples::application;
use banshi_sdk::contract::cases::{Command, Outcome, SpecialKind};
use banshi_sdk::contract::matters::{Mode, Processing, Source};
use banshi_sdk::harness::{Harness, person};

use super::variation;

#[test]
fn i1_retail_points_of_tobacco_fifty_metres_apart_is_a_setting() {
    let near = |shop: Harness<TobaccoRetail>| {
        let found = shop.value("tobacco.nearest-retailer", 60).precheck();
        found.iter().any(|finding| finding.reason.rule == "tobacco-spacing")
    };
    assert!(near(application()), "100 metres in the city");
    assert!(!near(application().variation(variation!("sample-tobacco-spacing"))));
}

#[test]
fn i2_food_on_a_commitment_up_to_fifty_square_metres_and_looked_at_above_is_a_setting() {
    let huangpu = |area: i64| application::<FoodBusiness>().variation(variation!("huangpu-food")).answer("area", area);
    assert_eq!(huangpu(50).guide().modes, [Mode::Commitment, Mode::Approval]);
    let mut small = huangpu(50).value("premises.area", 50).mode(Mode::Commitment);
    small.submit().approve("accept").approve("document-review");
    assert_eq!(small.open_stages(), ["verdict"], "no check before");
    assert_eq!(huangpu(301).guide().modes, [Mode::Approval]);
    let mut large = huangpu(301);
    large.submit().approve("accept").approve("document-review");
    assert_eq!(large.open_stages(), ["onsite"]);
}

#[test]
fn i4_the_property_certificate_is_never_asked_and_the_lease_is_not_where_leases_are_shared_by_a_setting() {
    let sources = |shop: Harness<FoodBusiness>, id: &str| {
        let paper = shop.definition().materials.into_iter().find(|paper| paper.id == id).expect("a paper");
        paper.sources.iter().any(|source| matches!(source, Source::SharedData(_)))
    };
    assert!(sources(Harness::new(), "property-certificate"), "shared in the whole city");
    assert!(!sources(Harness::new(), "premises-proof"));
    assert!(sources(Harness::new().variation(variation!("sample-food-lease")), "premises-proof"));
}

#[test]
fn i5_the_opinion_of_the_street_office_is_a_setting_that_binds_nobody() {
    let mut case = application::<FoodBusiness>().variation(variation!("sample-street-opinion"));
    case.submit().approve("accept");
    assert_eq!(case.open_stages(), ["document-review", "street-opinion"]);
    let stage = case.definition().stages.into_iter().find(|stage| stage.id == "street-opinion").expect("a stage");
    assert!(!stage.mandatory && stage.unit == "街道办事处");
    case.silence("street-opinion").approve("document-review").approve("onsite").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn i6_a_hearing_before_a_song_and_dance_hall_opens_is_a_setting() {
    let mut without = application::<Entertainment>();
    without.submit().approve("accept");
    assert_eq!(without.open_stages(), ["onsite"]);
    let mut with = application::<Entertainment>().variation(variation!("sample-ktv-hearing"));
    with.submit().approve("accept").approve("onsite").approve("hearing");
    let started = with.all_commands().iter().find_map(|command| match command {
        Command::StartSpecialProcedure(procedure) => Some(procedure.kind),
        _ => None,
    });
    assert_eq!(started, Some(SpecialKind::Hearing));
    assert_eq!(with.open_stages(), Vec::<&str>::new(), "the decision waits for the hearing");
    with.procedure_ended("hearing").approve("verdict");
    assert_eq!(with.outcome(), Some(Outcome::Granted));
}

#[test]
fn i7_promises_of_five_three_and_no_days_are_settings() {
    let promised =
        |days: i64| Harness::<ConvenienceStore>::new().parameter("promised-days", days).definition().promised;
    for days in [5, 3] {
        assert!(matches!(promised(days.into()), Processing::Promised(span) if span.count == days), "{days}");
    }
    assert_eq!(promised(0), Processing::OnTheSpot);
}

#[test]
fn i8_no_fee_for_micro_firms_is_a_setting() {
    let pays = |case: Harness<Sports>, size: &str| {
        let mut case = case.answer("enterprise-size", size);
        case.submit().approve("accept");
        case.all_commands().iter().any(|command| matches!(command, Command::RequestPayment(_)))
    };
    assert!(pays(application(), "micro"), "the city asks for the fee");
    let waived = || application().variation(variation!("sample-fee-waiver"));
    assert!(!pays(waived(), "micro") && pays(waived(), "small"));
}

/// Not expressible: a commitment that is not offered to a subject who broke one. The guide is told the place and the
/// answers, and not who asks; so whoever broke a promise is offered what everybody is.
#[test]
fn i9_the_guide_is_not_told_who_asks_so_it_cannot_withhold_a_commitment_from_one_subject() {
    let offered = |case: Harness<FoodBusiness>| {
        case.variation(variation!("huangpu-food")).answer("food-kind", "mixed").answer("area", 40).guide().modes
    };
    let other = person("310115199003070017", "林示例");
    assert_eq!(offered(Harness::new()), [Mode::Commitment, Mode::Approval]);
    assert_eq!(offered(Harness::new().subject(other)), [Mode::Commitment, Mode::Approval]);
}
