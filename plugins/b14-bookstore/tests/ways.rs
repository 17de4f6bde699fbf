//! The bookstore: what it takes.

// A test that cannot go on has failed; that holds for its functions too.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use banshi_b14_bookstore::Bookstore;
use banshi_sdk::harness::{Harness, asks};

#[test]
fn the_manifest_asks_for_all_that_the_bundle_uses() {
    let missing = asks::<Bookstore>().missing_from(include_str!("../package.toml"));
    assert!(missing.is_empty(), "{missing:?}");
}

fn parts(area: i64, air: bool) -> Vec<String> {
    let shop = Harness::<Bookstore>::new().answer("shop-kind", "standalone");
    shop.answer("area", area).answer("central-air", air).guide().parts
}

#[test]
fn a_large_shop_and_one_with_central_air_need_the_health_licence_too() {
    assert_eq!(parts(1000, false), ["P12"]);
    assert_eq!(parts(1001, false), ["P12", "P08"]);
    assert_eq!(parts(90, true), ["P12", "P08"]);
}
