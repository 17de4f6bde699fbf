//! The form of a record's row: who seals it, which index rows point at it, and its body, cut into chunks.
//!
//! A record names its own index rows, so replacing or removing it needs no knowledge of what it holds, and
//! a walk without keys can check every index in both directions.
//!
//! ```text
//! row    := seal:u8 [slot:u64 if seal = 2] indexes:varint index* meta:bytes length:varint body
//! index  := prefix:bytes suffix:bytes            the key is prefix ‖ tail of the record's key ‖ suffix
//! bytes  := length:varint byte*
//! body   := the first 7 KiB; what is over lies in rows `chunk ‖ len(key):u8 ‖ key ‖ n:u16`, n from 0
//! ```

use crate::keyspace::Table;

/// Values are cut at this many bytes: sixteen of them in one page stay below the size at which the storage
/// would write a page to a file of its own that is never synced.
pub(crate) const CHUNK_BYTES: usize = 7 * 1024;

/// Who sealed a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seal {
    /// Nobody: it holds nothing personal.
    Clear,
    /// The host's own key.
    House,
    /// The key in this slot of the key file.
    Slot(u64),
}

/// An index row of a record, without the record's own tail between its two ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IndexRow {
    /// The index table's byte and what sorts before the record's tail.
    pub(crate) prefix: Vec<u8>,
    /// What follows it.
    pub(crate) suffix: Vec<u8>,
}

impl IndexRow {
    /// A row of an index table that sorts by `parts`.
    pub(crate) fn new(table: Table, parts: &[&[u8]]) -> Self {
        Self { prefix: crate::keyspace::key(table, parts), suffix: Vec::new() }
    }

    /// The same with something behind the record's tail.
    pub(crate) fn with_suffix(mut self, suffix: &[u8]) -> Self {
        self.suffix.extend_from_slice(suffix);
        self
    }

    /// The whole key, for the record at `key`.
    pub(crate) fn key(&self, key: &[u8]) -> Vec<u8> {
        index_key(&self.prefix, key, &self.suffix)
    }
}

fn index_key(prefix: &[u8], key: &[u8], suffix: &[u8]) -> Vec<u8> {
    let tail = key.get(1..).unwrap_or_default();
    [prefix, tail, suffix].concat()
}

/// A record to be written.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Its key.
    pub(crate) key: Vec<u8>,
    /// Who sealed the body.
    pub(crate) seal: Seal,
    /// Its index rows.
    pub(crate) index: Vec<IndexRow>,
    /// What the store itself reads, in the clear. Bound to a sealed body.
    pub(crate) meta: Vec<u8>,
    /// The body, sealed or not.
    pub(crate) body: Vec<u8>,
}

impl Row {
    /// The main value. Chunks are apart, see [`Self::chunks`].
    pub(crate) fn encode(&self) -> Vec<u8> {
        let first = self.body.get(..CHUNK_BYTES).unwrap_or(&self.body);
        let index: usize = self.index.iter().map(|row| row.prefix.len() + row.suffix.len() + 2).sum();
        let mut value = Vec::with_capacity(24 + index + self.meta.len() + first.len());
        match self.seal {
            Seal::Clear => value.push(0),
            Seal::House => value.push(1),
            Seal::Slot(slot) => {
                value.push(2);
                value.extend_from_slice(&slot.to_be_bytes());
            }
        }
        put_varint(&mut value, self.index.len() as u64);
        for row in &self.index {
            put_bytes(&mut value, &row.prefix);
            put_bytes(&mut value, &row.suffix);
        }
        put_bytes(&mut value, &self.meta);
        put_varint(&mut value, self.body.len() as u64);
        value.extend_from_slice(first);
        value
    }

    /// Keys and values of the chunks behind the main value.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = (Vec<u8>, &[u8])> {
        chunks(&self.key, &self.body)
    }
}

/// Keys and values of what lies behind the first chunk of a body.
pub(crate) fn chunks<'a>(key: &'a [u8], body: &'a [u8]) -> impl Iterator<Item = (Vec<u8>, &'a [u8])> {
    body.chunks(CHUNK_BYTES).skip(1).zip(0u16..).map(|(chunk, n)| (chunk_key(key, n), chunk))
}

/// The key of chunk `n` of the value at `key`.
pub(crate) fn chunk_key(key: &[u8], n: u16) -> Vec<u8> {
    let length = u8::try_from(key.len()).unwrap_or(u8::MAX);
    crate::keyspace::key(Table::Chunk, &[&[length], key, &n.to_be_bytes()])
}

