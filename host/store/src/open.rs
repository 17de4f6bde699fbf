//! Opening a data folder with its key file: which belong together, who has them, and what a crash left to do.
//!
//! ```text
//! DIR/lock       held while the folder is open
//! DIR/sled/      the storage
//! DIR/witness    the number of the last acknowledged group
//! ```

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::backend::{Backend, StorageFault};
use crate::error::OpenError;
use crate::keyfile::{KeyFile, sync_parent};
use crate::keys::{KeyBytes, MemoryKeys, derive};
use crate::keyspace::{Table, after_prefix, key};
use crate::ledger::{Ledger, Witness};
use crate::memory::Memory;
use crate::options::Options;
use crate::row::take;
use crate::sled_backend::{OpenFault, Sled};
use crate::vaults::Vaults;

/// The version of the layout on disk; `FORMAT.md` describes it.
pub(crate) const FORMAT: u32 = 3;
/// Those before are read as they are, and marked anew when they are opened: 1 had no phrasebooks (payload form 2), 2 no
/// answers beyond an entry (form 3) and no deliveries that wait for a partner.
const FORMATS_BEFORE: [u32; 2] = [1, 2];

/// The row `format` of the table `meta`, as JSON.
#[derive(Debug, Serialize, Deserialize)]
struct Marks {
    format: u32,
    /// The key file's own id of the folder, in hexadecimal.
    folder: String,
    simulated: bool,
}

/// What opening gives.
pub(crate) struct Opening {
    pub(crate) backend: Box<dyn Backend>,
    pub(crate) vaults: Vaults,
    pub(crate) ledger: Ledger,
    pub(crate) witness: Option<Witness>,
    pub(crate) simulated: bool,
    /// Slots whose destruction was finished just now.
    pub(crate) shredded: Vec<u64>,
    /// Held while the store is open.
    pub(crate) lock: Option<File>,
}

/// A store in memory.
pub(crate) fn memory(options: &Options) -> Result<Opening, OpenError> {
    let io = |source| OpenError::Io { path: PathBuf::from("memory"), source };
    let vaults = Vaults::new(Box::new(MemoryKeys::new().map_err(io)?), 0, options.cached_keys);
    let ledger = Ledger::default();
    let simulated = options.create_simulated;
    Ok(Opening {
        backend: Box::new(Memory::default()),
        vaults,
        ledger,
        witness: None,
        simulated,
        shredded: Vec::new(),
        lock: None,
    })
}

/// A folder and its key file; both are created where neither is there.
pub(crate) fn folder(data: &Path, keys: &Path, options: &Options) -> Result<Opening, OpenError> {
    std::fs::create_dir_all(data).map_err(|source| OpenError::Io { path: data.to_owned(), source })?;
    let lock = lock(data)?;
    let (backend, marks) = storage(data, options)?;
    let (mut ring, marks) = match marks {
        Some(marks) => (known_keys(data, keys, &marks)?, renewed(data, &*backend, marks)?),
        None => {
            never_used(data)?;
            first_keys(data, keys, &*backend, options.create_simulated)?
        }
    };
    if options.create_simulated && !marks.simulated {
        return Err(OpenError::Clock { path: data.to_owned(), found: "real", asked: "simulated" });
    }
    if !ring.bound() {
        ring.bind()?;
    }
    let ledger = ledger(data, &*backend, Some(&derive(crate::keys::KeyRing::root(&ring), "ledger")))?;
    let witness = witness(data, &ledger)?;
    let vaults = Vaults::new(Box::new(ring), ledger.next_slot, options.cached_keys);
    let shredded = finish_shredding(data, &*backend, &vaults)?;
    // So that the first case waits for no sync of the key file either.
    vaults.top_up().map_err(|source| OpenError::Io { path: keys.to_owned(), source })?;
    let simulated = marks.simulated;
    Ok(Opening { backend, vaults, ledger, witness: Some(witness), simulated, shredded, lock: Some(lock) })
}

