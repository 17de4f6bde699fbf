//! One group's writes before they happen: every check of a commit is made here, over what the commits before
//! it in the same group will have written. A commit that fails leaves no trace.

use std::collections::HashMap;

use banshi_model::ids::{CaseId, DocumentId};

use crate::backend::Batch;
use crate::core::{Core, corrupt};
use crate::error::Error;
use crate::head::{Head, chain};
use crate::keyspace::{Table, key, pack_case, unpack_case};
use crate::ledger::{Ledger, record_hash};
use crate::places;
use crate::prepared::{Prepared, PreparedAppend, RecordOp, Snapshot};
use crate::row::{CHUNK_BYTES, IndexRow, Row, RowView, Seal, chunk_count, chunk_key, chunks, put_varint};

/// Why a commit was turned down. A reply that is there already is read once the group is durable.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// As the caller sees it.
    Error(Error),
    /// The idempotency key was used: the reply's key.
    Replied(Vec<u8>),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// What the accepted commits of a group write.
#[derive(Default)]
pub(crate) struct Writes {
    /// Keys and values.
    pub(crate) batch: Batch,
    /// Slots whose keys are destroyed once the group is durable.
    pub(crate) shred: Vec<u64>,
    /// Records that went.
    pub(crate) removed: u64,
}

/// A document's row, its slot, and the case that claimed it.
struct DocumentRow {
    value: Vec<u8>,
    slot: u64,
    owner: Option<CaseId>,
}

/// One commit over the storage and the writes before it.
pub(crate) struct Stage<'a> {
    core: &'a Core,
    before: &'a Batch,
    own: Writes,
    ledger: Ledger,
}

impl<'a> Stage<'a> {
    /// A stage over what was accepted so far.
    pub(crate) fn new(core: &'a Core, before: &'a Batch, ledger: Ledger) -> Self {
        Self { core, before, own: Writes { batch: HashMap::with_capacity(16), ..Writes::default() }, ledger }
    }

    /// What it writes, and the books after it.
    pub(crate) fn done(self) -> (Writes, Ledger) {
        (self.own, self.ledger)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        match self.own.batch.get(key).or_else(|| self.before.get(key)) {
            Some(value) => Ok(value.clone()),
            None => self.core.get(key),
        }
    }

    /// The row of a case's head. The storage need not be asked for one that the writer itself wrote last.
    fn head_row(&self, key: &[u8], case: &CaseId) -> Result<Option<Vec<u8>>, Error> {
        if !self.own.batch.contains_key(key)
            && !self.before.contains_key(key)
            && let Some(head) = self.core.cached(&pack_case(case)).and_then(|cached| cached.head)
        {
            return Ok(Some(head.to_vec()));
        }
        self.get(key)
    }

    fn write(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.own.batch.insert(key, Some(value));
    }

    fn erase_key(&mut self, key: Vec<u8>) {
        self.own.batch.insert(key, None);
    }

    /// Checks a commit and collects what it writes.
    pub(crate) fn commit(&mut self, prepared: &mut Prepared) -> Result<(), Refusal> {
        for reply in &prepared.replies {
            if self.get(reply)?.is_some() {
                return Err(Refusal::Replied(reply.clone()));
            }
        }
        for case in &prepared.touched {
            // An append reads the head itself.
            if !prepared.appends.iter().any(|append| append.case == *case) {
                self.live_head(case)?;
            }
        }
        for (case, slot) in &prepared.opened {
            if self.get(&places::of_case(Table::Head, case))?.is_some() {
                return Err(Error::Invalid(format!("case {case} was opened before")).into());
            }
            if !prepared.appends.iter().any(|append| append.case == *case) {
                self.put(&Head::opened(*slot).row(case, Vec::new()))?;
            }
        }
        for append in &mut prepared.appends {
            let opened = prepared.opened.iter().find(|(case, _)| *case == append.case);
            let (head, old) = match opened {
                Some((_, slot)) => (Head::opened(*slot), None),
                None => self.live_head(&append.case).map(|(head, value)| (head, Some(value)))?,
            };
            self.append(head, old, append)?;
        }
        for op in &prepared.records {
            self.record(op)?;
        }
        let taken = prepared.taken.iter().map(|taken| taken.slot + 1).max().unwrap_or(0);
        self.ledger.next_slot = self.ledger.next_slot.max(taken);
        Ok(())
    }

    /// The head of a case that is there and was not erased, and its value.
    fn live_head(&self, case: &CaseId) -> Result<(Head, Vec<u8>), Error> {
        let key = places::of_case(Table::Head, case);
        let value = self.head_row(&key, case)?.ok_or_else(|| Error::Unknown { what: "case", id: case.to_string() })?;
        let head = Head::parse(&value).ok_or_else(|| corrupt(&key, "the head does not read"))?;
        if head.erased { Err(Error::Erased(case.clone())) } else { Ok((head, value)) }
    }

