//! Payloads: each opens, decodes, and is indexed by what it says.

use banshi_model::ids::Digest;
use banshi_model::licence::Licence;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::Walk;
use super::journals::same;
use crate::codec;
use crate::core::Core;
use crate::keyspace::Table;
use crate::places;
use crate::records::{InboxItem, OutboxItem};
use crate::row::{IndexRow, RowView, Seal};

impl Walk<'_> {
    /// What a record holds. Content under a digest is checked without keys too.
    pub(super) fn payload(&mut self, table: u8, key: &[u8], value: &[u8], view: &RowView<'_>) {
        if table == Table::Blob.byte() {
            let Some(body) = self.whole(key, view.first, view.length) else { return };
            let digest = codec::decode_bytes(&body).map(|bytes| Digest::of(&bytes));
            if digest.as_ref().map(|digest| digest.0.as_slice()) != key.get(1..) {
                self.fault(key, "the content is not what its digest says");
            }
            return;
        }
        let Some(core) = self.core.filter(|_| table != Table::Shred.byte()) else { return };
        let opened = match core.open_main(key, value) {
            Ok(Some(opened)) => opened,
            // The key was destroyed: an erased case's reply, or a copy from before an erasure.
            Ok(None) => return,
            Err(error) => return self.error(key, error),
        };
        let known = |wanted: Table| table == wanted.byte();
        let raw = [Table::DocumentBytes, Table::Reply, Table::Setting].into_iter().any(known);
        if !raw && codec::decode::<IgnoredAny>(opened.payload()).is_none() {
            return self.fault(key, "the record does not decode");
        }
        let expected = match view.seal {
            Seal::Slot(_) => expected_index(core, table, opened.payload()),
            Seal::Clear | Seal::House => None,
        };
        if let Some(expected) = expected {
            let expected = expected.iter().map(|row| row.key(key)).collect();
            if !same(view.index_keys(key), expected) {
                self.fault(key, "the index rows are not those of what the record says");
            }
        }
    }
}

/// The index rows that a payload asks for; none where the payload does not say.
fn expected_index(core: &Core, table: u8, payload: &[u8]) -> Option<Vec<IndexRow>> {
    fn read<T: DeserializeOwned>(payload: &[u8]) -> Option<T> {
        codec::decode(payload)
    }
    match table {
        table if table == Table::Licence.byte() => {
            let licence: Licence = read(payload)?;
            Some(places::licence_index(&core.hasher, &licence))
        }
        table if table == Table::Outbox.byte() => {
            let item: OutboxItem = read(payload)?;
            Some(vec![places::at(Table::OutboxDue, item.next)])
        }
        table if table == Table::Inbox.byte() => {
            let item: InboxItem = read(payload)?;
            Some(vec![places::owned(&item.to, Table::Inbox)])
        }
        _ => None,
    }
}