/// A folder without its keys, to be walked: the storage, its books, and the lock.
pub(crate) fn sealed(data: &Path) -> Result<(Box<dyn Backend>, Ledger, File), OpenError> {
    if !data.join("sled").is_dir() {
        return Err(OpenError::Format { path: data.to_owned(), expected: FORMAT, found: "no data folder".to_owned() });
    }
    let lock = lock(data)?;
    let (backend, marks) = storage(data, &Options::default())?;
    if marks.is_none() {
        return Err(OpenError::Format { path: data.to_owned(), expected: FORMAT, found: "an empty folder".to_owned() });
    }
    let ledger = ledger(data, &*backend, None)?;
    witness(data, &ledger)?;
    Ok((backend, ledger, lock))
}

fn lock(data: &Path) -> Result<File, OpenError> {
    let path = data.join("lock");
    let io = |source| OpenError::Io { path: path.clone(), source };
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(data.to_owned())),
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}

fn damaged(data: &Path, what: impl Into<String>) -> OpenError {
    OpenError::Damaged { path: data.to_owned(), what: what.into() }
}

fn read(data: &Path, backend: &dyn Backend, name: &[u8]) -> Result<Option<Vec<u8>>, OpenError> {
    backend.get(&key(Table::Meta, &[name])).map_err(|StorageFault(what)| damaged(data, what))
}

/// The storage, and its marks unless it is new.
fn storage(data: &Path, options: &Options) -> Result<(Box<dyn Backend>, Option<Marks>), OpenError> {
    let backend = Sled::open(&data.join("sled"), options).map_err(|fault| match fault {
        OpenFault::Disk(source) => OpenError::Io { path: data.to_owned(), source },
        OpenFault::Damaged(StorageFault(what)) => damaged(data, what),
    })?;
    let format = |found: String| OpenError::Format { path: data.to_owned(), expected: FORMAT, found };
    let marks = match read(data, &backend, b"format")? {
        Some(value) => {
            let marks: Marks =
                serde_json::from_slice(&value).map_err(|_| format("marks that do not read".to_owned()))?;
            if marks.format != FORMAT && !FORMATS_BEFORE.contains(&marks.format) {
                return Err(format(format!("version {}", marks.format)));
            }
            Some(marks)
        }
        None => {
            let rows = backend.scan(&[0], &[u8::MAX], 1).map_err(|StorageFault(what)| damaged(data, what))?;
            if !rows.is_empty() {
                return Err(format("data without marks".to_owned()));
            }
            None
        }
    };
    Ok((Box::new(backend), marks))
}

/// Marks a folder of the version before as one of this version, before anything of this version is written to it.
fn renewed(data: &Path, backend: &dyn Backend, marks: Marks) -> Result<Marks, OpenError> {
    if marks.format == FORMAT {
        return Ok(marks);
    }
    let marks = Marks { format: FORMAT, ..marks };
    let value = serde_json::to_vec(&marks).map_err(|error| damaged(data, error.to_string()))?;
    let rows = [(key(Table::Meta, &[b"format"]), Some(value))];
    let written = backend.apply(rows.into_iter().collect()).and_then(|()| backend.sync());
    written.map_err(|StorageFault(what)| damaged(data, what))?;
    Ok(marks)
}

/// The key file of a folder that exists.
fn known_keys(data: &Path, keys: &Path, marks: &Marks) -> Result<KeyFile, OpenError> {
    if !keys.exists() {
        return Err(OpenError::KeysMissing { keys: keys.to_owned(), data: data.to_owned() });
    }
    let ring = KeyFile::open(keys)?;
    if hex::encode(ring.folder()) != marks.folder {
        return Err(OpenError::KeysForeign { keys: keys.to_owned(), data: data.to_owned() });
    }
    Ok(ring)
}

