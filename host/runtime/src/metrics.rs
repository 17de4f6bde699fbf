//! What the runtime counts. The names are fixed words: no guest's text ever becomes a label.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The counts at one instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Calls that were begun, since start.
    pub calls: u64,
    /// Calls that gave no answer, by `CallError::code`, since start.
    pub failures: BTreeMap<&'static str, u64>,
    /// Calls that wait for their turn, now.
    pub queued: usize,
    /// Calls that run, now.
    pub running: usize,
    /// Components that are loaded, now.
    pub loaded: usize,
    /// Components that were evicted, since start.
    pub evicted: u64,
    /// Components that were compiled, since start.
    pub compiled: u64,
    /// Loads that found a compiled component in the cache, since start.
    pub cache_hits: u64,
    /// Cache files that were refused because they are not what this host wrote, since start.
    pub cache_refused: u64,
}

/// Where it is counted.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub calls: AtomicU64,
    pub queued: AtomicUsize,
    pub running: AtomicUsize,
    pub evicted: AtomicU64,
    pub compiled: AtomicU64,
    pub cache_hits: AtomicU64,
    pub cache_refused: AtomicU64,
    failures: Mutex<BTreeMap<&'static str, u64>>,
}

impl Counters {
    /// Counts a call that gave no answer.
    pub fn failed(&self, code: &'static str) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        *failures.entry(code).or_default() += 1;
    }

    /// The counts now.
    pub fn snapshot(&self, loaded: usize) -> Snapshot {
        Snapshot {
            calls: self.calls.load(Ordering::Relaxed),
            failures: self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            queued: self.queued.load(Ordering::Relaxed),
            running: self.running.load(Ordering::Relaxed),
            loaded,
            evicted: self.evicted.load(Ordering::Relaxed),
            compiled: self.compiled.load(Ordering::Relaxed),
            cache_hits: self.cache_hits.load(Ordering::Relaxed),
            cache_refused: self.cache_refused.load(Ordering::Relaxed),
        }
    }
}

/// Adds one to a count of what is there now, and takes it away again when dropped.
pub(crate) struct Present {
    counters: Arc<Counters>,
    count: fn(&Counters) -> &AtomicUsize,
}

impl Present {
    /// From now on.
    pub fn among(counters: &Arc<Counters>, count: fn(&Counters) -> &AtomicUsize) -> Self {
        count(counters).fetch_add(1, Ordering::Relaxed);
        Self { counters: Arc::clone(counters), count }
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        (self.count)(&self.counters).fetch_sub(1, Ordering::Relaxed);
    }
}
