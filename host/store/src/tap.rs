//! A copy of what every commit writes, for whoever listens: to see what a workload costs on disk, or to write it
//! again on a bare storage and compare. Where nobody listens it costs one lock a group.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use crate::backend::Batch;

/// What one commit wrote, as it lies on disk: sealed.
#[derive(Debug, Clone)]
pub struct Written {
    /// The number of the group that it was made durable with.
    pub group: u64,
    /// Keys with their values; none: removed.
    pub pairs: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

/// Who listens, if anybody.
#[derive(Default)]
pub(crate) struct Tap(Mutex<Option<Sender<Written>>>);

impl Tap {
    /// A new listener, in the place of the one before.
    pub(crate) fn open(&self) -> Receiver<Written> {
        let (sender, receiver) = channel();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }

    /// Whether copies have to be made.
    pub(crate) fn is_open(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Tells of the commits of a group that is durable; a listener that went away is forgotten.
    pub(crate) fn tell(&self, group: u64, commits: Vec<Batch>) {
        let mut listener = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for batch in commits {
            let written = Written { group, pairs: batch.into_iter().collect() };
            if listener.as_ref().is_some_and(|sender| sender.send(written).is_err()) {
                *listener = None;
            }
        }
    }
}
