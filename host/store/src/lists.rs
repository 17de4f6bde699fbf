//! Lists with cursors. A list over a division joins the lists of all divisions below it, in order.
//!
//! Within an index, rows that share everything before their sorting part make a *run*; a run is read in
//! order as it lies. A list over several runs (the districts of a city, the units of a district) takes the
//! smallest next row of all of them. Runs are found by seeking from one to the next, so a page costs a seek
//! or two for each run and nothing for the rows that it does not show.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use banshi_model::ids::{CaseId, Division, TaskId};

use crate::core::{Core, corrupt};
use crate::error::Error;
use crate::keyspace::{Table, after_prefix, division_range, key, pack_time, unpack_case};
use crate::places;
use crate::records::{Cursor, OutboxItem, Page};

/// Rows of a run are read this many at a time when several runs are joined.
const RUN_ROWS: usize = 8;

/// Which runs a list joins.
struct Span<'a> {
    /// The index.
    table: Table,
    /// Divisions from this one on, packed.
    first: [u8; 5],
    /// To this one, included.
    last: [u8; 5],
    /// How many bytes of a key name its run.
    run: usize,
    /// A run's last bytes, where only some are wanted.
    ending: Option<&'a [u8]>,
}

/// A run that is being read: rows without the run's prefix.
struct Run {
    prefix: Vec<u8>,
    rows: VecDeque<Vec<u8>>,
    /// No more rows behind those at hand.
    done: bool,
}

impl Core {
    /// Rows that start with `prefix`, after a cursor, without the prefix.
    fn rows(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Vec<u8>>, Error> {
        // The smallest key behind a key is the key with one zero byte more.
        let from = after.map_or_else(|| prefix.to_vec(), |after| [prefix, after, &[0]].concat());
        let pairs = self.scan(&from, &after_prefix(prefix), limit)?;
        Ok(pairs.into_iter().map(|(key, _)| key.get(prefix.len()..).unwrap_or_default().to_vec()).collect())
    }

    /// A page of one run.
    fn page<T>(
        &self,
        table: Table,
        prefix: &[u8],
        after: Option<&Cursor>,
        limit: usize,
        item: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Page<T>, Error> {
        let rows = self.rows(prefix, self.position(table, after)?, limit.saturating_add(1))?;
        paged(table, rows, limit, item)
    }

    /// Where a cursor points; it must be of this list.
    fn position<'c>(&self, table: Table, after: Option<&'c Cursor>) -> Result<Option<&'c [u8]>, Error> {
        let Some(Cursor(bytes)) = after else { return Ok(None) };
        match bytes.split_first() {
            Some((of, rest)) if *of == table.byte() => Ok(Some(rest)),
            _ => Err(Error::Cursor),
        }
    }

