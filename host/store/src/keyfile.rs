//! The key file: a header with the root secret, then slots of 64 bytes.
//!
//! ```text
//! header := magic:8 folder:16 root:32 bound:1 sum:32          at 0; the sum is SHA-256 of what is before it
//! slot n := key:32 check:32                                   at 512 + 64 n
//! ```
//!
//! `check` is an HMAC over the slot's number and key, under a key derived from the root. A destroyed slot
//! holds 32 zero bytes and the check of the word `destroyed`, so that damage is told from intent. Header and
//! slots never cross a sector of 512 bytes, so a torn write leaves the old or the new.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::OpenError;
use crate::keys::{KeyBytes, KeyError, KeyRing, derive, mac, random_key};

const MAGIC: [u8; 8] = *b"BSHKEYS\x01";
const HEADER_BYTES: usize = 89;
const SLOTS_AT: u64 = 512;
const SLOT_BYTES: u64 = 64;

/// A key file, locked while it is open.
pub(crate) struct KeyFile {
    path: PathBuf,
    file: File,
    folder: [u8; 16],
    bound: bool,
    root: KeyBytes,
    check: KeyBytes,
    slots: Mutex<u64>,
}

impl KeyFile {
    /// Whether there is a key file with anything in it. A crash between making one and writing its header leaves it
    /// empty or, where only its length was kept, all zeros: nothing was ever sealed with that.
    pub(crate) fn begun(path: &Path) -> Result<bool, OpenError> {
        match File::open(path) {
            Ok(file) => Ok(!blank(&file).map_err(|source| OpenError::Io { path: path.to_owned(), source })?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(OpenError::Io { path: path.to_owned(), source }),
        }
    }

    /// Makes a new key file, readable by its owner only, or takes over one that was not [begun](Self::begun). It belongs
    /// to no data folder until [`Self::bind`].
    pub(crate) fn create(path: &Path) -> Result<Self, OpenError> {
        let io = |source| OpenError::Io { path: path.to_owned(), source };
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path).map_err(io)?;
        lock(&file, path)?;
        if !blank(&file).map_err(io)? {
            return Err(io(io::ErrorKind::AlreadyExists.into()));
        }
        file.set_permissions(Permissions::from_mode(0o600)).map_err(io)?;
        let mut folder = [0; 16];
        getrandom::fill(&mut folder).map_err(|error| io(io::Error::other(error.to_string())))?;
        let root = random_key().map_err(io)?;
        let made = Self::over(path, file, folder, false, root, 0);
        made.write_header().map_err(io)?;
        sync_parent(path).map_err(io)?;
        Ok(made)
    }

    /// Opens a key file that exists.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let io = |source| OpenError::Io { path: path.to_owned(), source };
        let damaged = |what: &str| OpenError::KeysDamaged { path: path.to_owned(), what: what.to_owned() };
        let file = OpenOptions::new().read(true).write(true).open(path).map_err(io)?;
        lock(&file, path)?;
        let metadata = file.metadata().map_err(io)?;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(OpenError::KeysExposed { path: path.to_owned(), mode });
        }
        let mut header = Zeroizing::new([0; HEADER_BYTES]);
        file.read_exact_at(header.as_mut_slice(), 0).map_err(|_| damaged("it is shorter than its header"))?;
        let (said, sum) = header.split_last_chunk::<32>().ok_or_else(|| damaged("no header"))?;
        if Sha256::digest(said).as_slice() != sum {
            return Err(damaged("the header's checksum does not hold, or it is no key file"));
        }
        let (magic, rest) = said.split_first_chunk::<8>().ok_or_else(|| damaged("no magic"))?;
        if *magic != MAGIC {
            return Err(damaged("it is of a version that this build does not know"));
        }
        let (folder, rest) = rest.split_first_chunk::<16>().ok_or_else(|| damaged("no folder id"))?;
        let (root, bound) = rest.split_first_chunk::<32>().ok_or_else(|| damaged("no root"))?;
        let slots = metadata.len().saturating_sub(SLOTS_AT) / SLOT_BYTES;
        Ok(Self::over(path, file, *folder, bound != [0], Zeroizing::new(*root), slots))
    }

    fn over(path: &Path, file: File, folder: [u8; 16], bound: bool, root: KeyBytes, slots: u64) -> Self {
        let check = derive(&root, "slot-check");
        Self { path: path.to_owned(), file, folder, bound, root, check, slots: Mutex::new(slots) }
    }

    /// The id of the data folder that it belongs to.
    pub(crate) fn folder(&self) -> [u8; 16] {
        self.folder
    }

    /// Whether a data folder was made with it.
    pub(crate) fn bound(&self) -> bool {
        self.bound
    }

    /// Notes that the data folder is there.
    pub(crate) fn bind(&mut self) -> Result<(), OpenError> {
        self.bound = true;
        self.write_header().map_err(|source| OpenError::Io { path: self.path.clone(), source })
    }

    fn write_header(&self) -> io::Result<()> {
        let mut header = Zeroizing::new(Vec::with_capacity(HEADER_BYTES));
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&self.folder);
        header.extend_from_slice(self.root.as_slice());
        header.push(u8::from(self.bound));
        let sum = Sha256::digest(header.as_slice());
        header.extend_from_slice(&sum);
        self.file.write_all_at(&header, 0)?;
        self.file.sync_all()
    }

    fn check(&self, slot: u64, key: &[u8]) -> [u8; 32] {
        mac(&self.check, &[&slot.to_be_bytes(), key])
    }

    fn destroyed(&self, slot: u64) -> [u8; 32] {
        mac(&self.check, &[&slot.to_be_bytes(), b"destroyed"])
    }
}

