//! Replay: runs every step of a case again from what its entries bind, and compares bytes.
//!
//! It reads the journal, the packages and the definitions of then; it does not judge old cases by today's
//! checks. What the guests answered and the state that followed must be the same to the byte.

use banshi_model::case::Case;
use banshi_model::entry::{Cause, Entry, LayerAnswer, RunAgain};
use banshi_model::event::Event;
use banshi_model::ids::CaseId;
use banshi_model::migration::Migrated;
use serde::Serialize;

use crate::Engine;
use crate::drive::call_layers;
use crate::drive::run_again::opened;
use crate::error::Error;
use crate::migration::{as_moved, call_migrate};

/// Entries and cases that are read at once.
const BATCH: usize = 256;

/// What a replay found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReplayReport {
    /// Cases that were replayed.
    pub cases: u64,
    /// Entries that were folded.
    pub entries: u64,
    /// Steps whose layers were called again.
    pub steps: u64,
    /// Cases that were erased by law and cannot be read.
    pub erased: u64,
    /// Where the outcome was not the same.
    pub differences: Vec<Difference>,
}

/// A place where a replay differs from the journal.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// Which case.
    pub case: CaseId,
    /// Which entry.
    pub seq: u64,
    /// What differs; no personal data.
    pub what: String,
}

impl Engine {
    /// Replays one case, or all of them.
    pub async fn replay(&self, case: Option<&CaseId>) -> Result<ReplayReport, Error> {
        let mut report = ReplayReport::default();
        if let Some(case) = case {
            self.replay_case(case, &mut report).await?;
            return Ok(report);
        }
        let mut after = None;
        loop {
            let page = self.inner.store.all_cases(after.as_ref(), BATCH)?;
            for case in &page.items {
                self.replay_case(case, &mut report).await?;
            }
            after = page.next;
            if after.is_none() {
                return Ok(report);
            }
        }
    }

    async fn replay_case(&self, id: &CaseId, report: &mut ReplayReport) -> Result<(), Error> {
        let stored = match self.inner.store.case(id) {
            Ok(Some(stored)) => stored,
            Ok(None) => return Ok(()),
            Err(banshi_store::Error::Erased(_)) => {
                report.erased += 1;
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let mut folded: Option<Case> = None;
        let mut after = 0;
        loop {
            let entries = self.inner.store.entries(id, after, BATCH)?;
            let Some(last) = entries.last() else { break };
            after = last.seq;
            for entry in &entries {
                folded = self.replay_entry(folded, entry, report).await?;
            }
        }
        report.cases += 1;
        if folded.as_ref() != Some(&*stored.case) {
            differs(report, id, stored.seq, "the folded journal is not the stored case");
        }
        Ok(())
    }

    async fn replay_entry(
        &self,
        folded: Option<Case>,
        entry: &Entry,
        report: &mut ReplayReport,
    ) -> Result<Option<Case>, Error> {
        report.entries += 1;
        let mut case = match (&entry.cause, folded) {
            (Cause::Received(receipt), None) => Case::open(entry.case.clone(), (**receipt).clone()),
            (_, Some(case)) => case,
            (_, None) => {
                differs(report, &entry.case, entry.seq, "the journal does not begin with a receipt");
                return Ok(None);
            }
        };
        if let Cause::Step { event, answers, arrived, bindings } = &entry.cause {
            let mut at_call = case.clone();
            for effect in entry.effects.iter().take(*arrived) {
                at_call.apply(effect, entry.at);
            }
            if at_call.digest().ok() != Some(bindings.before) {
                differs(report, &entry.case, entry.seq, "the state before the step has another digest");
            }
            report.steps += 1;
            self.replay_step(&at_call, entry, event, answers, report).await?;
        }
        if let Cause::RunAgain(again) = &entry.cause {
            self.replay_again(entry, again, report).await?;
        }
        if let Cause::Migrated(migrated) = &entry.cause {
            self.replay_migrated(&case, entry, migrated, report).await?;
        }
        for effect in &entry.effects {
            case.apply(effect, entry.at);
        }
        if case.digest().ok() != Some(entry.after) {
            differs(report, &entry.case, entry.seq, "the state after the entry has another digest");
        }
        Ok(Some(case))
    }

    /// What the layers made of the case that they took over, once more.
    async fn replay_migrated(
        &self,
        case: &Case,
        entry: &Entry,
        migrated: &Migrated,
        report: &mut ReplayReport,
    ) -> Result<(), Error> {
        if case.digest().ok() != Some(migrated.bindings.before) {
            differs(report, &entry.case, entry.seq, "the state before the migration has another digest");
        }
        report.steps += 1;
        let effective = self.effective_of(&migrated.pin).await?;
        let view = as_moved(case, &migrated.pin).view(entry.at);
        match call_migrate(&self.inner.runtime, &migrated.from, &case.states, &effective, &view).await {
            Ok(again) if again == migrated.answers => {}
            Ok(_) => differs(report, &entry.case, entry.seq, "a layer takes the case over otherwise than it did"),
            Err(fault) => differs(report, &entry.case, entry.seq, &format!("a layer fails: {}", fault.code)),
        }
        Ok(())
    }

    /// The events that were run again on another chain, once more.
    async fn replay_again(&self, entry: &Entry, again: &RunAgain, report: &mut ReplayReport) -> Result<(), Error> {
        let first = self.inner.store.entries(&entry.case, 0, 1)?;
        let Some(mut shadow) = first.first().and_then(|first| opened(first, &again.pin)) else {
            differs(report, &entry.case, entry.seq, "the journal does not begin with a receipt");
            return Ok(());
        };
        for run in &again.runs {
            for fact in &run.facts {
                shadow.apply(fact, run.at);
            }
            if let Some(event) = &run.event {
                report.steps += 1;
                let then = Entry { at: run.at, ..entry.clone() };
                self.replay_step(&shadow, &then, event, &run.answers, report).await?;
            }
            for effect in &run.effects {
                shadow.apply(effect, run.at);
            }
        }
        Ok(())
    }

    async fn replay_step(
        &self,
        case: &Case,
        entry: &Entry,
        event: &Event,
        answers: &[LayerAnswer],
        report: &mut ReplayReport,
    ) -> Result<(), Error> {
        let effective = self.effective_of(&case.pin).await?;
        let view = case.view(entry.at);
        match call_layers(&self.inner.runtime, &effective, &view, &case.states, event).await {
            Ok(again) if again == answers => {}
            Ok(_) => differs(report, &entry.case, entry.seq, "a layer answers otherwise than it did"),
            Err(fault) => differs(report, &entry.case, entry.seq, &format!("a layer fails: {}", fault.code)),
        }
        Ok(())
    }
}

fn differs(report: &mut ReplayReport, case: &CaseId, seq: u64, what: &str) {
    report.differences.push(Difference { case: case.clone(), seq, what: what.to_owned() });
}
