//! The store over both storages, and what only the one on disk can show.
// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::cloned_ref_to_slice_refs)]

mod contract;
mod durable;
mod erasure;
mod lists;
mod phrases;
mod records;
mod sample;

use banshi_store::{Group, Options, Store};
use sample::Story;

/// A store to be tested, with the folder that it lies in.
pub struct Bench {
    /// The store itself.
    pub store: Store,
    folder: Option<tempfile::TempDir>,
}

impl Bench {
    /// In memory.
    pub fn memory() -> Self {
        Self { store: Store::memory(&options()).unwrap(), folder: None }
    }

    /// On disk.
    pub fn disk() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("data"), &folder.path().join("keys"), &options()).unwrap();
        Self { store, folder: Some(folder) }
    }

    /// Closes and opens again; in memory there is nothing to close.
    pub fn again(self) -> Self {
        let Some(folder) = self.folder else { return self };
        drop(self.store);
        let store = Store::open(&folder.path().join("data"), &folder.path().join("keys"), &options()).unwrap();
        Self { store, folder: Some(folder) }
    }

    /// The folder of data and keys.
    pub fn path(&self) -> &std::path::Path {
        self.folder.as_ref().unwrap().path()
    }
}

/// A small cache of cases, so that tests also read what is not in it.
pub fn options() -> Options {
    Options { cached_cases: 4, cached_keys: 4, reserve_bytes: 0, ..Options::default() }
}

/// Commits what a story has that is new; opens its case if that is all of it.
pub async fn save(store: &Store, story: &mut Story) -> Result<(), banshi_store::Error> {
    let mut group = Group::new();
    add(&mut group, story);
    store.commit(group).await
}

/// Adds what a story has that is new to a group.
pub fn add(group: &mut Group, story: &mut Story) {
    let (case, before, entries) = story.take();
    if before == 0 {
        group.open_case(case.id.clone());
    }
    group.append(case, before, entries);
}

/// Runs one test over both storages.
#[macro_export]
macro_rules! over_both {
    ($($name:ident)*) => {
        mod memory {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::Bench::memory()).await;
            })*
        }
        mod disk {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::Bench::disk()).await;
            })*
        }
    };
}
