//! Key material: a root secret and one random key per slot, kept outside the data folder.
//!
//! The threat: somebody takes the data folder, or an old copy of it, and later the key file as it is then.
//! What was erased must stay closed to them. So no case key is derived from anything that stays: each is
//! drawn at random, lives in one slot of the key file and nowhere else, and erasing overwrites that slot and
//! waits until the overwriting is synced. The number of the slot stands in the data in the clear; it says
//! nothing.
//!
//! A new case costs no sync of its own: slots are filled and synced some thousand at a time, ahead of need.
//!
//! What this does not promise: that no copy of the *key file* exists. A backup of the key file opens what
//! was erased since; keep few, keep them apart from the data's, and let them expire. File systems that copy
//! on write (btrfs, ZFS, snapshots) and flash storage may keep an overwritten sector for a while; there,
//! keep the key file on an encrypted volume or let a hardware key service implement [`KeyRing`].

use std::io;
use std::sync::{Mutex, PoisonError};

use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::keyspace::Hash16;

/// A key: wiped when it is dropped.
pub(crate) type KeyBytes = Zeroizing<[u8; 32]>;

/// Why there is no key in a slot.
#[derive(Debug)]
pub(crate) enum KeyError {
    /// It was destroyed, on purpose.
    Destroyed,
    /// The slot is empty, or its check does not hold.
    Damaged,
    /// The key file does not read.
    Io(io::Error),
}

/// Where keys are kept.
pub(crate) trait KeyRing: Send + Sync {
    /// The root secret, from which keys for other purposes are derived.
    fn root(&self) -> &KeyBytes;
    /// The key in a slot.
    fn key(&self, slot: u64) -> Result<KeyBytes, KeyError>;
    /// How many slots there are.
    fn slots(&self) -> u64;
    /// Adds slots with fresh random keys; durable on return.
    fn extend(&self, count: u64) -> io::Result<()>;
    /// Destroys the keys of these slots; durable on return. Destroying twice is no error.
    fn destroy(&self, slots: &[u64]) -> io::Result<()>;
}

/// Keys in memory, for tests.
pub(crate) struct MemoryKeys {
    root: KeyBytes,
    slots: Mutex<Vec<Option<KeyBytes>>>,
}

impl MemoryKeys {
    /// An empty ring with a random root.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { root: random_key()?, slots: Mutex::new(Vec::new()) })
    }
}

impl KeyRing for MemoryKeys {
    fn root(&self) -> &KeyBytes {
        &self.root
    }

    fn key(&self, slot: u64) -> Result<KeyBytes, KeyError> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        match usize::try_from(slot).ok().and_then(|slot| slots.get(slot)) {
            None => Err(KeyError::Damaged),
            Some(None) => Err(KeyError::Destroyed),
            Some(Some(key)) => Ok(key.clone()),
        }
    }

    fn slots(&self) -> u64 {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).len() as u64
    }

    fn extend(&self, count: u64) -> io::Result<()> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..count {
            slots.push(Some(random_key()?));
        }
        Ok(())
    }

    fn destroy(&self, destroyed: &[u64]) -> io::Result<()> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        for slot in destroyed {
            if let Some(key) = usize::try_from(*slot).ok().and_then(|slot| slots.get_mut(slot)) {
                *key = None;
            }
        }
        Ok(())
    }
}

/// A fresh random key.
pub(crate) fn random_key() -> io::Result<KeyBytes> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice()).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(key)
}

/// A key for one purpose, derived from the root by HKDF-SHA-256.
pub(crate) fn derive(root: &KeyBytes, purpose: &str) -> KeyBytes {
    let mut key = Zeroizing::new([0; 32]);
    // 32 bytes are one block of the hash, far below the length at which expanding fails.
    let _ = Hkdf::<Sha256>::new(None, root.as_slice())
        .expand_multi_info(&[b"banshi/1/", purpose.as_bytes()], key.as_mut_slice());
    key
}

/// HMAC-SHA-256 over parts, each with its length in front so that no two lists of parts look alike.
pub(crate) fn mac(key: &KeyBytes, parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length; a slice of 32 bytes is never refused.
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key.as_slice()) else { return [0; 32] };
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Turns what would identify a person into what does not, for one purpose.
pub(crate) struct Hasher(KeyBytes);

impl Hasher {
    /// The hasher of a folder.
    pub(crate) fn new(root: &KeyBytes) -> Self {
        Self(derive(root, "index"))
    }

    /// The keyed hash of `parts`; `purpose` keeps equal texts in different indexes apart.
    pub(crate) fn hash(&self, purpose: &str, parts: &[&str]) -> Hash16 {
        let mut all = vec![purpose.as_bytes()];
        all.extend(parts.iter().map(|part| part.as_bytes()));
        let [first @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = mac(&self.0, &all);
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_keys_and_hashes_differ_by_purpose_and_by_root() {
        let (one, two) = (random_key().unwrap(), random_key().unwrap());
        assert_eq!(derive(&one, "a"), derive(&one, "a"));
        assert_ne!(derive(&one, "a"), derive(&one, "b"));
        assert_ne!(derive(&one, "a"), derive(&two, "a"));
        let hasher = Hasher::new(&one);
        assert_eq!(hasher.hash("subject", &["x"]), hasher.hash("subject", &["x"]));
        assert_ne!(hasher.hash("subject", &["x"]), hasher.hash("holder", &["x"]));
        assert_ne!(hasher.hash("reply", &["ab", "c"]), hasher.hash("reply", &["a", "bc"]));
    }

    #[test]
    fn a_destroyed_key_is_told_from_one_that_never_was() {
        let keys = MemoryKeys::new().unwrap();
        keys.extend(2).unwrap();
        keys.destroy(&[1, 1]).unwrap();
        assert!(keys.key(0).is_ok());
        assert!(matches!(keys.key(1), Err(KeyError::Destroyed)));
        assert!(matches!(keys.key(2), Err(KeyError::Damaged)));
    }
}
