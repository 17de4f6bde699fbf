//! What the store keeps besides journals, and what its reads answer.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use banshi_model::case::Case;
use banshi_model::effect::Outgoing;
use banshi_model::entry::Actor;
use banshi_model::event::Event;
use banshi_model::ids::{CaseId, Digest, DocumentId};
use banshi_model::package::Manifest;
use banshi_model::release::Release;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A case as its journal folds to, with the sequence of its last entry.
#[derive(Debug, Clone)]
pub struct StoredCase {
    /// The case; shared with the store's cache, so clone the inside to change it.
    pub case: Arc<Case>,
    /// The sequence of its last entry: what the next append expects.
    pub seq: u64,
}

/// Where a case's journal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalHead {
    /// The sequence of its last entry.
    pub seq: u64,
    /// The chain over all entries up to there.
    pub chain: Digest,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Where the next page starts; none: this was the last.
    pub next: Option<Cursor>,
}

/// Where a page ended. Opaque to callers; as text it is lower-case hexadecimal, and holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub(crate) Vec<u8>);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

/// A text that is not a cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list; take `next` of the page before, unchanged")]
pub struct NotACursor;

impl FromStr for Cursor {
    type Err = NotACursor;
    fn from_str(text: &str) -> Result<Self, NotACursor> {
        match hex::decode(text) {
            Ok(bytes) if (1..=255).contains(&bytes.len()) => Ok(Self(bytes)),
            _ => Err(NotACursor),
        }
    }
}

/// The place of an event in the inbox: derived from the entry that sent it, so that a repeated step sends
/// the same once. Ordered by time first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InboxKey {
    /// When it was sent.
    pub at: Timestamp,
    /// The case whose entry sent it.
    pub from: CaseId,
    /// That entry's sequence.
    pub seq: u64,
    /// Which of that entry's events.
    pub ordinal: u16,
}

/// An event on its way from one case to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InboxItem {
    /// Its place.
    pub key: InboxKey,
    /// Whose it is.
    pub to: CaseId,
    /// What happened.
    pub event: Event,
    /// By whom.
    pub by: Actor,
}

/// A delivery that leaves the host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxItem {
    /// `case/seq/ordinal`, as in the outgoing itself; the store relies on the case's id in front.
    pub key: String,
    /// The case that sends it.
    pub case: CaseId,
    /// What leaves.
    pub outgoing: Outgoing,
    /// When it was put.
    pub created: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next; [`OutboxItem::UNSERVED`] while nobody serves its partner.
    pub next: Timestamp,
    /// What the last try said; no personal data.
    pub last_error: Option<String>,
}

impl OutboxItem {
    /// The `next` of what waits until there is a partner: the last instant that an index row can hold, in 2262. It sorts
    /// behind all that has a time.
    pub const UNSERVED: Timestamp = Timestamp::constant(i64::MAX / 1_000_000_000, (i64::MAX % 1_000_000_000) as i32);
}

/// A published package; its bytes are the blob of its digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackageRecord {
    /// The digest of the whole file.
    pub digest: Digest,
    /// What it says of itself.
    pub manifest: Manifest,
    /// When it was published.
    pub published: Timestamp,
    /// The principal who did.
    pub by: String,
    /// The admission report.
    pub report: Value,
    /// Who stands behind it; none: it was published where no trust root was installed.
    #[serde(default)]
    pub signed: Option<Release>,
}

/// An uploaded document. Sealed with a key of its own, which goes with the case that claims it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentRecord {
    /// Its id.
    pub id: DocumentId,
    /// SHA-256 of the bytes.
    pub digest: Digest,
    /// IANA media type.
    pub media_type: String,
    /// The bytes themselves; empty in what [`crate::Store::document_record`] answers.
    #[serde(skip)]
    pub bytes: Vec<u8>,
    /// When it was uploaded.
    pub uploaded: Timestamp,
    /// The principal who did.
    pub by: String,
    /// The case that claimed it.
    #[serde(skip)]
    pub case: Option<CaseId>,
}

impl fmt::Debug for DocumentRecord {
    /// Leaves out bytes and digest: the digest of a known paper would identify it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentRecord").field("id", &self.id).field("case", &self.case).finish_non_exhaustive()
    }
}

/// What a subject has given before, for one data element. Sealed with the key of the case that it came with.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SubjectValue {
    /// The data element of the shared dictionary.
    pub element: String,
    /// The value.
    pub value: Value,
    /// When it was given.
    pub at: Timestamp,
    /// With which case.
    pub case: CaseId,
}

impl fmt::Debug for SubjectValue {
    /// Leaves out the value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubjectValue").field("element", &self.element).field("case", &self.case).finish_non_exhaustive()
    }
}

/// What was answered to a write, kept under the principal and their idempotency key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Digest of the request, so that the same key with another request is told apart.
    pub request: Digest,
    /// The HTTP status.
    pub status: u16,
    /// The body as it was sent.
    pub body: Vec<u8>,
    /// The case whose key seals this; none: the answer is about no case.
    pub case: Option<CaseId>,
}

impl fmt::Debug for Reply {
    /// Leaves out the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).field("case", &self.case).finish_non_exhaustive()
    }
}

/// What stays of an erased case, in the clear: nothing of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// When it was erased.
    pub at: Timestamp,
    /// The principal who erased it.
    pub by: String,
    /// On what basis (法律依据).
    pub basis: String,
    /// How many entries its journal had; they stay, sealed for ever.
    pub entries: u64,
}

/// What an erasure took away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// The case.
    pub case: CaseId,
    /// How many keys were destroyed: the case's own, and one for each document that it had claimed.
    pub keys: u64,
    /// How many records (licences, documents, values, deliveries, index rows) were removed.
    pub records: u64,
}
