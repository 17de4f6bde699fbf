//! What is committed together: a builder that only collects. Sealing, checking and writing are the store's.

use std::sync::Arc;

use banshi_model::case::Case;
use banshi_model::enactment::Enactment;
use banshi_model::entry::Entry;
use banshi_model::ids::{CaseId, Digest, DocumentId};
use banshi_model::licence::Licence;
use jiff::Timestamp;
use serde_json::Value;

use crate::records::{DocumentRecord, InboxItem, InboxKey, OutboxItem, PackageRecord, Reply, SubjectValue};

/// New entries of one case.
pub(crate) struct Append {
    pub(crate) after: Arc<Case>,
    pub(crate) expected: u64,
    pub(crate) entries: Vec<Entry>,
}

/// One thing that a group asks for.
pub(crate) enum Op {
    Open(CaseId),
    Append(Append),
    Send(Box<InboxItem>),
    Take(InboxKey),
    Deliver(Box<OutboxItem>),
    Delivered(String),
    Bury(Box<OutboxItem>),
    Exhume(String),
    Licence(Box<Licence>),
    Blob(Digest, Vec<u8>),
    Package(Box<PackageRecord>),
    Phrases(Digest, Vec<u8>),
    Enactment(Box<Enactment>),
    Document(Box<DocumentRecord>),
    ClaimDocument(DocumentId, CaseId),
    DropDocument(DocumentId),
    Draft(CaseId, Value, Timestamp),
    DropDraft(CaseId),
    SubjectValue(String, SubjectValue),
    Reply(String, String, Reply),
    Setting(String, Vec<u8>),
}

/// A group of writes that happen together or not at all.
#[derive(Default)]
pub struct Group {
    pub(crate) ops: Vec<Op>,
}

impl Group {
    /// An empty group. Committing it does nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// Gives a new case its key. Needed once, before the first append, draft or anything else that is
    /// sealed for the case; it may stand in the same group. Costs no sync of its own.
    pub fn open_case(&mut self, id: CaseId) {
        self.ops.push(Op::Open(id));
    }

    /// Appends entries to a case that is at `expected` (0 for a new one, whose first entry's cause must be
    /// `Received`). `entries` count on from there without gaps, and folding them must give `after`: the
    /// store derives index rows from `after` and later reads the case by folding.
    /// A group may append to several cases, and to one case only once.
    pub fn append(&mut self, after: impl Into<Arc<Case>>, expected: u64, entries: Vec<Entry>) {
        self.ops.push(Op::Append(Append { after: after.into(), expected, entries }));
    }

    /// Puts an event into another case's inbox. Sending the same key again replaces it.
    pub fn send(&mut self, item: InboxItem) {
        self.ops.push(Op::Send(Box::new(item)));
    }

    /// Takes an event out of the inbox; nothing happens if it is not there.
    pub fn take(&mut self, key: InboxKey) {
        self.ops.push(Op::Take(key));
    }

    /// Puts a delivery into the outbox.
    pub fn deliver(&mut self, item: OutboxItem) {
        self.ops.push(Op::Deliver(Box::new(item)));
    }

    /// Changes when a delivery is tried next, and what the last try said.
    pub fn reschedule(&mut self, item: OutboxItem) {
        self.ops.push(Op::Deliver(Box::new(item)));
    }

    /// Takes a delivery out of the outbox: the partner has it.
    pub fn delivered(&mut self, key: &str) {
        self.ops.push(Op::Delivered(key.to_owned()));
    }

    /// Moves a delivery from the outbox to the dead letters: it is tried no more.
    pub fn bury(&mut self, item: OutboxItem) {
        self.ops.push(Op::Bury(Box::new(item)));
    }

    /// Takes a delivery out of the dead letters, to be dropped or delivered again.
    pub fn exhume(&mut self, key: &str) {
        self.ops.push(Op::Exhume(key.to_owned()));
    }

    /// Puts a licence, or replaces the one of the same id. Sealed with the key of `licence.case`, found by
    /// holder and by capability.
    pub fn put_licence(&mut self, licence: &Licence) {
        self.ops.push(Op::Licence(Box::new(licence.clone())));
    }

    /// Puts content that is not personal under its digest: definitions, calendars, law tables, packages.
    pub fn put_blob(&mut self, digest: Digest, bytes: Vec<u8>) {
        self.ops.push(Op::Blob(digest, bytes));
    }

    /// Puts a published package's record; its bytes go in with `put_blob`.
    pub fn put_package(&mut self, record: PackageRecord) {
        self.ops.push(Op::Package(Box::new(record)));
    }

    /// Puts what the journals of a package usually say, once: entries of its cases are from then on written as what is new in
    /// them. Nothing personal may stand in it. An empty text is none.
    pub fn put_phrases(&mut self, package: Digest, text: Vec<u8>) {
        if !text.is_empty() {
            self.ops.push(Op::Phrases(package, text));
        }
    }

    /// Puts an enactment, or replaces the one of the same id (taken back).
    pub fn put_enactment(&mut self, enactment: &Enactment) {
        self.ops.push(Op::Enactment(Box::new(enactment.clone())));
    }

    /// Puts an uploaded document under a new key of its own.
    pub fn put_document(&mut self, document: DocumentRecord) {
        self.ops.push(Op::Document(Box::new(document)));
    }

    /// Gives a document to a case, with which it will be erased. Fails with `Claimed` if another has it.
    pub fn claim_document(&mut self, id: DocumentId, case: &CaseId) {
        self.ops.push(Op::ClaimDocument(id, case.clone()));
    }

    /// Removes a document that no case claimed, and destroys its key.
    pub fn drop_document(&mut self, id: DocumentId) {
        self.ops.push(Op::DropDocument(id));
    }

    /// Keeps a form that is being filled in for a case that was opened and has no entry yet.
    pub fn put_draft(&mut self, id: &CaseId, draft: &Value, expires: Timestamp) {
        self.ops.push(Op::Draft(id.clone(), draft.clone(), expires));
    }

    /// Removes a draft. If the case has no entry, it goes too and its key is destroyed.
    pub fn drop_draft(&mut self, id: &CaseId) {
        self.ops.push(Op::DropDraft(id.clone()));
    }

    /// Keeps what a subject gave, for later prefilling. Sealed with the key of `value.case`.
    pub fn put_subject_value(&mut self, subject_id: &str, value: SubjectValue) {
        self.ops.push(Op::SubjectValue(subject_id.to_owned(), value));
    }

    /// Keeps the answer to a write. The commit fails with `Replied` if the principal used the key before.
    pub fn reply(&mut self, principal: &str, key: &str, reply: Reply) {
        self.ops.push(Op::Reply(principal.to_owned(), key.to_owned(), reply));
    }

    /// Keeps a setting of the host, in the clear.
    pub fn put_setting(&mut self, name: &str, value: Vec<u8>) {
        self.ops.push(Op::Setting(name.to_owned(), value));
    }
}
