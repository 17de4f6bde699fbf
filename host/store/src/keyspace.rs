//! Where things are: the tables, and how keys are put together.
//!
//! A key is one table byte and a tail. Every row of an index table holds, inside its key, the whole tail of the record that
//! it points at, so that an index row finds it. Nothing personal is part of a key: people appear as keyed hashes ([`Hash16`]).

pub(crate) use crate::packing::{
    division_range, pack_case, pack_division, pack_due, pack_newest, pack_time, pack_timer, unpack_case, unpack_time,
    unpack_timer,
};

/// A table; its number is the first byte of its keys. Numbers are part of the format and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum Table {
    /// `format`, `ledger`.
    Meta = 0x01,
    /// Head of a case: where its journal is, and its index rows.
    Head = 0x02,
    /// Journal entries.
    Entry = 0x03,
    /// A fold of a long journal, so that it need not be folded from the start.
    Snapshot = 0x04,
    /// A form that is being filled in.
    Draft = 0x05,
    /// What stays of an erased case.
    Tombstone = 0x06,
    /// Key slots that are being destroyed.
    Shred = 0x07,
    /// Licences, by keyed hash of the identifier.
    Licence = 0x08,
    /// Content by digest.
    Blob = 0x09,
    /// Published packages.
    Package = 0x0a,
    /// Enactments.
    Enactment = 0x0b,
    /// Documents without their bytes.
    Document = 0x0c,
    /// The bytes of documents.
    DocumentBytes = 0x0d,
    /// What a subject gave.
    SubjectValue = 0x0e,
    /// Replies by keyed hash of principal and idempotency key.
    Reply = 0x0f,
    /// Settings of the host.
    Setting = 0x10,
    /// Events between cases.
    Inbox = 0x11,
    /// Deliveries.
    Outbox = 0x12,
    /// Deliveries that are tried no more.
    Dead = 0x13,
    /// What the journals of a package usually say, by its digest.
    Phrases = 0x14,
    /// The rest of values over 7 KiB.
    Chunk = 0x3f,
    /// Cases by division, newest first.
    ByDivision = 0x41,
    /// Cases by subject, newest first.
    BySubject = 0x42,
    /// Cases that are not closed.
    Open = 0x43,
    /// Cases with a parked event.
    Parked = 0x44,
    /// Timers by time.
    Timer = 0x45,
    /// Open tasks by division, unit and due date.
    Task = 0x46,
    /// Drafts by expiry.
    DraftExpiry = 0x47,
    /// Deliveries by time.
    OutboxDue = 0x48,
    /// Licences by holder and type.
    Holder = 0x49,
    /// Licences by capability.
    Capability = 0x4a,
    /// Documents that no case claimed, by time.
    Unclaimed = 0x4b,
    /// Records that go when a case is erased, by case.
    Owned = 0x4c,
}

impl Table {
    /// The tables whose rows are records: counted and summed in the ledger.
    pub(crate) const RECORDS: [Self; 18] = [
        Self::Head,
        Self::Snapshot,
        Self::Draft,
        Self::Tombstone,
        Self::Licence,
        Self::Blob,
        Self::Package,
        Self::Enactment,
        Self::Document,
        Self::DocumentBytes,
        Self::SubjectValue,
        Self::Reply,
        Self::Setting,
        Self::Inbox,
        Self::Outbox,
        Self::Dead,
        Self::Shred,
        Self::Phrases,
    ];

    /// The tables whose rows are index rows: declared by records, no value.
    pub(crate) const INDEXES: [Self; 12] = [
        Self::ByDivision,
        Self::BySubject,
        Self::Open,
        Self::Parked,
        Self::Timer,
        Self::Task,
        Self::DraftExpiry,
        Self::OutboxDue,
        Self::Holder,
        Self::Capability,
        Self::Unclaimed,
        Self::Owned,
    ];

    /// The table's number.
    pub(crate) const fn byte(self) -> u8 {
        self as u8
    }

    /// The table's name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Head => "head",
            Self::Entry => "entry",
            Self::Snapshot => "snapshot",
            Self::Draft => "draft",
            Self::Tombstone => "tombstone",
            Self::Shred => "shred",
            Self::Licence => "licence",
            Self::Blob => "blob",
            Self::Package => "package",
            Self::Enactment => "enactment",
            Self::Document => "document",
            Self::DocumentBytes => "document-bytes",
            Self::SubjectValue => "subject-value",
            Self::Reply => "reply",
            Self::Setting => "setting",
            Self::Inbox => "inbox",
            Self::Outbox => "outbox",
            Self::Dead => "dead",
            Self::Phrases => "phrases",
            Self::Chunk => "chunk",
            Self::ByDivision => "by-division",
            Self::BySubject => "by-subject",
            Self::Open => "open",
            Self::Parked => "parked",
            Self::Timer => "timer",
            Self::Task => "task",
            Self::DraftExpiry => "draft-expiry",
            Self::OutboxDue => "outbox-due",
            Self::Holder => "holder",
            Self::Capability => "capability",
            Self::Unclaimed => "unclaimed",
            Self::Owned => "owned",
        }
    }
}

/// A keyed hash that stands for something that would identify a person: HMAC-SHA-256, cut to 16 bytes.
pub(crate) type Hash16 = [u8; 16];

/// A case id in 13 bytes that sort as the text does: division, day, random.
pub(crate) type CaseKey = [u8; 13];

/// Joins a table byte and parts to a key.
pub(crate) fn key(table: Table, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + parts.iter().map(|part| part.len()).sum::<usize>());
    key.push(table.byte());
    for part in parts {
        key.extend_from_slice(part);
    }
    key
}

/// The first key after all that start with `prefix`.
pub(crate) fn after_prefix(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return end;
        }
    }
    // Only a prefix of nothing but 0xff gets here; no table has that number.
    vec![u8::MAX; prefix.len() + 1]
}

/// A key as a report names it: the table and the tail in hexadecimal, and the case where there is one in front.
pub(crate) fn place(key: &[u8]) -> String {
    let Some((table, tail)) = key.split_first() else { return "the empty key".to_owned() };
    let known = Table::RECORDS.iter().chain(&Table::INDEXES).chain(&[Table::Meta, Table::Entry, Table::Chunk]);
    let name = known.clone().find(|known| known.byte() == *table).map_or("unknown", |table| table.name());
    let case = tail.first_chunk::<13>().and_then(unpack_case);
    match case.filter(|_| (Table::Head.byte()..=Table::Tombstone.byte()).contains(table)) {
        Some(case) => format!(
            "{name} {case}{}",
            tail.get(13..).map(hex::encode).map_or(String::new(), |rest| if rest.is_empty() {
                rest
            } else {
                format!(" {rest}")
            })
        ),
        None => format!("{name} {}", hex::encode(tail)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_after_a_prefix_skips_all_that_start_with_it() {
        assert_eq!(after_prefix(&[1, 2]), vec![1, 3]);
        assert_eq!(after_prefix(&[1, 255]), vec![2]);
    }
}
