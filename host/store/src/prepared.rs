//! A group as the writer takes it: sealed, with its keys and index rows, and nothing decided yet.

use std::sync::Arc;

use banshi_model::case::Case;
use banshi_model::ids::{CaseId, DocumentId};

use crate::row::{IndexRow, Row};
use crate::vaults::Taken;

/// A group, ready to be written.
#[derive(Default)]
pub(crate) struct Prepared {
    /// Cases whose vaults sealed something: they must be there and not erased.
    pub(crate) touched: Vec<CaseId>,
    /// Cases that get a head, with their slots.
    pub(crate) opened: Vec<(CaseId, u64)>,
    /// New entries by case.
    pub(crate) appends: Vec<PreparedAppend>,
    /// Replies that must not be there yet.
    pub(crate) replies: Vec<Vec<u8>>,
    /// What happens to records, in order.
    pub(crate) records: Vec<RecordOp>,
    /// Slots that the group uses for the first time.
    pub(crate) taken: Vec<Taken>,
}

/// New entries of a case.
pub(crate) struct PreparedAppend {
    /// Which case.
    pub(crate) case: CaseId,
    /// The sequence that it is expected to be at.
    pub(crate) expected: u64,
    /// The sequence that it is at after them.
    pub(crate) last: u64,
    /// The entries.
    pub(crate) entries: Vec<PreparedEntry>,
    /// The case's index rows after them.
    pub(crate) index: Vec<IndexRow>,
    /// What becomes of its snapshot.
    pub(crate) snapshot: Snapshot,
    /// The case after them.
    pub(crate) after: Arc<Case>,
}

impl PreparedAppend {
    /// How many bytes its entries are, sealed.
    pub(crate) fn bytes(&self) -> u64 {
        self.entries.iter().map(|entry| entry.body.len() as u64).sum()
    }
}

/// A sealed entry.
pub(crate) struct PreparedEntry {
    /// When it was made.
    pub(crate) at: [u8; 8],
    /// The sealed body.
    pub(crate) body: Vec<u8>,
    /// The body's digest.
    pub(crate) digest: [u8; 32],
}

/// What becomes of a snapshot.
pub(crate) enum Snapshot {
    /// It stays as it is.
    Keep,
    /// It is replaced.
    Put(Row),
    /// It goes.
    Drop,
}

/// What happens to a record.
pub(crate) enum RecordOp {
    /// It is put or replaced.
    Put(Row),
    /// It is put, unless it is there.
    PutOnce(Row),
    /// A reply is put; that it is not there is checked before all else.
    PutReply(Row),
    /// It is removed, if it is there.
    Remove(Vec<u8>),
    /// It goes to a case.
    Claim(DocumentId, CaseId),
    /// A document that nobody claimed goes, with its key.
    DropDocument(DocumentId),
    /// A draft goes; if its case has no entry, the case and its key too.
    DropDraft(CaseId),
}
