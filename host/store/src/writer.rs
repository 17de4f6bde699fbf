//! The one writer: a thread that takes the commits that wait, checks them one after another, writes all that
//! hold as one batch, makes it durable, and only then tells anyone.
//!
//! After any failure of writing or syncing nothing is acknowledged again: what is on disk is then unknown.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use banshi_model::ids::CaseId;
use tokio::sync::{mpsc, oneshot};

use crate::backend::Batch;
use crate::codec;
use crate::core::{Cached, Core, corrupt};
use crate::error::Error;
use crate::head::Head;
use crate::keyspace::{CaseKey, Table, key, pack_case};
use crate::ledger::{Ledger, Witness};
use crate::places;
use crate::prepared::{Prepared, PreparedAppend};
use crate::records::{Erased, Tombstone};
use crate::row::{Row, Seal};
use crate::stage::{Refusal, Stage, Writes};

/// What the writer is asked to do.
pub(crate) enum Message {
    /// Commit a group.
    Commit(Box<Prepared>, oneshot::Sender<Result<(), Refusal>>),
    /// Erase a case.
    Erase(CaseId, Tombstone, oneshot::Sender<Result<Erased, Error>>),
}

/// A commit, and where its outcome goes.
type Waiting = (Box<Prepared>, oneshot::Sender<Result<(), Refusal>>);

/// How the writer groups.
pub(crate) struct Pace {
    /// How many commits share a sync at most.
    pub(crate) group_commits: usize,
    /// How long to wait for more commits before a group is begun, where they come thick.
    pub(crate) wait: Duration,
    /// They come thick where the group before had at least so many.
    pub(crate) wait_commits: usize,
    /// Bytes that are kept free on disk.
    pub(crate) reserve_bytes: u64,
}

/// The writer's own state.
pub(crate) struct Writer {
    core: Arc<Core>,
    ledger: Ledger,
    witness: Option<Witness>,
    pace: Pace,
    /// Slots that were destroyed and whose rows are still there.
    shredded: Vec<u64>,
    /// Bytes written since free space was looked at.
    unchecked: u64,
}

/// Look at free space after this many bytes.
const SPACE_EVERY_BYTES: u64 = 8 << 20;

impl Writer {
    /// A writer over what is there. `shredded`: slots that were destroyed at open.
    pub(crate) fn new(
        core: Arc<Core>,
        ledger: Ledger,
        witness: Option<Witness>,
        pace: Pace,
        shredded: Vec<u64>,
    ) -> Self {
        Self { core, ledger, witness, pace, shredded, unchecked: u64::MAX }
    }

    /// Works until every sender is gone.
    pub(crate) fn run(mut self, mut queue: mpsc::Receiver<Message>) {
        let mut commits = Vec::new();
        let mut shared = 0;
        while let Some(first) = queue.blocking_recv() {
            if shared >= self.pace.wait_commits {
                std::thread::sleep(self.pace.wait);
            }
            let mut next = Some(first);
            while let Some(message) = next.take() {
                match message {
                    Message::Commit(prepared, answer) => commits.push((prepared, answer)),
                    Message::Erase(case, tombstone, answer) => {
                        self.group(&mut commits);
                        drop(answer.send(self.erase(&case, tombstone)));
                    }
                }
                if commits.len() < self.pace.group_commits {
                    next = queue.try_recv().ok();
                }
            }
            shared = commits.len();
            self.group(&mut commits);
            if let Err(error) = self.core.vaults.top_up() {
                tracing::warn!(error.kind = %error.kind(), "the key file could not be extended");
            }
        }
        if let Some(Err(error)) = self.witness.as_ref().map(Witness::sync) {
            tracing::warn!(error.kind = %error.kind(), "the witness could not be synced");
        }
    }

