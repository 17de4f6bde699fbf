//! A migration at work: page after page over the open cases, the place kept with what became of them in one commit. What a
//! crash or a stop interrupted goes on behind its last page; a page that is gone over twice finds what it did.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use banshi_model::entry::Actor;
use banshi_model::ids::CaseId;
use banshi_model::migration::MovedBy;
use banshi_model::time;
use banshi_store::{Cursor, Group};
use tokio::task::JoinHandle;

use super::fit::Targets;
use super::moving::{Order, Ran};
use super::record::{self, Record};
use super::trial::Trial;
use super::undo::Back;
use crate::Engine;
use crate::api::migration::{MigrationFate, MigrationId, MigrationLine, MigrationPass, MigrationState};
use crate::error::Error;

/// Cases of one page: what a crash makes look at again.
const PAGE: usize = 64;
/// How long a migration waits where the sandbox has no place for it.
const PAUSE: Duration = Duration::from_secs(1);

/// The migrations of an engine.
#[derive(Default)]
pub(crate) struct Migrations {
    running: Mutex<BTreeMap<MigrationId, Arc<Job>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    stopping: AtomicBool,
    /// Held while the list of all migrations is changed.
    pub(super) listing: tokio::sync::Mutex<()>,
}

/// A migration at work.
pub(super) struct Job {
    pub record: tokio::sync::Mutex<Record>,
    stopped: AtomicBool,
    /// Held while it works.
    working: tokio::sync::Mutex<()>,
}

/// What a page leaves behind.
struct Page {
    pass: MigrationPass,
    lines: Vec<MigrationLine>,
    /// Where it goes on; none: this was the last.
    next: Option<String>,
    /// Why it does not go on.
    fault: Option<String>,
}

impl Migrations {
    /// One that is at work.
    pub(super) fn running(&self, id: &MigrationId) -> Option<Arc<Job>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn stops(&self, job: &Job) -> bool {
        self.stopping.load(Ordering::Acquire) || job.stopped.load(Ordering::Acquire)
    }
}

impl Job {
    /// Resolves when one that was stopped has listed what it moved. Not while the list of migrations is held.
    pub(super) async fn at_rest(&self) {
        if self.stopped.load(Ordering::Acquire) {
            drop(self.working.lock().await);
        }
    }

    /// Whether it was stopped and is still at its last page.
    pub(super) fn is_ending(&self) -> bool {
        self.stopped.load(Ordering::Acquire) && self.working.try_lock().is_err()
    }

    /// From now on no further case is looked at.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
    }
}

impl Engine {
    /// Goes on with the migrations that were at work when the host ended.
    pub(crate) fn resume_migrations(&self) -> Result<(), Error> {
        for line in record::list(&self.inner.store)? {
            if !record::at_work(line.state) || self.inner.migrations.running(&line.id).is_some() {
                continue;
            }
            if let Some(record) = record::load(&self.inner.store, &line.id)? {
                tracing::info!(migration.id = %record.id, "migration goes on");
                self.run_migration(record);
            }
        }
        Ok(())
    }

    /// Stops all migrations behind the case that they are at, and waits for them. They go on at the next start.
    pub(crate) async fn stop_migrations(&self) {
        let migrations = &self.inner.migrations;
        migrations.stopping.store(true, Ordering::Release);
        let tasks = std::mem::take(&mut *migrations.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            if task.await.is_err() {
                tracing::error!("a migration panicked");
            }
        }
    }

