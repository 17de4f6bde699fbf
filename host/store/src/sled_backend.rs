//! The storage on disk: the one file that names sled. What it does and why was measured (`ARCHITECTURE.md`).
//!
//! - `flush` alone is not power-safe on Linux, so [`Backend::sync`] also syncs the file `db` through a handle
//!   of its own before anyone is told.
//! - A kill during open leaves `snap.*.generating`, with which the next open can fail: deleted before opening.
//!   No other snapshot is ever deleted by machine.
//! - sled can panic over a damaged folder: every call is contained and answers an error instead.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Write as _};
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::Duration;

use crate::backend::{Backend, Batch, Pair, StorageFault};
use crate::options::Options;

/// An open sled folder.
pub(crate) struct Sled {
    folder: PathBuf,
    db: sled::Db,
    /// The handle that makes flushed bytes durable.
    file: File,
}

impl Sled {
    /// Opens or creates the folder. The caller holds the lock of the data folder, so whoever still has
    /// sled's own lock is this process's last handle on its way out: it is waited for.
    ///
    /// sled moves live pages out of half-empty segments beside its own periodic flush, one segment each time and then no
    /// more. At 500 ms, sled's own default, a loaded host left seven times what was live behind, in segments that waited for a
    /// page or two to be moved; with segments of 512 KiB, also its own, a fast one left three times at 20 ms.
    pub(crate) fn open(folder: &Path, options: &Options) -> Result<Self, OpenFault> {
        remove_unfinished_snapshots(folder)?;
        let every = Some(options.compact_every_ms.max(1));
        let config = sled::Config::new()
            .path(folder)
            .cache_capacity(options.cache_bytes)
            .flush_every_ms(every)
            .segment_size(segment_bytes(folder, options)?);
        let mut tries = 0;
        let db = loop {
            let mut disk = None;
            let opened = contained(|| {
                config.open().inspect_err(|error| {
                    if let sled::Error::Io(error) = error {
                        disk = refuses(error).then(|| io::Error::new(error.kind(), error.to_string()));
                    }
                })
            });
            match opened {
                Err(fault) if tries < 200 && fault.0.contains("could not acquire lock") => {
                    tries += 1;
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(fault) => return Err(disk.map_or(OpenFault::Damaged(fault), OpenFault::Disk)),
                Ok(db) => break db,
            }
        };
        let file = File::open(folder.join("db"))?;
        Ok(Self { folder: folder.to_owned(), db, file })
    }
}

/// What a folder from before the option has: sled's own default.
const OLD_SEGMENT_BYTES: usize = 512 << 10;
/// What a segment may have. At most a quarter of one is a page's, and a page of rows is below 128 KiB (`row.rs`); sled takes
/// no more than 16 MiB.
const SEGMENT_BYTES: RangeInclusive<usize> = OLD_SEGMENT_BYTES..=16 << 20;

/// The size of a folder's segments: as it was created with, or of a new one as the options have it, which is then kept.
///
/// sled asks to be told it at every open and keeps it in `conf`, but does not sync that file, takes one that is empty for
/// none, and then reads the log in whatever segments it is told of. So it stands in a file of ours that is durable before sled
/// writes anything; a folder that has none, nor a `conf` that reads, is from before.
fn segment_bytes(folder: &Path, options: &Options) -> io::Result<usize> {
    let number = |name: &str, before: &str| {
        let text = std::fs::read(folder.join(name)).unwrap_or_default();
        let bytes = String::from_utf8_lossy(&text).lines().find_map(|line| line.strip_prefix(before)?.parse().ok());
        bytes.filter(|bytes: &usize| bytes.is_power_of_two() && SEGMENT_BYTES.contains(bytes))
    };
    if let Some(kept) = number("segment_bytes", "").or_else(|| number("conf", "segment_size: ")) {
        return Ok(kept);
    }
    if std::fs::metadata(folder.join("db")).is_ok_and(|log| log.len() > 0) {
        return Ok(OLD_SEGMENT_BYTES);
    }
    let bytes = options.segment_bytes.clamp(*SEGMENT_BYTES.start(), *SEGMENT_BYTES.end()).next_power_of_two();
    std::fs::create_dir_all(folder)?;
    let mut file = File::create(folder.join("segment_bytes"))?;
    writeln!(file, "{bytes}")?;
    file.sync_all()?;
    File::open(folder)?.sync_all()?;
    Ok(bytes)
}

/// Why a folder does not open.
#[derive(Debug)]
pub(crate) enum OpenFault {
    /// The disk does not do what is asked, which says nothing about the data.
    Disk(io::Error),
    /// Anything else: what is there does not read.
    Damaged(StorageFault),
}

impl From<io::Error> for OpenFault {
    fn from(error: io::Error) -> Self {
        if refuses(&error) { Self::Disk(error) } else { Self::Damaged(StorageFault(error.to_string())) }
    }
}

/// Whether an error is about room or permission and not about what is on the disk.
fn refuses(error: &io::Error) -> bool {
    use io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | ReadOnlyFilesystem | PermissionDenied)
}

fn remove_unfinished_snapshots(folder: &Path) -> io::Result<()> {
    let Ok(files) = std::fs::read_dir(folder) else { return Ok(()) };
    for file in files.flatten() {
        let name = file.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            std::fs::remove_file(file.path())?;
        }
    }
    Ok(())
}

