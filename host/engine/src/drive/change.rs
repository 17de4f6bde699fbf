//! Changes to cases that are being prepared, and everything that will be committed with them.

use std::collections::BTreeMap;
use std::sync::Arc;

use banshi_model::case::Case;
use banshi_model::effect::Effect;
use banshi_model::entry::{Actor, Cause, Entry};
use banshi_model::ids::CaseId;
use banshi_model::licence::Licence;
use banshi_store::{Group, StoredCase};
use jiff::Timestamp;
use tokio::sync::OwnedMutexGuard;

use crate::error::Error;

/// One case with the entries that are being added to it.
pub(crate) struct Change {
    /// The case as it is after the entries so far.
    pub case: Case,
    expected: u64,
    entries: Vec<Entry>,
}

impl Change {
    /// A new case.
    pub(crate) fn open(case: Case) -> Self {
        Self { case, expected: 0, entries: Vec::new() }
    }

    /// A stored case.
    pub(crate) fn of(stored: StoredCase) -> Self {
        Self { case: Arc::unwrap_or_clone(stored.case), expected: stored.seq, entries: Vec::new() }
    }

    /// The sequence of the last entry, those being added included.
    pub(crate) fn seq(&self) -> u64 {
        self.expected + self.entries.len() as u64
    }

    /// Whether anything was added.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds an entry and folds its effects.
    pub(crate) fn record(&mut self, at: Timestamp, by: Actor, cause: Cause, effects: Vec<Effect>) -> Result<(), Error> {
        for effect in &effects {
            self.case.apply(effect, at);
        }
        self.push(at, by, cause, effects)
    }

    /// Adds an entry whose effects the case has already.
    pub(crate) fn push(&mut self, at: Timestamp, by: Actor, cause: Cause, effects: Vec<Effect>) -> Result<(), Error> {
        let after = self.case.digest().map_err(|error| Error::Internal(error.to_string()))?;
        let entry = Entry { case: self.case.id.clone(), seq: self.seq() + 1, at, by, cause, effects, after };
        self.entries.push(entry);
        Ok(())
    }

    /// Adds effects to the last entry that is being added.
    pub(crate) fn add_effects(&mut self, effects: Vec<Effect>, at: Timestamp) -> Result<(), Error> {
        for effect in &effects {
            self.case.apply(effect, at);
        }
        let after = self.case.digest().map_err(|error| Error::Internal(error.to_string()))?;
        if let Some(entry) = self.entries.last_mut() {
            entry.effects.extend(effects);
            entry.after = after;
        }
        Ok(())
    }

    /// The entries that are being added.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn into_parts(self) -> (Case, u64, Vec<Entry>) {
        (self.case, self.expected, self.entries)
    }
}

/// Everything that one commit will write.
pub(crate) struct Work {
    /// The instant of it all.
    pub now: Timestamp,
    /// Records beside the cases.
    pub group: Group,
    /// Licences, new or changed, by identifier.
    pub licences: BTreeMap<String, Licence>,
    /// Other cases that change with it: parts that are opened, or whose licences are settled.
    pub others: Vec<Change>,
    /// Locks of the other cases, held until the commit.
    pub guards: Vec<(CaseId, OwnedMutexGuard<()>)>,
}

impl Work {
    /// Nothing yet.
    pub(crate) fn at(now: Timestamp) -> Self {
        Self { now, group: Group::new(), licences: BTreeMap::new(), others: Vec::new(), guards: Vec::new() }
    }
}
