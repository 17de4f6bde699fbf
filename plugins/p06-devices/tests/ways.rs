//! The ways of the filing of a business in medical devices.

// A test that cannot go on has failed; that holds for its functions too.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use banshi_p06_devices::DeviceFiling;
use banshi_samples::{application, object};
use banshi_sdk::contract::cases::{Command, Mode, Outcome};
use banshi_sdk::harness::{Harness, asks};

#[test]
fn the_manifest_asks_for_all_that_the_matter_uses() {
    let missing = asks::<DeviceFiling>().missing_from(include_str!("../package.toml"));
    assert!(missing.is_empty(), "{missing:?}");
}

fn filing() -> Harness<DeviceFiling> {
    application::<DeviceFiling>().mode(Mode::Filing)
}

#[test]
fn an_officer_registers_it_on_review() {
    let mut case = filing();
    assert!(case.precheck().is_empty(), "{:?}", case.precheck());
    case.submit().approve("accept").approve("register");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
    assert_eq!(object(&case.licences()[0].content)["devices.business"], "零售");
}

#[test]
fn a_part_of_a_bundle_is_registered_without_being_taken_in_again() {
    let mut case = filing().channel("bundle");
    case.submit().approve("register");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn what_cannot_be_registered_is_refused_with_reasons() {
    let mut case = filing();
    case.submit()
        .approve("accept")
        .object("register", "含第三类医疗器械，应当申请许可 / Class III devices need a licence");
    assert_eq!(case.outcome(), Some(Outcome::Refused));
    assert!(case.licences().is_empty());
}

#[test]
fn what_is_missing_is_asked_for_once() {
    let mut case = filing();
    case.submit().object("accept", "缺少质量管理制度 / The quality management documents are missing");
    assert!(matches!(case.commands(), [.., Command::RequestSupplement(_)]));
    case.supplement().approve("accept").approve("register");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}
