//! The move of one case, whole or not at all: under its lock, and under its bundle's before it.

use banshi_model::case::Case;
use banshi_model::entry::{Actor, Cause, Entry, HostAct};
use banshi_model::ids::{CaseId, Digest};
use banshi_model::migration::{Migrated, MigrationId, MovedBy};
use banshi_model::{case::Pin, effect::Effect};
use banshi_store::StoredCase;

use super::ahead::failure;
use super::fit::{Concern, Plan, Targets, concern, ground};
use super::record::Record;
use crate::Engine;
use crate::api::migration::{MigrationFailure, MigrationFate, MigrationLine};
use crate::drive::{Change, Work};
use crate::error::Error;
use crate::shadow::compare::{Comparison, Outcome};
use crate::shadow::show::{self, Shown};

/// Entries that are read at once.
const BATCH: usize = 256;

/// What a run over many cases goes by.
pub(super) struct Order {
    pub record: Record,
    pub by: MovedBy,
    pub who: Actor,
    /// Whether a person answers for differences in effect.
    pub signed: bool,
    pub targets: Targets,
}

/// What became of one case of a run.
pub(super) enum Ran {
    /// The migration does not concern it.
    PassedBy,
    /// It was moved, or is listed.
    Line(Box<MigrationLine>),
    /// What is in force is not what the dry run went over: no further case may move.
    Changed(String),
}

impl Engine {
    /// A case that is there to read; none where it was erased.
    pub(super) fn standing_case(&self, id: &CaseId) -> Result<Option<StoredCase>, Error> {
        match self.inner.store.case(id) {
            Err(banshi_store::Error::Erased(_)) => Ok(None),
            other => Ok(other?),
        }
    }

    /// Locks a case for a change that may reach its bundle: from the bundle to the part, never the other way. A part never
    /// changes its bundle, so that is read before.
    pub(super) async fn lock_upwards(&self, work: &mut Work, id: &CaseId) -> Result<Option<StoredCase>, Error> {
        let Some(seen) = self.standing_case(id)? else { return Ok(None) };
        for case in seen.case.parent.iter().chain([id]) {
            let guard = self.lock(case).await;
            work.guards.push((case.clone(), guard));
        }
        self.standing_case(id)
    }

    /// Moves a case to what is in force at its place, or says why it stays.
    pub(super) async fn move_case(&self, order: &Order, id: &CaseId) -> Result<Ran, Error> {
        let mut work = Work::at(self.now());
        let Some(stored) = self.lock_upwards(&mut work, id).await? else { return Ok(Ran::PassedBy) };
        let request = &order.record.request;
        if !request.authority.division.contains(&stored.case.draft.division) {
            return Ok(Ran::PassedBy);
        }
        let Some(to) = order.targets.at(&stored.case.draft.division).await? else { return Ok(Ran::PassedBy) };
        let listed = |why| Ok(Ran::Line(Box::new(stays(&stored.case, Some(to.digest), why))));
        match concern(&stored.case, &request.matter, &to) {
            Concern::None => return self.moved_already(&stored, &order.record.id),
            Concern::UnopenedPart => return listed(unopened(&request.matter)),
            Concern::Moves => {}
        }
        match order.record.tally.compared.chains.get(&stored.case.draft.division) {
            Some(tried) if *tried == to.digest => {}
            Some(_) => return Ok(Ran::Changed(format!("at {} another chain is in force", stored.case.draft.division))),
            None => {
                let what = "the dry run saw no case at this place".to_owned();
                return listed(failure("migration.unsigned", "case".to_owned(), what));
            }
        }
        let mut change = self.begin(&mut work, stored.clone()).await?;
        let next = (work.now, change.seq() + 1);
        let plan = match self.fit_for_move(&change.case, &to, &order.by, next, true).await {
            Ok(Ok(plan)) => plan,
            Ok(Err(why)) => return listed(why),
            Err(error) => return listed(unreadable(error)?),
        };
        if fate(plan.differs.as_ref()) == MigrationFate::Effect && !order.signed {
            let what = "it differs in effect now, and the dry run that was read showed no such difference".to_owned();
            return listed(failure("migration.unsigned", "case".to_owned(), what));
        }
        let mut line = fits(&stored.case, &plan);
        line.entry = Some(next.1);
        self.record_move(&mut work, &mut change, plan, order)?;
        self.tell_bundle(&mut work, &change, &order.record.id, order.who.clone()).await?;
        self.commit(work, change).await?;
        Ok(Ran::Line(Box::new(line)))
    }

    fn record_move(&self, work: &mut Work, change: &mut Change, plan: Plan, order: &Order) -> Result<(), Error> {
        let Plan { pin, answers, bindings, effects, .. } = plan;
        let migrated = Migrated { by: order.by.clone(), from: (*change.case.pin).clone(), pin, answers, bindings };
        change.record(work.now, order.who.clone(), Cause::Migrated(Box::new(migrated)), effects)
    }

    /// Where a part moved, its bundle's own pin says so, in the same commit. The bundle is locked already.
    pub(super) async fn tell_bundle(
        &self,
        work: &mut Work,
        part: &Change,
        migration: &MigrationId,
        by: Actor,
    ) -> Result<(), Error> {
        let Some(bundle) = &part.case.parent else { return Ok(()) };
        if self.standing_case(bundle)?.is_none() {
            return Ok(());
        }
        let Some(mut bundle) = self.take_other(work, bundle).await? else { return Ok(()) };
        let code = part.case.pin.chain.matter.clone();
        let mut pin = (*bundle.case.pin).clone();
        if let Some(own) = pin.parts.get_mut(&code) {
            own.clone_from(&part.case.pin);
            let act = HostAct::PartMigrated { part: code, migration: migration.clone() };
            bundle.record(work.now, by, Cause::Host(act), vec![Effect::ChainMoved(Box::new(pin))])?;
        }
        work.others.push(bundle);
        Ok(())
    }