    /// Commits what waits and answers everybody.
    fn group(&mut self, commits: &mut Vec<Waiting>) {
        if commits.is_empty() {
            return;
        }
        let core = Arc::clone(&self.core);
        let _gate = core.gate.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut writes, mut ledger) = (Writes::default(), self.ledger);
        let full = self.full();
        let mut copies = core.tap.is_open().then(Vec::new);
        let mut answers = Vec::with_capacity(commits.len());
        let mut accepted = Vec::with_capacity(commits.len());
        for (mut prepared, answer) in commits.drain(..) {
            let outcome = match full {
                Some((free, reserve)) => Err(Error::Full { free, reserve }.into()),
                None => {
                    let mut stage = Stage::new(&core, &writes.batch, ledger);
                    stage.commit(&mut prepared).map(|()| stage.done())
                }
            };
            answers.push((
                answer,
                outcome.map(|(own, after)| {
                    copies.as_mut().into_iter().for_each(|copies| copies.push(own.batch.clone()));
                    merge(&mut writes, own);
                    ledger = after;
                    accepted.push(prepared);
                }),
            ));
        }
        let written = if accepted.is_empty() { Ok(()) } else { self.write(writes, ledger, &accepted) };
        if let Some(copies) = copies.filter(|_| written.is_ok()) {
            core.tap.tell(self.ledger.groups, copies);
        }
        for (answer, outcome) in answers {
            let outcome = match &written {
                Ok(()) => outcome,
                Err(Stopped) => Err(Refusal::Error(Error::Stopped)),
            };
            // Whoever no longer waits has lost only the news.
            drop(answer.send(outcome));
        }
    }

    /// Writes a batch, makes it durable, and destroys the keys that it gave up.
    fn write(&mut self, mut writes: Writes, mut ledger: Ledger, accepted: &[Box<Prepared>]) -> Result<(), Stopped> {
        if self.core.stopped.load(Ordering::Acquire) {
            return Err(Stopped);
        }
        self.unlist_shredded(&mut writes, &mut ledger)?;
        ledger.groups += 1;
        writes.batch.insert(key(Table::Meta, &[b"ledger"]), Some(ledger.encode(&self.core.ledger_key)));
        let bytes: usize = writes.batch.iter().map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len)).sum();
        self.unchecked = self.unchecked.saturating_add(bytes as u64);

        self.core.unsettled.lock().unwrap_or_else(PoisonError::into_inner).extend(deliveries(&writes.batch));
        self.core.applied.store(ledger.groups, Ordering::Release);
        let cases = kept_cases(&writes.batch, accepted);
        self.core.backend.apply(writes.batch).map_err(|fault| self.stop(&fault))?;
        self.core.keep(cases);
        self.core.backend.sync().map_err(|fault| self.stop(&fault))?;
        if !writes.shred.is_empty() {
            self.core.vaults.destroy(&writes.shred).map_err(|fault| self.stop(&fault.kind()))?;
            self.shredded.append(&mut writes.shred);
        }
        if let Some(Err(error)) = self.witness.as_ref().map(|witness| witness.note(ledger.groups)) {
            tracing::warn!(error.kind = %error.kind(), "the witness could not be written");
        }
        self.ledger = ledger;
        self.core.durable.send_replace(ledger.groups);
        self.core.unsettled.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(())
    }

    /// Takes off the rows of slots that are destroyed by now.
    fn unlist_shredded(&mut self, writes: &mut Writes, ledger: &mut Ledger) -> Result<(), Stopped> {
        if self.shredded.is_empty() {
            return Ok(());
        }
        let mut stage = Stage::new(&self.core, &writes.batch, *ledger);
        for slot in self.shredded.drain(..) {
            if let Err(error) = stage.remove(places::shred(slot)) {
                tracing::error!(%error, "a destroyed key's row does not read");
                self.core.stopped.store(true, Ordering::Release);
                return Err(Stopped);
            }
        }
        let (own, after) = stage.done();
        *ledger = after;
        merge(writes, own);
        Ok(())
    }

    fn stop(&self, fault: &dyn std::fmt::Display) -> Stopped {
        tracing::error!(%fault, "storage failed; nothing is acknowledged any more");
        self.core.stopped.store(true, Ordering::Release);
        // Whoever waits for durability must not wait for ever.
        self.core.durable.send_replace(u64::MAX);
        Stopped
    }

    /// Free and reserved bytes, if there are too few.
    fn full(&mut self) -> Option<(u64, u64)> {
        if self.unchecked < SPACE_EVERY_BYTES {
            return None;
        }
        let free = self.core.backend.folder().and_then(free_bytes)?;
        if free < self.pace.reserve_bytes {
            return Some((free, self.pace.reserve_bytes));
        }
        self.unchecked = 0;
        None
    }

    /// Erases a case in a group of its own.
    fn erase(&mut self, case: &CaseId, tombstone: Tombstone) -> Result<Erased, Error> {
        let core = Arc::clone(&self.core);
        let _gate = core.gate.lock().unwrap_or_else(PoisonError::into_inner);
        let at = places::of_case(Table::Head, case);
        let unknown = || Error::Unknown { what: "case", id: case.to_string() };
        let head =
            Head::parse(&core.get(&at)?.ok_or_else(unknown)?).ok_or_else(|| corrupt(&at, "the head does not read"))?;
        if head.erased {
            return Ok(Erased { case: case.clone(), keys: 0, records: 0 });
        }
        let empty = Batch::new();
        let mut stage = Stage::new(&core, &empty, self.ledger);
        let documents = stage.remove_owned(case)?;
        stage.put_head(case, Head { erased: true, snapshot: 0, ..head })?;
        let tombstone = Tombstone { entries: head.seq, ..tombstone };
        let body = codec::encode(&tombstone, 0).map_err(|error| Error::Invalid(error.to_string()))?;
        let key = places::of_case(Table::Tombstone, case);
        stage.put(&Row { key, seal: Seal::Clear, index: Vec::new(), meta: Vec::new(), body })?;
        stage.shred(head.slot)?;
        let (writes, ledger) = stage.done();
        let records = writes.removed;
        let written = self.write(writes, ledger, &[]);
        // Also where it failed: the key may be gone by then.
        core.forget(&pack_case(case));
        written.map_err(|Stopped| Error::Stopped)?;
        Ok(Erased { case: case.clone(), keys: documents + 1, records })
    }
}