/// How many chunks lie behind the main value of a body of this length.
pub(crate) fn chunk_count(length: usize) -> u16 {
    u16::try_from(length.div_ceil(CHUNK_BYTES).saturating_sub(1)).unwrap_or(u16::MAX)
}

/// The longest body: as many chunks as have a number.
pub(crate) const BODY_BYTES_MAX: usize = CHUNK_BYTES * (1 + u16::MAX as usize);

/// A main value, read. Borrows from it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowView<'a> {
    /// Who sealed the body.
    pub(crate) seal: Seal,
    /// The store's own part.
    pub(crate) meta: &'a [u8],
    /// The body's whole length.
    pub(crate) length: usize,
    /// The body's first chunk.
    pub(crate) first: &'a [u8],
    indexes: u64,
    index: &'a [u8],
}

impl<'a> RowView<'a> {
    /// Reads a main value; none if it is not one.
    pub(crate) fn parse(value: &'a [u8]) -> Option<Self> {
        let mut rest = value;
        let seal = match take::<1>(&mut rest)? {
            [0] => Seal::Clear,
            [1] => Seal::House,
            [2] => Seal::Slot(u64::from_be_bytes(take(&mut rest)?)),
            _ => return None,
        };
        let indexes = take_varint(&mut rest)?;
        let index = rest;
        for _ in 0..indexes {
            take_bytes(&mut rest)?;
            take_bytes(&mut rest)?;
        }
        let meta = take_bytes(&mut rest)?;
        let length = usize::try_from(take_varint(&mut rest)?).ok().filter(|length| *length <= BODY_BYTES_MAX)?;
        (rest.len() == length.min(CHUNK_BYTES)).then_some(Self { seal, meta, length, first: rest, indexes, index })
    }

    /// The keys of the index rows that point at the record at `key`.
    pub(crate) fn index_keys(&self, key: &[u8]) -> Vec<Vec<u8>> {
        let mut rest = self.index;
        (0..self.indexes)
            .filter_map(|_| {
                let (prefix, suffix) = (take_bytes(&mut rest)?, take_bytes(&mut rest)?);
                Some(index_key(prefix, key, suffix))
            })
            .collect()
    }
}

/// Appends a number, seven bits a byte, low bits first.
pub(crate) fn put_varint(value: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        value.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    value.push(number as u8);
}

fn put_bytes(value: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(value, bytes.len() as u64);
    value.extend_from_slice(bytes);
}

/// Takes `N` bytes off the front.
pub(crate) fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*taken)
}

/// Takes a number off the front.
pub(crate) fn take_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..63).step_by(7) {
        let [byte] = take(rest)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn take_bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_varint(rest)?).ok()?;
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn index_row() -> impl Strategy<Value = IndexRow> {
        (vec(any::<u8>(), 1..40), vec(any::<u8>(), 0..40)).prop_map(|(prefix, suffix)| IndexRow { prefix, suffix })
    }

    proptest! {
        #[test]
        fn a_row_reads_as_it_was_written(
            slot in proptest::option::of(any::<u64>()), index in vec(index_row(), 0..5),
            meta in vec(any::<u8>(), 0..300), body in vec(any::<u8>(), 0..20_000),
        ) {
            let seal = slot.map_or(Seal::House, Seal::Slot);
            let row = Row { key: vec![8, 1, 2, 3], seal, index, meta, body };
            let value = row.encode();
            let view = RowView::parse(&value).unwrap();
            prop_assert_eq!(view.seal, row.seal);
            prop_assert_eq!(view.meta, &row.meta[..]);
            prop_assert_eq!(view.length, row.body.len());
            prop_assert_eq!(view.index_keys(&row.key), row.index.iter().map(|index| index.key(&row.key)).collect::<Vec<_>>());
            let mut whole = view.first.to_vec();
            let chunks: Vec<_> = row.chunks().collect();
            prop_assert_eq!(chunks.len(), usize::from(chunk_count(view.length)));
            chunks.iter().for_each(|(_, chunk)| whole.extend_from_slice(chunk));
            prop_assert_eq!(whole, row.body);
        }

        #[test]
        fn any_bytes_are_a_row_or_none_and_never_a_panic(bytes in vec(any::<u8>(), 0..200)) {
            if let Some(view) = RowView::parse(&bytes) {
                view.index_keys(&[1]);
            }
        }
    }

    #[test]
    fn a_row_that_is_cut_short_does_not_read() {
        let row = Row { key: vec![8, 1], seal: Seal::Slot(7), index: vec![], meta: vec![1], body: vec![9; 100] };
        let value = row.encode();
        for end in 0..value.len() {
            assert!(RowView::parse(&value[..end]).is_none(), "cut at {end}");
        }
    }
}
