//! Payloads: each opens, decodes, and is indexed by what it says.

use banshi_model::ids::Digest;
use banshi_model::licence::Licence;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::Walk;
use super::journals::same;
use crate::codec;
use crate::core::Core;
use crate::keyspace::{Table, key, unpack_case};
use crate::places;
use crate::records::{DocumentRecord, InboxItem, OutboxItem, SubjectValue};
use crate::row::{IndexRow, RowView};

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
        if table == Table::Phrases.byte() {
            let Some(body) = self.whole(key, view.first, view.length) else { return };
            if codec::decode_bytes(&body).is_none() {
                self.fault(key, "the phrases do not decode");
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
        let there = view.index_keys(key);
        // A head's are compared with the case that its journal folds to.
        let expected = expected_index(core, table, &Filed { view, there: &there, payload: opened.payload() });
        let expected = expected.iter().flatten().map(|row| row.key(key)).collect();
        if !same(there, expected) {
            self.fault(key, "the index rows are not those of what the record says");
        }
    }
}

/// A record as it is filed.
struct Filed<'a> {
    view: &'a RowView<'a>,
    /// The index rows that it names.
    there: &'a [Vec<u8>],
    payload: &'a [u8],
}

/// The index rows that a record asks for by what it says; none where it says nothing of the kind, or does not read.
fn expected_index(core: &Core, table: u8, filed: &Filed<'_>) -> Option<Vec<IndexRow>> {
    fn read<T: DeserializeOwned>(payload: &[u8]) -> Option<T> {
        codec::decode(payload)
    }
    let payload = filed.payload;
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
        table if table == Table::Draft.byte() => {
            Some(vec![IndexRow::new(Table::DraftExpiry, &[&<[u8; 8]>::try_from(filed.view.meta).ok()?])])
        }
        table if table == Table::SubjectValue.byte() => {
            let values: Vec<SubjectValue> = read(payload)?;
            Some(vec![places::owned(&values.first()?.case, Table::SubjectValue)])
        }
        table if table == Table::Document.byte() => {
            let document: DocumentRecord = read(payload)?;
            // Claimed after it was written: by whom, only the index says. A claim by no case is none.
            let owner = filed.there.iter().find_map(|row| places::unpack_owned(row)).map(|(case, _)| case);
            let owner = owner.filter(|case| matches!(core.get(&key(Table::Head, &[case])), Ok(Some(_))));
            Some(vec![match owner.as_ref().and_then(unpack_case) {
                Some(case) => places::owned(&case, Table::Document),
                None => places::at(Table::Unclaimed, document.uploaded),
            }])
        }
        _ => None,
    }
}
