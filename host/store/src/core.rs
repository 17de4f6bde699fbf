//! What reads, commits and the writer share, and how a record is read back.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};

use banshi_model::case::Case;
use banshi_model::ids::CaseId;
use lru::LruCache;
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use crate::backend::{Backend, Pair, StorageFault};
use crate::codec;
use crate::error::Error;
use crate::head::Head;
use crate::keys::{Hasher, KeyBytes, KeyError, derive};
use crate::keyspace::{CaseKey, Table, after_prefix, pack_case, place};
use crate::phrasebook::{Phrasebook, PhrasebookId};
use crate::places;
use crate::row::{CHUNK_BYTES, RowView, Seal, chunk_count, chunk_key};
use crate::seal::{HEADER_BYTES, Vault, aad};
use crate::tap::Tap;
use crate::vaults::Vaults;

/// So many phrasebooks are kept ready, each some 300 KB, and more where long payloads are written with it.
const PHRASEBOOKS_KEPT: NonZeroUsize = match NonZeroUsize::new(64) {
    Some(many) => many,
    None => NonZeroUsize::MIN,
};

/// The shared part of a store.
pub(crate) struct Core {
    /// The storage.
    pub(crate) backend: Box<dyn Backend>,
    /// The keys.
    pub(crate) vaults: Vaults,
    /// What stands for persons in keys.
    pub(crate) hasher: Hasher,
    /// The key of the ledger's MAC.
    pub(crate) ledger_key: KeyBytes,
    /// Whether the folder has a simulated clock.
    pub(crate) simulated: bool,
    /// Cases as they were last committed.
    pub(crate) cases: Mutex<LruCache<CaseKey, Cached>>,
    /// Phrasebooks that were asked for; none: there is none of that name.
    pub(crate) phrasebooks: Mutex<LruCache<PhrasebookId, Option<Arc<Phrasebook>>>>,
    /// Deliveries of the group that is being made durable: visible, and not to be sent yet.
    pub(crate) unsettled: Mutex<HashSet<Vec<u8>>>,
    /// The number of the last group that may be visible.
    pub(crate) applied: AtomicU64,
    /// The number of the last group that is durable.
    pub(crate) durable: watch::Sender<u64>,
    /// The storage failed while it wrote.
    pub(crate) stopped: AtomicBool,
    /// Held by the writer while it writes a group, and by `verify` while it walks.
    pub(crate) gate: Mutex<()>,
    /// Who is told what was written.
    pub(crate) tap: Tap,
}

/// A case that is kept in memory.
#[derive(Clone)]
pub(crate) struct Cached {
    /// Its sequence.
    pub(crate) seq: u64,
    /// The case.
    pub(crate) case: Arc<Case>,
    /// The row of its head, as the writer wrote it. None where a reader folded the case: a commit may have overtaken that,
    /// so it counts only beside a head that was read.
    pub(crate) head: Option<Arc<[u8]>>,
}

/// A record, read and opened.
pub(crate) struct Opened {
    /// The store's own part.
    pub(crate) meta: Vec<u8>,
    body: Vec<u8>,
    from: usize,
}

impl Opened {
    /// The plaintext.
    pub(crate) fn payload(&self) -> &[u8] {
        self.body.get(self.from..).unwrap_or_default()
    }
}

impl Core {
    /// Over a storage and keys; `groups` were committed so far.
    pub(crate) fn new(
        backend: Box<dyn Backend>,
        vaults: Vaults,
        simulated: bool,
        groups: u64,
        cached_cases: usize,
    ) -> Self {
        let capacity = NonZeroUsize::new(cached_cases).unwrap_or(NonZeroUsize::MIN);
        Self {
            hasher: Hasher::new(vaults.root()),
            ledger_key: derive(vaults.root(), "ledger"),
            backend,
            vaults,
            simulated,
            cases: Mutex::new(LruCache::new(capacity)),
            phrasebooks: Mutex::new(LruCache::new(PHRASEBOOKS_KEPT)),
            unsettled: Mutex::new(HashSet::new()),
            applied: AtomicU64::new(groups),
            durable: watch::Sender::new(groups),
            stopped: AtomicBool::new(false),
            gate: Mutex::new(()),
            tap: Tap::default(),
        }
    }

