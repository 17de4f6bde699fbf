//! The dry run over a page of cases: each is tried as it stands, and none is changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use banshi_model::case::Case;
use banshi_model::ids::{CaseId, Digest};
use banshi_model::migration::MovedBy;
use tokio::runtime::Handle;

use super::fit::{Concern, Plan, Targets, concern};
use super::moving::{fits, show_kind, stays, unopened, unreadable};
use super::record::Record;
use crate::Engine;
use crate::api::migration::{MigrationFailure, MigrationFate, MigrationLine};
use crate::api::shadow::SampleKind;
use crate::error::Error;
use crate::registry::Effective;
use crate::shadow::mask::Clear;
use crate::shadow::show::{self, Shown};
use crate::shadow::{Tally, likeness};

/// Cases that one thread takes at a time.
const CHUNK: usize = 16;

/// What a dry run goes by, shared by its threads.
pub(super) struct Trial {
    engine: Engine,
    record: Record,
    targets: Targets,
    law: Clear,
    clears: Mutex<HashMap<(Digest, Digest), Arc<Clear>>>,
}

/// What a page showed.
#[derive(Default)]
pub(super) struct Found {
    pub tally: Tally,
    pub lines: Vec<MigrationLine>,
}

impl Trial {
    pub(super) fn new(engine: Engine, record: Record) -> Self {
        let (request, at) = (&record.request, record.as_of);
        let targets = Targets::new(engine.clone(), request.matter.clone(), request.enactment.clone(), at);
        let rows: Vec<serde_json::Value> =
            engine.law().rows().iter().filter_map(|row| serde_json::to_value(row).ok()).collect();
        Self { engine, record, targets, law: Clear::of(&rows), clears: Mutex::default() }
    }

    /// Tries a page's cases side by side on the threads of the shadows, which have a bounded share of the processors.
    pub(super) async fn page(self: &Arc<Self>, cases: Vec<CaseId>) -> Result<Vec<Found>, Error> {
        let mut threads = Vec::new();
        for chunk in cases.chunks(CHUNK) {
            let place = self.engine.inner.shadows.place().await?;
            let (trial, chunk, runtime) = (Arc::clone(self), chunk.to_vec(), Handle::current());
            threads.push(tokio::task::spawn_blocking(move || {
                let found = runtime.block_on(trial.chunk(&chunk));
                drop(place);
                found
            }));
        }
        let mut all = Vec::new();
        for thread in threads {
            all.push(thread.await.map_err(|_| Error::Internal("a dry run panicked".to_owned()))??);
        }
        Ok(all)
    }

    async fn chunk(&self, cases: &[CaseId]) -> Result<Found, Error> {
        let mut found = Found::default();
        for case in cases {
            found.tally.looked += 1;
            match self.case(case, &mut found).await {
                Err(Error::Erased(_)) => found.tally.cases.erased += 1,
                other => other?,
            }
        }
        Ok(found)
    }

    async fn case(&self, id: &CaseId, found: &mut Found) -> Result<(), Error> {
        let (engine, request) = (&self.engine, &self.record.request);
        let Some(stored) = engine.inner.store.case(id)? else { return Ok(()) };
        let (case, division) = (&stored.case, &stored.case.draft.division);
        let to = match request.authority.division.contains(division) {
            true => self.targets.at(division).await?,
            false => None,
        };
        let concerned = to.map(|to| (concern(case, &request.matter, &to), to)).filter(|(it, _)| *it != Concern::None);
        let Some((concerned, to)) = concerned else {
            found.tally.cases.passed_by += 1;
            return Ok(());
        };
        found.tally.chain(division, to.digest, to.definition_digest);
        found.tally.compared.recorded.insert(case.pin.digest);
        found.tally.cases.compared += 1;
        if concerned == Concern::UnopenedPart {
            self.fails(case, stored.seq, &to, unopened(&request.matter), found);
        } else {
            let by = MovedBy { migration: self.record.id.clone(), instrument: request.instrument.clone() };
            match engine.fit_for_move(case, &to, &by, (engine.now(), stored.seq + 1), false).await {
                Ok(Ok(plan)) => self.fits(case, stored.seq, &to, &plan, found),
                Ok(Err(why)) => self.fails(case, stored.seq, &to, why, found),
                Err(error) => self.fails(case, stored.seq, &to, unreadable(error)?, found),
            }
        }
        if let Some(head) = engine.inner.store.journal_head(id)? {
            found.tally.journal(id.clone(), head.seq, head.chain);
        }
        Ok(())
    }

    fn fits(&self, case: &Case, seq: u64, to: &Effective, plan: &Plan, found: &mut Found) {
        found.tally.compared.law.insert(plan.bindings.law);
        found.tally.compared.calendars.insert(plan.bindings.calendar);
        let line = fits(case, plan);
        *match line.fate {
            MigrationFate::Same => &mut found.tally.cases.same,
            MigrationFate::Wording => &mut found.tally.cases.wording,
            MigrationFate::Effect | MigrationFate::Failure => &mut found.tally.cases.effect,
        } += 1;
        if let Some(differs) = &plan.differs {
            let clear = self.clear(case, to);
            found.tally.differs(differs, &clear);
            self.sample(case, seq, show_kind(differs), Shown::Difference(differs), &clear, found);
        }
        found.lines.push(line);
    }

    fn fails(&self, case: &Case, seq: u64, to: &Effective, why: MigrationFailure, found: &mut Found) {
        found.tally.failed(&why.code);
        found.tally.cases.failure += 1;
        let clear = self.clear(case, to);
        self.sample(case, seq, SampleKind::Failure, Shown::Failure(&why.code), &clear, found);
        found.lines.push(stays(case, Some(to.digest), why));
    }

    fn sample(&self, case: &Case, seq: u64, kind: SampleKind, shown: Shown<'_>, clear: &Clear, found: &mut Found) {
        let limit = usize::from(self.engine.inner.config.shadow.samples);
        let sample = show::sample((&case.id, seq), "migrate", kind, shown, clear);
        let likeness = likeness(&sample);
        if found.tally.wants(&likeness, limit) {
            found.tally.sample(likeness, sample);
        }
    }

    /// What a sample may show: the words of both definitions and of the law rows.
    fn clear(&self, case: &Case, to: &Effective) -> Arc<Clear> {
        let key = (case.pin.definition, to.definition_digest);
        let mut clears = self.clears.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let mut clear = self.law.clone();
            let former = self.engine.inner.store.blob(&case.pin.definition).ok().flatten();
            let former = former.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            for value in former.into_iter().chain(serde_json::to_value(&*to.definition).ok()) {
                clear.learn(&value);
            }
            Arc::new(clear)
        };
        Arc::clone(clears.entry(key).or_insert_with(make))
    }
}
