//! One durable, sealed, chained write, and the reads over it.
//!
//! [`Store::commit`] takes a [`Group`]: journal entries with the sequence that each case is expected to
//! be at, tasks and timers that follow from them, inbox, outbox, licences, documents and the idempotency
//! record. All of it is durable when the call returns, or none of it is there.
//!
//! Payloads are sealed with a key per case that lives outside the data folder ([`Store::erase`] destroys
//! it); what identifies a person is indexed as a keyed hash. `FORMAT.md` documents the layout on disk.
//!
//! The writer groups what waits and syncs once; a commit that conflicts leaves no trace.
//!
//! This crate decides nothing about a case: it folds journals with the model's pure evolution and keeps
//! what it is given. It must not know matters, law rows, plugins or HTTP, and reads no clock.

mod backend;
mod cases;
mod codec;
mod core;
pub mod error;
mod fold;
pub mod group;
mod head;
mod keyfile;
mod keys;
mod keyspace;
mod ledger;
mod library;
mod lists;
mod memory;
mod open;
pub mod options;
mod packing;
mod phrasebook;
mod places;
mod prepare;
mod prepared;
mod queues;
pub mod records;
pub mod report;
mod row;
#[cfg(test)]
#[allow(dead_code)] // shared with the integration tests, which use all of it
#[path = "../tests/it/sample.rs"]
mod sample;
mod seal;
mod sled_backend;
mod stage;
mod store;
mod tap;
mod vaults;
mod verify;
mod writer;

pub use error::{Error, OpenError};
pub use fold::fold;
pub use group::Group;
pub use options::Options;
pub use records::{
    Cursor, DocumentRecord, Erased, InboxItem, InboxKey, JournalHead, OutboxItem, PackageRecord, Page, Reply,
    StoredCase, SubjectValue, Tombstone,
};
pub use report::{Fault, VerifyReport};
pub use store::Store;
pub use tap::Written;
pub use verify::verify_data;
