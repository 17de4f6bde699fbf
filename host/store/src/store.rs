//! The store: opening it, the one write, and erasure. Reads are in the modules beside it.

use std::path::Path;

use banshi_model::effect::TimerKind;
use banshi_model::enactment::Enactment;
use banshi_model::entry::Entry;
use banshi_model::ids::{CaseId, Digest, Division, DocumentId, EnactmentId, TaskId};
use banshi_model::licence::Licence;
use jiff::Timestamp;
use serde_json::Value;

use crate::error::{Error, OpenError};
use crate::group::Group;
use crate::options::Options;
use crate::records::*;
use crate::report::VerifyReport;

/// A store. Cheap to clone; the last clone that is dropped finishes what was queued and closes it.
#[derive(Clone)]
pub struct Store;

#[allow(unused_variables, clippy::unused_async)]
impl Store {
    /// Opens a folder, or creates it together with its key file (mode 0600).
    pub fn open(data: &Path, keys: &Path, options: &Options) -> Result<Store, OpenError> { Err(OpenError::InUse(data.to_owned())) }
    /// A store in memory with keys in memory, for tests.
    pub fn memory(options: &Options) -> Result<Store, OpenError> { Ok(Store) }
    /// Whether the folder was created with a simulated clock.
    pub fn simulated(&self) -> bool { false }
    /// A key for another purpose (cache MAC, callback HMAC, capability), derived from the key file's root by HKDF-SHA-256. Never for case data.
    pub fn derive_key(&self, purpose: &str) -> [u8; 32] { [0; 32] }
    /// Commits a group. Resolves when it is durable.
    pub async fn commit(&self, group: Group) -> Result<(), Error> { Err(Error::Stopped) }
    /// Resolves when everything that a read could have seen before the call is durable. A read may see a group
    /// a moment before its sync is done: await this before telling anyone outside what was read. Steps need not.
    pub async fn settled(&self) -> Result<(), Error> { Err(Error::Stopped) }
    /// A case; none if it has no entry. [`Error::Erased`] if it was.
    pub fn case(&self, id: &CaseId) -> Result<Option<StoredCase>, Error> { Err(Error::Stopped) }
    /// Up to `limit` entries after sequence `after`, in order.
    pub fn entries(&self, id: &CaseId, after: u64, limit: usize) -> Result<Vec<Entry>, Error> { Err(Error::Stopped) }
    /// What stays of an erased case.
    pub fn tombstone(&self, id: &CaseId) -> Result<Option<Tombstone>, Error> { Err(Error::Stopped) }
    /// Cases of a division and all below it, newest first.
    pub fn cases_in(&self, division: &Division, after: Option<&Cursor>, limit: usize) -> Result<Page<CaseId>, Error> { Err(Error::Stopped) }
    /// Cases of a subject, newest first.
    pub fn cases_of(&self, subject_id: &str, after: Option<&Cursor>, limit: usize) -> Result<Page<CaseId>, Error> { Err(Error::Stopped) }
    /// Open tasks of a division and all below it, of one unit or of all, by due date, earliest first; those without one come last.
    pub fn open_tasks(&self, division: &Division, unit: Option<&str>, after: Option<&Cursor>, limit: usize) -> Result<Page<TaskId>, Error> { Err(Error::Stopped) }
    /// Cases with a parked event, longest waiting first.
    pub fn parked(&self, after: Option<&Cursor>, limit: usize) -> Result<Page<CaseId>, Error> { Err(Error::Stopped) }
    /// Cases that are not closed, by id.
    pub fn open_cases(&self, after: Option<&Cursor>, limit: usize) -> Result<Page<CaseId>, Error> { Err(Error::Stopped) }
    /// Timers due at `at` or before, earliest first.
    pub fn timers_due(&self, at: Timestamp, limit: usize) -> Result<Vec<(Timestamp, CaseId, TimerKind)>, Error> { Err(Error::Stopped) }
    /// When the next timer is due.
    pub fn next_timer(&self) -> Result<Option<Timestamp>, Error> { Err(Error::Stopped) }
    /// Events sent between cases, oldest first.
    pub fn inbox(&self, after: Option<&InboxKey>, limit: usize) -> Result<Vec<InboxItem>, Error> { Err(Error::Stopped) }
    /// Deliveries due at `now` or before, earliest first; only what is durable.
    pub fn outbox_due(&self, now: Timestamp, limit: usize) -> Result<Vec<OutboxItem>, Error> { Err(Error::Stopped) }
    /// One delivery that waits in the outbox.
    pub fn outbox_item(&self, key: &str) -> Result<Option<OutboxItem>, Error> { Err(Error::Stopped) }
    /// Dead letters, by case.
    pub fn outbox_dead(&self, after: Option<&Cursor>, limit: usize) -> Result<Page<OutboxItem>, Error> { Err(Error::Stopped) }
    /// When the next delivery is due.
    pub fn next_outbox(&self) -> Result<Option<Timestamp>, Error> { Err(Error::Stopped) }
    /// A licence by its identifier.
    pub fn licence(&self, id: &str) -> Result<Option<Licence>, Error> { Err(Error::Stopped) }
    /// Licences that a subject holds, of one type or of all, in any state.
    pub fn licences_of(&self, subject_id: &str, licence_type: Option<&str>) -> Result<Vec<Licence>, Error> { Err(Error::Stopped) }
    /// The licence whose certificate page has this capability.
    pub fn licence_by_capability(&self, capability: &str) -> Result<Option<Licence>, Error> { Err(Error::Stopped) }
    /// Content by its digest.
    pub fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, Error> { Err(Error::Stopped) }
    /// Every published package, earliest first.
    pub fn packages(&self) -> Result<Vec<PackageRecord>, Error> { Err(Error::Stopped) }
    /// One published package.
    pub fn package(&self, digest: &Digest) -> Result<Option<PackageRecord>, Error> { Err(Error::Stopped) }
    /// Every enactment, earliest first.
    pub fn enactments(&self) -> Result<Vec<Enactment>, Error> { Err(Error::Stopped) }
    /// One enactment.
    pub fn enactment(&self, id: &EnactmentId) -> Result<Option<Enactment>, Error> { Err(Error::Stopped) }
    /// A document with its bytes.
    pub fn document(&self, id: &DocumentId) -> Result<Option<DocumentRecord>, Error> { Err(Error::Stopped) }
    /// A document without its bytes.
    pub fn document_record(&self, id: &DocumentId) -> Result<Option<DocumentRecord>, Error> { Err(Error::Stopped) }
    /// Documents uploaded before an instant that no case has claimed, oldest first.
    pub fn unclaimed_documents(&self, before: Timestamp, limit: usize) -> Result<Vec<DocumentId>, Error> { Err(Error::Stopped) }
    /// A form that is being filled in.
    pub fn draft(&self, id: &CaseId) -> Result<Option<Value>, Error> { Err(Error::Stopped) }
    /// Drafts that expired at `at` or before.
    pub fn drafts_expired(&self, at: Timestamp, limit: usize) -> Result<Vec<CaseId>, Error> { Err(Error::Stopped) }
    /// What a subject has given before: the latest for each element.
    pub fn subject_values(&self, subject_id: &str) -> Result<Vec<SubjectValue>, Error> { Err(Error::Stopped) }
    /// What was answered to this principal under this idempotency key. [`Error::Erased`] if its case was.
    pub fn reply(&self, principal: &str, idempotency_key: &str) -> Result<Option<Reply>, Error> { Err(Error::Stopped) }
    /// A setting of the host.
    pub fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, Error> { Err(Error::Stopped) }
    /// Destroys the keys of a case and of the documents that it claimed, and leaves a tombstone. `by` and `basis` stay in the clear.
    pub async fn erase(&self, case: &CaseId, at: Timestamp, by: &str, basis: &str) -> Result<Erased, Error> { Err(Error::Stopped) }
    /// Walks every chain, index and count, and opens every payload. Writes wait meanwhile.
    pub fn verify(&self) -> Result<VerifyReport, Error> { Err(Error::Stopped) }
}
