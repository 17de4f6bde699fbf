//! Going through all cases: page after page, each page's threads bounded over all shadows, the place kept with what was
//! found in one commit. A shadow that a crash or a stop interrupted goes on behind its last page.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use banshi_model::ids::CaseId;
use banshi_store::{Cursor, Group, Store};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;

use super::Options;
use super::record::{self, Record};
use super::seal::Seal;
use super::tally::Tally;
use super::walk::Trial;
use crate::Engine;
use crate::api::shadow::{ShadowId, ShadowState, SignOff, Signature};
use crate::error::Error;

/// Cases of one page: what a crash makes run again.
const PAGE: usize = 64;
/// How long a shadow waits where the sandbox has no place for it.
const PAUSE: Duration = Duration::from_secs(1);
/// Cases that one thread takes at a time.
const CHUNK: usize = 16;

/// The shadows of an engine.
pub(crate) struct Shadows {
    running: Mutex<BTreeMap<ShadowId, Arc<Job>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    /// Places for threads, over all shadows.
    places: Arc<Semaphore>,
    stopping: AtomicBool,
    /// Held while the list of all shadows is changed.
    pub(super) listing: tokio::sync::Mutex<()>,
    pub(super) seal: Seal,
}

/// A shadow at work.
pub(super) struct Job {
    pub record: tokio::sync::Mutex<Record>,
    cancelled: AtomicBool,
    /// Tells followers that the record has changed; dropped with the job, which tells them that it runs no more.
    changes: watch::Sender<()>,
}

impl Shadows {
    /// Over a store. What was running when it was closed goes on with [`Engine::resume_shadows`].
    pub(crate) fn open(store: &Store, options: &Options) -> Self {
        Self {
            running: Mutex::default(),
            tasks: Mutex::default(),
            places: Arc::new(Semaphore::new(options.threads())),
            stopping: AtomicBool::new(false),
            listing: tokio::sync::Mutex::new(()),
            seal: Seal::of(store),
        }
    }

    /// A shadow that is at work.
    pub(super) fn running(&self, id: &ShadowId) -> Option<Arc<Job>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// How many are at work.
    pub(super) fn count(&self) -> usize {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// A place for a thread, of those that all work on recorded and open cases shares.
    pub(crate) async fn place(&self) -> Result<OwnedSemaphorePermit, Error> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        place.map_err(|error| Error::Internal(error.to_string()))
    }

    /// The host's signature under a person's word.
    pub(crate) fn signed_off(&self, sign_off: &SignOff) -> Signature {
        self.seal.sign_off(sign_off)
    }

    fn stops(&self, job: &Job) -> bool {
        self.stopping.load(Ordering::Acquire) || job.cancelled.load(Ordering::Acquire)
    }
}

impl Job {
    /// Told at each page that is kept, and closed when the shadow runs no more.
    pub(super) fn changed(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// Tells followers that the record is another one.
    pub(super) fn tell(&self) {
        self.changes.send_replace(());
    }

    /// From now on no further case is looked at.
    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }
}

impl Engine {
    /// Goes on with the shadows that were running when the host ended.
    pub(crate) fn resume_shadows(&self) -> Result<(), Error> {
        for line in record::list(&self.inner.store)? {
            if line.state != ShadowState::Running || self.inner.shadows.running(&line.id).is_some() {
                continue;
            }
            if let Some(record) = record::load(&self.inner.store, &line.id)? {
                tracing::info!(shadow.id = %record.id, shadow.looked = record.tally.looked, "shadow goes on");
                self.run_shadow(record);
            }
        }
        Ok(())
    }

    /// Stops all shadows where they are, and waits for them. They go on at the next start.
    pub(crate) async fn stop_shadows(&self) {
        let shadows = &self.inner.shadows;
        shadows.stopping.store(true, Ordering::Release);
        let tasks = std::mem::take(&mut *shadows.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            if task.await.is_err() {
                tracing::error!("a shadow panicked");
            }
        }
    }