impl Drop for Writer {
    /// A writer that panicked acknowledges nothing more, and nobody waits for it for ever.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.stop(&"the writer panicked");
        }
    }
}

/// The storage failed; see [`Error::Stopped`].
struct Stopped;

fn merge(into: &mut Writes, own: Writes) {
    into.batch.extend(own.batch);
    into.shred.extend(own.shred);
    into.removed += own.removed;
}

/// The cases that a batch changes, as they are after it.
fn kept_cases(batch: &Batch, accepted: &[Box<Prepared>]) -> Vec<(CaseKey, Cached)> {
    let appends = accepted.iter().flat_map(|prepared| &prepared.appends);
    let kept = |append: &PreparedAppend| {
        let head = batch.get(&places::of_case(Table::Head, &append.case)).and_then(Option::as_deref).map(Arc::from);
        (pack_case(&append.case), Cached { seq: append.last, case: Arc::clone(&append.after), head })
    };
    appends.map(kept).collect()
}

/// The deliveries that a batch puts.
fn deliveries(batch: &Batch) -> impl Iterator<Item = Vec<u8>> {
    let outbox = |key: &&Vec<u8>| key.first() == Some(&Table::Outbox.byte());
    batch.iter().filter(|(_, value)| value.is_some()).map(|(key, _)| key).filter(outbox).cloned()
}

/// Free bytes of the file system that a folder is on.
fn free_bytes(folder: PathBuf) -> Option<u64> {
    let stat = rustix::fs::statvfs(&folder).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(test)]
mod tests;
