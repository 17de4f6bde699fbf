//! The writer over a storage and a key ring that fail or wait when they are told to.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::AtomicBool;
use std::sync::{Condvar, Mutex};
use std::task::{Context, Poll, Waker};

use super::*;
use crate::backend::{Backend, Pair, StorageFault};
use crate::group::Group;
use crate::keys::{KeyBytes, KeyError, KeyRing, MemoryKeys};
use crate::memory::Memory;
use crate::open::{Opening, finish_shredding};
use crate::options::Options;
use crate::records::OutboxItem;
use crate::sample::{Story, at, draft, id, outgoing, subject};
use crate::store::Store;
use crate::vaults::Vaults;

/// What is under a store, and survives it.
#[derive(Default)]
struct Ground {
    memory: Memory,
    keys: Option<MemoryKeys>,
    fail_sync: AtomicBool,
    fail_destroy: AtomicBool,
    /// Syncs wait while this is set.
    held: Mutex<bool>,
    changed: Condvar,
}

impl Ground {
    fn new() -> Arc<Self> {
        Arc::new(Self { keys: Some(MemoryKeys::new().unwrap()), ..Self::default() })
    }

    fn hold(&self, held: bool) {
        *self.held.lock().unwrap() = held;
        self.changed.notify_all();
    }

    fn ring(&self) -> &MemoryKeys {
        self.keys.as_ref().unwrap()
    }

    /// A store over it, opened as after a crash.
    fn store(self: &Arc<Self>) -> Store {
        let backend = Box::new(OnGround(Arc::clone(self)));
        let ledger = backend.get(&key(Table::Meta, &[b"ledger"])).unwrap();
        let ledger = ledger.map(|value| Ledger::decode(&value, None).unwrap()).unwrap_or_default();
        let vaults = Vaults::new(Box::new(OnGround(Arc::clone(self))), ledger.next_slot, 10);
        let shredded = finish_shredding("memory".as_ref(), &*backend, &vaults).unwrap();
        let opening = Opening { backend, vaults, ledger, witness: None, simulated: false, shredded, lock: None };
        Store::start(opening, &Options::default()).unwrap()
    }
}

struct OnGround(Arc<Ground>);

impl Backend for OnGround {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageFault> {
        self.0.memory.get(key)
    }

    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Pair>, StorageFault> {
        self.0.memory.scan(from, to, limit)
    }

    fn apply(&self, batch: Batch) -> Result<(), StorageFault> {
        self.0.memory.apply(batch)
    }

    fn sync(&self) -> Result<(), StorageFault> {
        let held = self.0.held.lock().unwrap();
        drop(self.0.changed.wait_while(held, |held| *held).unwrap());
        if self.0.fail_sync.load(Ordering::SeqCst) { Err(StorageFault("no space".to_owned())) } else { Ok(()) }
    }
}

impl KeyRing for OnGround {
    fn root(&self) -> &KeyBytes {
        self.0.ring().root()
    }

    fn key(&self, slot: u64) -> Result<KeyBytes, KeyError> {
        self.0.ring().key(slot)
    }

    fn slots(&self) -> u64 {
        self.0.ring().slots()
    }

    fn extend(&self, count: u64) -> std::io::Result<()> {
        self.0.ring().extend(count)
    }

    fn destroy(&self, slots: &[u64]) -> std::io::Result<()> {
        if self.0.fail_destroy.load(Ordering::SeqCst) {
            return Err(std::io::Error::other("the process ended here"));
        }
        self.0.ring().destroy(slots)
    }
}

/// A group that receives a case and has something to deliver.
fn group() -> (Group, OutboxItem) {
    let mut story = Story::begin(&id("310115", 1), draft("310115", subject()), at(0));
    let (case, before, entries) = story.take();
    let outgoing = outgoing(&case.id, 1);
    let item = OutboxItem {
        key: outgoing.key.clone(),
        case: case.id.clone(),
        outgoing,
        created: at(0),
        attempts: 0,
        next: at(0),
        last_error: None,
    };
    let mut group = Group::new();
    group.open_case(case.id.clone());
    group.append(case, before, entries);
    group.deliver(item.clone());
    (group, item)
}

fn ready<T>(future: impl Future<Output = T>) -> bool {
    matches!(pin!(future).poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(_))
}

#[tokio::test]
async fn after_a_failed_sync_nothing_is_acknowledged_or_delivered_again() {
    let ground = Ground::new();
    let store = ground.store();
    ground.fail_sync.store(true, Ordering::SeqCst);
    let (first, _) = group();
    assert!(matches!(store.commit(first).await, Err(Error::Stopped)));
    ground.fail_sync.store(false, Ordering::SeqCst);
    let mut second = Group::new();
    second.put_setting("a", Vec::new());
    assert!(matches!(store.commit(second).await, Err(Error::Stopped)));
    assert!(matches!(store.settled().await, Err(Error::Stopped)));
    assert!(matches!(store.erase(&id("310115", 1), at(1), "p", "-").await, Err(Error::Stopped)));
    assert!(store.outbox_due(at(9), 9, |_| false).unwrap().is_empty());
}

#[tokio::test]
async fn a_delivery_is_not_due_before_it_is_durable() {
    let ground = Ground::new();
    let store = ground.store();
    ground.hold(true);
    let (group, item) = group();
    let committing = tokio::spawn({
        let store = store.clone();
        async move { store.commit(group).await }
    });
    while store.outbox_item(&item.key).unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    assert!(store.outbox_due(at(9), 9, |_| false).unwrap().is_empty());
    assert!(!ready(store.settled()));
    assert!(!committing.is_finished());
    ground.hold(false);
    committing.await.unwrap().unwrap();
    assert_eq!(store.outbox_due(at(9), 9, |_| false).unwrap(), [item]);
    assert!(ready(store.settled()));
}

#[tokio::test]
async fn an_erasure_that_was_cut_short_is_finished_at_the_next_open() {
    let ground = Ground::new();
    let store = ground.store();
    let (group, item) = group();
    store.commit(group).await.unwrap();
    let slot = store.core().head(&item.case).unwrap().unwrap().slot;
    ground.fail_destroy.store(true, Ordering::SeqCst);
    assert!(matches!(store.erase(&item.case, at(1), "platform-1", "-").await, Err(Error::Stopped)));
    drop(store);
    assert!(ground.ring().key(slot).is_ok());

    ground.fail_destroy.store(false, Ordering::SeqCst);
    let store = ground.store();
    assert!(matches!(ground.ring().key(slot), Err(KeyError::Destroyed)));
    assert!(matches!(store.case(&item.case), Err(Error::Erased(_))));
    let mut group = Group::new();
    group.put_setting("a", Vec::new());
    store.commit(group).await.unwrap();
    assert!(store.core().scan_prefix(&key(Table::Shred, &[]), 9).unwrap().is_empty());
    assert_eq!(store.verify().unwrap().faults, []);
}

#[tokio::test]
async fn a_slot_whose_group_was_refused_is_used_by_the_next() {
    let ground = Ground::new();
    let store = ground.store();
    for _ in 0..3_000 {
        let mut refused = Group::new();
        refused.open_case(id("310115", 2));
        refused.drop_document("d-7K3M9QX2TRABCDEF".parse().unwrap());
        refused.claim_document("d-7K3M9QX2TRABCDEF".parse().unwrap(), &id("310115", 2));
        assert!(matches!(store.commit(refused).await, Err(Error::Unknown { .. })));
    }
    store.commit(group().0).await.unwrap();
    assert!(ground.ring().slots() <= 2_048, "{} slots", ground.ring().slots());
}
