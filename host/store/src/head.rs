//! The head of a case: where its journal stands, in the clear. And the chain that it is the end of.

use banshi_model::ids::CaseId;
use sha2::{Digest, Sha256};

use crate::keyspace::{CaseKey, Table};
use crate::places;
use crate::row::{IndexRow, Row, RowView, Seal, take};

/// What the head of a case says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Its keys were destroyed.
    pub(crate) erased: bool,
    /// The slot of its key.
    pub(crate) slot: u64,
    /// The sequence of its last entry; 0: it was opened and has none.
    pub(crate) seq: u64,
    /// The chain up to there.
    pub(crate) hash: [u8; 32],
    /// The sequence that its snapshot is of; 0: it has none.
    pub(crate) snapshot: u64,
}

impl Head {
    /// A case without entries.
    pub(crate) fn opened(slot: u64) -> Self {
        Self { erased: false, slot, seq: 0, hash: [0; 32], snapshot: 0 }
    }

    /// The head as a record with the index rows of its case.
    pub(crate) fn row(&self, case: &CaseId, index: Vec<IndexRow>) -> Row {
        let mut meta = Vec::with_capacity(57);
        meta.push(u8::from(self.erased));
        meta.extend_from_slice(&self.slot.to_be_bytes());
        meta.extend_from_slice(&self.seq.to_be_bytes());
        meta.extend_from_slice(&self.hash);
        meta.extend_from_slice(&self.snapshot.to_be_bytes());
        Row { key: places::of_case(Table::Head, case), seal: Seal::Clear, index, meta, body: Vec::new() }
    }

    /// Reads a head's main value; none if it is not one.
    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        let mut rest = RowView::parse(value)?.meta;
        let [erased] = take(&mut rest)?;
        Some(Self {
            erased: erased != 0,
            slot: u64::from_be_bytes(take(&mut rest)?),
            seq: u64::from_be_bytes(take(&mut rest)?),
            hash: take(&mut rest)?,
            snapshot: u64::from_be_bytes(take(&mut rest)?),
        })
    }
}

/// The chain after one more entry: over what was before, who and when it is, and the sealed body.
pub(crate) fn chain(before: &[u8; 32], case: &CaseKey, seq: u64, at: [u8; 8], body: &[u8; 32]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(case);
    hash.update(seq.to_be_bytes());
    hash.update(at);
    hash.update(body);
    hash.finalize().into()
}

/// The digest of a sealed body, which [`chain`] takes.
pub(crate) fn body_digest(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}
