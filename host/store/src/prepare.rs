//! From a group to what the writer writes: keys, index rows and sealed bodies.
//!
//! Runs on the caller's thread, so that many callers encode and seal at once and the one writer only checks,
//! chains and writes.

mod reply;

use std::sync::{Arc, PoisonError};

use banshi_model::case::{Case, Phase};
use banshi_model::entry::{Cause, Entry};
use banshi_model::ids::{CaseId, Digest};
use serde::Serialize;

use crate::codec;
use crate::core::{Core, phrased};
use crate::error::Error;
use crate::group::{Append, Group, Op};
use crate::head::body_digest;
use crate::keyspace::{CaseKey, Table, pack_case, pack_time};
use crate::phrasebook::{self, Phrasebook};
use crate::places;
use crate::prepared::{Prepared, PreparedAppend, PreparedEntry, RecordOp, Snapshot};
use crate::records::{DocumentRecord, InboxItem, OutboxItem, SubjectValue};
use crate::row::{BODY_BYTES_MAX, IndexRow, Row, Seal};
use crate::seal::{HEADER_BYTES, Nonces, Vault, aad};
use crate::vaults::Taken;

/// A journal of this many entries more than its snapshot gets a new one. Until then a case is read by
/// folding; a snapshot with every entry would write most of the form again and again.
pub(crate) const SNAPSHOT_EVERY: u64 = 8;
/// A closed case with at most this many entries needs no snapshot: it is read seldom, and folding is cheap.
const FOLD_CLOSED: u64 = 32;

/// Prepares a group. On an error, slots that were taken go back.
pub(crate) fn prepare(core: &Core, group: Group) -> Result<Prepared, Error> {
    let mut preparing = Preparing {
        core,
        nonces: Nonces::new(),
        vaults: Vec::new(),
        books: Vec::new(),
        firsts: Vec::new(),
        values: Vec::new(),
        out: Prepared::default(),
    };
    match preparing.all(group) {
        Ok(()) => Ok(preparing.out),
        Err(error) => {
            preparing.out.taken.iter().for_each(|taken| core.vaults.give_back(taken.slot));
            Err(error)
        }
    }
}

struct Preparing<'a> {
    core: &'a Core,
    nonces: Nonces,
    vaults: Vec<(CaseId, u64, Arc<Vault>)>,
    /// In whose words the cases that are appended to are written.
    books: Vec<(CaseId, Arc<Phrasebook>)>,
    /// The text of first entries that an answer of the group refers to.
    firsts: Vec<(CaseId, Vec<u8>)>,
    values: Vec<(String, Vec<SubjectValue>)>,
    out: Prepared,
}