    /// Lets a shadow run in the background.
    pub(super) fn run_shadow(&self, record: Record) {
        let shadows = &self.inner.shadows;
        let id = record.id.clone();
        let job = Arc::new(Job {
            record: tokio::sync::Mutex::new(record),
            cancelled: AtomicBool::new(false),
            changes: watch::Sender::new(()),
        });
        shadows.running.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), Arc::clone(&job));
        let engine = self.clone();
        let task = tokio::spawn(async move {
            if let Err(error) = engine.shadow(&job).await {
                engine.shadow_failed(&job, &error).await;
            }
            engine.inner.shadows.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        });
        let mut tasks = shadows.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|task| !task.is_finished());
        tasks.push(task);
    }

    async fn shadow(&self, job: &Arc<Job>) -> Result<(), Error> {
        let start = job.record.lock().await.clone();
        let store = &self.inner.store;
        let package = store.package(&start.request.package)?;
        let package = package.ok_or_else(|| Error::not_found("package", start.request.package))?;
        let trial = Trial::new(self.clone(), package, start.request.clone(), start.created, start.samples);
        let trial = Arc::new(trial);
        let cursor = |text: &String| text.parse::<Cursor>().map_err(|error| Error::Internal(error.to_string()));
        let mut after = start.cursor.as_ref().map(cursor).transpose()?;
        let division = start.request.at.division;
        while !self.inner.shadows.stops(job) {
            let page = store.cases_in(&division, after.as_ref(), PAGE)?;
            let found = match self.compare_page(&trial, job, page.items).await {
                // What serves people goes first; the same page again when there is room.
                Err(Error::Busy(_)) => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                found => found?,
            };
            let Some(found) = found else { break };
            after = page.next;
            if !self.keep_page(job, found, after.as_ref()).await? {
                break;
            }
        }
        Ok(())
    }

    /// Compares a page's cases; none where it was stopped before its end.
    async fn compare_page(
        &self,
        trial: &Arc<Trial>,
        job: &Arc<Job>,
        cases: Vec<CaseId>,
    ) -> Result<Option<Vec<Tally>>, Error> {
        let mut threads = Vec::new();
        for chunk in cases.chunks(CHUNK) {
            let place = self.inner.shadows.place().await?;
            let (engine, trial, job, chunk) = (self.clone(), Arc::clone(trial), Arc::clone(job), chunk.to_vec());
            let runtime = Handle::current();
            // Not on the threads that answer requests: a case is much work, and all of it is the processor's.
            threads.push(tokio::task::spawn_blocking(move || {
                let found = runtime.block_on(engine.compare_chunk(&trial, &job, &chunk));
                drop(place);
                found
            }));
        }
        let mut whole = Some(Vec::new());
        for thread in threads {
            let found = thread.await.map_err(|_| Error::Internal("a comparison panicked".to_owned()))??;
            whole = whole.zip(found).map(|(mut whole, found)| {
                whole.push(found);
                whole
            });
        }
        Ok(whole)
    }

    async fn compare_chunk(&self, trial: &Trial, job: &Job, cases: &[CaseId]) -> Result<Option<Tally>, Error> {
        let (mut found, mut ahead) = (Tally::default(), true);
        for case in cases {
            if self.inner.shadows.stops(job) {
                return Ok(None);
            }
            trial.case(case, &mut ahead, &mut found).await?;
        }
        Ok(Some(found))
    }

    /// Keeps what a page showed, and the place behind it; behind the last one, the signed report. Says whether it goes on.
    async fn keep_page(&self, job: &Job, found: Vec<Tally>, next: Option<&Cursor>) -> Result<bool, Error> {
        let shadows = &self.inner.shadows;
        let _listing = shadows.listing.lock().await;
        let mut record = job.record.lock().await;
        if record.state != ShadowState::Running {
            return Ok(false);
        }
        let mut after = record.clone();
        for found in found {
            after.tally.merge(found, record.samples);
        }
        after.cursor = next.map(ToString::to_string);
        let mut group = Group::new();
        if next.is_some() {
            record::put(&mut group, &after)?;
        } else {
            after.state = ShadowState::Finished;
            after.finished = Some(self.now());
            after.signature = Some(shadows.seal.report(&after.report()));
            record::put_with_line(&mut group, &after, record::list(&self.inner.store)?)?;
            tracing::info!(shadow.id = %after.id, package.digest = %after.request.package, "shadow is finished");
        }
        self.inner.store.commit(group).await?;
        *record = after;
        job.tell();
        Ok(next.is_some())
    }

    /// Says why a shadow could not go on. Where even that cannot be kept, it goes on at the next start.
    async fn shadow_failed(&self, job: &Job, error: &Error) {
        tracing::error!(error.text = %error, "shadow could not go on");
        if self.stopped() {
            return;
        }
        let _listing = self.inner.shadows.listing.lock().await;
        let mut record = job.record.lock().await;
        if record.state != ShadowState::Running {
            return;
        }
        record.state = ShadowState::Failed;
        record.finished = Some(self.now());
        record.fault = Some(error.to_string());
        let mut group = Group::new();
        let lines = record::list(&self.inner.store);
        let put = lines.and_then(|lines| record::put_with_line(&mut group, &record, lines));
        match put {
            Ok(()) => {
                if let Err(error) = self.inner.store.commit(group).await {
                    tracing::error!(error.text = %error, "a shadow's end could not be kept");
                }
            }
            Err(error) => tracing::error!(error.text = %error, "a shadow's end could not be kept"),
        }
    }
}
