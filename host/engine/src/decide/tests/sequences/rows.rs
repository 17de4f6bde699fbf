//! The rows as predicates over what happened, written without the code that enforces them.

use std::collections::BTreeSet;

use banshi_model::case::{Case, Phase};
use banshi_model::definition::{Business, Span};
use banshi_model::draft::{Opinion, Outcome};
use banshi_model::effect::{Effect, PartnerKind};
use banshi_model::event::Event;
use banshi_model::ids::Slug;
use banshi_model::licence::LicenceStatus;
use banshi_model::task::{Task, TaskStatus};
use banshi_model::time;
use jiff::civil::Date;

use super::moves::FEE_AT_MOST;
use super::{CALENDAR, Life};

/// The last of so many working days after a day, counted one by one.
fn after(day: Date, working_days: u16) -> Date {
    let days = std::iter::successors(day.tomorrow().ok(), |day| day.tomorrow().ok());
    let mut worked = days.filter(|day| CALENDAR.is_working_day(*day));
    if working_days == 0 { day } else { worked.nth(usize::from(working_days) - 1).unwrap() }
}

/// A person, and not silence, said this to the task.
fn said(case: &Case, task: &Slug, opinion: Opinion) -> bool {
    let by_person = |task: &&Task| task.status == TaskStatus::Done && task.done_by.is_some();
    let result = case.task(task).filter(by_person).and_then(|task| task.result.as_ref());
    result.is_some_and(|result| result.opinion == opinion && !result.by_silence)
}

/// Judges what one step did. `before` is the case as the plugin saw it.
pub(super) fn of_step(life: &Life, before: &Case, effects: &[Effect]) {
    let mut case = before.clone();
    for effect in effects {
        // The end is told to the bundle, and nothing else comes after it.
        let told =
            matches!(effect, Effect::EventSent { to, event: Event::PartClosed(_) } if case.parent.as_ref() == Some(to));
        assert!(case.phase != Phase::Closed || told, "after the end: {effect:?}");
        one(life, &case, effect);
        case.apply(effect, life.now());
    }
    if case.phase == Phase::Closed {
        ended(life, before, &case, effects);
    }
}

fn one(life: &Life, case: &Case, effect: &Effect) {
    let today = time::date_of(life.now());
    match effect {
        Effect::Decided { outcome, task, reasons, remedy, .. } => {
            let task = task.as_ref().expect("a decision rests on a task");
            let wanted = if *outcome == Outcome::Granted { Opinion::Approve } else { Opinion::Object };
            assert!(said(case, task, wanted), "{outcome:?} without a person who says so");
            assert!(!reasons.is_empty(), "{outcome:?} without a reason");
            if *outcome == Outcome::Granted {
                let open = |task: &Task| matches!(task.status, TaskStatus::Open | TaskStatus::Joined);
                let open: Vec<&Task> = case
                    .tasks
                    .iter()
                    .map(|task| &**task)
                    .filter(|task| open(task))
                    .filter(|task| !task.after_check)
                    .collect();
                let mandatory = ["review", "verdict"];
                assert!(
                    open.iter().all(|task| !mandatory.contains(&task.stage.as_str())),
                    "granted over an open review"
                );
            } else {
                assert!(reasons.iter().all(|reason| !reason.basis.trim().is_empty()), "a reason without a clause");
                assert!(
                    remedy.as_ref().is_some_and(|remedy| !remedy.zh.trim().is_empty()),
                    "{outcome:?} without remedy"
                );
            }
            let early = matches!(case.phase, Phase::Received);
            assert_eq!(early, *outcome == Outcome::Declined, "{outcome:?} in {:?}", case.phase);
            assert!(case.decision.is_none(), "decided twice");
        }
        Effect::Accepted { on, limits, deemed } => {
            assert_eq!((case.phase, *on, *deemed), (Phase::Received, today, false));
            let ceiling = after(*on, life.laws.ceiling.min(20));
            assert!(limits.statutory_due.date <= ceiling, "{limits:?} over the row's {ceiling}");
            assert!(limits.promised_due.date <= limits.statutory_due.date, "{limits:?}");
            assert!(limits.promised.is_none_or(|promised| promised.count <= life.laws.ceiling.min(10)), "{limits:?}");
        }
        Effect::SupplementAsked { findings, .. } => {
            assert!(!findings.is_empty() && case.supplement.is_none() && case.phase == Phase::Received);
            let last = after(time::date_of(case.received), life.laws.supplement_within);
            assert!(today <= last, "asked on {today}, the row ends on {last}");
        }
        Effect::ProcedureStarted { procedure, from } => {
            assert_eq!((case.phase, *from), (Phase::Accepted, today));
            let decided_on = case.task(&procedure.task).expect("a task");
            assert!(decided_on.status == TaskStatus::Done && decided_on.done_by.is_some(), "no officer decided on it");
        }
        Effect::TaskOpened(task) => {
            let mandatory = ["review", "verdict"].contains(&task.stage.as_str());
            assert!(!(task.silence_consents && (mandatory || task.due.is_none())), "silence may close {task:?}");
            assert!(case.task(&task.local).is_none() && task.stage.as_str() != "nowhere");
            assert!(!task.after_check || case.decision.is_some());
        }
        _ => of_licences_and_letters(life, case, effect),
    }
}

