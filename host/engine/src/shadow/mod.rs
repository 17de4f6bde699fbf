//! Outcome diff on real history: every recorded step of the cases at an authority is run once more on a candidate
//! chain, and what it asks for is compared with what was asked for then.
//!
//! `compare` and `mask` and `tally` are pure; `walk` runs one case, `judge` asks what the host would have decided,
//! `job` goes through all cases and keeps its place, `desk` is what callers ask, `follow` what they are told meanwhile,
//! `policy` what enacting demands.
//!
//! Must not: write to a case, guess what comes after a difference, or show a value that comes from a case.

pub(crate) mod compare;
mod desk;
mod follow;
mod job;
mod judge;
pub(crate) mod mask;
mod policy;
mod record;
pub mod seal;
pub(crate) mod show;
mod tally;
mod walk;

#[cfg(test)]
mod tests;

use serde::Deserialize;

pub use follow::Follower;
pub(crate) use job::Shadows;
pub(crate) use tally::{Tally, likeness};

/// How shadows run, and whether enacting demands one.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Threads that all shadows together work on; 0: a quarter of the processors, at least one. Default 0.
    pub workers: usize,
    /// Samples of a report, unless a request says otherwise. Default 20.
    pub samples: u16,
    /// Whether a package is only enacted with a finished report of it at that authority, and a person's signature
    /// where it shows differences in effect or failures. Default: no.
    pub required: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { workers: 0, samples: 20, required: false }
    }
}

impl Options {
    /// Threads, with 0 resolved.
    fn threads(&self) -> usize {
        match self.workers {
            0 => std::thread::available_parallelism().map_or(1, |count| (count.get() / 4).max(1)),
            given => given,
        }
    }
}