/// Marks a new folder. A key file that a crash left before the folder was marked is taken up.
fn first_keys(data: &Path, keys: &Path, backend: &dyn Backend, simulated: bool) -> Result<(KeyFile, Marks), OpenError> {
    let ring = if KeyFile::begun(keys)? { KeyFile::open(keys)? } else { KeyFile::create(keys)? };
    if ring.bound() {
        return Err(OpenError::KeysForeign { keys: keys.to_owned(), data: data.to_owned() });
    }
    let marks = Marks { format: FORMAT, folder: hex::encode(ring.folder()), simulated };
    let value = serde_json::to_vec(&marks).map_err(|error| damaged(data, error.to_string()))?;
    let ledger = Ledger::default().encode(&derive(crate::keys::KeyRing::root(&ring), "ledger"));
    let rows = [(key(Table::Meta, &[b"format"]), Some(value)), (key(Table::Meta, &[b"ledger"]), Some(ledger))];
    let written = backend.apply(rows.into_iter().collect()).and_then(|()| backend.sync());
    written.map_err(|StorageFault(what)| damaged(data, what))?;
    let synced: io::Result<()> = [data.join("sled").join("db"), data.join("sled"), data.to_owned()]
        .iter()
        .try_for_each(|path| sync_parent(path));
    synced.map_err(|source| OpenError::Io { path: data.to_owned(), source })?;
    Ok((ring, marks))
}

fn ledger(data: &Path, backend: &dyn Backend, mac_key: Option<&KeyBytes>) -> Result<Ledger, OpenError> {
    let value = read(data, backend, b"ledger")?.ok_or_else(|| damaged(data, "the ledger is missing"))?;
    Ledger::decode(&value, mac_key).ok_or_else(|| damaged(data, "the ledger does not read, or its MAC does not hold"))
}

/// The witness, which must not have seen groups that are not there.
fn witness(data: &Path, ledger: &Ledger) -> Result<Witness, OpenError> {
    let path = data.join("witness");
    let (witness, seen) = Witness::open(&path).map_err(|source| OpenError::Io { path, source })?;
    if seen > ledger.groups {
        return Err(OpenError::Lost { path: data.to_owned(), acknowledged: seen, found: ledger.groups });
    }
    Ok(witness)
}

/// Storage that is empty must be new: where groups were acknowledged, it was lost.
fn never_used(data: &Path) -> Result<(), OpenError> {
    witness(data, &Ledger::default()).map(drop)
}

/// Destroys what was to be destroyed when the process ended.
pub(crate) fn finish_shredding(data: &Path, backend: &dyn Backend, vaults: &Vaults) -> Result<Vec<u64>, OpenError> {
    let prefix = key(Table::Shred, &[]);
    let rows =
        backend.scan(&prefix, &after_prefix(&prefix), usize::MAX).map_err(|StorageFault(what)| damaged(data, what))?;
    let slots: Vec<u64> = rows.iter().filter_map(|(row, _)| take(&mut row.get(1..)?).map(u64::from_be_bytes)).collect();
    if !slots.is_empty() {
        vaults.destroy(&slots).map_err(|source| OpenError::Io { path: data.to_owned(), source })?;
    }
    Ok(slots)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &Path) -> Result<Opening, OpenError> {
        super::folder(&folder.join("data"), &folder.join("keys"), &Options { reserve_bytes: 0, ..Options::default() })
    }

    fn mark(opening: &Opening, format: u32) {
        let at = key(Table::Meta, &[b"format"]);
        let mut marks: Marks = serde_json::from_slice(&opening.backend.get(&at).unwrap().unwrap()).unwrap();
        marks.format = format;
        let rows = [(at, Some(serde_json::to_vec(&marks).unwrap()))];
        opening.backend.apply(rows.into_iter().collect()).unwrap();
        opening.backend.sync().unwrap();
    }

    #[test]
    fn a_folder_of_a_version_before_is_marked_anew_and_one_of_another_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for before in FORMATS_BEFORE {
            mark(&open(folder.path()).unwrap(), before);
            let renewed = open(folder.path()).unwrap();
            let marks = renewed.backend.get(&key(Table::Meta, &[b"format"])).unwrap().unwrap();
            assert!(String::from_utf8(marks).unwrap().contains("\"format\":3"));
        }
        mark(&open(folder.path()).unwrap(), FORMAT + 1);
        let refused = open(folder.path()).err().unwrap();
        assert!(matches!(&refused, OpenError::Format { found, .. } if found == "version 4"), "{refused}");
    }
}
