//! Rules that a right plugin never meets: each refuses its command under its own name, and says why.

use banshi_model::case::Case;
use banshi_model::command::{Command, IssueLicence, OpenTask};
use banshi_model::definition::{Mode, Processing, Span};
use banshi_model::draft::{Opinion, Outcome};
use serde_json::{Value, json};

use super::bundle::{composite, ended, opened, world as bundle_world};
use super::fixture::*;
use crate::decide::PartView;

const NOW: &str = "2021-04-27T11:00:00+08:00";

#[track_caller]
fn refused(world: &World, case: &Case, command: Command, code: &str, text: &str) {
    let refused = world.decide(case, &[command]).unwrap_err();
    assert_eq!(refused.code, code, "{}", refused.text);
    assert!(refused.text.contains(text), "`{text}` in {}", refused.text);
}

fn part(code: &str) -> Command {
    Command::OpenPart { part: code.parse().unwrap(), mode: Mode::Approval }
}

#[test]
fn parts_are_opened_after_acceptance_of_those_that_are_pinned_and_can_be_had() {
    let mut world = bundle_world();
    let mut case = received();
    case.draft.thaw().parts = vec!["P01".parse().unwrap()];
    refused(&world, &case, part("P01"), "part.phase", "after the bundle's acceptance");
    let accepted = world.after(&case, &[Command::Accept(Processing::Promised(Span::working_days(5)))]);
    world.parts.insert("P01".parse().unwrap(), PartView { modes: Vec::new() });
    refused(&world, &accepted, part("P01"), "part.mode", "`P01` may not be had here");
    world.parts.clear();
    refused(&world, &accepted, part("P01"), "part.unpinned", "`P01` is not pinned");
}

#[test]
fn a_joint_inspection_is_one_of_the_definition_and_serves_an_open_part() {
    let world = bundle_world();
    let case = opened(&world);
    refused(&world, &case, Command::InspectJointly(slug("other")), "inspection.unknown", "no joint inspection `other`");
    let over = ended(&ended(&case, "P01", Outcome::Granted), "P05", Outcome::Granted);
    refused(&world, &over, Command::InspectJointly(slug("joint")), "inspection.empty", "serves no open part");
}

#[test]
fn only_a_bundle_releases_parts_and_only_where_a_row_provides_for_a_composite_is_one_issued() {
    let world = World::on(NOW);
    refused(&world, &in_work(&world), Command::ReleaseParts(None), "release.bundle", "only a bundle");
    let world = bundle_world();
    let mut case = ended(&ended(&opened(&world), "P01", Outcome::Granted), "P05", Outcome::Granted);
    // No row speaks of composites in Beijing.
    case.draft.thaw().division = "110101".parse().unwrap();
    refused(&world, &case, Command::ReleaseParts(composite()), "law.no-composite-row", "no law row of this place");
}

#[test]
fn a_licence_s_content_is_an_object_and_its_identifier_can_be_made() {
    let mut world = World::on(NOW);
    let case = answered(&in_work(&world), "verdict", Opinion::Approve, true);
    let case = world.after(&case, &[Command::Grant(verdict("verdict"))]);
    let issue = |kind: &str, content: Value| {
        Command::IssueLicence(IssueLicence { licence_type: kind.to_owned(), content, valid_until: None })
    };
    refused(&world, &case, issue(TYPE, json!([])), "licence.content", "a JSON object");
    "short".clone_into(&mut world.definition.issues[0].licence_type);
    refused(&world, &case, issue("short", json!({})), "licence.identifier", "21 characters");
}

#[test]
fn a_look_up_is_asked_once_at_a_time_and_a_fee_is_no_more_than_the_definition_allows() {
    let mut world = World::on(NOW);
    let case = in_work(&world);
    let look_up = Command::LookUp {
        id: slug("register"),
        service: "register".to_owned(),
        purpose: "审查".to_owned(),
        arguments: json!({}),
    };
    let asked = world.after(&case, std::slice::from_ref(&look_up));
    refused(&world, &asked, look_up, "lookup.exists", "`register` is under way");
    world.definition.fees = serde_json::from_value(json!([
        { "id": "card", "basis": "示例", "at_most": 500 }
    ]))
    .unwrap();
    let pay = |amount| Command::RequestPayment { id: slug("p"), fee: slug("card"), amount };
    refused(&world, &case, pay(501), "payment.amount", "over the 500 that fee `card` allows");
    assert!(world.decide(&case, &[pay(500)]).is_ok());
}

#[test]
fn a_task_that_is_not_there_is_not_closed_and_an_after_check_follows_a_commitment() {
    let world = World::on(NOW);
    let case = in_work(&world);
    refused(&world, &case, Command::CloseTask(slug("nowhere")), "task.unknown", "no task `nowhere`");
    let Command::OpenTask(task) = open("after", "review") else { return };
    let check = |task: &OpenTask| Command::OpenAfterCheck(task.clone());
    refused(&world, &case, check(&task), "task.after-check", "follows a grant on a commitment");
}
