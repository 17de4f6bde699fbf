//! The walk over everything: every chain, every index in both directions, every count; with keys, every
//! payload too, and every case folded again from its journal.
//!
//! It goes once through the whole space of keys, in order, and reads beside it only what a row names. It
//! changes nothing, and goes on after a fault, so that one walk shows all of them.

mod journals;
mod payloads;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::PoisonError;

use crate::backend::Backend;
use crate::core::{Core, whole};
use crate::error::{Error, OpenError};
use crate::keyspace::{Table, key, place};
use crate::ledger::{Ledger, Tally, record_hash};
use crate::open;
use crate::report::{Fault, VerifyReport};
use crate::row::{RowView, Seal, chunk_count, chunk_key};
use journals::Journals;

/// How many faults a report keeps.
const FAULTS_MAX: usize = 1_000;
/// Pairs are read this many at a time.
const PAIRS_AT_ONCE: usize = 512;

/// Walks every chain, index and count of a folder without keys: nothing is unsealed.
pub fn verify_data(data: &Path) -> Result<VerifyReport, OpenError> {
    let (backend, ledger, _lock) = open::sealed(data)?;
    Ok(Walk::new(&*backend, None).run(&ledger))
}

impl Core {
    /// Walks everything, payloads included. Writes wait meanwhile.
    pub(crate) fn verify(&self) -> Result<VerifyReport, Error> {
        let _gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        let at = key(Table::Meta, &[b"ledger"]);
        let ledger = match self.get(&at)? {
            // A store in memory has no ledger before its first group.
            None => Ledger::default(),
            Some(value) => match Ledger::decode(&value, Some(&self.ledger_key)) {
                Some(ledger) => ledger,
                None => {
                    let fault = Fault {
                        place: place(&at),
                        what: "the ledger does not read, or its MAC does not hold".to_owned(),
                    };
                    return Ok(VerifyReport { faults: vec![fault], ..VerifyReport::default() });
                }
            },
        };
        Ok(Walk::new(&*self.backend, Some(self)).run(&ledger))
    }
}

/// The walk and what it has seen.
struct Walk<'a> {
    backend: &'a dyn Backend,
    /// The keys, where there are any.
    core: Option<&'a Core>,
    report: VerifyReport,
    tallies: BTreeMap<u8, Tally>,
    /// Index rows by table: declared by records, and there.
    indexes: BTreeMap<u8, (u64, u64)>,
    /// Chunks: declared, and there.
    chunks: (u64, u64),
    /// The highest slot that a record names, and one more.
    slots: u64,
}

impl<'a> Walk<'a> {
    fn new(backend: &'a dyn Backend, core: Option<&'a Core>) -> Self {
        let report = VerifyReport { unsealed: core.is_some(), ..VerifyReport::default() };
        let (tallies, indexes) = (BTreeMap::new(), BTreeMap::new());
        Self { backend, core, report, tallies, indexes, chunks: (0, 0), slots: 0 }
    }

    fn run(mut self, ledger: &Ledger) -> VerifyReport {
        let mut journals = Journals::default();
        let mut from = vec![0];
        loop {
            let pairs = match self.backend.scan(&from, &[u8::MAX], PAIRS_AT_ONCE) {
                Ok(pairs) => pairs,
                Err(fault) => {
                    self.fault(&from, &format!("the storage does not read on from here: {fault}"));
                    break;
                }
            };
            for (key, value) in &pairs {
                self.pair(key, value, &mut journals);
            }
            match pairs.last() {
                Some((last, _)) if pairs.len() == PAIRS_AT_ONCE => from = [last.as_slice(), &[0]].concat(),
                _ => break,
            }
        }
        self.finish_journal(&mut journals);
        self.balance(ledger);
        self.report
    }

    fn fault(&mut self, key: &[u8], what: &str) {
        self.note(place(key), what.to_owned());
    }

    fn note(&mut self, place: String, what: String) {
        if self.report.faults.len() < FAULTS_MAX {
            self.report.faults.push(Fault { place, what });
        }
    }