    /// The value at a key.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.backend.get(key).map_err(|fault| unreadable(key, &fault))
    }

    /// Up to `limit` pairs from `from` to before `to`.
    pub(crate) fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Pair>, Error> {
        self.backend.scan(from, to, limit).map_err(|fault| unreadable(from, &fault))
    }

    /// Up to `limit` pairs whose keys start with `prefix`.
    pub(crate) fn scan_prefix(&self, prefix: &[u8], limit: usize) -> Result<Vec<Pair>, Error> {
        self.scan(prefix, &after_prefix(prefix), limit)
    }

    /// A case's head.
    pub(crate) fn head(&self, id: &CaseId) -> Result<Option<Head>, Error> {
        let cached = self.cached(&pack_case(id)).and_then(|cached| cached.head);
        match cached {
            Some(value) => head_of(&places::of_case(Table::Head, id), &value).map(Some),
            None => self.stored_head(id),
        }
    }

    /// A case's head as the storage has it.
    pub(crate) fn stored_head(&self, id: &CaseId) -> Result<Option<Head>, Error> {
        let key = places::of_case(Table::Head, id);
        let Some(value) = self.get(&key)? else { return Ok(None) };
        head_of(&key, &value).map(Some)
    }

    /// A case that is kept in memory.
    pub(crate) fn cached(&self, case: &CaseKey) -> Option<Cached> {
        self.cases.lock().unwrap_or_else(PoisonError::into_inner).get(case).cloned()
    }

    /// The vault of a case that was not erased.
    pub(crate) fn case_vault(&self, id: &CaseId, head: &Head) -> Result<Arc<Vault>, Error> {
        if head.erased {
            return Err(Error::Erased(id.clone()));
        }
        self.vaults.vault(head.slot).map_err(|error| match error {
            KeyError::Destroyed => Error::Erased(id.clone()),
            error => key_trouble(head.slot, &error),
        })
    }

    /// A record, opened. None if there is none, or if its key was destroyed: then nobody reads it again.
    pub(crate) fn open(&self, key: &[u8]) -> Result<Option<Opened>, Error> {
        let Some(mut main) = self.get(key)? else { return Ok(None) };
        loop {
            // A record over one chunk may be replaced between the reads of its parts: then it is read again.
            let error = match self.open_main(key, &main) {
                Ok(opened) => return Ok(opened),
                Err(error) => error,
            };
            match self.get(key)? {
                None => return Ok(None),
                Some(now) if now == main => return Err(error),
                Some(now) => main = now,
            }
        }
    }

    /// A record and its payload, decoded.
    pub(crate) fn decode<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, Error> {
        let Some(opened) = self.open(key)? else { return Ok(None) };
        codec::decode(opened.payload()).map(Some).ok_or_else(|| corrupt(key, "the record does not decode"))
    }

    /// Opens a record whose main value was read already.
    pub(crate) fn open_main(&self, key: &[u8], main: &[u8]) -> Result<Option<Opened>, Error> {
        let view = RowView::parse(main).ok_or_else(|| corrupt(key, "the row does not read"))?;
        let body = self.whole(key, view.first, view.length)?;
        let vault = match view.seal {
            Seal::Clear => return Ok(Some(Opened { meta: view.meta.to_vec(), body, from: 0 })),
            Seal::House => self.vaults.house(),
            Seal::Slot(slot) => match self.vaults.vault(slot) {
                Ok(vault) => vault,
                Err(KeyError::Destroyed) => return Ok(None),
                Err(error) => return Err(key_trouble(slot, &error)),
            },
        };
        let mut body = vault.open(&aad(key, view.meta), body).map_err(|_| corrupt(key, "the seal does not open"))?;
        let mut from = HEADER_BYTES;
        if phrased(key)
            && let Some(plain) = self.plainer(key, view.meta, &vault, body.get(from..).unwrap_or_default())?
        {
            (body, from) = (plain, 0);
        }
        Ok(Some(Opened { meta: view.meta.to_vec(), body, from }))
    }

    /// A phrasebook by its name.
    pub(crate) fn phrasebook(&self, id: PhrasebookId) -> Result<Option<Arc<Phrasebook>>, Error> {
        let kept = |book| self.phrasebooks.lock().unwrap_or_else(PoisonError::into_inner).put(id, book);
        if let Some(known) = self.phrasebooks.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(known.clone());
        }
        let rows = self.scan_prefix(&crate::keyspace::key(Table::Phrases, &[&id]), 1)?;
        let Some((at, main)) = rows.first() else {
            kept(None);
            return Ok(None);
        };
        let opened = self.open_main(at, main)?;
        let text = opened.and_then(|opened| codec::decode_bytes(opened.payload()));
        let book = text.and_then(|text| codec::phrasebook(id, &text)).map(Arc::new);
        let book = book.ok_or_else(|| corrupt(at, "the phrases do not decode"))?;
        kept(Some(Arc::clone(&book)));
        Ok(Some(book))
    }

    /// A payload that needs a phrasebook or a journal to be read, as one that needs neither; none where it is one.
    fn plainer(&self, key: &[u8], meta: &[u8], vault: &Vault, payload: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let Some(frame) = codec::beyond(payload) else { return self.unphrased(key, payload) };
        let text = self.first_entry(key, meta, vault)?;
        let plain = codec::decode_bytes_beyond(&text, frame);
        Ok(Some(codec::plain(plain.ok_or_else(|| corrupt(key, "the record does not decode"))?)))
    }

    /// A payload that was written with a phrasebook, as one that was written without; none where it was.
    pub(crate) fn unphrased(&self, key: &[u8], payload: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let Some((id, frame)) = codec::named(payload) else { return Ok(None) };
        let book = self.phrasebook(id)?.ok_or_else(|| corrupt(key, "its phrasebook is missing"))?;
        let plain = codec::decode_bytes_in(&book, frame).ok_or_else(|| corrupt(key, "the record does not decode"))?;
        Ok(Some(codec::plain(plain)))
    }

    /// A body with its chunks.
    pub(crate) fn whole(&self, key: &[u8], first: &[u8], length: usize) -> Result<Vec<u8>, Error> {
        whole(&*self.backend, key, first, length)
    }

    /// Keeps cases as the writer wrote them.
    pub(crate) fn keep(&self, written: Vec<(CaseKey, Cached)>) {
        let mut cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        for (case, cached) in written {
            cases.put(case, cached);
        }
    }

    /// Forgets a case that was erased or dropped.
    pub(crate) fn forget(&self, case: &CaseKey) {
        self.cases.lock().unwrap_or_else(PoisonError::into_inner).pop(case);
    }
}