impl Preparing<'_> {
    fn all(&mut self, group: Group) -> Result<(), Error> {
        for op in &group.ops {
            match op {
                Op::Open(case) => self.open_case(case)?,
                Op::Append(append) => self.find_book(&append.after)?,
                _ => {}
            }
        }
        self.find_firsts(&group.ops)?;
        for op in group.ops {
            self.one(op)?;
        }
        for (subject, values) in std::mem::take(&mut self.values) {
            self.subject_values(&subject, &values)?;
        }
        Ok(())
    }

    fn one(&mut self, op: Op) -> Result<(), Error> {
        match op {
            Op::Open(_) => {}
            Op::Append(append) => self.append(append)?,
            Op::Send(item) => self.send(&item)?,
            Op::Take(at) => self.remove(places::inbox(&at)),
            Op::Deliver(item) => self.deliver(&item)?,
            Op::Delivered(name) => self.remove(delivery(Table::Outbox, &name)?),
            Op::Bury(item) => {
                self.remove(delivery(Table::Outbox, &item.key)?);
                let row =
                    self.case_row(&item.case, delivery(Table::Dead, &item.key)?, Vec::new(), Vec::new(), &item)?;
                self.put(row);
            }
            Op::Exhume(name) => self.remove(delivery(Table::Dead, &name)?),
            Op::Licence(licence) => {
                let index = places::licence_index(&self.core.hasher, &licence);
                let at = places::licence(&self.core.hasher, &licence.id);
                let row = self.case_row(&licence.case, at, index, pack_case(&licence.case).to_vec(), &licence)?;
                self.put(row);
            }
            Op::Blob(digest, bytes) => self.blob(digest, &bytes)?,
            Op::Package(record) => self.clear(places::of_digest(Table::Package, &record.digest), &record)?,
            Op::Phrases(package, text) => {
                self.core.phrasebooks.lock().unwrap_or_else(PoisonError::into_inner).pop(&phrasebook::id_of(&package));
                let row = bounded(bare(places::of_digest(Table::Phrases, &package), codec::encode_bytes(&text, 0)))?;
                self.out.records.push(RecordOp::PutOnce(row));
            }
            Op::Enactment(enactment) => self.clear(places::enactment(&enactment.id), &enactment)?,
            Op::Document(document) => self.document(*document)?,
            Op::ClaimDocument(document, case) => {
                self.vault_of(&case)?;
                self.out.records.push(RecordOp::Claim(document, case));
            }
            Op::DropDocument(document) => self.out.records.push(RecordOp::DropDocument(document)),
            Op::Draft(case, draft, expires) => {
                let index = vec![places::at(Table::DraftExpiry, expires)];
                let meta = pack_time(expires).to_vec();
                let row = self.case_row(&case, places::of_case(Table::Draft, &case), index, meta, &draft)?;
                self.put(row);
            }
            Op::DropDraft(case) => self.out.records.push(RecordOp::DropDraft(case)),
            Op::SubjectValue(subject, value) => self.collect(subject, value),
            Op::Reply(principal, name, reply) => self.reply(&principal, &name, &reply)?,
            Op::Setting(name, value) => self.setting(&name, value)?,
        }
        Ok(())
    }

    /// Content under its own digest; the same content again changes nothing.
    fn blob(&mut self, digest: Digest, bytes: &[u8]) -> Result<(), Error> {
        if Digest::of(bytes) != digest {
            return Err(Error::Invalid(format!("content is not of digest {digest}")));
        }
        let key = places::of_digest(Table::Blob, &digest);
        let row = bounded(bare(key, codec::encode_bytes(bytes, 0)))?;
        self.out.records.push(RecordOp::PutOnce(row));
        Ok(())
    }

    fn setting(&mut self, name: &str, value: Vec<u8>) -> Result<(), Error> {
        let row = bounded(bare(places::setting(name), value))?;
        self.put(row);
        Ok(())
    }

    fn find_book(&mut self, case: &Case) -> Result<(), Error> {
        for package in phrasebook::speakers(case) {
            if let Some(book) = self.core.phrasebook(phrasebook::id_of(&package))? {
                self.books.push((case.id.clone(), book));
                break;
            }
        }
        Ok(())
    }

    /// A record of a case behind room for its seal.
    fn said<T: Serialize>(&self, case: &CaseId, record: &T) -> Result<Vec<u8>, Error> {
        codec::encode_in(self.book(case), record, HEADER_BYTES)
            .map_err(|error| Error::Invalid(format!("record does not serialise: {error}")))
    }

    fn book(&self, case: &CaseId) -> Option<&Phrasebook> {
        self.books.iter().find(|(known, _)| known == case).map(|(_, book)| &**book)
    }

    fn put(&mut self, row: Row) {
        self.out.records.push(RecordOp::Put(row));
    }

    fn remove(&mut self, key: Vec<u8>) {
        self.out.records.push(RecordOp::Remove(key));
    }

    fn take(&mut self) -> Result<Taken, Error> {
        let taken = self.core.vaults.take().map_err(|error| Error::KeyFile(error.kind().to_string()))?;
        self.out.taken.push(taken.clone());
        Ok(taken)
    }

    fn open_case(&mut self, case: &CaseId) -> Result<(), Error> {
        if self.out.opened.iter().any(|(opened, _)| opened == case) {
            return Err(Error::Invalid(format!("case {case} is opened twice")));
        }
        let taken = self.take()?;
        self.out.opened.push((case.clone(), taken.slot));
        self.vaults.push((case.clone(), taken.slot, taken.vault));
        Ok(())
    }

    /// The slot and the vault of a case: opened in this group, or before.
    fn vault_of(&mut self, case: &CaseId) -> Result<(u64, Arc<Vault>), Error> {
        if let Some((_, slot, vault)) = self.vaults.iter().find(|(known, ..)| known == case) {
            return Ok((*slot, Arc::clone(vault)));
        }
        let head = self.core.head(case)?.ok_or_else(|| Error::Unknown { what: "case", id: case.to_string() })?;
        let vault = self.core.case_vault(case, &head)?;
        self.out.touched.push(case.clone());
        self.vaults.push((case.clone(), head.slot, Arc::clone(&vault)));
        Ok((head.slot, vault))
    }

    fn seal(&mut self, vault: &Vault, key: &[u8], meta: &[u8], body: Vec<u8>) -> Result<Vec<u8>, Error> {
        // Sealing fails only when the system gives no random bytes, or for more than 64 GiB.
        vault.seal(&mut self.nonces, &aad(key, meta), body).map_err(|_| Error::Stopped)
    }

    /// A record that is sealed with a case's key.
    fn case_row<T: Serialize>(
        &mut self,
        case: &CaseId,
        key: Vec<u8>,
        index: Vec<IndexRow>,
        meta: Vec<u8>,
        record: &T,
    ) -> Result<Row, Error> {
        let (slot, vault) = self.vault_of(case)?;
        let plain = if phrased(&key) { self.said(case, record)? } else { encoded(record)? };
        let body = self.seal(&vault, &key, &meta, plain)?;
        bounded(Row { key, seal: Seal::Slot(slot), index, meta, body })
    }

    fn clear<T: Serialize>(&mut self, key: Vec<u8>, record: &T) -> Result<(), Error> {
        let body = codec::encode(record, 0).map_err(|error| Error::Invalid(error.to_string()))?;
        let row = bounded(Row { key, seal: Seal::Clear, index: Vec::new(), meta: Vec::new(), body })?;
        self.put(row);
        Ok(())
    }

    fn append(&mut self, append: Append) -> Result<(), Error> {
        let Append { after, expected, entries } = append;
        check_entries(&after, expected, &entries)?;
        if self.out.appends.iter().any(|other| other.case == after.id) {
            return Err(Error::Invalid(format!("case {} is appended to twice", after.id)));
        }
        let case = pack_case(&after.id);
        let (_, vault) = self.vault_of(&after.id)?;
        let last = expected + entries.len() as u64;
        let entries = entries.iter().map(|entry| self.entry(&vault, &case, entry)).collect::<Result<_, _>>()?;
        let snapshot = match after.phase {
            Phase::Closed if last <= FOLD_CLOSED => Snapshot::Drop,
            _ if expected / SNAPSHOT_EVERY == last / SNAPSHOT_EVERY => Snapshot::Keep,
            _ => {
                let (key, meta) = (places::of_case(Table::Snapshot, &after.id), last.to_be_bytes().to_vec());
                Snapshot::Put(self.case_row(&after.id, key, Vec::new(), meta, &*after)?)
            }
        };
        let index = places::case_index(&self.core.hasher, &after);
        self.out.appends.push(PreparedAppend {
            case: after.id.clone(),
            expected,
            last,
            entries,
            index,
            snapshot,
            after,
        });
        Ok(())
    }

    fn entry(&mut self, vault: &Vault, case: &CaseKey, entry: &Entry) -> Result<PreparedEntry, Error> {
        let at = pack_time(entry.at);
        let body = self.seal(vault, &places::entry(case, entry.seq), &at, self.said(&entry.case, entry)?)?;
        if body.len() > BODY_BYTES_MAX {
            return Err(Error::Invalid(format!("entry {} of case {} is too long", entry.seq, entry.case)));
        }
        let digest = body_digest(&body);
        Ok(PreparedEntry { at, body, digest })
    }

    fn send(&mut self, item: &InboxItem) -> Result<(), Error> {
        let index = vec![places::owned(&item.to, Table::Inbox)];
        let row = self.case_row(&item.to, places::inbox(&item.key), index, Vec::new(), item)?;
        self.put(row);
        Ok(())
    }

    fn deliver(&mut self, item: &OutboxItem) -> Result<(), Error> {
        if item.key.split_once('/').is_none_or(|(case, _)| case != item.case.as_str()) {
            return Err(Error::Invalid(format!(
                "delivery of case {} has a key that does not start with it",
                item.case
            )));
        }
        let index = vec![places::at(Table::OutboxDue, item.next)];
        let row = self.case_row(&item.case, delivery(Table::Outbox, &item.key)?, index, Vec::new(), item)?;
        self.put(row);
        Ok(())
    }

    fn document(&mut self, document: DocumentRecord) -> Result<(), Error> {
        let taken = self.take()?;
        let seal = Seal::Slot(taken.slot);
        let key = places::document(Table::Document, &document.id);
        let body = self.seal(&taken.vault, &key, &[], encoded(&document)?)?;
        let index = vec![places::at(Table::Unclaimed, document.uploaded)];
        let row = bounded(Row { key, seal, index, meta: Vec::new(), body })?;
        self.put(row);

        let key = places::document(Table::DocumentBytes, &document.id);
        let mut body = Vec::with_capacity(HEADER_BYTES + document.bytes.len() + 16);
        body.resize(HEADER_BYTES, 0);
        body.extend_from_slice(&document.bytes);
        let body = self.seal(&taken.vault, &key, &[], body)?;
        let row = bounded(Row { key, seal, index: Vec::new(), meta: Vec::new(), body })?;
        self.put(row);
        Ok(())
    }

    /// Values of one subject and case make one record.
    fn collect(&mut self, subject: String, value: SubjectValue) {
        let found = self
            .values
            .iter_mut()
            .find(|(known, values)| *known == subject && values.first().is_some_and(|first| first.case == value.case));
        match found {
            Some((_, values)) => values.push(value),
            None => self.values.push((subject, vec![value])),
        }
    }

    fn subject_values(&mut self, subject: &str, values: &[SubjectValue]) -> Result<(), Error> {
        let Some(case) = values.first().map(|first| first.case.clone()) else { return Ok(()) };
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|_| Error::Stopped)?;
        let mut at = places::subject_values(&self.core.hasher, subject);
        at.extend_from_slice(&pack_case(&case));
        at.extend_from_slice(&random);
        let index = vec![places::owned(&case, Table::SubjectValue)];
        let row = self.case_row(&case, at, index, Vec::new(), &values)?;
        self.put(row);
        Ok(())
    }
}