    /// A page over all runs of a span.
    fn joined<T>(
        &self,
        span: &Span<'_>,
        after: Option<&Cursor>,
        limit: usize,
        item: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Page<T>, Error> {
        let position = self.position(span.table, after)?;
        let end = after_prefix(&key(span.table, &[&span.last]));
        let (mut runs, mut seek) = (Vec::new(), key(span.table, &[&span.first]));
        while let Some((key, _)) = self.scan(&seek, &end, 1)?.into_iter().next() {
            let prefix = key.get(..span.run).ok_or_else(|| corrupt(&key, "the index row is too short"))?.to_vec();
            seek = after_prefix(&prefix);
            if span.ending.is_none_or(|ending| prefix.ends_with(ending)) {
                let rows = VecDeque::from(self.rows(&prefix, position, RUN_ROWS)?);
                runs.push(Run { prefix, done: rows.len() < RUN_ROWS, rows });
            }
        }
        paged(span.table, self.merge(runs, limit.saturating_add(1))?, limit, item)
    }

    fn merge(&self, mut runs: Vec<Run>, limit: usize) -> Result<Vec<Vec<u8>>, Error> {
        let mut heap: BinaryHeap<Reverse<(Vec<u8>, usize)>> = BinaryHeap::new();
        for (at, run) in runs.iter_mut().enumerate() {
            heap.extend(run.rows.pop_front().map(|row| Reverse((row, at))));
        }
        let mut merged = Vec::new();
        while merged.len() < limit {
            let Some(Reverse((row, at))) = heap.pop() else { break };
            if let Some(run) = runs.get_mut(at) {
                if run.rows.is_empty() && !run.done {
                    run.rows = self.rows(&run.prefix, Some(&row), RUN_ROWS)?.into();
                    run.done = run.rows.len() < RUN_ROWS;
                }
                heap.extend(run.rows.pop_front().map(|next| Reverse((next, at))));
            }
            merged.push(row);
        }
        Ok(merged)
    }

    /// Cases of a division and all below it, newest first.
    pub(crate) fn cases_in(
        &self,
        division: &Division,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<CaseId>, Error> {
        let (first, last) = division_range(division);
        let span = Span { table: Table::ByDivision, first, last, run: 1 + 5, ending: None };
        self.joined(&span, after, limit, case_at::<8>)
    }

    /// Cases of a subject, newest first.
    pub(crate) fn cases_of(
        &self,
        subject_id: &str,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<CaseId>, Error> {
        let prefix = places::subject_prefix(&self.hasher, subject_id);
        self.page(Table::BySubject, &prefix, after, limit, case_at::<8>)
    }

    /// Open tasks of a division and all below it, by due date.
    pub(crate) fn open_tasks(
        &self,
        division: &Division,
        unit: Option<&str>,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<TaskId>, Error> {
        let (first, last) = division_range(division);
        let unit = unit.map(|name| places::unit(&self.hasher, name));
        let span = Span {
            table: Table::Task,
            first,
            last,
            run: 1 + 5 + 16,
            ending: unit.as_ref().map(|unit| unit.as_slice()),
        };
        self.joined(&span, after, limit, |row| {
            let local = row.get(4 + 13..)?;
            Some(case_at::<4>(row.get(..4 + 13)?)?.task(&std::str::from_utf8(local).ok()?.parse().ok()?))
        })
    }

    /// Cases with a parked event, longest waiting first.
    pub(crate) fn parked(&self, after: Option<&Cursor>, limit: usize) -> Result<Page<CaseId>, Error> {
        self.page(Table::Parked, &key(Table::Parked, &[]), after, limit, case_at::<8>)
    }

    /// Cases that are not closed, by id.
    pub(crate) fn open_cases(&self, after: Option<&Cursor>, limit: usize) -> Result<Page<CaseId>, Error> {
        self.page(Table::Open, &key(Table::Open, &[]), after, limit, case_at::<0>)
    }

    /// All cases, closed ones and erased ones included, by id.
    pub(crate) fn all_cases(&self, after: Option<&Cursor>, limit: usize) -> Result<Page<CaseId>, Error> {
        self.page(Table::Head, &key(Table::Head, &[]), after, limit, case_at::<0>)
    }

    /// Deliveries that nobody serves: the keys of their records.
    pub(crate) fn unserved(&self, after: Option<&Cursor>, limit: usize) -> Result<Page<Vec<u8>>, Error> {
        let all = key(Table::OutboxDue, &[&pack_time(OutboxItem::UNSERVED)]);
        self.page(Table::OutboxDue, &all, after, limit, |row| Some(key(Table::Outbox, &[row])))
    }

    /// Dead letters: the keys of their records.
    pub(crate) fn dead(&self, after: Option<&Cursor>, limit: usize) -> Result<Page<Vec<u8>>, Error> {
        self.page(Table::Dead, &key(Table::Dead, &[]), after, limit, |row| Some(key(Table::Dead, &[row])))
    }
}

/// The case behind the `N` bytes that a row sorts by.
fn case_at<const N: usize>(row: &[u8]) -> Option<CaseId> {
    unpack_case(row.get(N..)?.try_into().ok()?)
}

fn paged<T>(
    table: Table,
    mut rows: Vec<Vec<u8>>,
    limit: usize,
    item: impl Fn(&[u8]) -> Option<T>,
) -> Result<Page<T>, Error> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| Cursor([&[table.byte()], last.as_slice()].concat()));
    let items =
        rows.iter().map(|row| item(row).ok_or_else(|| corrupt(&key(table, &[row]), "the index row does not read")));
    Ok(Page { items: items.collect::<Result<_, _>>()?, next })
}
