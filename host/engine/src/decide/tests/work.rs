//! Tasks, timers, special procedures, parties.

use banshi_model::command::{Command, Due, OpenTask, SpecialKind, SpecialProcedure};
use banshi_model::definition::Span;
use banshi_model::draft::Opinion;
use banshi_model::effect::{Effect, TimerKind};
use banshi_model::event::Event;
use banshi_model::text::{Subject, SubjectKind, Text};
use banshi_model::time;
use serde_json::json;

use super::fixture::*;
use crate::decide::waits;

const NOW: &str = "2021-04-27T11:00:00+08:00";

fn consultation(stage: &str, limit: Option<Span>) -> Command {
    Command::OpenTask(OpenTask {
        id: slug("asked"),
        unit: "科".to_owned(),
        title: Text::new("征求意见", "consultation"),
        limit,
        form: None,
        stage: slug(stage),
        silence_consents: true,
    })
}

#[test]
fn silence_may_close_a_consultation_at_the_end_of_its_last_day() {
    let world = World::on(NOW);
    let decision = world.decide(&in_work(&world), &[consultation("consult", Some(Span::working_days(3)))]).unwrap();
    // 28, 29 and 30 April.
    let at = time::end_of(jiff::civil::date(2021, 4, 30));
    assert!(decision.effects.contains(&Effect::TimerSet { timer: TimerKind::Silence(slug("asked")), at }));
}

#[test]
fn silence_may_not_close_a_mandatory_stage_or_one_without_a_limit() {
    let world = World::on(NOW);
    let case = in_work(&world);
    assert_eq!(world.refusal(&case, &[consultation("review", Some(Span::working_days(3)))]), "task.silence");
    assert_eq!(world.refusal(&case, &[consultation("consult", None)]), "task.silence");
}

#[test]
fn a_task_serves_a_stage_of_the_definition_and_is_opened_once() {
    let world = World::on(NOW);
    let case = in_work(&world);
    assert_eq!(world.refusal(&case, &[open("x", "nowhere")]), "task.stage");
    assert_eq!(world.refusal(&case, &[open("verdict", "verdict")]), "task.exists");
}

fn hearing(kind: SpecialKind) -> Command {
    Command::StartSpecialProcedure(SpecialProcedure {
        id: slug("hearing"),
        kind,
        expected: Span::working_days(10),
        task: slug("review"),
        reason: reason("行政许可法 第四十六条"),
    })
}

#[test]
fn a_special_procedure_rests_on_an_officers_task_and_comes_after_acceptance() {
    let world = World::on(NOW);
    assert_eq!(world.refusal(&received(), &[hearing(SpecialKind::Hearing)]), "procedure.phase");
    let case = world.after(&in_work(&world), &[open("review", "review")]);
    assert_eq!(world.refusal(&case, &[hearing(SpecialKind::Hearing)]), "procedure.officer");
    let case = answered(&case, "review", Opinion::Approve, true);
    let paused = world.after(&case, &[hearing(SpecialKind::Hearing)]);
    assert_eq!(paused.procedures.len(), 1);
    assert_eq!(world.refusal(&paused, &[hearing(SpecialKind::Hearing)]), "procedure.exists");
}

#[test]
fn identity_is_asked_of_parties_only() {
    let world = World::on(NOW);
    let party = |id: &str| Subject { kind: SubjectKind::LegalPerson, id: id.to_owned(), name: "某".to_owned() };
    let ask = |id: &str| Command::VerifyIdentity(vec![party(id)]);
    assert!(world.decide(&received(), &[ask("91310115MA1K00015K")]).is_ok());
    assert_eq!(world.refusal(&received(), &[ask("91310104MA1K00023G")]), "identity.party");
}

#[test]
fn what_leaves_the_host_has_a_key_of_case_entry_and_ordinal() {
    let world = World::on(NOW);
    let ship = |id: &str| Command::Ship { id: slug(id), what: "证照".to_owned() };
    let decision = world.decide(&in_work(&world), &[ship("a"), ship("b")]).unwrap();
    let keys: Vec<&str> = decision
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Sent(outgoing) => Some(outgoing.key.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(keys, ["310115-210426-AAAAAAAAAA/2/1", "310115-210426-AAAAAAAAAA/2/2"]);
}

#[test]
fn a_fee_that_the_definition_does_not_have_is_not_asked() {
    let world = World::on(NOW);
    let pay = Command::RequestPayment { id: slug("p"), fee: slug("none"), amount: 1 };
    assert_eq!(world.refusal(&in_work(&world), &[pay]), "payment.fee");
}

#[test]
fn a_form_that_could_not_be_checked_against_is_refused_when_its_task_is_opened() {
    let world = World::on(NOW);
    let Command::OpenTask(task) = open("x", "review") else { return };
    let with = |form| Command::OpenTask(OpenTask { form: Some(form), ..task.clone() });
    let remote = json!({ "$ref": "https://example.org/form.json" });
    assert_eq!(world.refusal(&in_work(&world), &[with(remote)]), "task.form");
    assert!(world.decide(&in_work(&world), &[with(json!({ "type": "object" }))]).is_ok());
}

#[test]
fn a_timer_sets_no_timer_that_is_due_at_once() {
    let world = World::on(NOW);
    let timer = |days| Command::SetTimer { id: slug("t"), due: Due::After(Span::working_days(days)) };
    let rang = Event::TimerDue(slug("t"));
    let decided = |days| world.decide(&in_work(&world), &[timer(days)]).unwrap();
    assert_eq!(waits(&rang, &decided(0), world.now).unwrap_err().code, "timer.at-once");
    assert_eq!(waits(&rang, &decided(1), world.now), Ok(()));
    assert_eq!(waits(&Event::Submitted, &decided(0), world.now), Ok(()));
}