thread_local! {
    /// Whether this thread is in a call to sled, whose panics are answered as errors.
    static IN_SLED: Cell<bool> = const { Cell::new(false) };
}

/// Runs a call to sled; an error or a panic is a fault.
fn contained<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, StorageFault> {
    hush();
    let around = IN_SLED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(call));
    IN_SLED.set(around);
    match done {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(StorageFault(error.to_string())),
        Err(_) => Err(StorageFault("it gave up over what it read; its files are damaged".to_owned())),
    }
}

/// A panic that is contained becomes a line in the log, and no message of a crash that did not happen.
fn hush() {
    static HUSHED: Once = Once::new();
    HUSHED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if IN_SLED.get() {
                let place = panic.location().map(ToString::to_string).unwrap_or_default();
                tracing::debug!(storage.place = %place, "sled gave up");
            } else {
                before(panic);
            }
        }));
    });
}

impl Backend for Sled {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageFault> {
        contained(|| self.db.get(key)).map(|value| value.map(|value| value.to_vec()))
    }

    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Pair>, StorageFault> {
        if from >= to {
            return Ok(Vec::new());
        }
        contained(|| {
            self.db
                .range(from..to)
                .take(limit)
                .map(|pair| pair.map(|(key, value)| (key.to_vec(), value.to_vec())))
                .collect()
        })
    }

    fn apply(&self, batch: Batch) -> Result<(), StorageFault> {
        let mut writes = sled::Batch::default();
        for (key, value) in batch {
            match value {
                Some(value) => writes.insert(key, value),
                None => writes.remove(key),
            }
        }
        contained(|| self.db.apply_batch(writes))
    }

    fn sync(&self) -> Result<(), StorageFault> {
        contained(|| self.db.flush())?;
        self.file.sync_data().map_err(|error| StorageFault(error.to_string()))
    }

    fn folder(&self) -> Option<PathBuf> {
        Some(self.folder.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_of_a_killed_open_are_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["snap.00000000000000FF", "snap.00000000000000FF.generating", "other.generating"] {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }
        remove_unfinished_snapshots(folder.path()).unwrap();
        let mut left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["other.generating", "snap.00000000000000FF"]);
    }

    #[test]
    fn a_folder_keeps_the_segments_that_it_was_created_with() {
        let folder = tempfile::tempdir().unwrap();
        let with = |segment_bytes| Options { cache_bytes: 1 << 20, segment_bytes, ..Options::default() };
        for (asked, created) in [(0, 512 << 10), (512 << 10, 512 << 10), (600_000, 1 << 20), (usize::MAX, 16 << 20)] {
            let path = folder.path().join(asked.to_string());
            let sled = Sled::open(&path, &with(asked)).unwrap();
            sled.apply([(vec![1], Some(vec![2]))].into()).unwrap();
            sled.sync().unwrap();
            drop(sled);
            // Either file says it, also where the other is gone or damaged.
            for (harmed, left) in
                [("conf", None), ("conf", Some("")), ("segment_bytes", Some("2\n")), ("segment_bytes", None)]
            {
                match left {
                    Some(left) => std::fs::write(path.join(harmed), left).unwrap(),
                    None => std::fs::remove_file(path.join(harmed)).unwrap(),
                }
                assert_eq!(segment_bytes(&path, &with(4 << 20)).unwrap(), created, "{harmed} {left:?}");
                let sled = Sled::open(&path, &with(4 << 20)).unwrap();
                assert_eq!(sled.get(&[1]).unwrap(), Some(vec![2]), "{harmed} {left:?}");
            }
        }
    }

    #[test]
    fn a_folder_from_before_the_option_is_read_in_its_own_segments_also_where_nothing_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sled");
        let sled = sled::Config::new().path(&path).open().unwrap();
        sled.insert([1], &[2]).unwrap();
        sled.flush().unwrap();
        drop(sled);
        for gone in [None, Some("conf")] {
            gone.into_iter().for_each(|name| std::fs::remove_file(path.join(name)).unwrap());
            let sled = Sled::open(&path, &Options { cache_bytes: 1 << 20, ..Options::default() }).unwrap();
            assert_eq!(sled.get(&[1]).unwrap(), Some(vec![2]));
        }
    }

    #[test]
    fn a_panic_below_is_an_error_here() {
        let fault = contained(|| -> sled::Result<()> { panic!("as over a damaged page") }).unwrap_err();
        assert!(fault.0.contains("damaged"), "{fault}");
    }

    #[test]
    fn a_folder_whose_pages_were_overwritten_answers_and_never_panics() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sled");
        let options = Options { cache_bytes: 1 << 20, ..Options::default() };
        let sled = Sled::open(&path, &options).unwrap();
        sled.apply((0u32..20_000).map(|n| (n.to_be_bytes().to_vec(), Some(vec![7; 400]))).collect()).unwrap();
        sled.sync().unwrap();
        drop(sled);
        let mut bytes = std::fs::read(path.join("db")).unwrap();
        let (start, end) = (bytes.len() / 3, bytes.len() / 2);
        bytes[start..end].fill(0xa5);
        std::fs::write(path.join("db"), bytes).unwrap();
        if let Ok(sled) = Sled::open(&path, &options) {
            drop(sled.scan(&[0], &[u8::MAX], usize::MAX));
            drop(sled.get(&7u32.to_be_bytes()));
        }
    }
}
