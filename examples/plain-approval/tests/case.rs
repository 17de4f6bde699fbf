//! The plain approval: five entries from start to closed.

use banshi_example_plain_approval::PlainApproval;
use banshi_model::package::Manifest;
use banshi_sdk::harness::{Harness, asks};
use banshi_sdk::prelude::*;

#[test]
fn a_case_is_five_entries_whatever_the_order_of_the_reviews() {
    for order in [["planning", "safety", "traffic"], ["traffic", "planning", "safety"]] {
        let mut case = Harness::<PlainApproval>::new();
        case.submit();
        assert!(matches!(
            case.commands(),
            [Command::Accept(_), Command::OpenTask(_), Command::OpenTask(_), Command::OpenTask(_)]
        ));
        for stage in &order[..2] {
            case.approve(stage);
            assert!(case.commands().is_empty());
        }
        case.approve(order[2]);
        assert!(matches!(case.commands(), [Command::Grant(_), Command::SetTimer(_)]));
        case.timer("issue");
        assert!(matches!(case.commands(), [Command::IssueLicence(_), Command::Close]));
        assert_eq!(case.outcome(), Some(Outcome::Granted));
    }
}

#[test]
fn one_objection_refuses_when_all_have_spoken() {
    let mut case = Harness::<PlainApproval>::new();
    case.submit().approve("planning").object("safety", "疏散通道不足 / Too few exits").approve("traffic");
    assert_eq!(case.outcome(), Some(Outcome::Refused));
}

#[test]
fn the_manifest_reads_and_asks_for_what_the_flow_uses() {
    let text = include_str!("../package.toml");
    toml::from_str::<Manifest>(text).expect("a manifest");
    assert_eq!(asks::<PlainApproval>().missing_from(text), Vec::<String>::new());
}
