//! Starting an engine over a store, and the locks of its cases.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};

use banshi_model::calendar::Calendar;
use banshi_model::ids::{CaseId, Digest};
use banshi_model::law::Table;
use banshi_runtime::Runtime;
use banshi_store::{Group, Store};
use jiff::Timestamp;
use tokio::sync::{Notify, OwnedMutexGuard};

use crate::breaker::Breaker;
use crate::calendars::KEPT;
use crate::drive::settle::CLOCK;
use crate::emergency::Emergencies;
use crate::error::Error;
use crate::migration::Migrations;
use crate::quota::Quotas;
use crate::registry::Registry;
use crate::shadow::Shadows;
use crate::watch::Watches;
use crate::{Config, Engine, Inner, SharedData};

/// How many locks are kept before those that nobody holds are dropped.
const LOCKS_KEPT: usize = 4096;

impl Engine {
    /// Starts over a store. The law tables and calendars are kept as blobs, so that entries can bind them.
    ///
    /// `law` and `calendar` are the tables in force: the built-in ones, with the operator's files merged.
    pub async fn open(
        config: Config,
        store: Store,
        runtime: Runtime,
        shared: Arc<dyn SharedData>,
        law: Table,
        calendar: Calendar,
    ) -> Result<Self, Error> {
        let calendar = with_loaded(&store, calendar)?;
        let mut group = Group::new();
        keep(&mut group, &store, law.digest(), law.encode().map_err(|error| Error::Internal(error.to_string()))?)?;
        keep(&mut group, &store, calendar.digest(), calendar.encode())?;
        if !group.is_empty() {
            store.commit(group).await?;
        }
        let simulated_now = kept_clock(&store)?;
        let registry = Registry::load(&store)?;
        let quotas = Quotas::new(&config.quotas);
        let breaker = Arc::new(Breaker::load(&store, config.breaker.clone())?);
        let emergencies = Emergencies::load(&store)?;
        Ok(Self {
            inner: Arc::new(Inner {
                shadows: Shadows::open(&store, &config.shadow),
                config,
                registry,
                breaker,
                quotas,
                emergencies,
                migrations: Migrations::default(),
                watches: Watches::default(),
                runtime,
                shared,
                law: RwLock::new(Arc::new(law)),
                calendar: RwLock::new(Arc::new(calendar)),
                simulated_now: RwLock::new(simulated_now),
                clock_moves: tokio::sync::Mutex::new(()),
                settling: tokio::sync::Mutex::new(()),
                locks: Mutex::new(HashMap::new()),
                work: Notify::new(),
                outbox: Notify::new(),
                unserved: RwLock::default(),
                store,
            }),
        })
    }

    /// The lock of a case. One that nobody holds any more is dropped when there are many.
    pub(crate) async fn lock(&self, case: &CaseId) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = match self.inner.locks.lock() {
                Ok(locks) => locks,
                Err(poisoned) => poisoned.into_inner(),
            };
            if locks.len() > LOCKS_KEPT {
                locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            }
            locks.entry(case.clone()).or_default().clone()
        };
        lock.lock_owned().await
    }

    /// Whether the engine can work: the store takes writes.
    pub fn ready(&self) -> Result<(), String> {
        if self.stopped() { Err("the store has stopped; start the process again".to_owned()) } else { Ok(()) }
    }

    /// Resolves when all that could be read before this call is durable; an error where it never will be. Await it before
    /// anyone outside is told what was read, unless a commit of the same request came after the reading.
    pub async fn settled(&self) -> Result<(), Error> {
        Ok(self.inner.store.settled().await?)
    }

    /// The store, for commands that look at it directly (`verify`).
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The sandbox, for its metrics.
    pub fn runtime(&self) -> &Runtime {
        &self.inner.runtime
    }

    /// How it is configured.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }
}

fn keep(group: &mut Group, store: &Store, digest: Digest, bytes: Vec<u8>) -> Result<(), Error> {
    if store.blob(&digest)?.is_none() {
        group.put_blob(digest, bytes);
    }
    Ok(())
}

fn kept_clock(store: &Store) -> Result<Timestamp, Error> {
    let Some(bytes) = store.setting(CLOCK)? else { return Ok(Timestamp::UNIX_EPOCH) };
    let text = String::from_utf8_lossy(&bytes);
    text.parse().map_err(|_| Error::Internal("the simulated clock's instant does not read".to_owned()))
}

/// The calendar that was given, with the years that were loaded into the running host before.
fn with_loaded(store: &Store, given: Calendar) -> Result<Calendar, Error> {
    let Some(bytes) = store.setting(KEPT)? else { return Ok(given) };
    let loaded = Calendar::decode(&bytes).map_err(|error| Error::Internal(error.to_string()))?;
    let missing: Vec<_> = loaded.years().filter(|year| !given.is_published(year.year())).cloned().collect();
    Ok(given.with(missing))
}