fn of_licences_and_letters(life: &Life, case: &Case, effect: &Effect) {
    match effect {
        Effect::LicenceIssued(licence) => {
            let granted = case.decision.as_ref().is_some_and(|decision| decision.outcome == Outcome::Granted);
            assert!(granted && !case.licences.contains(&licence.id));
            assert_eq!(licence.licence_type, super::super::fixture::TYPE);
            let draft = licence.status == LicenceStatus::Draft;
            assert_eq!(draft, case.parent.is_some(), "a part's licence is a draft, and no other is");
            assert_eq!(licence.holder.id, case.draft.subject.id);
        }
        Effect::LicenceEnded { id, ended } => {
            let licence = life.licences.get(id).expect("a licence of this case");
            assert!(matches!(licence.status, LicenceStatus::Valid | LicenceStatus::Draft), "ended twice");
            let holder_asks = case.draft.business == Business::Cancel;
            let cancelled = ended.ending == banshi_model::command::Ending::Cancelled;
            let person = case
                .results
                .iter()
                .any(|result| said(case, &result.task, if cancelled { Opinion::Approve } else { Opinion::Object }));
            assert!(person || (cancelled && holder_asks), "ended without a person");
        }
        Effect::Sent(outgoing) => {
            assert!(outgoing.key.starts_with(&format!("{}/{}/", case.id, life.seq + 1)), "{}", outgoing.key);
            assert!(!life.history.iter().any(|old| matches!(old, Effect::Sent(o) if o.key == outgoing.key)));
            let agent = case.draft.agent.iter().map(|agent| agent.id.clone());
            let parties: BTreeSet<String> = agent.chain([case.draft.subject.id.clone()]).collect();
            for name in ["person", "payer", "to", "subject"] {
                let id = outgoing.data.get(name).and_then(|person| person.get("id")).and_then(|id| id.as_str());
                assert!(id.is_none_or(|id| parties.contains(id)), "`{name}` of {:?} is no party", outgoing.partner);
            }
            if outgoing.partner == PartnerKind::Payment && outgoing.action == "pay" {
                assert!(outgoing.data["fen"].as_u64().unwrap() <= FEE_AT_MOST);
            }
        }
        Effect::LicencesReleased(_) | Effect::PartOpened { .. } => panic!("no bundle: {effect:?}"),
        _ => {}
    }
}

/// The end of a case has a ground, and leaves nothing open.
fn ended(life: &Life, before: &Case, case: &Case, effects: &[Effect]) {
    let shown = effects.iter().any(|effect| matches!(effect, Effect::WayShown(_)));
    let outcome = case.outcome.expect("an outcome");
    match outcome {
        Outcome::Granted | Outcome::Refused => assert_eq!(case.decision.as_ref().unwrap().outcome, outcome),
        Outcome::Declined => assert!(shown || before.decision.is_some(), "sent away without a way"),
        Outcome::Lapsed => {
            let last = before.supplement.as_ref().and_then(|asked| asked.deadline.as_ref()).expect("a last day").date;
            assert!(time::date_of(life.now()) > last, "lapsed on its last day or before");
        }
        Outcome::Withdrawn => panic!("a plugin withdrew for the applicant"),
    }
    let open = |task: &Task| matches!(task.status, TaskStatus::Open | TaskStatus::Joined);
    assert_eq!(case.tasks.iter().filter(|task| open(task)).count(), 0, "closed over open tasks");
    assert!(case.timers.is_empty(), "{:?}", case.timers);
}

/// Judges the state after a step, with all that happened so far.
pub(super) fn of_state(life: &Life) {
    let count = |fits: fn(&Effect) -> bool| life.history.iter().filter(|effect| fits(effect)).count();
    assert!(count(|effect| matches!(effect, Effect::Accepted { .. })) <= 1, "accepted twice");
    assert!(count(|effect| matches!(effect, Effect::Decided { .. })) <= 1, "decided twice");
    assert!(count(|effect| matches!(effect, Effect::SupplementAsked { .. })) <= 1, "supplemented twice");
    assert!(count(|effect| matches!(effect, Effect::Closed(_))) <= 1, "closed twice");
    let ended = |id: &str| {
        life.history.iter().filter(|e| matches!(e, Effect::LicenceEnded { id: own, .. } if own == id)).count()
    };
    assert!(life.licences.keys().all(|id| ended(id) <= 1), "a licence ended twice");
    let case = &life.case;
    assert_eq!(case.limits.is_some(), case.accepted.is_some());
    assert!(case.licences.is_empty() || case.decision.is_some());
    if let (Some(limits), Some(accepted)) = (&case.limits, case.accepted) {
        // Each pause moves the end by its own days at most; without one the row's limit is the end.
        let paused: i64 =
            case.procedures.iter().map(|p| i64::from((time::date_of(life.now()) - p.from).get_days())).sum();
        if case.procedures.is_empty() {
            assert!(limits.statutory_due.date <= after(accepted, life.laws.ceiling.min(20)));
        }
        assert!(paused >= 0 && limits.promised_due.date <= limits.statutory_due.date);
        assert_eq!(limits.statutory.unit, Span::working_days(1).unit);
    }
}
