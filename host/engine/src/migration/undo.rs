//! The way back of one case: as if it had never moved, as long as it has made no step since.

use banshi_model::case::Case;
use banshi_model::effect::{Effect, TimerKind};
use banshi_model::entry::{Actor, Cause, Entry, HostAct};
use banshi_model::event::Event;
use banshi_model::frozen::Frozen;
use banshi_model::migration::{Migrated, MigrationId, MigrationUndone};
use banshi_model::task::{Task, TaskStatus};
use jiff::Timestamp;

use super::ahead::failure;
use super::moving::folded;
use crate::Engine;
use crate::api::migration::{MigrationFailure, MigrationFate, MigrationLine};
use crate::drive::Work;
use crate::error::Error;

/// What an undoing goes by.
pub(super) struct Back {
    pub migration: MigrationId,
    pub instrument: String,
    pub who: Actor,
}

type Timers = Vec<(TimerKind, Timestamp)>;

impl Engine {
    /// Undoes the move that a line of a run tells of, or says why it stands.
    pub(super) async fn undo_case(&self, back: &Back, moved: &MigrationLine) -> Result<MigrationLine, Error> {
        let line = MigrationLine { differences: Vec::new(), fate: MigrationFate::Same, entry: None, ..moved.clone() };
        let stands = |why| Ok(MigrationLine { fate: MigrationFate::Failure, failure: Some(why), ..line.clone() });
        let mut work = Work::at(self.now());
        let Some(stored) = self.lock_upwards(&mut work, &moved.case).await? else {
            return stands(failure("erased", "case".to_owned(), "the case was erased".to_owned()));
        };
        let entries = self.journal_of(&moved.case)?;
        let Some((entry, migrated)) = the_move(&entries, moved.entry, &back.migration) else {
            return Err(Error::Internal(format!("case {} has no entry that moved it", moved.case)));
        };
        // The host ended after the way back and before it was listed.
        if let Some(undone) = entries.iter().find(|later| undoes(later, entry.seq)) {
            return Ok(MigrationLine { entry: Some(undone.seq), ..line });
        }
        if let Some(step) = entries.iter().find(|later| later.seq > entry.seq && is_a_step(later)) {
            return stands(stepped(step.seq));
        }
        let Some((before, after)) = folded(&entries, entry.seq - 1).zip(folded(&entries, entry.seq)) else {
            return Err(Error::Internal(format!("case {} has no first entry", moved.case)));
        };
        let mut change = self.begin(&mut work, stored).await?;
        let Some(tasks) = tasks(&before, &after, &change.case) else { return stands(stepped(change.seq())) };
        let Some(timers) = timers(&before, &after, &change.case) else { return stands(stepped(change.seq())) };
        if self.inspected_meanwhile(&before, &after)? {
            return stands(stepped(change.seq()));
        }
        let effects = vec![
            Effect::ChainMoved(Box::new(with_parts_of(migrated, &change.case))),
            Effect::GovernedByMigration(before.moved_by),
            Effect::StatesSet(before.states),
            Effect::WorkRestored { tasks, timers },
        ];
        let (migration, instrument) = (back.migration.clone(), back.instrument.clone());
        let cause = Cause::MigrationUndone(Box::new(MigrationUndone { migration, instrument, entry: entry.seq }));
        change.record(work.now, back.who.clone(), cause, effects)?;
        let seq = change.seq();
        self.tell_bundle(&mut work, &change, &back.migration, back.who.clone()).await?;
        self.commit(work, change).await?;
        Ok(MigrationLine { entry: Some(seq), ..line })
    }
}

