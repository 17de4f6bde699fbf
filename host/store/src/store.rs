//! The store as others see it: opening, the one write, erasure, and every read by name.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use banshi_model::effect::TimerKind;
use banshi_model::enactment::Enactment;
use banshi_model::entry::Entry;
use banshi_model::ids::{CaseId, Digest, Division, DocumentId, EnactmentId, TaskId};
use banshi_model::licence::Licence;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use crate::core::Core;
use crate::error::{Error, OpenError};
use crate::group::Group;
use crate::keys::derive;
use crate::keyspace::Table;
use crate::open::{self, Opening};
use crate::options::Options;
use crate::prepare::prepare;
use crate::prepared::PreparedAppend;
use crate::records::{
    Cursor, DocumentRecord, Erased, InboxItem, InboxKey, OutboxItem, PackageRecord, Page, Reply, StoredCase,
    SubjectValue, Tombstone,
};
use crate::report::VerifyReport;
use crate::stage::Refusal;
use crate::tap::Written;
use crate::writer::{Message, Pace, Writer};

/// A store. Cheap to clone; the last clone that is dropped finishes what was queued and closes it.
///
/// Reads are synchronous and fast; they may run on any thread.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    core: Arc<Core>,
    queue: Option<mpsc::Sender<Message>>,
    writer: Option<JoinHandle<()>>,
    /// Released after the writer has ended.
    _lock: Option<File>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the store's writer panicked");
        }
    }
}

impl Store {
    /// Opens a folder with its key file (mode 0600). Creates both where neither is there.
    pub fn open(data: &Path, keys: &Path, options: &Options) -> Result<Store, OpenError> {
        Self::start(open::folder(data, keys, options)?, options)
    }

    /// A store in memory with keys in memory, for tests. Nothing survives its last clone.
    pub fn memory(options: &Options) -> Result<Store, OpenError> {
        Self::start(open::memory(options)?, options)
    }

    pub(crate) fn start(opening: Opening, options: &Options) -> Result<Store, OpenError> {
        let Opening { backend, vaults, ledger, witness, simulated, shredded, lock } = opening;
        let core = Arc::new(Core::new(backend, vaults, simulated, ledger.groups, options.cached_cases));
        let (queue, receiver) = mpsc::channel(options.queue_commits.max(1));
        let pace = Pace {
            group_commits: options.group_commits.max(1),
            wait: Duration::from_micros(options.group_wait_us),
            wait_commits: options.group_wait_commits.max(1),
            reserve_bytes: options.reserve_bytes,
        };
        let writer = Writer::new(Arc::clone(&core), ledger, witness, pace, shredded);
        let writer = std::thread::Builder::new().name("banshi-store".to_owned()).spawn(move || writer.run(receiver));
        let writer = writer.map_err(|source| OpenError::Io { path: "the writer's thread".into(), source })?;
        Ok(Self { inner: Arc::new(Inner { core, queue: Some(queue), writer: Some(writer), _lock: lock }) })
    }

    pub(crate) fn core(&self) -> &Core {
        &self.inner.core
    }

    /// Whether the folder was created with a simulated clock.
    pub fn simulated(&self) -> bool {
        self.core().simulated
    }

    /// A key for another purpose (cache MAC, callback HMAC, capability), derived from the key file's root by
    /// HKDF-SHA-256. The same purpose always gives the same key; never for case data.
    pub fn derive_key(&self, purpose: &str) -> [u8; 32] {
        *derive(self.core().vaults.root(), &format!("for/{purpose}"))
    }

    /// Commits a group. Resolves when it is durable. If the future is dropped before, the group may still be
    /// committed.
    pub async fn commit(&self, group: Group) -> Result<(), Error> {
        self.commit_counted(group).await.map(drop)
    }

    /// Commits a group, as [`Store::commit`] does, and gives the bytes of the entries that each append added, in the appends'
    /// order.
    pub async fn commit_counted(&self, group: Group) -> Result<Vec<u64>, Error> {
        if group.is_empty() {
            return Ok(Vec::new());
        }
        let core = self.core();
        if core.stopped.load(Ordering::Acquire) {
            return Err(Error::Stopped);
        }
        let prepared = Box::new(prepare(core, group)?);
        let taken = prepared.taken.clone();
        let appended = prepared.appends.iter().map(PreparedAppend::bytes).collect();
        let (answer, answered) = oneshot::channel();
        let outcome = self.ask(Message::Commit(prepared, answer), answered).await?;
        match outcome {
            Ok(()) => {
                taken.into_iter().for_each(|taken| core.vaults.keep(taken));
                Ok(appended)
            }
            Err(Refusal::Error(Error::Stopped)) => Err(Error::Stopped),
            Err(refusal) => {
                taken.iter().for_each(|taken| core.vaults.give_back(taken.slot));
                Err(match refusal {
                    Refusal::Error(error) => error,
                    Refusal::Replied(key) => {
                        core.reply_at(&key)?.map_or(Error::Stopped, |reply| Error::Replied(Box::new(reply)))
                    }
                })
            }
        }
    }