/// Whether a record's payload may be written with a phrasebook: what a case says. Others are read as they are.
pub(crate) fn phrased(key: &[u8]) -> bool {
    let says = [Table::Snapshot, Table::Licence, Table::Reply, Table::Outbox, Table::Dead];
    key.first().is_some_and(|table| says.iter().any(|known| known.byte() == *table))
}

/// A body with its chunks, out of a storage.
pub(crate) fn whole(backend: &dyn Backend, key: &[u8], first: &[u8], length: usize) -> Result<Vec<u8>, Error> {
    let mut body = Vec::with_capacity(length);
    body.extend_from_slice(first);
    for n in 0..chunk_count(length) {
        let at = chunk_key(key, n);
        let chunk = backend.get(&at).map_err(|fault| unreadable(&at, &fault))?;
        body.extend_from_slice(&chunk.ok_or_else(|| corrupt(key, "a chunk is missing"))?);
    }
    if body.len() != length || first.len() != length.min(CHUNK_BYTES) {
        return Err(corrupt(key, "a chunk is too long or too short"));
    }
    Ok(body)
}

fn head_of(key: &[u8], value: &[u8]) -> Result<Head, Error> {
    Head::parse(value).ok_or_else(|| corrupt(key, "the head does not read"))
}

/// What is stored at a key is not what should be there.
pub(crate) fn corrupt(key: &[u8], what: &str) -> Error {
    Error::Corrupt { place: place(key), what: what.to_owned() }
}

fn unreadable(key: &[u8], fault: &StorageFault) -> Error {
    corrupt(key, &fault.to_string())
}

fn key_trouble(slot: u64, error: &KeyError) -> Error {
    let what = match error {
        KeyError::Io(error) => format!("the key file does not read: {}", error.kind()),
        KeyError::Damaged => "the slot is empty or damaged".to_owned(),
        KeyError::Destroyed => "the key was destroyed".to_owned(),
    };
    Error::Corrupt { place: format!("key slot {slot}"), what }
}
