//! What the store needs of a storage: one ordered space of keys, and an atomic, durable batch.

use std::collections::HashMap;
use std::path::PathBuf;

/// The storage failed. What it said goes to the log; it names files and offsets, never contents.
#[derive(Debug, Clone, thiserror::Error)]
#[error("storage: {0}")]
pub(crate) struct StorageFault(pub(crate) String);

/// Writes that happen together: a value for a key, or none to remove it.
pub(crate) type Batch = HashMap<Vec<u8>, Option<Vec<u8>>>;

/// A key and its value.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

/// An ordered key-value storage. One thread writes; any number read meanwhile.
pub(crate) trait Backend: Send + Sync {
    /// The value at a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageFault>;
    /// Up to `limit` pairs from `from` (included) to `to` (excluded), in order.
    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Pair>, StorageFault>;
    /// Makes a batch visible, all at once. Not yet durable.
    fn apply(&self, batch: Batch) -> Result<(), StorageFault>;
    /// Makes durable all that was applied.
    fn sync(&self) -> Result<(), StorageFault>;
    /// Where it lies on disk, to ask for free space; none in memory.
    fn folder(&self) -> Option<PathBuf> {
        None
    }
}
