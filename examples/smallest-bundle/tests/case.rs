//! The smallest bundle: two parts with music, one without.

use banshi_example_smallest_bundle::NightMarket;
use banshi_model::package::Manifest;
use banshi_sdk::harness::{Harness, asks};
use banshi_sdk::prelude::*;

fn stall(music: bool) -> Harness<NightMarket> {
    Harness::new().answer("area", 4).answer("music", music).value("org.name", "李记煎饼")
}

#[test]
fn both_parts_granted_give_one_composite_certificate() {
    let mut case = stall(true);
    case.submit().approve("acceptance");
    case.part_closed("EX-STALL", Outcome::Granted).part_closed("EX-PLAIN", Outcome::Granted);
    assert!(matches!(case.commands(), [Command::ReleaseParts(Some(_)), Command::Close]));
    assert!(case.licences()[0].content.contains("李记煎饼"));
}

#[test]
fn a_quiet_stall_has_one_part_and_no_composite() {
    let mut case = stall(false);
    assert_eq!(case.guide().parts, ["EX-STALL"]);
    case.submit().approve("acceptance").part_closed("EX-STALL", Outcome::Granted);
    assert!(matches!(case.commands(), [Command::ReleaseParts(None), Command::Close]));
}

#[test]
fn a_refused_part_does_not_take_the_other_with_it() {
    let mut case = stall(true);
    case.submit().approve("acceptance");
    case.part_closed("EX-PLAIN", Outcome::Refused).part_closed("EX-STALL", Outcome::Granted);
    assert!(matches!(case.commands(), [Command::ReleaseParts(None), Command::Close]));
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn the_manifest_reads_and_asks_for_what_the_flow_uses() {
    let text = include_str!("../package.toml");
    toml::from_str::<Manifest>(text).expect("a manifest");
    assert_eq!(asks::<NightMarket>().missing_from(text), Vec::<String>::new());
}
