//! The ways of a licence to retail over-the-counter drugs.

// A test that cannot go on has failed; that holds for its functions too.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use banshi_p05_drugs::DrugRetail;
use banshi_samples::application;
use banshi_sdk::contract::cases::{Command, Outcome};
use banshi_sdk::harness::asks;

#[test]
fn the_manifest_asks_for_all_that_the_matter_uses() {
    let missing = asks::<DrugRetail>().missing_from(include_str!("../package.toml"));
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn papers_then_the_spot_then_the_verdict_and_five_years() {
    let mut case = application::<DrugRetail>();
    assert!(case.precheck().is_empty(), "{:?}", case.precheck());
    case.submit().approve("accept").approve("document-review").approve("onsite").on("2021-04-29").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
    assert_eq!(case.licences()[0].valid_until.as_deref(), Some("2026-04-28"));
}

#[test]
fn without_a_pharmacist_on_the_spot_it_is_refused_by_the_verdict_alone() {
    let mut case = application::<DrugRetail>();
    case.submit().approve("accept").approve("document-review");
    case.object("onsite", "药学技术人员不在岗 / The pharmacist is not on duty");
    assert_eq!(case.outcome(), None);
    case.object("verdict", "不符合药品管理法第五十二条 / The conditions of Art. 52 are not met");
    assert_eq!(case.outcome(), Some(Outcome::Refused));
}

#[test]
fn an_expired_registration_blocks_in_the_precheck_but_ends_nothing() {
    let mut case = application::<DrugRetail>().value("drugs.pharmacist.registered-until", "2021-04-25");
    let found = case.precheck();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].reason.rule.as_str(), found[0].reason.basis.as_str()),
        ("drugs-pharmacist-registered", "药品管理法 第五十二条")
    );
    case.submit();
    assert_eq!(case.open_stages(), ["accept"]);
}

#[test]
fn a_registration_that_ends_today_still_holds() {
    assert!(application::<DrugRetail>().value("drugs.pharmacist.registered-until", "2021-04-26").precheck().is_empty());
}

#[test]
fn what_is_missing_is_asked_for_once() {
    let mut case = application::<DrugRetail>();
    case.submit().object("accept", "质量管理制度不全 / The quality management documents are incomplete");
    assert!(matches!(case.commands(), [.., Command::RequestSupplement(_)]));
    case.supplement().approve("accept");
    assert_eq!(case.open_stages(), ["document-review"]);
}
