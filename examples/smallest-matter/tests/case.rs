//! The smallest matter from window to permit, and under the smallest settings variation.

use banshi_example_smallest_matter::Stall;
use banshi_model::package::Manifest;
use banshi_sdk::contract::matters::{Processing, Source};
use banshi_sdk::harness::{Harness, asks};
use banshi_sdk::prelude::*;

const PACKAGE: &str = include_str!("../package.toml");
const VARIATION: &str = include_str!("../../smallest-settings-variation/variation.toml");

fn stall() -> Harness<Stall> {
    Harness::new().answer("area", 4).value("name", "李记煎饼").value("place", "陆家嘴环路1号旁").document("site-plan")
}

#[test]
fn a_stall_is_permitted_by_a_person_and_the_permit_shows_what_the_form_said() {
    let mut case = stall();
    assert!(case.precheck().is_empty());
    case.submit().approve("acceptance").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
    let permit: Value = banshi_sdk::serde_json::from_str(&case.licences()[0].content).expect("JSON");
    assert_eq!(permit["stall.place"], "陆家嘴环路1号旁");
    assert_eq!(case.licences()[0].valid_until.as_deref(), Some("2022-04-25"));
}

#[test]
fn a_refusal_carries_the_officers_reason() {
    let mut case = stall();
    case.submit().approve("acceptance").object("verdict", "占用盲道 / It blocks the tactile paving");
    let Command::Refuse(refusal) = &case.commands()[0] else { panic!("no refusal") };
    assert_eq!(refusal.verdict.reasons[0].text.zh, "占用盲道");
}

#[test]
fn the_manifest_reads_and_asks_for_what_the_flow_uses() {
    let manifest: Manifest = toml::from_str(PACKAGE).expect("a manifest");
    assert_eq!(manifest.matter.as_str(), "EX-STALL");
    assert_eq!(asks::<Stall>().missing_from(PACKAGE), Vec::<String>::new());
}

#[test]
fn a_settings_variation_turns_the_knobs_and_nothing_else() {
    let manifest: Manifest = toml::from_str(VARIATION).expect("a manifest");
    assert_eq!(manifest.matter.as_str(), "EX-STALL");
    let varied = stall().variation(VARIATION).definition();
    assert_eq!(varied.promised, Processing::Promised(working_days(2)));
    assert!(matches!(varied.materials[0].sources[0], Source::SharedData(_)));
    let own = stall().definition();
    assert_eq!((own.fields, own.stages), (varied.fields, varied.stages));
}