    /// Lets a migration work in the background.
    pub(super) fn run_migration(&self, record: Record) {
        let migrations = &self.inner.migrations;
        let id = record.id.clone();
        let job = Arc::new(Job {
            record: tokio::sync::Mutex::new(record),
            stopped: AtomicBool::new(false),
            working: tokio::sync::Mutex::new(()),
        });
        migrations.running.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), Arc::clone(&job));
        let engine = self.clone();
        let task = tokio::spawn(async move {
            if let Err(error) = engine.migrate(&job).await {
                engine.migration_failed(&job, &error).await;
            }
            let mut running = engine.inner.migrations.running.lock().unwrap_or_else(PoisonError::into_inner);
            // Begun again meanwhile, it is another job.
            if running.get(&id).is_some_and(|known| Arc::ptr_eq(known, &job)) {
                running.remove(&id);
            }
        });
        let mut tasks = migrations.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|task| !task.is_finished());
        tasks.push(task);
    }

    async fn migrate(&self, job: &Arc<Job>) -> Result<(), Error> {
        let _working = job.working.lock().await;
        let start = job.record.lock().await.clone();
        let trial = Arc::new(Trial::new(self.clone(), start));
        while !self.inner.migrations.stops(job) {
            let record = job.record.lock().await.clone();
            let done = match record.state {
                MigrationState::Trying => self.try_page(&trial, job, &record).await,
                MigrationState::Running => self.move_page(job, &record).await,
                MigrationState::Undoing => self.undo_page(job, &record).await,
                _ => return Ok(()),
            };
            match done {
                // What serves people goes first; the same page again when there is room.
                Err(Error::Busy(_)) => tokio::time::sleep(PAUSE).await,
                other => other?,
            }
        }
        Ok(())
    }

    fn page_of(&self, cursor: Option<&String>) -> Result<(Vec<CaseId>, Option<String>), Error> {
        let wrong = |_| Error::Internal("a migration's place does not read".to_owned());
        let after: Option<Cursor> = cursor.map(|text| text.parse()).transpose().map_err(wrong)?;
        let page = self.inner.store.open_cases(after.as_ref(), PAGE)?;
        Ok((page.items, page.next.map(|next| next.to_string())))
    }

    async fn try_page(&self, trial: &Arc<Trial>, job: &Job, record: &Record) -> Result<(), Error> {
        let (cases, next) = self.page_of(record.trial.cursor.as_ref())?;
        let found = trial.page(cases).await?;
        let samples = usize::from(self.inner.config.shadow.samples);
        let _listing = self.inner.migrations.listing.lock().await;
        let mut kept = job.record.lock().await;
        let mut after = kept.clone();
        let mut lines = Vec::new();
        for found in found {
            after.tally.merge(found.tally, samples);
            lines.extend(found.lines);
        }
        if !lines.is_empty() {
            after.lines = Some(record::chained(after.lines, &lines)?);
        }
        let page = Page { pass: MigrationPass::DryRun, lines, next, fault: None };
        self.keep_moves(&mut kept, after, page).await
    }

    async fn move_page(&self, job: &Job, record: &Record) -> Result<(), Error> {
        let (request, id) = (&record.request, &record.id);
        let targets = Targets::new(self.clone(), request.matter.clone(), request.enactment.clone(), self.now());
        let who = record.run.order.as_ref().map_or(Actor::Host, |order| Actor::Principal(order.by.clone()));
        let by = MovedBy { migration: id.clone(), instrument: request.instrument.clone() };
        let signed = self.migration_signed(record);
        let order = Order { record: record.clone(), by, who, signed, targets };
        let (cases, mut next) = self.page_of(record.run.cursor.as_ref())?;
        let listed = self.last_listed(record)?;
        let (mut lines, mut fault) = (Vec::new(), self.no_longer(record, &order.targets).await?);
        for case in cases.iter().filter(|case| !listed.contains(case)) {
            if self.inner.migrations.stopping.load(Ordering::Acquire) {
                // Gone over again, the page finds what it did.
                return Ok(());
            }
            if fault.is_none() {
                fault = self.taken_back_meanwhile(record)?;
            }
            if fault.is_some() || self.inner.migrations.stops(job) {
                // What was moved is listed; the rest of the page would be looked at again.
                next = Some(record.run.cursor.clone().unwrap_or_default());
                break;
            }
            match self.move_case(&order, case).await {
                Ok(Ran::PassedBy) => {}
                Ok(Ran::Line(line)) => lines.push(*line),
                Ok(Ran::Changed(why)) => fault = Some(format!("migration.changed: {why}; run dry again")),
                Err(Error::Busy(seconds)) => return Err(Error::Busy(seconds)),
                Err(error) => fault = Some(error.to_string()),
            }
        }
        if fault.is_some() {
            // Also where the last case of the page is the one: it comes again.
            next = Some(record.run.cursor.clone().unwrap_or_default());
        }
        let _listing = self.inner.migrations.listing.lock().await;
        let mut kept = job.record.lock().await;
        let after = kept.clone();
        self.keep_moves(&mut kept, after, Page { pass: MigrationPass::Run, lines, next, fault }).await
    }

    async fn undo_page(&self, job: &Job, record: &Record) -> Result<(), Error> {
        let order = record.undo.order.clone();
        let who = order.as_ref().map_or(Actor::Host, |order| Actor::Principal(order.by.clone()));
        let instrument = order.map(|order| order.instrument).unwrap_or_default();
        let back = Back { migration: record.id.clone(), instrument, who };
        // Its place is the chunk of the run whose moves come next.
        let number: u32 = record.undo.cursor.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0);
        let moved = record::chunk(&self.inner.store, &record.id, MigrationPass::Run, number)?;
        let (mut lines, last) = (Vec::new(), number + 1 >= record.run.chunks);
        for line in moved.unwrap_or_default().iter().filter(|line| line.fate != MigrationFate::Failure) {
            if self.inner.migrations.stops(job) {
                // Gone over again, it finds what it did.
                return Ok(());
            }
            lines.push(self.undo_case(&back, line).await?);
        }
        let next = (!last).then(|| (number + 1).to_string());
        let _listing = self.inner.migrations.listing.lock().await;
        let mut kept = job.record.lock().await;
        let after = kept.clone();
        self.keep_moves(&mut kept, after, Page { pass: MigrationPass::Undo, lines, next, fault: None }).await
    }

    /// The cases of the last chunk of a run: where it was stopped within a page, they come again.
    pub(super) fn last_listed(&self, record: &Record) -> Result<BTreeSet<CaseId>, Error> {
        let Some(last) = record.run.chunks.checked_sub(1) else { return Ok(BTreeSet::new()) };
        let lines = record::chunk(&self.inner.store, &record.id, MigrationPass::Run, last)?.unwrap_or_default();
        Ok(lines.into_iter().map(|line| line.case).collect())
    }

    /// Cases that a run moved and did not come to list: it was stopped, and then the host ended.
    pub(super) async fn unlisted(&self, record: &Record) -> Result<Vec<MigrationLine>, Error> {
        let listed = self.last_listed(record)?;
        let mut lines = Vec::new();
        for case in self.page_of(record.run.cursor.as_ref())?.0.iter().filter(|case| !listed.contains(case)) {
            let Some(stored) = self.standing_case(case)? else { continue };
            if let Ran::Line(line) = self.moved_already(&stored, &record.id)? {
                lines.push(*line);
            }
        }
        Ok(lines)
    }

    /// Keeps what became of a page's cases, and the place behind it; behind the last one the end of the pass.
    async fn keep_moves(&self, kept: &mut Record, mut after: Record, page: Page) -> Result<(), Error> {
        if !kept.at_work() {
            return self.keep_stopped_moves(kept, after, page).await;
        }
        let mut group = Group::new();
        record::put_chunk(&mut group, &mut after, page.pass, &page.lines)?;
        let pass = after.pass(page.pass);
        record::count(&mut pass.counts, &page.lines);
        pass.cursor = page.next.clone().filter(|next| !next.is_empty());
        if let Some(fault) = page.fault {
            after.state = MigrationState::Stopped;
            after.fault = Some(fault);
        } else if page.next.is_none() {
            after.state = match page.pass {
                MigrationPass::DryRun => MigrationState::Tried,
                MigrationPass::Run => MigrationState::Done,
                MigrationPass::Undo => MigrationState::Undone,
            };
            if page.pass == MigrationPass::DryRun {
                after.finished = Some(self.now());
            }
            tracing::info!(migration.id = %after.id, migration.state = ?after.state, "a pass of a migration has ended");
        }
        record::put(&mut group, &after, record::list(&self.inner.store)?)?;
        self.inner.store.commit(group).await?;
        *kept = after;
        Ok(())
    }

    /// A person stopped it while a page was under way: cases that were moved are listed all the same.
    async fn keep_stopped_moves(&self, kept: &mut Record, mut after: Record, page: Page) -> Result<(), Error> {
        if page.pass == MigrationPass::DryRun || page.lines.is_empty() {
            return Ok(());
        }
        let mut group = Group::new();
        record::put_chunk(&mut group, &mut after, page.pass, &page.lines)?;
        record::count(&mut after.pass(page.pass).counts, &page.lines);
        record::put(&mut group, &after, record::list(&self.inner.store)?)?;
        self.inner.store.commit(group).await?;
        *kept = after;
        Ok(())
    }

    /// Why a run may not go on: the enactment has no part any more in what is in force.
    async fn no_longer(&self, record: &Record, targets: &Targets) -> Result<Option<String>, Error> {
        if let Some(back) = self.taken_back_meanwhile(record)? {
            return Ok(Some(back));
        }
        let request = &record.request;
        let there = targets.at(&request.authority.division).await?.is_some();
        let gone = || format!("migration.changed: enactment {} is no longer in force there", request.enactment);
        Ok((!there).then(gone))
    }

    fn taken_back_meanwhile(&self, record: &Record) -> Result<Option<String>, Error> {
        let id = &record.request.enactment;
        let enactment = self.inner.store.enactment(id)?;
        let halted = enactment.as_ref().is_some_and(|enactment| enactment.halted(self.now()));
        if halted {
            let what = format!("enactment.halted: enactment {id} is halted by its watch; what was moved can be undone");
            return Ok(Some(what));
        }
        Ok(enactment.and_then(|enactment| enactment.taken_back).map(|at| {
            let at = time::text(at);
            format!("enactment.taken-back: enactment {id} was taken back at {at}; what was moved can be undone")
        }))
    }

    /// Says why a migration could not go on. Where even that cannot be kept, it goes on at the next start.
    async fn migration_failed(&self, job: &Job, error: &Error) {
        tracing::error!(error.text = %error, "migration could not go on");
        if self.stopped() {
            return;
        }
        let _listing = self.inner.migrations.listing.lock().await;
        let mut record = job.record.lock().await;
        if !record.at_work() {
            return;
        }
        record.state = MigrationState::Stopped;
        record.fault = Some(error.to_string());
        let mut group = Group::new();
        let lines = record::list(&self.inner.store);
        match lines.and_then(|lines| record::put(&mut group, &record, lines)) {
            Ok(()) => {
                if let Err(error) = self.inner.store.commit(group).await {
                    tracing::error!(error.text = %error, "a migration's end could not be kept");
                }
            }
            Err(error) => tracing::error!(error.text = %error, "a migration's end could not be kept"),
        }
    }
}
