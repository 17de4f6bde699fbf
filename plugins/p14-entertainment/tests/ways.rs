//! The ways of an entertainment licence.

// A test that cannot go on has failed; that holds for its functions too.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use banshi_p14_entertainment::Entertainment;
use banshi_samples::application;
use banshi_sdk::contract::cases::Outcome;
use banshi_sdk::harness::asks;

#[test]
fn the_manifest_asks_for_all_that_the_matter_uses() {
    let missing = asks::<Entertainment>().missing_from(include_str!("../package.toml"));
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_reference_application_is_granted() {
    let mut case = application::<Entertainment>();
    case.submit().approve("accept").approve("onsite").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
    assert_eq!(case.licences().len(), 1);
}
