//! Reading cases: folding a journal, and what belongs to one case alone.

use std::sync::{Arc, PoisonError};

use banshi_model::case::Case;
use banshi_model::entry::Entry;
use banshi_model::ids::{CaseId, Digest};
use serde_json::Value;

use crate::codec;
use crate::core::{Cached, Core, corrupt};
use crate::error::Error;
use crate::fold::fold;
use crate::head::Head;
use crate::keyspace::{CaseKey, Table, pack_case, unpack_case};
use crate::places;
use crate::records::{JournalHead, Reply, StoredCase, Tombstone};
use crate::row::{CHUNK_BYTES, take, take_varint};
use crate::seal::{HEADER_BYTES, Vault, aad};
use crate::store::Store;

/// Entries are read this many at a time.
const ENTRIES_AT_ONCE: usize = 64;

/// An entry's main value, read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EntryView<'a> {
    /// When, as it is packed.
    pub(crate) at: [u8; 8],
    /// The first bytes of the chain after it.
    pub(crate) link: [u8; 8],
    /// The sealed body's length.
    pub(crate) length: usize,
    /// Its first chunk.
    pub(crate) first: &'a [u8],
}

impl<'a> EntryView<'a> {
    /// Reads a main value; none if it is not one.
    pub(crate) fn parse(value: &'a [u8]) -> Option<Self> {
        let mut rest = value;
        let (at, link) = (take(&mut rest)?, take(&mut rest)?);
        let length = usize::try_from(take_varint(&mut rest)?).ok()?;
        (rest.len() == length.min(CHUNK_BYTES)).then_some(Self { at, link, length, first: rest })
    }
}

impl Core {
    /// A case; none if it has no entry.
    pub(crate) fn case(&self, id: &CaseId) -> Result<Option<StoredCase>, Error> {
        let packed = pack_case(id);
        let cached = self.cached(&packed);
        if let Some(Cached { seq, case, head: Some(_) }) = cached {
            return Ok(Some(StoredCase { case, seq }));
        }
        let Some(head) = self.stored_head(id)? else { return Ok(None) };
        if head.seq == 0 && !head.erased {
            return Ok(None);
        }
        let vault = self.case_vault(id, &head)?;
        if let Some(Cached { seq, case, .. }) = cached.filter(|cached| cached.seq == head.seq) {
            return Ok(Some(StoredCase { case, seq }));
        }
        let case = Arc::new(self.folded(id, &head, &vault)?);
        self.remember(packed, head.seq, &case);
        Ok(Some(StoredCase { case, seq: head.seq }))
    }

    fn remember(&self, packed: CaseKey, seq: u64, case: &Arc<Case>) {
        let mut cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        if cases.peek(&packed).is_none_or(|known| known.seq < seq) {
            cases.put(packed, Cached { seq, case: Arc::clone(case), head: None });
        }
    }

    /// The case as its snapshot and the entries behind it say.
    fn folded(&self, id: &CaseId, head: &Head, vault: &Vault) -> Result<Case, Error> {
        let (mut case, mut seq) = match self.snapshot(id, head)? {
            Some((case, seq)) => (Some(case), seq),
            None => (None, 0),
        };
        while seq < head.seq {
            let entries = self.entries_between(id, vault, seq, head.seq, ENTRIES_AT_ONCE)?;
            for entry in &entries {
                seq += 1;
                case = Some(
                    fold(case, entry)
                        .ok_or_else(|| corrupt(&places::entry(&pack_case(id), seq), "the journal does not fold"))?,
                );
            }
        }
        case.ok_or_else(|| corrupt(&places::of_case(Table::Head, id), "the journal has no entry"))
    }

    /// A snapshot that is not ahead of the head. A commit between the two reads may have replaced or dropped it:
    /// then the journal alone says it all.
    pub(crate) fn snapshot(&self, id: &CaseId, head: &Head) -> Result<Option<(Case, u64)>, Error> {
        if head.snapshot == 0 {
            return Ok(None);
        }
        let key = places::of_case(Table::Snapshot, id);
        let Some(opened) = self.open(&key)? else { return Ok(None) };
        let seq = take(&mut opened.meta.as_slice()).map_or(0, u64::from_be_bytes);
        if seq == 0 || seq > head.seq {
            return Ok(None);
        }
        let case = codec::decode(opened.payload()).ok_or_else(|| corrupt(&key, "the snapshot does not decode"))?;
        Ok(Some((case, seq)))
    }

