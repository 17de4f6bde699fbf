//! What is still to come in a case on a chain, as far as its definition says it; and what a case may not lose on its way to
//! another one. Pure.

use banshi_model::case::{Case, Phase};
use banshi_model::definition::Definition;
use banshi_model::effect::Effect;
use banshi_model::ids::Slug;
use banshi_model::task::{Task, TaskStatus};
use banshi_model::text::Text;
use serde_json::json;

use crate::api::migration::MigrationFailure;
use crate::decide::Refused;
use crate::shadow::compare::{Comparison, Item, effect_item, items};

/// What a move would do and what would be to come after it, against what is to come without it; none where it is the same.
pub(super) fn differs(case: &Case, former: &Definition, next: &Definition, effects: &[Effect]) -> Option<Comparison> {
    let done = effects.iter().filter(|effect| !is_the_move(effect)).map(effect_item);
    items(to_come(case, former), done.chain(to_come(case, next)).collect())
}

/// What every move does.
fn is_the_move(effect: &Effect) -> bool {
    matches!(effect, Effect::ChainMoved(_) | Effect::GovernedByMigration(_) | Effect::StatesSet(_))
}

/// Stages that nobody has answered, and what a decision and an acceptance would still go by.
fn to_come(case: &Case, definition: &Definition) -> Vec<Item> {
    let item = |name: &str, value| Item { name: format!("ahead:{name}"), value };
    let answered =
        |stage: &Slug| case.tasks.iter().any(|task| &task.stage == stage && matches!(task.status, TaskStatus::Done));
    let undecided = case.decision.is_none();
    let mut ahead = Vec::new();
    if undecided {
        ahead.extend(definition.stages.iter().filter(|stage| !answered(&stage.id)).map(|stage| {
            let value = json!({
                "id": stage.id, "title": stage.title, "unit": stage.unit, "limit": stage.limit,
                "mandatory": stage.mandatory, "follows": stage.after,
            });
            item("stage", value)
        }));
        ahead.extend(definition.issues.iter().map(|issue| item("licence", json!(issue))));
        ahead.extend(
            definition
                .fees
                .iter()
                .map(|fee| item("fee", json!({ "id": fee.id, "basis": fee.basis, "amount": fee.at_most }))),
        );
    }
    if case.accepted.is_none() && undecided {
        let (promised, statutory) = (&definition.promised, &definition.statutory);
        ahead.push(item("promise", json!({ "promised": promised, "limit": statutory })));
        ahead.extend(definition.signers.iter().map(|rule| {
            item("signer", json!({ "id": rule.role, "people": rule.people, "in_person": rule.in_person }))
        }));
    }
    ahead
}

/// What the case would be must still be whole: nothing of what people, partners and the law did has moved, every open task
/// serves a stage that there is, every part is one of the bundle's, and somebody or something goes on with it.
pub(super) fn whole(case: &Case, after: &Case, next: &Definition) -> Result<(), MigrationFailure> {
    stands(case, after)?;
    for task in after.tasks.iter().filter(|task| open(task)) {
        if next.stage(task.stage.as_str()).is_none() {
            let what = format!(
                "open task `{}` serves stage `{}`, which the version moved to does not have",
                task.local, task.stage
            );
            return Err(failure("migration.stage", format!("tasks/{}", task.local), what));
        }
    }
    let known = next.bundle.as_ref().map_or(&[][..], |bundle| &bundle.parts);
    if let Some(part) = after.parts.iter().find(|part| !known.iter().any(|known| known.code == part.part)) {
        let what = format!("part `{}` of the case is none of the version moved to", part.part);
        return Err(failure("migration.parts", format!("parts/{}", part.part), what));
    }
    if waits(case) && !waits(after) {
        let what = "after the move no task, timer, partner or part would be left to go on with it".to_owned();
        return Err(failure("migration.stuck", "case".to_owned(), what));
    }
    Ok(())
}

/// Limits, results, proofs and deliveries are as they were: no command that a migration may give touches them.
fn stands(case: &Case, after: &Case) -> Result<(), MigrationFailure> {
    let same = [
        (case.limits == after.limits, "limits"),
        (case.accepted == after.accepted && case.phase == after.phase, "acceptance"),
        (case.results == after.results, "results"),
        (case.signers == after.signers, "signers"),
        (case.pending == after.pending, "deliveries"),
        (case.decision == after.decision && case.licences == after.licences, "decision"),
        (case.procedures == after.procedures && case.extensions == after.extensions, "procedures"),
        (case.emergencies == after.emergencies, "emergencies"),
    ];
    match same.iter().find(|(same, _)| !same) {
        None => Ok(()),
        Some((_, name)) => {
            let what = format!("the move would change the case's {name}, which stand");
            Err(failure("migration.stands", (*name).to_owned(), what))
        }
    }
}

fn open(task: &Task) -> bool {
    matches!(task.status, TaskStatus::Open | TaskStatus::Joined)
}

