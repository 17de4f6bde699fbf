//! What a walk over everything found.

use serde::Serialize;

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where: a table and a key, or a case and an entry.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

/// What `verify` found. Faults come in the order in which the walk met them; the first 1,000 are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Cases with at least one entry, the erased ones included.
    pub cases: u64,
    /// Of these, erased.
    pub erased: u64,
    /// Cases whose key is destroyed although this folder does not say erased: a copy from before an
    /// erasure. No fault.
    pub keyless: u64,
    /// Journal entries.
    pub entries: u64,
    /// Records of every other table.
    pub records: u64,
    /// Index rows.
    pub index_rows: u64,
    /// Whether payloads were opened too, or only chains, indexes and counts (no keys given).
    pub unsealed: bool,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    pub fn ok(&self) -> bool {
        self.faults.is_empty()
    }
}