    fn get(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        match self.backend.get(key) {
            Ok(value) => value,
            Err(fault) => {
                self.fault(key, &fault.to_string());
                None
            }
        }
    }

    fn pair(&mut self, key: &[u8], value: &[u8], journals: &mut Journals) {
        let Some(table) = key.first().copied() else { return };
        if Table::RECORDS.iter().any(|known| known.byte() == table) {
            self.record(table, key, value);
        } else if Table::INDEXES.iter().any(|known| known.byte() == table) {
            self.indexes.entry(table).or_default().1 += 1;
            self.report.index_rows += 1;
            if !value.is_empty() {
                self.fault(key, "an index row has a value");
            }
        } else if table == Table::Entry.byte() {
            self.entry(key, value, journals);
        } else if table == Table::Chunk.byte() {
            self.chunks.1 += 1;
        } else if table != Table::Meta.byte() {
            self.fault(key, "no table has this number");
        }
    }

    fn record(&mut self, table: u8, key: &[u8], value: &[u8]) {
        self.tallies.entry(table).or_default().add(record_hash(key, value));
        self.report.records += u64::from(table != Table::Head.byte());
        let Some(view) = RowView::parse(value) else { return self.fault(key, "the row does not read") };
        if let Seal::Slot(slot) = view.seal {
            self.slots = self.slots.max(slot + 1);
        }
        self.chunks.0 += u64::from(chunk_count(view.length));
        for index in view.index_keys(key) {
            if let Some(table) = index.first() {
                self.indexes.entry(*table).or_default().0 += 1;
            }
            if self.get(&index).is_none() {
                self.fault(&index, &format!("the index row of {} is missing", place(key)));
            }
        }
        if table == Table::Head.byte() {
            return self.head(key, value);
        }
        for n in 0..chunk_count(view.length) {
            if self.get(&chunk_key(key, n)).is_none() {
                return self.fault(key, "a chunk is missing");
            }
        }
        self.payload(table, key, value, &view);
    }

    /// A body with its chunks; a fault where it is not whole.
    fn whole(&mut self, key: &[u8], first: &[u8], length: usize) -> Option<Vec<u8>> {
        whole(self.backend, key, first, length).map_err(|error| self.error(key, error)).ok()
    }

    fn error(&mut self, key: &[u8], error: Error) {
        match error {
            Error::Corrupt { place, what } => self.note(place, what),
            error => self.fault(key, &error.to_string()),
        }
    }

    /// Compares what was seen with the books.
    fn balance(&mut self, ledger: &Ledger) {
        for table in Table::RECORDS {
            let (seen, booked) = (self.tallies.get(&table.byte()).copied().unwrap_or_default(), ledger.tally(table));
            let place = || format!("table {}", table.name());
            if seen.count != booked.count {
                self.note(place(), format!("{} records are there, and the ledger has {}", seen.count, booked.count));
            } else if seen.sum != booked.sum {
                self.note(place(), "a record is not the one that was written last".to_owned());
            }
        }
        if self.report.entries != ledger.entries {
            let what = format!("{} entries are there, and the ledger has {}", self.report.entries, ledger.entries);
            self.note("table entry".to_owned(), what);
        }
        for table in Table::INDEXES {
            let (declared, there) = self.indexes.get(&table.byte()).copied().unwrap_or_default();
            if declared < there {
                self.note(
                    format!("table {}", table.name()),
                    format!("{} index rows belong to no record", there - declared),
                );
            }
        }
        if self.chunks.0 < self.chunks.1 {
            self.note(
                "table chunk".to_owned(),
                format!("{} chunks belong to no record", self.chunks.1 - self.chunks.0),
            );
        }
        if self.slots > ledger.next_slot {
            self.note("ledger".to_owned(), "a record is sealed with a key slot that counts as free".to_owned());
        }
    }
}

#[cfg(test)]
mod families;
#[cfg(test)]
mod tests;
