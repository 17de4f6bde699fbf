//! The smallest code variation over the smallest matter.

use banshi_example_smallest_code_variation::SmallStalls;
use banshi_example_smallest_matter::Stall;
use banshi_model::package::{Kind, Manifest};
use banshi_sdk::harness::Harness;
use banshi_sdk::prelude::*;

fn stall(area: i64) -> Harness<Stall> {
    Harness::new().over::<SmallStalls>().answer("area", area).value("name", "李记煎饼").value("place", "衡山路1号旁")
}

#[test]
fn a_small_stall_needs_no_plan_and_a_large_one_does() {
    assert!(stall(5).guide().materials.is_empty());
    assert!(stall(5).precheck().is_empty());
    assert_eq!(stall(6).guide().materials, ["site-plan"]);
    assert_eq!(stall(6).precheck()[0].reason.rule, "material-missing");
}

#[test]
fn what_it_does_not_refine_stands() {
    let mut case = stall(5);
    case.submit().approve("acceptance").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn the_manifest_reads() {
    let manifest: Manifest = toml::from_str(include_str!("../variation.toml")).expect("a manifest");
    assert_eq!(manifest.kind, Kind::Code);
}
