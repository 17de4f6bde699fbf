//! The floor of a commit: bare sled writes what the store wrote, commit by commit as it was recorded, with the same
//! number of waiting writers, the same grouping and the same durability: what waits is merged into one batch, applied,
//! flushed, synced with `fdatasync`, and only then acknowledged. Nothing is sealed, chained or checked.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use banshi_store::{Options, Written};
use tokio::sync::{mpsc, oneshot};

use crate::cpu;
use crate::plain::on_threads;

/// Keys with their values; none: removed.
pub type Pairs = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// What a replay took.
pub struct Replayed {
    /// By the clock on the wall.
    pub wall: Duration,
    /// Processor time of the process.
    pub cpu: Duration,
}

/// sled as the store opens it.
pub fn open(folder: &Path) -> Result<sled::Db> {
    let Options { cache_bytes, compact_every_ms, segment_bytes, .. } = Options::default();
    let config = sled::Config::new().path(folder).cache_capacity(cache_bytes).segment_size(segment_bytes);
    Ok(config.flush_every_ms(Some(compact_every_ms)).open()?)
}

/// Writes recorded commits into a fresh folder, by so many writers at once.
pub fn replay(folder: &Path, written: &[Written], writers: usize) -> Result<Replayed> {
    let commits: Vec<Pairs> = written.iter().rev().map(|commit| commit.pairs.clone()).collect();
    on_threads(async {
        let db = open(folder)?;
        let file = std::fs::File::open(folder.join("db")).context("sled's file")?;
        let waiting = Arc::new(Mutex::new(commits));
        let (sender, receiver) = mpsc::channel(Options::default().queue_commits);
        let writer = std::thread::spawn(move || write(&db, &file, receiver));

        let (cpu, began) = (cpu::process()?, Instant::now());
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..writers {
            let (waiting, sender) = (waiting.clone(), sender.clone());
            running.spawn(async move {
                loop {
                    let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
                    let Some(pairs) = next else { return anyhow::Ok(()) };
                    let (answer, answered) = oneshot::channel();
                    sender.send((pairs, answer)).await.ok().context("the writer ended")?;
                    answered.await?;
                }
            });
        }
        drop(sender);
        while let Some(ended) = running.join_next().await {
            ended??;
        }
        let replayed = Replayed { wall: began.elapsed(), cpu: cpu::process()?.saturating_sub(cpu) };
        writer.join().ok().context("the writer panicked")??;
        Ok(replayed)
    })
}

/// The one writer, as the store's: it takes what waits, up to a group's size, and syncs once for all of it.
fn write(db: &sled::Db, file: &std::fs::File, mut queue: mpsc::Receiver<(Pairs, oneshot::Sender<()>)>) -> Result<()> {
    let group = Options::default().group_commits;
    while let Some(first) = queue.blocking_recv() {
        let mut batch = sled::Batch::default();
        let mut answers = Vec::new();
        let mut next = Some(first);
        while let Some((pairs, answer)) = next.take() {
            for (key, value) in pairs {
                match value {
                    Some(value) => batch.insert(key, value),
                    None => batch.remove(key),
                }
            }
            answers.push(answer);
            if answers.len() < group {
                next = queue.try_recv().ok();
            }
        }
        db.apply_batch(batch)?;
        db.flush()?;
        file.sync_data()?;
        for answer in answers {
            // Whoever waited has ended only where another failed.
            let _ = answer.send(());
        }
    }
    Ok(())
}
