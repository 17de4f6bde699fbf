//! The key of every kind of record, and the index rows that point at it.

use banshi_model::case::{Case, Phase};
use banshi_model::ids::{CaseId, Digest, DocumentId, EnactmentId};
use banshi_model::licence::Licence;
use banshi_model::task::TaskStatus;
use jiff::Timestamp;

use crate::keys::Hasher;
use crate::keyspace::{
    CaseKey, Hash16, Table, key, pack_case, pack_division, pack_due, pack_newest, pack_time, pack_timer, unpack_case,
};
use crate::records::InboxKey;
use crate::row::{IndexRow, take};

/// A record that a case has at most one of.
pub(crate) fn of_case(table: Table, case: &CaseId) -> Vec<u8> {
    key(table, &[&pack_case(case)])
}

/// A journal entry.
pub(crate) fn entry(case: &CaseKey, seq: u64) -> Vec<u8> {
    key(Table::Entry, &[case, &seq.to_be_bytes()])
}

/// A slot that is being destroyed.
pub(crate) fn shred(slot: u64) -> Vec<u8> {
    key(Table::Shred, &[&slot.to_be_bytes()])
}

/// A licence.
pub(crate) fn licence(hasher: &Hasher, id: &str) -> Vec<u8> {
    key(Table::Licence, &[&hasher.hash("licence", &[id])])
}

/// A record under a digest.
pub(crate) fn of_digest(table: Table, digest: &Digest) -> Vec<u8> {
    key(table, &[&digest.0])
}

/// An enactment.
pub(crate) fn enactment(id: &EnactmentId) -> Vec<u8> {
    key(Table::Enactment, &[id.as_str().as_bytes()])
}

/// A document, or its bytes.
pub(crate) fn document(table: Table, id: &DocumentId) -> Vec<u8> {
    key(table, &[id.as_str().as_bytes()])
}

/// A reply.
pub(crate) fn reply(hasher: &Hasher, principal: &str, idempotency_key: &str) -> Vec<u8> {
    key(Table::Reply, &[&hasher.hash("reply", &[principal, idempotency_key])])
}

/// A setting.
pub(crate) fn setting(name: &str) -> Vec<u8> {
    key(Table::Setting, &[name.as_bytes()])
}

/// All values of a subject start with this.
pub(crate) fn subject_values(hasher: &Hasher, subject_id: &str) -> Vec<u8> {
    key(Table::SubjectValue, &[&hasher.hash("subject-value", &[subject_id])])
}

/// An event in the inbox.
pub(crate) fn inbox(at: &InboxKey) -> Vec<u8> {
    let from = pack_case(&at.from);
    key(Table::Inbox, &[&pack_time(at.at), &from, &at.seq.to_be_bytes(), &at.ordinal.to_be_bytes()])
}

/// A delivery, in the outbox or among the dead letters; none if its key is not `case/…`.
pub(crate) fn delivery(table: Table, name: &str) -> Option<Vec<u8>> {
    let (case, rest) = name.split_once('/')?;
    let case: CaseId = case.parse().ok()?;
    (1..=128).contains(&rest.len()).then(|| key(table, &[&pack_case(&case), rest.as_bytes()]))
}

/// The name of a delivery from its place, without the table: the inverse of [`delivery`].
pub(crate) fn delivery_name(tail: &[u8]) -> Option<String> {
    let (case, rest) = tail.split_first_chunk()?;
    Some(format!("{}/{}", unpack_case(case)?, std::str::from_utf8(rest).ok()?))
}

/// All cases of a subject.
pub(crate) fn subject_prefix(hasher: &Hasher, subject_id: &str) -> Vec<u8> {
    key(Table::BySubject, &[&hasher.hash("subject", &[subject_id])])
}

/// A unit as the task index has it. Keyed, so that nobody can look for a unit's name that collides.
pub(crate) fn unit(hasher: &Hasher, name: &str) -> Hash16 {
    hasher.hash("unit", &[name])
}

/// The index rows of a case.
pub(crate) fn case_index(hasher: &Hasher, case: &Case) -> Vec<IndexRow> {
    let division = pack_division(&case.draft.division);
    let received = pack_newest(case.received);
    let mut rows = vec![
        IndexRow::new(Table::ByDivision, &[&division, &received]),
        IndexRow {
            prefix: [subject_prefix(hasher, &case.draft.subject.id), received.to_vec()].concat(),
            suffix: Vec::new(),
        },
    ];
    if case.phase != Phase::Closed {
        rows.push(IndexRow::new(Table::Open, &[]));
    }
    if let Some(waiting) = case.parked.first() {
        rows.push(IndexRow::new(Table::Parked, &[&pack_time(waiting.since)]));
    }
    for (kind, at) in &case.timers {
        rows.push(IndexRow::new(Table::Timer, &[&pack_time(*at)]).with_suffix(&pack_timer(kind)));
    }
    for task in case.tasks.iter().filter(|task| task.status == TaskStatus::Open) {
        let unit = unit(hasher, &task.unit);
        let row = IndexRow::new(Table::Task, &[&division, &unit, &pack_due(task.due)]);
        rows.push(row.with_suffix(task.local.as_str().as_bytes()));
    }
    rows
}

/// The index rows of a licence.
pub(crate) fn licence_index(hasher: &Hasher, licence: &Licence) -> Vec<IndexRow> {
    let mut rows = vec![
        IndexRow { prefix: holder_prefix(hasher, &licence.holder.id, Some(&licence.licence_type)), suffix: Vec::new() },
        owned(&licence.case, Table::Licence),
    ];
    if let Some(capability) = &licence.capability {
        rows.push(IndexRow { prefix: capability_prefix(hasher, capability), suffix: Vec::new() });
    }
    rows
}

/// All licences of a holder, or those of one type.
pub(crate) fn holder_prefix(hasher: &Hasher, subject_id: &str, licence_type: Option<&str>) -> Vec<u8> {
    let holder = hasher.hash("holder", &[subject_id]);
    match licence_type {
        None => key(Table::Holder, &[&holder]),
        Some(name) => {
            let [a, b, c, d, ..] = hasher.hash("licence-type", &[name]);
            key(Table::Holder, &[&holder, &[a, b, c, d]])
        }
    }
}

/// The licence with a capability.
pub(crate) fn capability_prefix(hasher: &Hasher, capability: &str) -> Vec<u8> {
    key(Table::Capability, &[&hasher.hash("capability", &[capability])])
}

/// A record of `table` goes when this case is erased.
pub(crate) fn owned(case: &CaseId, table: Table) -> IndexRow {
    IndexRow::new(Table::Owned, &[&pack_case(case), &[table.byte()]])
}

/// The owner and the key of the owned record, out of an index row's key.
pub(crate) fn unpack_owned(index_key: &[u8]) -> Option<(CaseKey, Vec<u8>)> {
    let mut rest = index_key;
    let [table] = take(&mut rest)?;
    (table == Table::Owned.byte()).then_some(())?;
    Some((take(&mut rest)?, rest.to_vec()))
}

/// A record is to be looked at when this instant has come.
pub(crate) fn at(table: Table, at: Timestamp) -> IndexRow {
    IndexRow::new(table, &[&pack_time(at)])
}
