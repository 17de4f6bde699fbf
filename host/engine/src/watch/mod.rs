//! Watches over the first cases of enactments, and the automatic halt.
//!
//! What is counted is read from cases and their journals: followed live, and read again after a start, so that nothing of
//! its own has to be kept. `mark` (one case), `window` (one enactment) and `judge` (halt or not) are pure; `follow` acts,
//! `terms` says what an enactment is watched for, `desk` is what callers ask.
//!
//! Must not: touch a case. A halt ends the way for new cases, as a take-back does; `registry/halts.rs` keeps it.

mod desk;
mod follow;
mod judge;
mod mark;
mod options;
mod terms;
mod window;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use banshi_model::ids::EnactmentId;
use jiff::civil::Date;

pub use options::Options;
use window::Window;

/// The windows of a host.
#[derive(Default)]
pub(crate) struct Watches {
    windows: Mutex<BTreeMap<EnactmentId, Window>>,
    /// Whether there is any, so that most commits ask nothing.
    any: AtomicBool,
    /// The day on which all of them were reviewed last.
    reviewed: Mutex<Option<Date>>,
}

impl Watches {
    fn windows(&self) -> MutexGuard<'_, BTreeMap<EnactmentId, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<EnactmentId, Window>) -> T) -> T {
        let mut windows = self.windows();
        let changed = change(&mut windows);
        self.any.store(!windows.is_empty(), Ordering::Relaxed);
        changed
    }

    /// Whether this day is another than that of the last review.
    fn is_new_day(&self, today: Date) -> bool {
        let mut reviewed = self.reviewed.lock().unwrap_or_else(PoisonError::into_inner);
        reviewed.replace(today) != Some(today)
    }

    fn is_quiet(&self) -> bool {
        !self.any.load(Ordering::Relaxed)
    }
}