fn encoded<T: Serialize>(record: &T) -> Result<Vec<u8>, Error> {
    codec::encode(record, HEADER_BYTES).map_err(|error| Error::Invalid(format!("record does not serialise: {error}")))
}

fn bounded(row: Row) -> Result<Row, Error> {
    if row.body.len() > BODY_BYTES_MAX || row.key.len() > usize::from(u8::MAX) {
        return Err(Error::Invalid(format!("record is over {BODY_BYTES_MAX} bytes, or its key over 255")));
    }
    Ok(row)
}

fn delivery(table: Table, name: &str) -> Result<Vec<u8>, Error> {
    places::delivery(table, name)
        .ok_or_else(|| Error::Invalid("a delivery's key is not of the form case/seq/ordinal".to_owned()))
}

/// Entries must count on from where the case is expected to be, and the first of all opens it.
fn check_entries(after: &Case, expected: u64, entries: &[Entry]) -> Result<(), Error> {
    let invalid = |what: &str| Err(Error::Invalid(format!("append to case {}: {what}", after.id)));
    if entries.is_empty() {
        return invalid("there is no entry");
    }
    if !entries.iter().zip(expected + 1..).all(|(entry, seq)| entry.seq == seq && entry.case == after.id) {
        return invalid("entries do not count on from the expected sequence, or are of another case");
    }
    let receives = |entry: &Entry| matches!(entry.cause, Cause::Received(_));
    if entries.iter().any(|entry| receives(entry) != (entry.seq == 1)) {
        return invalid("the first entry, and no other, must say that the application was received");
    }
    Ok(())
}

/// A row in the clear that no index names.
fn bare(key: Vec<u8>, body: Vec<u8>) -> Row {
    Row { key, seal: Seal::Clear, index: Vec::new(), meta: Vec::new(), body }
}
