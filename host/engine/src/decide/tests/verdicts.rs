//! A person decides against a person.

use banshi_model::command::{Command, EndLicence, Ending, IssueLicence};
use banshi_model::draft::{Opinion, Outcome};
use banshi_model::text::Text;
use serde_json::json;

use super::fixture::*;

const NOW: &str = "2021-04-27T11:00:00+08:00";

fn remedy() -> Text {
    Text::new("可以申请行政复议或者提起行政诉讼", "reconsideration or litigation")
}

fn issue() -> Command {
    Command::IssueLicence(IssueLicence {
        licence_type: TYPE.to_owned(),
        content: json!({ "org.name": "甲" }),
        valid_until: Some(jiff::civil::date(2026, 4, 26)),
    })
}

#[test]
fn a_grant_rests_on_a_task_that_a_person_approved() {
    let world = World::on(NOW);
    let case = in_work(&world);
    let grant = Command::Grant(verdict("verdict"));
    assert_eq!(world.refusal(&case, std::slice::from_ref(&grant)), "case.verdict");
    let silent = answered(&case, "verdict", Opinion::Approve, false);
    assert_eq!(world.refusal(&silent, std::slice::from_ref(&grant)), "case.verdict");
    let objected = answered(&case, "verdict", Opinion::Object, true);
    assert_eq!(world.refusal(&objected, std::slice::from_ref(&grant)), "case.verdict");
    let approved = answered(&case, "verdict", Opinion::Approve, true);
    assert!(world.decide(&approved, &[grant]).is_ok());
}

#[test]
fn an_abstention_decides_nothing() {
    let world = World::on(NOW);
    let case = answered(&in_work(&world), "verdict", Opinion::Abstain, true);
    assert_eq!(world.refusal(&case, &[Command::Grant(verdict("verdict"))]), "case.verdict");
    let refuse = Command::Refuse { verdict: verdict("verdict"), remedy: remedy() };
    assert_eq!(world.refusal(&case, &[refuse]), "case.verdict");
}

#[test]
fn a_refusal_gives_clauses_and_a_remedy() {
    let world = World::on(NOW);
    let case = answered(&in_work(&world), "verdict", Opinion::Object, true);
    let refuse = |basis: &str, remedy: Text| {
        let mut verdict = verdict("verdict");
        verdict.reasons = vec![reason(basis)];
        Command::Refuse { verdict, remedy }
    };
    assert_eq!(world.refusal(&case, &[refuse(" ", remedy())]), "case.verdict");
    assert_eq!(world.refusal(&case, &[refuse("第三十八条", Text::new("", ""))]), "case.remedy");
    let closed = world.after(&case, &[refuse("第三十八条", remedy()), Command::Close]);
    assert_eq!(closed.outcome, Some(Outcome::Refused));
}

#[test]
fn a_grant_waits_for_the_open_tasks_of_mandatory_stages() {
    let world = World::on(NOW);
    let case = world.after(&in_work(&world), &[open("review", "review")]);
    let case = answered(&case, "verdict", Opinion::Approve, true);
    assert_eq!(world.refusal(&case, &[Command::Grant(verdict("verdict"))]), "case.stage-open");
    let case = answered(&case, "review", Opinion::Approve, true);
    assert!(world.decide(&case, &[Command::Grant(verdict("verdict"))]).is_ok());
}

#[test]
fn a_licence_follows_a_grant_and_its_number_derives_from_the_case() {
    let world = World::on(NOW);
    let case = answered(&in_work(&world), "verdict", Opinion::Approve, true);
    assert_eq!(world.refusal(&case, &[issue()]), "licence.before-grant");
    let commands = [Command::Grant(verdict("verdict")), issue()];
    let first = world.decide(&case, &commands).unwrap().licences;
    let again = world.decide(&case, &commands).unwrap().licences;
    assert_eq!(first, again);
    let twice = [Command::Grant(verdict("verdict")), issue(), issue()];
    assert_eq!(world.refusal(&case, &twice), "licence.exists");
}

#[test]
fn a_licence_of_a_type_that_the_matter_does_not_issue_is_refused() {
    let world = World::on(NOW);
    let case = answered(&in_work(&world), "verdict", Opinion::Approve, true);
    let wish = IssueLicence { licence_type: "11310000MB2F3080XK999".to_owned(), content: json!({}), valid_until: None };
    let commands = [Command::Grant(verdict("verdict")), Command::IssueLicence(wish)];
    assert_eq!(world.refusal(&case, &commands), "licence.type");
}

#[test]
fn nothing_follows_a_close() {
    let world = World::on(NOW);
    let case = answered(&in_work(&world), "verdict", Opinion::Approve, true);
    let commands = [Command::Grant(verdict("verdict")), Command::Close, issue()];
    assert_eq!(world.refusal(&case, &commands), "case.closed");
}

#[test]
fn a_licence_is_revoked_only_on_an_officers_objection_and_only_the_cases_own() {
    let mut world = World::on(NOW);
    let case = answered(&in_work(&world), "verdict", Opinion::Approve, true);
    let decision = world.decide(&case, &[Command::Grant(verdict("verdict")), issue()]).unwrap();
    world.licences = decision.licences.clone();
    let case = folded(&case, &decision.effects, world.now);
    let end = |verdict| {
        Command::EndLicence(EndLicence {
            licence: decision.licences[0].id.clone(),
            ending: Ending::Revoked,
            reason: reason("行政许可法 第六十九条"),
            verdict,
        })
    };
    assert_eq!(world.refusal(&case, &[end(None)]), "case.verdict");
    assert_eq!(world.refusal(&case, &[end(Some(verdict("verdict")))]), "case.verdict");
    world.licences[0].case = "310115-210426-BBBBBBBBBB".parse().unwrap();
    assert_eq!(world.refusal(&case, &[end(None)]), "licence.foreign");
}
