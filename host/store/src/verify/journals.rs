//! Heads and chains: each journal from its first entry to what its head says, folded again where keys allow.

use std::sync::{Arc, PoisonError};

use banshi_model::case::Case;
use banshi_model::ids::CaseId;

use super::Walk;
use crate::cases::EntryView;
use crate::error::Error;
use crate::fold::fold;
use crate::head::{Head, body_digest, chain};
use crate::keyspace::{CaseKey, Table, pack_case, unpack_case};
use crate::places;
use crate::row::{RowView, chunk_count, take};
use crate::seal::Vault;

/// The journal that the walk is in.
#[derive(Default)]
pub(super) struct Journals {
    current: Option<Journal>,
}

struct Journal {
    case: CaseKey,
    id: Option<CaseId>,
    head: Option<Head>,
    /// The case's vault; none without keys, or where the case was erased.
    vault: Option<Arc<Vault>>,
    seq: u64,
    hash: [u8; 32],
    folded: Option<Case>,
    /// A fault was noted: the rest of this journal would only repeat it.
    broken: bool,
}

impl Walk<'_> {
    /// A head: its last entry must be there; the chain up to it is walked with the entries.
    pub(super) fn head(&mut self, key: &[u8], value: &[u8]) {
        let case = key.get(1..).and_then(|tail| CaseKey::try_from(tail).ok());
        let (Some(head), Some(case)) = (Head::parse(value), case) else {
            return self.fault(key, "the head does not read");
        };
        self.slots = self.slots.max(head.slot + 1);
        if head.seq > 0 {
            self.report.cases += 1;
            if self.get(&places::entry(&case, head.seq)).is_none() {
                self.fault(&places::entry(&case, head.seq), "the last entry is missing");
            }
        }
        if head.erased {
            self.report.erased += 1;
            let stone = [&[Table::Tombstone.byte()], case.as_slice()].concat();
            if self.get(&stone).is_none() {
                self.fault(&stone, "an erased case has no tombstone");
            }
        }
    }

    /// One entry, in the order of cases and sequences.
    pub(super) fn entry(&mut self, key: &[u8], value: &[u8], journals: &mut Journals) {
        self.report.entries += 1;
        let mut rest = key.get(1..).unwrap_or_default();
        let (Some(case), Some(seq)) = (take::<13>(&mut rest), take(&mut rest).map(u64::from_be_bytes)) else {
            return self.fault(key, "the key does not read");
        };
        if journals.current.as_ref().is_none_or(|journal| journal.case != case) {
            self.finish_journal(journals);
            journals.current = Some(self.begin(case));
        }
        let Some(view) = EntryView::parse(value) else { return self.fault(key, "the entry's row does not read") };
        self.chunks.0 += u64::from(chunk_count(view.length));
        let Some(journal) = journals.current.as_mut().filter(|journal| !journal.broken) else { return };
        journal.seq += 1;
        if let Err(what) = self.step(journal, key, seq, view) {
            journal.broken = true;
            self.fault(key, what);
        }
    }

    fn begin(&mut self, case: CaseKey) -> Journal {
        let id = unpack_case(&case);
        let at = [&[Table::Head.byte()], case.as_slice()].concat();
        let head = self.get(&at).and_then(|value| Head::parse(&value));
        let mut journal = Journal { case, id, head, vault: None, seq: 0, hash: [0; 32], folded: None, broken: false };
        if journal.head.is_none() {
            journal.broken = true;
            self.fault(&at, "the case has entries and no head");
        }
        if let (Some(core), Some(head), Some(id)) = (self.core, &journal.head, &journal.id) {
            match core.case_vault(id, head) {
                Ok(vault) => journal.vault = Some(vault),
                Err(Error::Erased(_)) => self.report.keyless += u64::from(!head.erased),
                Err(error) => self.error(&at, error),
            }
        }
        journal
    }

    /// Checks one entry against the chain, opens and folds it.
    fn step(&mut self, journal: &mut Journal, key: &[u8], seq: u64, view: EntryView<'_>) -> Result<(), &'static str> {
        if seq != journal.seq {
            return Err("entries before this one are missing");
        }
        let Some(body) = self.whole(key, view.first, view.length) else { return Err("the entry is not whole") };
        journal.hash = chain(&journal.hash, &journal.case, seq, view.at, &body_digest(&body));
        if journal.hash.first_chunk::<8>() != Some(&view.link) {
            return Err("the chain breaks here: this entry is not the one that was written");
        }
        let (Some(core), Some(vault)) = (self.core, &journal.vault) else { return Ok(()) };
        let entry = core
            .open_entry(vault, key, view.at, body)
            .map_err(|_| "the seal does not open, or the entry does not decode")?;
        if Some(&entry.case) != journal.id.as_ref() || entry.seq != seq {
            return Err("the entry says that it is another one");
        }
        journal.folded = Some(fold(journal.folded.take(), &entry).ok_or("the journal does not fold")?);
        if journal.head.is_some_and(|head| head.snapshot == seq) {
            self.snapshot(journal)?;
        }
        Ok(())
    }

    /// A snapshot must be what the journal folds to.
    fn snapshot(&mut self, journal: &Journal) -> Result<(), &'static str> {
        let (Some(core), Some(id), Some(head)) = (self.core, &journal.id, &journal.head) else { return Ok(()) };
        match core.snapshot(id, head) {
            Ok(Some((snapshot, _))) if Some(&snapshot) == journal.folded.as_ref() => Ok(()),
            Ok(Some(_)) => Err("the snapshot after this entry is not what the journal folds to"),
            Ok(None) | Err(_) => Err("the snapshot after this entry is missing or does not read"),
        }
    }

    /// Compares the journal that ends here with its head.
    pub(super) fn finish_journal(&mut self, journals: &mut Journals) {
        let Some(journal) = journals.current.take().filter(|journal| !journal.broken) else { return };
        let Some(head) = journal.head else { return };
        let at = [&[Table::Head.byte()], journal.case.as_slice()].concat();
        if journal.seq != head.seq {
            return self
                .fault(&at, &format!("the journal has {} entries, and the head says {}", journal.seq, head.seq));
        }
        if journal.hash != head.hash {
            return self.fault(&at, "the chain does not end where the head says");
        }
        if let (Some(core), Some(case)) = (self.core, &journal.folded) {
            let index = places::case_index(&core.hasher, case).iter().map(|row| row.key(&at)).collect();
            let value = self.get(&at).unwrap_or_default();
            if !same(RowView::parse(&value).map(|view| view.index_keys(&at)).unwrap_or_default(), index)
                || pack_case(&case.id) != journal.case
            {
                self.fault(&at, "the index rows are not those of the case that the journal folds to");
            }
            let cases = core.cases.lock().unwrap_or_else(PoisonError::into_inner);
            let kept = cases.peek(&journal.case).filter(|kept| kept.seq == head.seq).map(|kept| Arc::clone(&kept.case));
            drop(cases);
            if kept.is_some_and(|kept| *kept != *case) {
                self.fault(&at, "the case was committed as something else than its journal folds to");
            }
        }
    }
}

/// Whether two lists hold the same, in any order.
pub(super) fn same(mut one: Vec<Vec<u8>>, mut other: Vec<Vec<u8>>) -> bool {
    one.sort_unstable();
    other.sort_unstable();
    one == other
}
