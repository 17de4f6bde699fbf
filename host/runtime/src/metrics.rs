//! What the runtime counts. The names are fixed words: no guest's text ever becomes a label.

use std::collections::BTreeMap;

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