    fn append(&mut self, mut head: Head, old: Option<Vec<u8>>, append: &mut PreparedAppend) -> Result<(), Error> {
        if head.seq != append.expected {
            return Err(Error::Conflict { case: append.case.clone(), expected: append.expected, found: head.seq });
        }
        let case = pack_case(&append.case);
        for entry in append.entries.drain(..) {
            head.seq += 1;
            head.hash = chain(&head.hash, &case, head.seq, entry.at, &entry.digest);
            let key = places::entry(&case, head.seq);
            let value = entry_value(entry.at, &head.hash, &entry.body);
            for (key, chunk) in chunks(&key, &entry.body) {
                self.write(key, chunk.to_vec());
            }
            self.write(key, value);
            self.ledger.entries += 1;
        }
        match &append.snapshot {
            Snapshot::Keep => {}
            Snapshot::Put(row) => {
                self.put(row)?;
                head.snapshot = head.seq;
            }
            Snapshot::Drop => {
                if head.snapshot > 0 {
                    self.remove(places::of_case(Table::Snapshot, &append.case))?;
                    head.snapshot = 0;
                }
            }
        }
        self.put_over(old, &head.row(&append.case, std::mem::take(&mut append.index)))
    }

    fn record(&mut self, op: &RecordOp) -> Result<(), Error> {
        match op {
            RecordOp::Put(row) => self.put(row),
            RecordOp::PutOnce(row) => match self.get(&row.key)? {
                Some(_) => Ok(()),
                None => self.put_over(None, row),
            },
            // Looked for before anything was written, and not there.
            RecordOp::PutReply(row) => self.put_over(None, row),
            RecordOp::Remove(key) => self.remove(key.clone()).map(drop),
            RecordOp::Claim(document, case) => self.claim(document, case),
            RecordOp::DropDocument(document) => self.drop_document(document),
            RecordOp::DropDraft(case) => self.drop_draft(case),
        }
    }

    /// Puts a record: takes off the index rows and chunks of the one that it replaces, and books both.
    pub(crate) fn put(&mut self, row: &Row) -> Result<(), Error> {
        self.put_over(self.get(&row.key)?, row)
    }

    /// Puts a record over what is there, which was read already.
    fn put_over(&mut self, old: Option<Vec<u8>>, row: &Row) -> Result<(), Error> {
        let value = row.encode();
        let index: Vec<Vec<u8>> = row.index.iter().map(|index| index.key(&row.key)).collect();
        let mut kept = Vec::new();
        if let Some(old) = &old {
            let view = RowView::parse(old).ok_or_else(|| corrupt(&row.key, "the row does not read"))?;
            kept = view.index_keys(&row.key);
            for stale in kept.iter().filter(|stale| !index.contains(stale)) {
                self.erase_key(stale.clone());
            }
            for n in chunk_count(row.body.len())..chunk_count(view.length) {
                self.erase_key(chunk_key(&row.key, n));
            }
        }
        for fresh in index.into_iter().filter(|fresh| !kept.contains(fresh)) {
            self.write(fresh, Vec::new());
        }
        for (key, chunk) in row.chunks() {
            self.write(key, chunk.to_vec());
        }
        self.book(&row.key, old.as_deref(), Some(&value));
        self.write(row.key.clone(), value);
        Ok(())
    }

    /// Removes a record with its index rows and chunks; says whether it was there.
    pub(crate) fn remove(&mut self, key: Vec<u8>) -> Result<bool, Error> {
        let Some(old) = self.get(&key)? else { return Ok(false) };
        let view = RowView::parse(&old).ok_or_else(|| corrupt(&key, "the row does not read"))?;
        for index in view.index_keys(&key) {
            self.erase_key(index);
        }
        for n in 0..chunk_count(view.length) {
            self.erase_key(chunk_key(&key, n));
        }
        self.book(&key, Some(&old), None);
        self.erase_key(key);
        self.own.removed += 1;
        Ok(true)
    }

    fn book(&mut self, key: &[u8], old: Option<&[u8]>, new: Option<&[u8]>) {
        let Some(tally) = key.first().and_then(|table| self.ledger.tally_mut(*table)) else { return };
        if let Some(old) = old {
            tally.sub(record_hash(key, old));
        }
        if let Some(new) = new {
            tally.add(record_hash(key, new));
        }
    }

    /// The key in a slot is destroyed once the group is durable; should the process end between, at the next open.
    pub(crate) fn shred(&mut self, slot: u64) -> Result<(), Error> {
        self.own.shred.push(slot);
        self.put(&Row {
            key: places::shred(slot),
            seal: Seal::Clear,
            index: Vec::new(),
            meta: Vec::new(),
            body: Vec::new(),
        })
    }

