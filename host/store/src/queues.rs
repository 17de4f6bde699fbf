//! What waits for its time: timers, events between cases, deliveries, drafts and documents that expire.

use banshi_model::effect::TimerKind;
use banshi_model::ids::{CaseId, DocumentId};
use jiff::Timestamp;

use crate::core::{Core, corrupt};
use crate::error::Error;
use crate::keyspace::{Table, after_prefix, key, pack_time, unpack_case, unpack_time, unpack_timer};
use crate::places;
use crate::records::{Cursor, InboxItem, InboxKey, OutboxItem, Page};
use crate::row::take;

use std::sync::PoisonError;

/// Rows of an index that are read at once.
const ROWS_AT_ONCE: usize = 256;

impl Core {
    /// Rows of an index that sorts by time, up to and including `at`: the time and what follows it.
    fn until(&self, table: Table, at: Timestamp, limit: usize) -> Result<Vec<(Timestamp, Vec<u8>)>, Error> {
        let end = after_prefix(&key(table, &[&pack_time(at)]));
        let pairs = self.scan(&key(table, &[]), &end, limit)?;
        pairs.iter().map(|(row, _)| timed(row)).collect()
    }

    fn first_time(&self, table: Table) -> Result<Option<Timestamp>, Error> {
        let pairs = self.scan_prefix(&key(table, &[]), 1)?;
        pairs.first().map(|(row, _)| timed(row).map(|(at, _)| at)).transpose()
    }

    /// Timers due at `at` or before, earliest first.
    pub(crate) fn timers_due(&self, at: Timestamp, limit: usize) -> Result<Vec<(Timestamp, CaseId, TimerKind)>, Error> {
        let rows = self.until(Table::Timer, at, limit)?;
        rows.into_iter()
            .map(|(at, tail)| {
                let mut rest = tail.as_slice();
                let case = take::<13>(&mut rest).and_then(|case| unpack_case(&case));
                let found = case.zip(unpack_timer(rest)).map(|(case, kind)| (at, case, kind));
                found.ok_or_else(|| corrupt(&key(Table::Timer, &[&tail]), "the index row does not read"))
            })
            .collect()
    }

    /// When the next timer is due.
    pub(crate) fn next_timer(&self) -> Result<Option<Timestamp>, Error> {
        self.first_time(Table::Timer)
    }

    /// Events between cases, oldest first.
    pub(crate) fn inbox(&self, after: Option<&InboxKey>, limit: usize) -> Result<Vec<InboxItem>, Error> {
        let all = key(Table::Inbox, &[]);
        let from = after.map_or_else(|| all.clone(), |after| [places::inbox(after).as_slice(), &[0]].concat());
        let mut items = Vec::new();
        for (at, _) in self.scan(&from, &after_prefix(&all), limit)? {
            items.extend(self.decode(&at)?);
        }
        Ok(items)
    }

    /// Deliveries due at `now` or before that are not `known`, earliest first; only durable ones. What is known costs a
    /// look at its key and is not opened.
    pub(crate) fn outbox_due(
        &self,
        now: Timestamp,
        limit: usize,
        known: impl Fn(&str) -> bool,
    ) -> Result<Vec<OutboxItem>, Error> {
        let (mut from, mut items) = (key(Table::OutboxDue, &[]), Vec::new());
        let end = after_prefix(&key(Table::OutboxDue, &[&pack_time(now)]));
        loop {
            let pairs = self.scan(&from, &end, ROWS_AT_ONCE)?;
            for (row, _) in &pairs {
                let (_, tail) = timed(row)?;
                let name = places::delivery_name(&tail).ok_or_else(|| corrupt(row, "the index row does not read"))?;
                if known(&name) {
                    continue;
                }
                items.extend(self.settled(&key(Table::Outbox, &[&tail]))?);
                if items.len() >= limit {
                    return Ok(items);
                }
            }
            match pairs.last() {
                Some((last, _)) if pairs.len() == ROWS_AT_ONCE => from = [last.as_slice(), &[0]].concat(),
                _ => return Ok(items),
            }
        }
    }

    /// Deliveries that nobody serves, by case; only durable ones.
    pub(crate) fn outbox_unserved(&self, after: Option<&Cursor>, limit: usize) -> Result<Page<OutboxItem>, Error> {
        let Page { items: places, next } = self.unserved(after, limit)?;
        let mut items = Vec::with_capacity(places.len());
        for at in places {
            items.extend(self.settled(&at)?);
        }
        Ok(Page { items, next })
    }

    fn settled(&self, at: &Vec<u8>) -> Result<Option<OutboxItem>, Error> {
        // Read first, then ask: what the read saw and is not durable is on the list before it is visible.
        let item: Option<OutboxItem> = self.decode(at)?;
        let unsettled = self.unsettled.lock().unwrap_or_else(PoisonError::into_inner).contains(at);
        Ok(item.filter(|_| !unsettled))
    }

    /// One delivery: of the outbox, or of the dead letters.
    pub(crate) fn delivery(&self, table: Table, name: &str) -> Result<Option<OutboxItem>, Error> {
        match places::delivery(table, name) {
            None => Ok(None),
            Some(at) => self.decode(&at),
        }
    }

    /// Deliveries that are tried no more.
    pub(crate) fn outbox_dead(&self, after: Option<&Cursor>, limit: usize) -> Result<Page<OutboxItem>, Error> {
        let Page { items: places, next } = self.dead(after, limit)?;
        let mut items = Vec::with_capacity(places.len());
        for at in places {
            items.extend(self.decode(&at)?);
        }
        Ok(Page { items, next })
    }

    /// When the next delivery is due.
    pub(crate) fn next_outbox(&self) -> Result<Option<Timestamp>, Error> {
        self.first_time(Table::OutboxDue)
    }

    /// Drafts that expired at `at` or before.
    pub(crate) fn drafts_expired(&self, at: Timestamp, limit: usize) -> Result<Vec<CaseId>, Error> {
        let rows = self.until(Table::DraftExpiry, at, limit)?;
        let case = |tail: Vec<u8>| {
            tail.first_chunk().and_then(unpack_case).ok_or_else(|| corrupt(&tail, "the index row does not read"))
        };
        rows.into_iter().map(|(_, tail)| case(tail)).collect()
    }

    /// Documents uploaded at `before` or earlier that no case claimed.
    pub(crate) fn unclaimed_documents(&self, before: Timestamp, limit: usize) -> Result<Vec<DocumentId>, Error> {
        let rows = self.until(Table::Unclaimed, before, limit)?;
        let id = |tail: Vec<u8>| {
            let id = std::str::from_utf8(&tail).ok().and_then(|id| id.parse().ok());
            id.ok_or_else(|| corrupt(&tail, "the index row does not read"))
        };
        rows.into_iter().map(|(_, tail)| id(tail)).collect()
    }
}

/// The time in front of an index row's key, and what follows it.
fn timed(row: &[u8]) -> Result<(Timestamp, Vec<u8>), Error> {
    let mut rest = row.get(1..).unwrap_or_default();
    let at = take(&mut rest).ok_or_else(|| corrupt(row, "the index row does not read"))?;
    Ok((unpack_time(at), rest.to_vec()))
}
