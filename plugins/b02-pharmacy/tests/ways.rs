//! The pharmacy: what it takes.

// A test that cannot go on has failed; that holds for its functions too.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use banshi_b02_pharmacy::Pharmacy;
use banshi_sdk::harness::{Harness, asks};

#[test]
fn the_manifest_asks_for_all_that_the_bundle_uses() {
    let missing = asks::<Pharmacy>().missing_from(include_str!("../package.toml"));
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn devices_are_a_part_where_they_are_sold() {
    let parts = |devices: bool| Harness::<Pharmacy>::new().answer("sells-devices", devices).guide().parts;
    assert_eq!(parts(true), ["P05", "P06"]);
    assert_eq!(parts(false), ["P05"]);
}