    /// Entries after `after` and up to `last`, at most `limit`.
    pub(crate) fn entries_between(
        &self,
        id: &CaseId,
        vault: &Vault,
        after: u64,
        last: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, Error> {
        let case = pack_case(id);
        let limit = limit.min(usize::try_from(last.saturating_sub(after)).unwrap_or(usize::MAX));
        let pairs =
            self.scan(&places::entry(&case, after + 1), &places::entry(&case, last.saturating_add(1)), limit)?;
        if pairs.len() < limit {
            let missing = places::entry(&case, after + 1 + pairs.len() as u64);
            return Err(corrupt(&missing, "an entry is missing"));
        }
        pairs.iter().map(|(key, value)| self.entry(vault, key, value)).collect()
    }

    /// One entry out of its main value.
    pub(crate) fn entry(&self, vault: &Vault, key: &[u8], value: &[u8]) -> Result<Entry, Error> {
        let view = EntryView::parse(value).ok_or_else(|| corrupt(key, "the entry's row does not read"))?;
        self.open_entry(vault, key, view.at, self.whole(key, view.first, view.length)?)
    }

    /// One entry out of its sealed body.
    pub(crate) fn open_entry(&self, vault: &Vault, key: &[u8], at: [u8; 8], body: Vec<u8>) -> Result<Entry, Error> {
        let payload = self.entry_payload(vault, key, at, body)?;
        codec::decode(&payload).ok_or_else(|| corrupt(key, "the entry does not decode"))
    }

    /// A payload, not in the words of a phrasebook, out of a sealed body.
    fn entry_payload(&self, vault: &Vault, key: &[u8], at: [u8; 8], body: Vec<u8>) -> Result<Vec<u8>, Error> {
        let mut body = vault.open(&aad(key, &at), body).map_err(|_| corrupt(key, "the seal does not open"))?;
        let plain = self.unphrased(key, body.get(HEADER_BYTES..).unwrap_or_default())?;
        Ok(plain.unwrap_or_else(|| body.split_off(HEADER_BYTES.min(body.len()))))
    }

    /// The text of a case's first entry, for a record that was written beyond it and says in its meta whose it is.
    pub(crate) fn first_entry(&self, record: &[u8], meta: &[u8], vault: &Vault) -> Result<Vec<u8>, Error> {
        let case = meta.first_chunk().ok_or_else(|| corrupt(record, "it does not say whose case's text it needs"))?;
        let key = places::entry(case, 1);
        let value = self.get(&key)?.ok_or_else(|| corrupt(record, "the first entry of its case is missing"))?;
        let view = EntryView::parse(&value).ok_or_else(|| corrupt(&key, "the entry's row does not read"))?;
        let payload = self.entry_payload(vault, &key, view.at, self.whole(&key, view.first, view.length)?)?;
        codec::decode_bytes(&payload).ok_or_else(|| corrupt(&key, "the entry does not decode"))
    }

    /// Where a journal stands: its last sequence and the chain up to there.
    fn journal_head(&self, id: &CaseId) -> Result<Option<JournalHead>, Error> {
        let head = self.head(id)?.filter(|head| head.seq > 0);
        Ok(head.map(|head| JournalHead { seq: head.seq, chain: Digest(head.hash) }))
    }

    /// Up to `limit` entries after sequence `after`.
    pub(crate) fn entries(&self, id: &CaseId, after: u64, limit: usize) -> Result<Vec<Entry>, Error> {
        let Some(head) = self.head(id)? else { return Ok(Vec::new()) };
        let vault = self.case_vault(id, &head)?;
        self.entries_between(id, &vault, after, head.seq, limit)
    }

    /// Whether a case or a form has this id, or an erased case had it.
    pub(crate) fn taken(&self, id: &CaseId) -> Result<bool, Error> {
        let there = |table| Ok::<_, Error>(self.get(&places::of_case(table, id))?.is_some());
        Ok(there(Table::Head)? || there(Table::Tombstone)?)
    }

    /// What stays of an erased case.
    pub(crate) fn tombstone(&self, id: &CaseId) -> Result<Option<Tombstone>, Error> {
        self.decode(&places::of_case(Table::Tombstone, id))
    }

    /// A form that is being filled in.
    pub(crate) fn draft(&self, id: &CaseId) -> Result<Option<Value>, Error> {
        let Some(head) = self.head(id)? else { return Ok(None) };
        self.case_vault(id, &head)?;
        self.decode(&places::of_case(Table::Draft, id))
    }

    /// The reply under a principal's idempotency key.
    pub(crate) fn reply(&self, principal: &str, idempotency_key: &str) -> Result<Option<Reply>, Error> {
        self.reply_at(&places::reply(&self.hasher, principal, idempotency_key))
    }

    /// The reply at a key.
    pub(crate) fn reply_at(&self, key: &[u8]) -> Result<Option<Reply>, Error> {
        let Some(opened) = self.open(key)? else { return self.reply_of_erased(key) };
        let case = opened.meta.first_chunk().and_then(unpack_case);
        let plain = codec::decode_bytes(opened.payload()).unwrap_or_default();
        let mut rest = plain.as_slice();
        let (request, status) = (take(&mut rest), take(&mut rest).map(u16::from_be_bytes));
        let (Some(request), Some(status)) = (request, status) else {
            return Err(corrupt(key, "the reply does not decode"));
        };
        Ok(Some(Reply { request: Digest(request), status, body: rest.to_vec(), case }))
    }

    /// A reply outlives its case, so that a key that was used stays used.
    fn reply_of_erased(&self, key: &[u8]) -> Result<Option<Reply>, Error> {
        let Some(main) = self.get(key)? else { return Ok(None) };
        let meta = crate::row::RowView::parse(&main).map(|view| view.meta);
        match meta.and_then(<[u8]>::first_chunk).and_then(unpack_case) {
            Some(case) => Err(Error::Erased(case)),
            None => Err(corrupt(key, "the seal does not open")),
        }
    }
}

impl Store {
    /// Where a case's journal stands: its last sequence and the chain up to there, which names the journal whole.
    /// None if it has no entry.
    pub fn journal_head(&self, id: &CaseId) -> Result<Option<JournalHead>, Error> {
        self.core().journal_head(id)
    }
}