/// Whether a key file's header was never written, and so nothing behind it.
fn blank(file: &File) -> io::Result<bool> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    if length > HEADER_BYTES {
        return Ok(false);
    }
    let mut bytes = Zeroizing::new(vec![0; length]);
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes.iter().all(|byte| *byte == 0))
}

fn at(slot: u64) -> u64 {
    SLOTS_AT.saturating_add(slot.saturating_mul(SLOT_BYTES))
}

fn lock(file: &File, path: &Path) -> Result<(), OpenError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(OpenError::Io { path: path.to_owned(), source }),
    }
}

/// Syncs the folder that a new file is in, so that its name is as durable as its bytes.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent)?.sync_all()
}

impl KeyRing for KeyFile {
    fn root(&self) -> &KeyBytes {
        &self.root
    }

    fn key(&self, slot: u64) -> Result<KeyBytes, KeyError> {
        if slot >= self.slots() {
            return Err(KeyError::Damaged);
        }
        let mut bytes = Zeroizing::new([0; SLOT_BYTES as usize]);
        self.file.read_exact_at(bytes.as_mut_slice(), at(slot)).map_err(KeyError::Io)?;
        let (key, check) = bytes.split_first_chunk::<32>().ok_or(KeyError::Damaged)?;
        if check == self.check(slot, key) {
            return Ok(Zeroizing::new(*key));
        }
        let destroyed = *key == [0; 32] && check == self.destroyed(slot);
        Err(if destroyed { KeyError::Destroyed } else { KeyError::Damaged })
    }

    fn slots(&self) -> u64 {
        *self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn extend(&self, count: u64) -> io::Result<()> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fresh = Zeroizing::new(Vec::new());
        for slot in *slots..slots.saturating_add(count) {
            let key = random_key()?;
            fresh.extend_from_slice(key.as_slice());
            fresh.extend_from_slice(&self.check(slot, key.as_slice()));
        }
        self.file.write_all_at(&fresh, at(*slots))?;
        self.file.sync_data()?;
        *slots += count;
        Ok(())
    }

    fn destroy(&self, slots: &[u64]) -> io::Result<()> {
        for slot in slots.iter().filter(|slot| **slot < self.slots()) {
            let mut bytes = [0; SLOT_BYTES as usize];
            if let Some((_, check)) = bytes.split_first_chunk_mut::<32>() {
                check.copy_from_slice(&self.destroyed(*slot));
            }
            self.file.write_all_at(&bytes, at(*slot))?;
        }
        self.file.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_reopening_and_destroyed_ones_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let made = KeyFile::create(&path).unwrap();
        made.extend(3).unwrap();
        let (first, second) = (made.key(0).unwrap(), made.key(1).unwrap());
        assert_ne!(first, second);
        made.destroy(&[1]).unwrap();
        let id = made.folder();
        drop(made);

        let opened = KeyFile::open(&path).unwrap();
        assert_eq!(opened.folder(), id);
        assert_eq!(opened.slots(), 3);
        assert_eq!(opened.key(0).unwrap(), first);
        assert!(matches!(opened.key(1), Err(KeyError::Destroyed)));
        assert!(matches!(opened.key(3), Err(KeyError::Damaged)));
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(32).any(|window| window == second.as_slice()));
    }

    #[test]
    fn a_zeroed_sector_is_damage_and_not_an_erasure() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let made = KeyFile::create(&path).unwrap();
        made.extend(2).unwrap();
        made.file.write_all_at(&[0; 64], at(1)).unwrap();
        assert!(matches!(made.key(1), Err(KeyError::Damaged)));
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        drop(KeyFile::create(&path).unwrap());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(KeyFile::open(&path), Err(OpenError::KeysExposed { mode: 0o640, .. })));
    }

    #[test]
    fn a_file_whose_header_was_never_written_is_taken_over_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        assert!(!KeyFile::begun(&path).unwrap());
        for length in [0, 40, HEADER_BYTES] {
            std::fs::write(&path, vec![0; length]).unwrap();
            assert!(!KeyFile::begun(&path).unwrap(), "{length}");
            let made = KeyFile::create(&path).unwrap();
            assert_eq!(made.file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
            drop(made);
            assert!(KeyFile::begun(&path).unwrap());
            assert!(matches!(KeyFile::create(&path), Err(OpenError::Io { .. })));
        }
        // A root could be in what is left of such a file, and slots in such a one.
        for left in [[&[0; 30][..], &[1; 20]].concat(), vec![0; 512]] {
            std::fs::write(&path, left).unwrap();
            assert!(KeyFile::begun(&path).unwrap());
            assert!(matches!(KeyFile::create(&path), Err(OpenError::Io { .. })));
        }
    }

    #[test]
    fn a_damaged_header_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let made = KeyFile::create(&path).unwrap();
        made.file.write_all_at(b"x", 30).unwrap();
        drop(made);
        assert!(matches!(KeyFile::open(&path), Err(OpenError::KeysDamaged { .. })));
    }

    #[test]
    fn two_cannot_have_it_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let _made = KeyFile::create(&path).unwrap();
        assert!(matches!(KeyFile::open(&path), Err(OpenError::InUse(_))));
    }
}