/// Whether anything is left that goes on with a case by itself or by somebody.
fn waits(case: &Case) -> bool {
    matches!(case.phase, Phase::Supplementing | Phase::Closed)
        || case.tasks.iter().any(|task| open(task))
        || !case.timers.is_empty()
        || !case.pending.is_empty()
        || !case.parked.is_empty()
        || case.signers.iter().any(|signer| !signer.verified)
        || case.procedures.iter().any(|procedure| procedure.to.is_none())
        || case.parts.iter().any(|part| part.result.is_none())
}

/// Why a case stays, with what can be done about it.
pub(super) fn failure(code: &str, place: String, text: String) -> MigrationFailure {
    MigrationFailure { code: code.to_owned(), place, text, fix: fix(code) }
}

/// A rule of the host that refused a move.
pub(super) fn refused(place: String, refused: Refused) -> MigrationFailure {
    failure(&refused.code, place, refused.text)
}

/// What can be done about a rule or a limit.
fn fix(code: &str) -> Text {
    match code {
        "guest.fault" => Text::new(
            "该版本不接管此办件：在原规则上办结，或由作者修改 `migrate` 后重新发布并再次试算",
            "this version does not take the case over: finish it on its chain, or let the author change `migrate`, publish \
             again and run dry again",
        ),
        "permission.denied" => Text::new(
            "在清单的 [permissions] 中申请，并在施行时许可",
            "ask for it in the manifest's [permissions], and permit it in the enactment",
        ),
        "package.quarantined" => Text::new(
            "该组件在此停用：解除后再次迁移",
            "the package is quarantined here: migrate again when it is released",
        ),
        "migration.command" => Text::new(
            "`migrate` 只可开启、关闭待办和定时；其余在下一步中办理",
            "let `migrate` open and close tasks and timers only; ask for the rest in the case's next step",
        ),
        "migration.stage" => Text::new(
            "在 `migrate` 中关闭此待办，或用 `Stages` 说明环节的新名称",
            "let `migrate` close the task, or say by `Stages` what the stage is called now",
        ),
        "migration.stuck" => {
            Text::new("让 `migrate` 开启接着要办的待办", "let `migrate` open the task that goes on with the case")
        }
        "migration.parts" => Text::new("此一业一证办件在原规则上办结", "finish this bundle's case on its chain"),
        "migration.part-unopened" => {
            Text::new("受理后各单项开启，届时再次迁移", "its parts open with its acceptance; migrate again then")
        }
        "migration.unsigned" => Text::new(
            "再次试算，由负责人署名后再迁移",
            "run dry again, let a named person sign the differences, and run that",
        ),
        "migration.stepped" => {
            Text::new("在现行规则上办结，或由人工办结", "finish it on the chain that it is on, or by hand")
        }
        _ => Text::new(
            "在原规则上办结，或由作者修改组件后重新发布并再次试算",
            "finish it on its chain, or let the author change the package, publish again and run dry again",
        ),
    }
}

#[cfg(test)]
mod tests {
    use banshi_model::case::PartCase;
    use banshi_model::definition::Mode;

    use super::*;
    use crate::decide::tests::fixture::{definition, received};
    use crate::registry::sample;

    #[track_caller]
    fn stays(case: &Case, after: &Case, next: &Definition, code: &str, place: &str) {
        let failure = whole(case, after, next).unwrap_err();
        assert_eq!((failure.code.as_str(), failure.place.as_str()), (code, place), "{}", failure.text);
        assert!(failure.fix.en.is_some_and(|fix| !fix.is_empty()));
    }

    #[test]
    fn a_bundle_stays_where_the_next_version_lacks_a_part_that_it_has() {
        let mut case = received();
        let (part, own) = ("P01".parse().unwrap(), "310115-210426-BBBBBBBBBB".parse().unwrap());
        case.parts.push(PartCase { part, case: own, mode: Mode::Approval, result: None });
        let mut next = definition();
        stays(&case, &case, &next, "migration.parts", "parts/P01");
        next.bundle = Some(sample::bundle(&["P02"]));
        stays(&case, &case, &next, "migration.parts", "parts/P01");
        next.bundle = Some(sample::bundle(&["P02", "P01"]));
        assert_eq!(whole(&case, &case, &next), Ok(()));
    }

    #[test]
    fn what_people_and_the_law_did_stands_whatever_a_move_would_do() {
        let case = received();
        let places = |change: fn(&mut Case), place| {
            let mut after = case.clone();
            change(&mut after);
            stays(&case, &after, &definition(), "migration.stands", place);
        };
        places(|after| after.phase = Phase::Accepted, "acceptance");
        places(|after| after.accepted = Some(after.draft.today), "acceptance");
        places(|after| after.licences.push("1".to_owned()), "decision");
        assert_eq!(whole(&case, &case, &definition()), Ok(()));
    }
}
