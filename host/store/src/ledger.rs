//! The books: how many records every table has, and a sum over them, so that `verify` finds what is missing.
//!
//! A record's own seal shows that it was changed; only a count shows that it is gone, and only a sum that an
//! older one stands in its place. The sum adds, modulo 2^256, the SHA-256 of every record's key and main
//! value, so a commit takes off the old rows and adds the new ones without looking at any other. The ledger
//! is written with every group, under a MAC of a key derived from the root.
//!
//! A ledger alone cannot tell that the last groups are missing with everything that they wrote. For that the
//! witness, a small file beside the storage, holds the number of the last group that was acknowledged. It is
//! written after the group is durable and never synced by itself, so it may be behind after a power cut and
//! can never be ahead, except where acknowledged groups were lost.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::keys::{KeyBytes, mac};
use crate::keyspace::Table;
use crate::row::take;

/// Count and sum of one table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// How many records.
    pub(crate) count: u64,
    /// The sum over them, four words, low first.
    pub(crate) sum: [u64; 4],
}

impl Tally {
    /// Adds a record.
    pub(crate) fn add(&mut self, hash: [u64; 4]) {
        self.count = self.count.wrapping_add(1);
        let mut carry = false;
        for (word, other) in self.sum.iter_mut().zip(hash) {
            let (with, over) = word.overflowing_add(other);
            let (with, again) = with.overflowing_add(u64::from(carry));
            (*word, carry) = (with, over || again);
        }
    }

    /// Takes a record off.
    pub(crate) fn sub(&mut self, hash: [u64; 4]) {
        self.count = self.count.wrapping_sub(1);
        let mut borrow = false;
        for (word, other) in self.sum.iter_mut().zip(hash) {
            let (without, under) = word.overflowing_sub(other);
            let (without, again) = without.overflowing_sub(u64::from(borrow));
            (*word, borrow) = (without, under || again);
        }
    }
}

/// What a record adds to its table's sum.
pub(crate) fn record_hash(key: &[u8], value: &[u8]) -> [u64; 4] {
    let mut hash = Sha256::new();
    hash.update((key.len() as u64).to_be_bytes());
    hash.update(key);
    hash.update(value);
    let bytes: [u8; 32] = hash.finalize().into();
    let mut rest = bytes.as_slice();
    [(); 4].map(|()| take(&mut rest).map_or(0, u64::from_be_bytes))
}

/// The books of a store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    /// How many groups were committed.
    pub(crate) groups: u64,
    /// The first key slot that no record uses; those behind it are free.
    pub(crate) next_slot: u64,
    /// How many journal entries there are.
    pub(crate) entries: u64,
    tallies: [Tally; Table::RECORDS.len()],
}

impl Ledger {
    /// The tally of a table of records.
    pub(crate) fn tally(&self, table: Table) -> Tally {
        let known = Table::RECORDS.iter().zip(&self.tallies);
        known.clone().find(|(known, _)| **known == table).map(|(_, tally)| *tally).unwrap_or_default()
    }

    /// The tally of the table with this number.
    pub(crate) fn tally_mut(&mut self, table: u8) -> Option<&mut Tally> {
        let at = Table::RECORDS.iter().position(|known| known.byte() == table)?;
        self.tallies.get_mut(at)
    }

    /// The ledger as it is stored, with its MAC.
    pub(crate) fn encode(&self, key: &KeyBytes) -> Vec<u8> {
        let mut value = Vec::with_capacity(24 + 41 * self.tallies.len() + 32);
        for number in [self.groups, self.next_slot, self.entries] {
            value.extend_from_slice(&number.to_be_bytes());
        }
        for (table, tally) in Table::RECORDS.iter().zip(&self.tallies).filter(|(_, tally)| **tally != Tally::default())
        {
            value.push(table.byte());
            for number in [tally.count].iter().chain(&tally.sum) {
                value.extend_from_slice(&number.to_be_bytes());
            }
        }
        let tag = mac(key, &[b"ledger", &value]);
        value.extend_from_slice(&tag);
        value
    }

