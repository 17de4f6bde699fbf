//! The ways of a tobacco retail licence.

// A test that cannot go on has failed; that holds for its functions too.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use banshi_p04_tobacco::TobaccoRetail;
use banshi_samples::application;
use banshi_sdk::contract::cases::{Command, Opinion, Outcome};
use banshi_sdk::harness::{Harness, asks};
use serde_json::json;

#[test]
fn the_manifest_asks_for_all_that_the_matter_uses() {
    let missing = asks::<TobaccoRetail>().missing_from(include_str!("../package.toml"));
    assert!(missing.is_empty(), "{missing:?}");
}

fn measured(case: &mut Harness<TobaccoRetail>) -> &mut Harness<TobaccoRetail> {
    let data = json!({"nearest_retailer": 205, "nearest_school": 640});
    case.say("spacing-check", Opinion::Approve, data, Vec::new())
}

#[test]
fn the_spacing_is_measured_and_the_market_inspectors_are_asked_meanwhile() {
    let mut case = application::<TobaccoRetail>();
    assert!(case.precheck().is_empty(), "{:?}", case.precheck());
    case.submit().approve("accept");
    assert_eq!(case.open_stages(), ["spacing-check", "market-opinion"]);
    measured(&mut case).approve("market-opinion").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
    assert_eq!(case.licences()[0].valid_until.as_deref(), Some("2026-04-25"));
}

#[test]
fn silence_closes_the_consultation_and_decides_nothing() {
    let mut case = application::<TobaccoRetail>();
    case.submit().approve("accept").silence("market-opinion");
    assert_eq!(case.open_stages(), ["spacing-check"]);
    measured(&mut case);
    assert_eq!(case.open_stages(), ["verdict"]);
    assert_eq!(case.outcome(), None);
}

#[test]
fn an_objection_in_the_consultation_binds_nobody() {
    let mut case = application::<TobaccoRetail>();
    case.submit().approve("accept").object("market-opinion", "附近已有三家 / There are three nearby");
    measured(&mut case).approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn a_retail_point_too_near_another_is_refused_with_a_remedy() {
    let mut case = application::<TobaccoRetail>();
    case.submit().approve("accept").silence("market-opinion");
    case.object("spacing-check", "与最近零售点相距32米 / The nearest retailer is 32 metres away");
    case.object("verdict", "不符合合理布局 / It does not fit the plan of retail points");
    assert_eq!(case.outcome(), Some(Outcome::Refused));
    let remedied =
        case.all_commands().iter().any(|c| matches!(c, Command::Refuse(refusal) if !refusal.remedy.zh.is_empty()));
    assert!(remedied);
}

#[test]
fn the_precheck_warns_of_distances_and_stops_a_shop_inside_a_dwelling() {
    let case = application::<TobaccoRetail>()
        .value("tobacco.nearest-school", 40)
        .value("tobacco.nearest-retailer", 49)
        .value("tobacco.separate-from-dwelling", false);
    let rules: Vec<String> = case.precheck().into_iter().map(|finding| finding.reason.rule).collect();
    assert_eq!(rules, ["tobacco-separate", "tobacco-schools", "tobacco-spacing"]);
}

#[test]
fn what_is_missing_is_asked_for_once() {
    let mut case = application::<TobaccoRetail>();
    case.submit().object("accept", "缺少门面照片 / Photographs of the shop front are missing");
    assert!(matches!(case.commands(), [.., Command::RequestSupplement(_)]));
    case.supplement().approve("accept");
    assert_eq!(case.open_stages(), ["spacing-check", "market-opinion"]);
}