    async fn ask<T>(&self, message: Message, answered: oneshot::Receiver<T>) -> Result<T, Error> {
        let queue = self.inner.queue.as_ref().ok_or(Error::Stopped)?;
        queue.send(message).await.map_err(|_| Error::Stopped)?;
        answered.await.map_err(|_| Error::Stopped)
    }

    /// Copies to the receiver what each commit writes from now on, once it is durable: keys and sealed values as
    /// they lie on disk. For sizing a machine by a recorded workload, and for measuring the storage alone. Ends
    /// when the receiver is dropped or another is taken; an erasure is not among it. What is not received waits
    /// in memory.
    pub fn tap(&self) -> std::sync::mpsc::Receiver<Written> {
        self.core().tap.open()
    }

    /// Resolves when everything that a read could have seen before this call is durable.
    ///
    /// A read may see a group a moment before it is synced. Await this before telling anyone outside what was
    /// read (a page, a callback). A step needs not: its own commit is durable only after what it read.
    pub async fn settled(&self) -> Result<(), Error> {
        let applied = self.core().applied.load(Ordering::Acquire);
        let mut durable = self.core().durable.subscribe();
        durable.wait_for(|durable| *durable >= applied).await.map_err(|_| Error::Stopped)?;
        if self.core().stopped.load(Ordering::Acquire) { Err(Error::Stopped) } else { Ok(()) }
    }

    /// Destroys the keys of a case and of the documents that it claimed, removes what identifies anyone, and
    /// leaves a tombstone and the sealed journal. `by` and `basis` stay in the clear. Erasing twice is no error.
    pub async fn erase(&self, case: &CaseId, at: Timestamp, by: &str, basis: &str) -> Result<Erased, Error> {
        let tombstone = Tombstone { at, by: by.to_owned(), basis: basis.to_owned(), entries: 0 };
        let (answer, answered) = oneshot::channel();
        self.ask(Message::Erase(case.clone(), tombstone, answer), answered).await?
    }

    /// Walks every chain, index and count, and opens every payload. Writes wait meanwhile.
    pub fn verify(&self) -> Result<VerifyReport, Error> {
        self.core().verify()
    }

    /// A case; none if it has no entry. [`Error::Erased`] if it was.
    pub fn case(&self, id: &CaseId) -> Result<Option<StoredCase>, Error> {
        self.core().case(id)
    }

    /// Up to `limit` entries after sequence `after`, in order.
    pub fn entries(&self, id: &CaseId, after: u64, limit: usize) -> Result<Vec<Entry>, Error> {
        self.core().entries(id, after, limit)
    }

    /// What stays of an erased case.
    pub fn tombstone(&self, id: &CaseId) -> Result<Option<Tombstone>, Error> {
        self.core().tombstone(id)
    }

    /// Cases of a division and all below it, newest first.
    pub fn cases_in(&self, division: &Division, after: Option<&Cursor>, limit: usize) -> Result<Page<CaseId>, Error> {
        self.core().cases_in(division, after, limit)
    }

    /// Cases of a subject, newest first.
    pub fn cases_of(&self, subject_id: &str, after: Option<&Cursor>, limit: usize) -> Result<Page<CaseId>, Error> {
        self.core().cases_of(subject_id, after, limit)
    }