    /// Reads a ledger. With a key, its MAC must hold.
    pub(crate) fn decode(value: &[u8], key: Option<&KeyBytes>) -> Option<Self> {
        let (mut rest, tag) = value.split_last_chunk::<32>()?;
        if let Some(key) = key {
            use subtle::ConstantTimeEq;
            if !bool::from(mac(key, &[b"ledger", rest]).ct_eq(tag)) {
                return None;
            }
        }
        let mut number = || take(&mut rest).map(u64::from_be_bytes);
        let mut ledger = Self { groups: number()?, next_slot: number()?, entries: number()?, ..Self::default() };
        while !rest.is_empty() {
            let [table] = take(&mut rest)?;
            let mut number = || take(&mut rest).map(u64::from_be_bytes);
            *ledger.tally_mut(table)? = Tally { count: number()?, sum: [number()?, number()?, number()?, number()?] };
        }
        Some(ledger)
    }
}

/// The witness file.
pub(crate) struct Witness(File);

impl Witness {
    /// Opens or creates it; says which group it saw last, 0 if none or if it does not read.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, u64)> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut bytes = [0; 16];
        let seen = match file.read_exact_at(&mut bytes, 0) {
            Err(_) => 0,
            Ok(()) => {
                let mut rest = bytes.as_slice();
                let (groups, check) = (take(&mut rest).map_or(0, u64::from_be_bytes), take::<8>(&mut rest));
                if check == Some(witness_check(groups)) { groups } else { 0 }
            }
        };
        Ok((Self(file), seen))
    }

    /// Notes the number of a group that is durable.
    pub(crate) fn note(&self, groups: u64) -> io::Result<()> {
        let mut bytes = groups.to_be_bytes().to_vec();
        bytes.extend_from_slice(&witness_check(groups));
        self.0.write_all_at(&bytes, 0)
    }

    /// Makes it durable; when the store closes.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}

fn witness_check(groups: u64) -> [u8; 8] {
    let digest: [u8; 32] = Sha256::digest([b"witness".as_slice(), &groups.to_be_bytes()].concat()).into();
    let mut rest = digest.as_slice();
    take(&mut rest).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::keys::random_key;

    proptest! {
        #[test]
        fn what_is_added_and_taken_off_in_any_order_leaves_nothing(
            records in proptest::collection::vec(any::<[u64; 4]>(), 0..20), seed in any::<u64>(),
        ) {
            let mut tally = Tally::default();
            records.iter().for_each(|hash| tally.add(*hash));
            let mut order = records.clone();
            let by = usize::try_from(seed % 21).unwrap().min(order.len());
            order.rotate_left(by);
            order.iter().for_each(|hash| tally.sub(*hash));
            prop_assert_eq!(tally, Tally::default());
        }
    }

    #[test]
    fn a_ledger_reads_as_it_was_written_and_only_under_its_key() {
        let mut ledger = Ledger { groups: 3, next_slot: 2, entries: 9, ..Ledger::default() };
        ledger.tally_mut(Table::Head.byte()).unwrap().add(record_hash(b"key", b"value"));
        let (key, other) = (random_key().unwrap(), random_key().unwrap());
        let value = ledger.encode(&key);
        assert_eq!(Ledger::decode(&value, Some(&key)), Some(ledger));
        assert_eq!(Ledger::decode(&value, None), Some(ledger));
        assert_eq!(Ledger::decode(&value, Some(&other)), None);
        let mut changed = value.clone();
        changed[23] ^= 1;
        assert_eq!(Ledger::decode(&changed, Some(&key)), None);
    }

    #[test]
    fn a_torn_witness_counts_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("witness");
        let (witness, seen) = Witness::open(&path).unwrap();
        assert_eq!(seen, 0);
        witness.note(41).unwrap();
        assert_eq!(Witness::open(&path).unwrap().1, 41);
        std::fs::write(&path, 42u64.to_be_bytes()).unwrap();
        assert_eq!(Witness::open(&path).unwrap().1, 0);
    }
}
