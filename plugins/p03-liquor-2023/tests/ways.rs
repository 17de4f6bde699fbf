//! What is left of the liquor licence.

// A test that cannot go on has failed; that holds for its functions too.
#![allow(clippy::expect_used, clippy::panic)]

use banshi_p03_liquor_2023::LiquorRetail2023;
use banshi_samples::application;
use banshi_sdk::contract::cases::{Command, Ending, Outcome};
use banshi_sdk::contract::matters::Business;
use banshi_sdk::harness::{Harness, asks};

const FORMER: &str = "1.2.156.3005.2.11310115MB00000193013.former";

#[test]
fn the_manifest_asks_for_all_that_the_matter_uses() {
    let missing = asks::<LiquorRetail2023>().missing_from(include_str!("../package.toml"));
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn none_is_issued_and_the_only_business_is_to_cancel_one() {
    let definition = Harness::<LiquorRetail2023>::new().definition();
    assert_eq!(definition.business, [Business::Cancel]);
    assert!(definition.issues.is_empty());
}

#[test]
fn a_holder_gives_up_the_licence_from_before() {
    let mut case = application::<LiquorRetail2023>().business(Business::Cancel).licence(FORMER);
    case.submit().approve("accept").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
    let ended = case.all_commands().iter().find_map(|command| match command {
        Command::EndLicence(end) => Some((end.licence.clone(), end.ending)),
        _ => None,
    });
    assert_eq!(ended, Some((FORMER.to_owned(), Ending::Cancelled)));
    assert!(case.licences().is_empty());
}