    fn document(&self, id: &DocumentId) -> Result<Option<DocumentRow>, Error> {
        let key = places::document(Table::Document, id);
        let Some(value) = self.get(&key)? else { return Ok(None) };
        let damaged = || corrupt(&key, "the row does not read");
        let view = RowView::parse(&value).ok_or_else(damaged)?;
        let Seal::Slot(slot) = view.seal else { return Err(damaged()) };
        let owner = view.index_keys(&key).iter().find_map(|index| places::unpack_owned(index));
        let owner = owner.and_then(|(case, _)| unpack_case(&case));
        Ok(Some(DocumentRow { value, slot, owner }))
    }

    fn claim(&mut self, id: &DocumentId, case: &CaseId) -> Result<(), Error> {
        let found = self.document(id)?.ok_or_else(|| Error::Unknown { what: "document", id: id.to_string() })?;
        match found.owner {
            Some(owner) if owner == *case => return Ok(()),
            Some(owner) => return Err(Error::Claimed { document: id.clone(), case: owner }),
            None => {}
        }
        let key = places::document(Table::Document, id);
        let view = RowView::parse(&found.value).ok_or_else(|| corrupt(&key, "the row does not read"))?;
        let body = self.whole(&key, view)?;
        let index = vec![places::owned(case, Table::Document)];
        self.put(&Row { key, seal: view.seal, index, meta: view.meta.to_vec(), body })
    }

    fn whole(&self, key: &[u8], view: RowView<'_>) -> Result<Vec<u8>, Error> {
        let mut body = view.first.to_vec();
        for n in 0..chunk_count(view.length) {
            body.extend(self.get(&chunk_key(key, n))?.ok_or_else(|| corrupt(key, "a chunk is missing"))?);
        }
        Ok(body)
    }

    fn drop_document(&mut self, id: &DocumentId) -> Result<(), Error> {
        match self.document(id)? {
            None => Ok(()),
            Some(DocumentRow { owner: Some(case), .. }) => Err(Error::Claimed { document: id.clone(), case }),
            Some(DocumentRow { slot, .. }) => self.remove_document(id, slot),
        }
    }

    fn remove_document(&mut self, id: &DocumentId, slot: u64) -> Result<(), Error> {
        self.remove(places::document(Table::Document, id))?;
        self.remove(places::document(Table::DocumentBytes, id))?;
        self.shred(slot)
    }

    fn drop_draft(&mut self, case: &CaseId) -> Result<(), Error> {
        self.remove(places::of_case(Table::Draft, case))?;
        let key = places::of_case(Table::Head, case);
        let Some(head) = self.get(&key)?.and_then(|value| Head::parse(&value)) else { return Ok(()) };
        if head.seq > 0 || head.erased {
            return Ok(());
        }
        // What else was sealed for it before it came to be cannot be read any more either.
        self.remove_owned(case)?;
        self.remove(key)?;
        self.shred(head.slot)
    }

    /// Removes all that goes with a case besides its journal. Reads index rows from the storage only: what
    /// the same group put for the case is not seen, so erasures are groups of their own.
    pub(crate) fn remove_owned(&mut self, case: &CaseId) -> Result<u64, Error> {
        let mut slots = 0;
        for index in self.scan(&key(Table::Owned, &[&pack_case(case)]))? {
            let Some((_, record)) = places::unpack_owned(&index) else {
                return Err(corrupt(&index, "the index row does not read"));
            };
            let document = record
                .strip_prefix(&[Table::Document.byte()])
                .and_then(|id| std::str::from_utf8(id).ok()?.parse().ok());
            match document {
                None => drop(self.remove(record)?),
                Some(id) => {
                    if let Some(found) = self.document(&id)? {
                        self.remove_document(&id, found.slot)?;
                        slots += 1;
                    }
                }
            }
        }
        for table in [Table::Snapshot, Table::Draft, Table::Outbox, Table::Dead] {
            for record in self.scan(&key(table, &[&pack_case(case)]))? {
                self.remove(record)?;
            }
        }
        Ok(slots)
    }

    fn scan(&self, prefix: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
        Ok(self.core.scan_prefix(prefix, usize::MAX)?.into_iter().map(|(key, _)| key).collect())
    }

    /// Puts a head without index rows, for an erasure.
    pub(crate) fn put_head(&mut self, case: &CaseId, head: Head) -> Result<(), Error> {
        self.put(&head.row(case, Vec::<IndexRow>::new()))
    }
}

/// An entry's main value: when, the first eight bytes of the chain after it, the body's length and first chunk.
fn entry_value(at: [u8; 8], hash: &[u8; 32], body: &[u8]) -> Vec<u8> {
    let first = body.get(..CHUNK_BYTES).unwrap_or(body);
    let mut value = Vec::with_capacity(20 + first.len());
    value.extend_from_slice(&at);
    value.extend_from_slice(hash.first_chunk::<8>().unwrap_or(&[0; 8]));
    put_varint(&mut value, body.len() as u64);
    value.extend_from_slice(first);
    value
}
