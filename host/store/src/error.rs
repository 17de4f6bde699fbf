//! What can go wrong, split by what the caller can do about it.
//!
//! No message holds personal data: cases, documents and places are named by ids and tables.

use std::io;
use std::path::PathBuf;

use banshi_model::ids::{CaseId, DocumentId};

use crate::records::Reply;

/// Why a commit or a read did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else was first: read the case again, decide again, commit again.
    #[error("case {case} is at entry {found}, not at {expected}; read it again and decide again")]
    Conflict {
        /// Which case.
        case: CaseId,
        /// The sequence that the group expected.
        expected: u64,
        /// The sequence that the case is at.
        found: u64,
    },
    /// This principal has used this idempotency key before: give them the reply of then. It is durable.
    #[error("the idempotency key was used before; its reply stands")]
    Replied(Box<Reply>),
    /// The case's keys were destroyed; nothing of it can be read or written any more.
    #[error("case {0} was erased")]
    Erased(CaseId),
    /// The document already belongs to another case.
    #[error("document {document} belongs to case {case}; upload it again for this one")]
    Claimed {
        /// Which document.
        document: DocumentId,
        /// Whose it is.
        case: CaseId,
    },
    /// The group names something that was never put: a case without `open_case`, a document that was
    /// dropped. Look at what the group refers to.
    #[error("no {what} `{id}` in the store")]
    Unknown {
        /// What kind of thing.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// The cursor is of another list.
    #[error("the cursor is of another list; take `next` of the page before, unchanged")]
    Cursor,
    /// The group contradicts itself; a bug of the caller.
    #[error("group is not valid: {0}")]
    Invalid(String),
    /// What is stored does not read. Nobody but an operator can help: `banshi verify` finds all such places.
    #[error("stored data is damaged at {place}: {what}; stop, run `banshi verify` and restore")]
    Corrupt {
        /// The table and the key.
        place: String,
        /// What is wrong there.
        what: String,
    },
    /// The key file takes no more keys, so no case can be opened. Nothing was written; reads and steps go on.
    #[error("key file cannot be written: {0}; check its disk and its permissions")]
    KeyFile(String),
    /// The disk is nearly full; nothing was written and reads go on. Free space and try again.
    #[error("disk has {free} bytes left and {reserve} are kept free; free space and try again")]
    Full {
        /// Bytes that are left.
        free: u64,
        /// Bytes that are kept free, see [`crate::Options::reserve_bytes`].
        reserve: u64,
    },
    /// The storage failed while it wrote. What was not acknowledged may or may not be there; this store
    /// never acknowledges again. The process must end, and start again.
    #[error("storage failed and takes no more writes; end the process and start it again")]
    Stopped,
}

/// Why a store does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process (or another handle of this one) has the folder or the key file open.
    #[error("{} is in use by another process; stop that one first", .0.display())]
    InUse(PathBuf),
    /// There is data, and no key file.
    #[error("key file {} is missing, and {} holds cases that need it; give the right --keys file", keys.display(), data.display())]
    KeysMissing {
        /// The file that was asked for.
        keys: PathBuf,
        /// The folder.
        data: PathBuf,
    },
    /// The key file is not one, or is damaged.
    #[error("key file {} does not read: {what}; restore it from its backup", path.display())]
    KeysDamaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The key file belongs to another data folder.
    #[error("key file {} belongs to another data folder than {}; give the file that was made with it", keys.display(), data.display())]
    KeysForeign {
        /// Which file.
        keys: PathBuf,
        /// Which folder.
        data: PathBuf,
    },
    /// Others than the owner may read the key file.
    #[error("key file {} may be read by others (mode {mode:o}); run `chmod 600` on it", path.display())]
    KeysExposed {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The folder holds something else, or a version that this build does not read.
    #[error("data folder {} is not of format version {expected}: found {found}", path.display())]
    Format {
        /// Which folder.
        path: PathBuf,
        /// The version that this build reads.
        expected: u32,
        /// What was found.
        found: String,
    },
    /// The folder's clock (simulated or real) is not the one that was asked for.
    #[error("data folder {} was created with a {found} clock; it cannot be opened with a {asked} one", path.display())]
    Clock {
        /// Which folder.
        path: PathBuf,
        /// What it was created with.
        found: &'static str,
        /// What was asked.
        asked: &'static str,
    },
    /// The storage below does not open; its files are damaged.
    #[error("data in {} does not open: {what}; restore the folder from a backup", path.display())]
    Damaged {
        /// Which folder.
        path: PathBuf,
        /// What the storage said.
        what: String,
    },
    /// Groups that were acknowledged are missing from the storage.
    #[error(
        "data in {} ends at group {found}, and group {acknowledged} was acknowledged: {} groups are lost; restore a backup, or delete the file `witness` there to accept the loss",
        path.display(), acknowledged - found
    )]
    Lost {
        /// Which folder.
        path: PathBuf,
        /// The last group that was acknowledged.
        acknowledged: u64,
        /// The last group that is there.
        found: u64,
    },
    /// The file system said no.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}
