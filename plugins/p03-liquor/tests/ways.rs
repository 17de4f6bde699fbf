//! The ways of a liquor retail licence.

// A test that cannot go on has failed; that holds for its functions too.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use banshi_p03_liquor::LiquorRetail;
use banshi_samples::{application, object};
use banshi_sdk::contract::cases::{Command, Outcome};
use banshi_sdk::harness::asks;

#[test]
fn the_manifest_asks_for_all_that_the_matter_uses() {
    let missing = asks::<LiquorRetail>().missing_from(include_str!("../package.toml"));
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_documents_are_reviewed_and_it_is_granted() {
    let mut case = application::<LiquorRetail>();
    assert!(case.precheck().is_empty(), "{:?}", case.precheck());
    case.submit().approve("accept").approve("document-review").on("2021-04-27").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
    let licence = &case.licences()[0];
    assert_eq!(licence.valid_until.as_deref(), Some("2024-04-26"));
    assert_eq!(object(&licence.content)["liquor.kinds"][1], "啤酒");
}

#[test]
fn a_reviewer_s_objection_goes_to_the_verdict_which_may_refuse() {
    let mut case = application::<LiquorRetail>();
    case.submit()
        .approve("accept")
        .object("document-review", "供货单位许可证已失效 / The supplier's licence has lapsed");
    assert_eq!(case.open_stages(), ["verdict"]);
    case.object("verdict", "不符合条件 / The conditions are not met");
    assert_eq!(case.outcome(), Some(Outcome::Refused));
}

#[test]
fn what_is_missing_is_asked_for_once() {
    let mut case = application::<LiquorRetail>();
    case.submit().object("accept", "缺少授权委托书 / The letter of authorisation is missing");
    assert!(matches!(case.commands(), [.., Command::RequestSupplement(_)]));
    case.supplement().approve("accept").approve("document-review").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn users_are_told_that_the_licence_was_abolished_in_2023() {
    let samples = application::<LiquorRetail>().definition().samples;
    assert!(samples.iter().any(|sample| sample.zh.contains("2023年7月10日")));
}