    /// A case that this migration moved before it was listed: the host ended in between.
    pub(super) fn moved_already(&self, stored: &StoredCase, id: &MigrationId) -> Result<Ran, Error> {
        let case = &stored.case;
        if case.moved_by.as_ref().is_none_or(|by| &by.migration != id) {
            return Ok(Ran::PassedBy);
        }
        let entries = self.journal_of(&case.id)?;
        let moves = |entry: &&Entry| matches!(&entry.cause, Cause::Migrated(moved) if &moved.by.migration == id);
        let Some((entry, moved)) = entries.iter().rev().find(moves).and_then(|entry| match &entry.cause {
            Cause::Migrated(moved) => Some((entry, moved)),
            _ => None,
        }) else {
            return Ok(Ran::PassedBy);
        };
        let mut line = bare(case, &moved.from, Some(moved.pin.digest));
        let former = folded(&entries, entry.seq - 1);
        if let Some(former) = former {
            line = self.line_again(&former, &moved.pin, entry)?;
        }
        line.entry = Some(entry.seq);
        Ok(Ran::Line(Box::new(line)))
    }

    fn line_again(&self, former: &Case, pin: &Pin, entry: &Entry) -> Result<MigrationLine, Error> {
        let (before, after) = (self.definition_of(&former.pin)?, self.definition_of(pin)?);
        let differs = super::ahead::differs(former, &before, &after, &entry.effects);
        Ok(told(former, Some(pin.digest), differs.as_ref()))
    }

    fn definition_of(&self, pin: &Pin) -> Result<banshi_model::definition::Definition, Error> {
        let bytes = self.inner.store.blob(&pin.definition)?.unwrap_or_default();
        serde_json::from_slice(&bytes).map_err(|error| Error::Internal(format!("a definition does not read: {error}")))
    }

    /// All entries of a case.
    pub(super) fn journal_of(&self, id: &CaseId) -> Result<Vec<Entry>, Error> {
        let (mut all, mut after) = (Vec::new(), 0);
        loop {
            let page = self.inner.store.entries(id, after, BATCH)?;
            let Some(last) = page.last() else { return Ok(all) };
            after = last.seq;
            all.extend(page);
        }
    }
}

/// The case as it was after an entry.
pub(super) fn folded(entries: &[Entry], last: u64) -> Option<Case> {
    let first = entries.first()?;
    let Cause::Received(receipt) = &first.cause else { return None };
    let mut case = Case::open(first.case.clone(), (**receipt).clone());
    for entry in entries.iter().take_while(|entry| entry.seq <= last) {
        entry.effects.iter().for_each(|effect| case.apply(effect, entry.at));
    }
    Some(case)
}

fn bare(case: &Case, from: &Pin, to: Option<Digest>) -> MigrationLine {
    MigrationLine {
        case: case.id.clone(),
        division: case.draft.division.clone(),
        bundle: case.parent.clone(),
        from: from.digest,
        from_version: ground(from),
        to,
        fate: MigrationFate::Same,
        differences: Vec::new(),
        failure: None,
        entry: None,
    }
}

/// The line of a case that stays.
pub(super) fn stays(case: &Case, to: Option<Digest>, why: MigrationFailure) -> MigrationLine {
    MigrationLine { fate: MigrationFate::Failure, failure: Some(why), ..bare(case, &case.pin, to) }
}

/// The line of a case that fits.
pub(super) fn fits(case: &Case, plan: &Plan) -> MigrationLine {
    told(case, Some(plan.pin.digest), plan.differs.as_ref())
}

fn told(case: &Case, to: Option<Digest>, differs: Option<&Comparison>) -> MigrationLine {
    let mut line = bare(case, &case.pin, to);
    line.fate = fate(differs);
    if let Some(differs) = differs {
        let clear = crate::shadow::mask::Clear::default();
        let sample = show::sample((&case.id, 0), "migrate", show_kind(differs), Shown::Difference(differs), &clear);
        line.differences = sample.differences;
    }
    line
}

/// What a sample of it shows.
pub(super) fn show_kind(differs: &Comparison) -> crate::api::shadow::SampleKind {
    use crate::api::shadow::SampleKind;
    if differs.outcome() == Outcome::Effect { SampleKind::Effect } else { SampleKind::Wording }
}

fn fate(differs: Option<&Comparison>) -> MigrationFate {
    match differs.map(Comparison::outcome) {
        None | Some(Outcome::Same) => MigrationFate::Same,
        Some(Outcome::Wording) => MigrationFate::Wording,
        Some(Outcome::Effect) => MigrationFate::Effect,
    }
}

/// What a case rests on was erased (a licence's case, its bundle): it stays, and does not keep the others from moving.
pub(super) fn unreadable(error: Error) -> Result<MigrationFailure, Error> {
    match error {
        Error::Erased(id) => {
            Ok(failure("erased", "case".to_owned(), format!("case {id}, on which it rests, was erased")))
        }
        other => Err(other),
    }
}

/// A bundle that has not opened its part yet.
pub(super) fn unopened(part: &banshi_model::ids::MatterCode) -> MigrationFailure {
    let what = format!("part `{part}` of this bundle is not opened yet: it is pinned as its bundle was received");
    failure("migration.part-unopened", format!("parts/{part}"), what)
}
