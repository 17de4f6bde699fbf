//! Vaults at hand: the pool of slots that no case has yet, and the cache of those in use.

use std::collections::VecDeque;
use std::io;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use crate::keys::{KeyBytes, KeyError, KeyRing, derive};
use crate::seal::Vault;

/// How many slots are filled and synced at once.
const POOL_SLOTS: u64 = 1024;

/// A slot that was taken out of the pool, with its vault.
#[derive(Clone)]
pub(crate) struct Taken {
    /// Its number.
    pub(crate) slot: u64,
    /// What seals with it.
    pub(crate) vault: Arc<Vault>,
}

/// Slots that are durable and that nothing was sealed with.
struct Pool {
    free: VecDeque<(u64, KeyBytes)>,
    /// The first slot of the key file that was not looked at yet.
    cursor: u64,
}

/// The vaults of a store.
pub(crate) struct Vaults {
    ring: Box<dyn KeyRing>,
    house: Arc<Vault>,
    pool: Mutex<Pool>,
    cache: Mutex<LruCache<u64, Arc<Vault>>>,
}

impl Vaults {
    /// Vaults over a key ring; slots from `next` on are free.
    pub(crate) fn new(ring: Box<dyn KeyRing>, next: u64, cached: usize) -> Self {
        let capacity = NonZeroUsize::new(cached).unwrap_or(NonZeroUsize::MIN);
        Self {
            house: Arc::new(Vault::new(&derive(ring.root(), "house"))),
            ring,
            pool: Mutex::new(Pool { free: VecDeque::new(), cursor: next }),
            cache: Mutex::new(LruCache::new(capacity)),
        }
    }

    /// The root secret.
    pub(crate) fn root(&self) -> &KeyBytes {
        self.ring.root()
    }

    /// What seals records that belong to no case.
    pub(crate) fn house(&self) -> Arc<Vault> {
        Arc::clone(&self.house)
    }

    /// Takes a slot for a new case or document. Writes to the key file only if the pool ran dry.
    pub(crate) fn take(&self) -> io::Result<Taken> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.free.is_empty() {
            self.fill(&mut pool)?;
        }
        let (slot, key) = pool.free.pop_front().ok_or_else(|| io::Error::other("no free key slot"))?;
        drop(pool);
        let vault = Arc::new(Vault::new(&key));
        Ok(Taken { slot, vault })
    }

    /// Gives back a slot whose group was not committed. Nothing that it sealed was kept.
    pub(crate) fn give_back(&self, slot: u64) {
        if let Ok(key) = self.ring.key(slot) {
            self.pool.lock().unwrap_or_else(PoisonError::into_inner).free.push_back((slot, key));
        }
    }

    /// Fills the pool when it is half empty. The writer calls it between groups, so that nobody waits for it.
    pub(crate) fn top_up(&self) -> io::Result<()> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if (pool.free.len() as u64) < POOL_SLOTS / 2 { self.fill(&mut pool) } else { Ok(()) }
    }

    fn fill(&self, pool: &mut Pool) -> io::Result<()> {
        // Slots behind the data's own count are there after a crash, or under an older copy of the folder;
        // a destroyed one among them stays destroyed.
        if pool.cursor >= self.ring.slots() {
            self.ring.extend(POOL_SLOTS)?;
        }
        let end = self.ring.slots().min(pool.cursor.saturating_add(POOL_SLOTS));
        for slot in pool.cursor..end {
            match self.ring.key(slot) {
                Ok(key) => pool.free.push_back((slot, key)),
                Err(KeyError::Destroyed | KeyError::Damaged) => {}
                Err(KeyError::Io(error)) => return Err(error),
            }
        }
        pool.cursor = end;
        Ok(())
    }

    /// The vault of a slot.
    pub(crate) fn vault(&self, slot: u64) -> Result<Arc<Vault>, KeyError> {
        // The lock is held over the read, so that a key which is being destroyed cannot come back.
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(vault) = cache.get(&slot) {
            return Ok(Arc::clone(vault));
        }
        let vault = Arc::new(Vault::new(&self.ring.key(slot)?));
        cache.put(slot, Arc::clone(&vault));
        Ok(vault)
    }

    /// Keeps the vault of a slot whose group was committed.
    pub(crate) fn keep(&self, taken: Taken) {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).put(taken.slot, taken.vault);
    }

    /// Destroys the keys of slots; durable on return.
    pub(crate) fn destroy(&self, slots: &[u64]) -> io::Result<()> {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        for slot in slots {
            cache.pop(slot);
        }
        self.ring.destroy(slots)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::MemoryKeys;

    #[test]
    fn slots_are_taken_once_and_destroyed_ones_are_passed_over() {
        let ring = MemoryKeys::new().unwrap();
        ring.extend(4).unwrap();
        ring.destroy(&[2]).unwrap();
        let vaults = Vaults::new(Box::new(ring), 1, 10);
        let taken: Vec<u64> = (0..3).map(|_| vaults.take().unwrap().slot).collect();
        assert_eq!(taken, [1, 3, 4]);
    }

    #[test]
    fn a_slot_that_came_back_is_taken_again() {
        let vaults = Vaults::new(Box::new(MemoryKeys::new().unwrap()), 0, 10);
        let first = vaults.take().unwrap().slot;
        vaults.give_back(first);
        let all: Vec<u64> = (0..POOL_SLOTS).map(|_| vaults.take().unwrap().slot).collect();
        assert!(all.contains(&first));
    }

    #[test]
    fn a_destroyed_vault_is_gone_from_the_cache_too() {
        let vaults = Vaults::new(Box::new(MemoryKeys::new().unwrap()), 0, 10);
        let taken = vaults.take().unwrap();
        let slot = taken.slot;
        vaults.keep(taken);
        assert!(vaults.vault(slot).is_ok());
        vaults.destroy(&[slot]).unwrap();
        assert!(matches!(vaults.vault(slot), Err(KeyError::Destroyed)));
    }
}