impl Engine {
    /// Whether a joint inspection that a task waited for before the move is over by now: nobody would answer that task.
    fn inspected_meanwhile(&self, before: &Case, after: &Case) -> Result<bool, Error> {
        let waited = |task: &&Frozen<Task>| {
            task.status == TaskStatus::Joined
                && after.task(&task.local).is_none_or(|moved| moved.status != TaskStatus::Joined)
        };
        let Some(task) = before.tasks.iter().find(waited) else { return Ok(false) };
        let Some(bundle) = before.parent.as_ref().map(|bundle| self.standing_case(bundle)).transpose()?.flatten()
        else {
            return Ok(true);
        };
        let part = &before.pin.chain.matter;
        let serves = |of: &Task| of.serves.iter().any(|served| &served.part == part && served.stage == task.stage);
        Ok(!bundle.case.tasks.iter().any(|of| of.status == TaskStatus::Open && serves(of)))
    }
}

/// The entry that moved the case.
fn the_move<'e>(entries: &'e [Entry], seq: Option<u64>, id: &MigrationId) -> Option<(&'e Entry, &'e Migrated)> {
    entries.iter().find_map(|entry| match &entry.cause {
        Cause::Migrated(moved) if Some(entry.seq) == seq && &moved.by.migration == id => Some((entry, &**moved)),
        _ => None,
    })
}

fn undoes(entry: &Entry, moved: u64) -> bool {
    matches!(&entry.cause, Cause::MigrationUndone(undone) if undone.entry == moved)
}

/// Whether the case went on by it. What was parked did not; an emergency, a new calendar and a part's move are no steps. An
/// answer to a task that the move closed was noted, and would be missing after the way back.
fn is_a_step(entry: &Entry) -> bool {
    if let Cause::Host(HostAct::Noted(event)) = &entry.cause {
        return matches!(**event, Event::TaskDone(_));
    }
    !matches!(
        entry.cause,
        Cause::Failed { .. }
            | Cause::Host(
                HostAct::EmergencyBegan { .. }
                    | HostAct::EmergencyEnded(_)
                    | HostAct::EmergencyExtends(_)
                    | HostAct::Recalculated
                    | HostAct::PartMigrated { .. }
            )
    )
}

fn stepped(seq: u64) -> MigrationFailure {
    let what = format!("the case has made a step since it was moved (entry {seq})");
    failure("migration.stepped", format!("journal/{seq}"), what)
}

/// The pin of before; a bundle's parts are pinned to what they are now.
fn with_parts_of(migrated: &Migrated, now: &Case) -> banshi_model::case::Pin {
    banshi_model::case::Pin { parts: now.pin.parts.clone(), ..migrated.from.clone() }
}

/// The tasks as they are without the move; none where somebody has done one that the move opened.
fn tasks(before: &Case, after: &Case, now: &Case) -> Option<Vec<Frozen<Task>>> {
    let opened = |task: &&Frozen<Task>| before.task(&task.local).is_none() && after.task(&task.local).is_some();
    if now.tasks.iter().filter(opened).any(|task| after.task(&task.local) != Some(&**task)) {
        return None;
    }
    let restored = before.tasks.iter().map(|then| match (after.task(&then.local), now.task(&then.local)) {
        // Somebody has answered it since: that stands.
        (Some(moved), Some(current)) if moved != current => current.clone().into(),
        _ => then.clone(),
    });
    let since = now.tasks.iter().filter(|task| after.task(&task.local).is_none()).cloned();
    Some(restored.chain(since).collect())
}

/// The timers as they are without the move; those that have come or gone since stay so. None where one that the move set or
/// changed has fired: the version before would be told of it too early, or twice.
fn timers(before: &Case, after: &Case, now: &Case) -> Option<Timers> {
    if now.timers == after.timers {
        return Some(before.timers.clone());
    }
    let of = |timers: &Timers, kind: &TimerKind| timers.iter().find(|(set, _)| set == kind).map(|(_, at)| *at);
    let moved = |kind: &TimerKind| of(&before.timers, kind) != of(&after.timers, kind);
    let fired = |(kind, _): &(TimerKind, Timestamp)| moved(kind) && of(&now.timers, kind) != of(&after.timers, kind);
    if before.timers.iter().chain(&after.timers).any(fired) {
        return None;
    }
    let kept = now.timers.iter().filter(|(kind, _)| !moved(kind));
    Some(kept.chain(before.timers.iter().filter(|(kind, _)| moved(kind))).cloned().collect())
}