    /// Open tasks of a division and all below it, of one unit or of all, by due date, earliest first; those
    /// without one come last. A division's tasks are those of the cases that it handles.
    pub fn open_tasks(
        &self,
        division: &Division,
        unit: Option<&str>,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<TaskId>, Error> {
        self.core().open_tasks(division, unit, after, limit)
    }

    /// Cases with a parked event, longest waiting first.
    pub fn parked(&self, after: Option<&Cursor>, limit: usize) -> Result<Page<CaseId>, Error> {
        self.core().parked(after, limit)
    }

    /// Cases that are not closed, by id.
    pub fn open_cases(&self, after: Option<&Cursor>, limit: usize) -> Result<Page<CaseId>, Error> {
        self.core().open_cases(after, limit)
    }

    /// All cases, closed ones and erased ones included, by id. A vault that holds no case is listed too.
    pub fn all_cases(&self, after: Option<&Cursor>, limit: usize) -> Result<Page<CaseId>, Error> {
        self.core().all_cases(after, limit)
    }

    /// Whether the storage has failed: no write is acknowledged any more, and the process must end.
    pub fn stopped(&self) -> bool {
        self.core().stopped.load(Ordering::Acquire)
    }

    /// Timers due at `at` or before, earliest first.
    pub fn timers_due(&self, at: Timestamp, limit: usize) -> Result<Vec<(Timestamp, CaseId, TimerKind)>, Error> {
        self.core().timers_due(at, limit)
    }

    /// When the next timer is due.
    pub fn next_timer(&self) -> Result<Option<Timestamp>, Error> {
        self.core().next_timer()
    }

    /// Events sent between cases, oldest first.
    pub fn inbox(&self, after: Option<&InboxKey>, limit: usize) -> Result<Vec<InboxItem>, Error> {
        self.core().inbox(after, limit)
    }

    /// Deliveries due at `now` or before whose key is not `known`, earliest first; only what is durable.
    pub fn outbox_due(
        &self,
        now: Timestamp,
        limit: usize,
        known: impl Fn(&str) -> bool,
    ) -> Result<Vec<OutboxItem>, Error> {
        self.core().outbox_due(now, limit, known)
    }

    /// Deliveries that wait because nobody serves their partner ([`OutboxItem::UNSERVED`]), by case; only durable ones.
    pub fn outbox_unserved(&self, after: Option<&Cursor>, limit: usize) -> Result<Page<OutboxItem>, Error> {
        self.core().outbox_unserved(after, limit)
    }

    /// One delivery that waits in the outbox.
    pub fn outbox_item(&self, key: &str) -> Result<Option<OutboxItem>, Error> {
        self.core().delivery(Table::Outbox, key)
    }

    /// One delivery that is tried no more.
    pub fn dead_letter(&self, key: &str) -> Result<Option<OutboxItem>, Error> {
        self.core().delivery(Table::Dead, key)
    }

    /// Dead letters, by case.
    pub fn outbox_dead(&self, after: Option<&Cursor>, limit: usize) -> Result<Page<OutboxItem>, Error> {
        self.core().outbox_dead(after, limit)
    }

    /// When the next delivery is due.
    pub fn next_outbox(&self) -> Result<Option<Timestamp>, Error> {
        self.core().next_outbox()
    }

    /// A licence by its identifier.
    pub fn licence(&self, id: &str) -> Result<Option<Licence>, Error> {
        self.core().licence(id)
    }

    /// Licences that a subject holds, of one type or of all, in any state, earliest first.
    pub fn licences_of(&self, subject_id: &str, licence_type: Option<&str>) -> Result<Vec<Licence>, Error> {
        self.core().licences_of(subject_id, licence_type)
    }

    /// The licence whose certificate page has this capability.
    pub fn licence_by_capability(&self, capability: &str) -> Result<Option<Licence>, Error> {
        self.core().licence_by_capability(capability)
    }

    /// Content by its digest, checked against it.
    pub fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, Error> {
        self.core().blob(digest)
    }

    /// Every published package, earliest first.
    pub fn packages(&self) -> Result<Vec<PackageRecord>, Error> {
        self.core().packages()
    }

    /// One published package.
    pub fn package(&self, digest: &Digest) -> Result<Option<PackageRecord>, Error> {
        self.core().package(digest)
    }

    /// Every enactment, earliest first.
    pub fn enactments(&self) -> Result<Vec<Enactment>, Error> {
        self.core().enactments()
    }

    /// One enactment.
    pub fn enactment(&self, id: &EnactmentId) -> Result<Option<Enactment>, Error> {
        self.core().enactment(id)
    }

    /// A document with its bytes; none once its case was erased.
    pub fn document(&self, id: &DocumentId) -> Result<Option<DocumentRecord>, Error> {
        self.core().document(id)
    }

    /// A document without its bytes.
    pub fn document_record(&self, id: &DocumentId) -> Result<Option<DocumentRecord>, Error> {
        self.core().document_record(id)
    }

    /// Documents uploaded at `before` or earlier that no case has claimed, oldest first; `drop_document` ends them.
    pub fn unclaimed_documents(&self, before: Timestamp, limit: usize) -> Result<Vec<DocumentId>, Error> {
        self.core().unclaimed_documents(before, limit)
    }

    /// Whether a case or a form has this id, or an erased case had it: a new one takes another.
    pub fn taken(&self, id: &CaseId) -> Result<bool, Error> {
        self.core().taken(id)
    }

    /// A form that is being filled in.
    pub fn draft(&self, id: &CaseId) -> Result<Option<Value>, Error> {
        self.core().draft(id)
    }

    /// Drafts that expired at `at` or before; `drop_draft` ends them.
    pub fn drafts_expired(&self, at: Timestamp, limit: usize) -> Result<Vec<CaseId>, Error> {
        self.core().drafts_expired(at, limit)
    }

    /// What a subject has given before: the latest for each element.
    pub fn subject_values(&self, subject_id: &str) -> Result<Vec<SubjectValue>, Error> {
        self.core().subject_values(subject_id)
    }

    /// What was answered to this principal under this idempotency key. [`Error::Erased`] if its case was.
    pub fn reply(&self, principal: &str, idempotency_key: &str) -> Result<Option<Reply>, Error> {
        self.core().reply(principal, idempotency_key)
    }

    /// A setting of the host.
    pub fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        self.core().setting(name)
    }
}
