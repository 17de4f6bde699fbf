//! Every kind of damage is found, and named where it is.

use banshi_model::effect::TimerKind;
use banshi_model::ids::Digest;

use super::*;
use crate::error::Error;
use crate::keyspace::pack_case;
use crate::places;
use crate::row::CHUNK_BYTES;
use crate::sample::{Story, at, draft, id, licence, subject};
use crate::{Group, Options, Store};

/// A store in memory with three cases, a licence, a blob and a document.
async fn filled() -> Store {
    let store = Store::memory(&Options::default()).unwrap();
    for n in 1..4 {
        let mut story = Story::begin(&id("310115", n), draft("310115", subject()), at(0));
        for round in 0..9 {
            story.set_timer(at(round), TimerKind::Retry, at(100 + round));
        }
        let mut group = Group::new();
        group.open_case(story.case.id.clone());
        group.put_licence(&licence(&format!("L{n}"), &story.case.id, subject(), Some("cap")));
        let (case, before, entries) = story.take();
        group.append(case, before, entries);
        store.commit(group).await.unwrap();
    }
    let mut group = Group::new();
    group.put_blob(Digest::of(&noise()), noise());
    store.commit(group).await.unwrap();
    assert_eq!(store.verify().unwrap().faults, []);
    store
}

/// Bytes that do not shrink, over more than one chunk.
fn noise() -> Vec<u8> {
    (0..20_000u32).map(|n| (n.wrapping_mul(2_654_435_761).wrapping_mul(n) >> 13) as u8).collect()
}

fn get(store: &Store, key: &[u8]) -> Vec<u8> {
    store.core().backend.get(key).unwrap().unwrap()
}

fn set(store: &Store, key: Vec<u8>, value: Option<Vec<u8>>) {
    store.core().backend.apply([(key, value)].into_iter().collect()).unwrap();
}

/// The first fault with keys; and whether a walk without keys finds one too.
fn first_fault(store: &Store) -> (String, bool) {
    let core = store.core();
    let ledger = Ledger::decode(&get(store, &key(Table::Meta, &[b"ledger"])), None).unwrap();
    let without = Walk::new(&*core.backend, None).run(&ledger);
    assert!(!without.unsealed);
    let fault = store.verify().unwrap().faults.into_iter().next().expect("no fault found");
    (format!("{}: {}", fault.place, fault.what), !without.ok())
}

#[tokio::test]
async fn a_tampered_entry_breaks_its_chain_there() {
    let store = filled().await;
    let at = places::entry(&pack_case(&id("310115", 2)), 4);
    let mut value = get(&store, &at);
    *value.last_mut().unwrap() ^= 1;
    set(&store, at, Some(value));
    let (fault, without_keys) = first_fault(&store);
    assert!(fault.contains(&format!("entry {}", id("310115", 2))) && fault.contains("chain breaks"), "{fault}");
    assert!(without_keys);
    let read = store.core().entries(&id("310115", 2), 0, 9);
    assert!(matches!(read, Err(Error::Corrupt { .. })));
}

#[tokio::test]
async fn a_missing_entry_in_the_middle_and_at_the_end_is_found() {
    for seq in [1, 4, 10] {
        let store = filled().await;
        set(&store, places::entry(&pack_case(&id("310115", 2)), seq), None);
        let (fault, without_keys) = first_fault(&store);
        assert!(fault.contains(id("310115", 2).as_str()) && fault.contains("missing"), "{seq}: {fault}");
        assert!(without_keys);
    }
}

#[tokio::test]
async fn a_case_that_is_gone_whole_is_missed_by_the_ledger() {
    let store = filled().await;
    let case = id("310115", 3);
    let core = store.core();
    for (row, _) in core.scan(&[0], &[u8::MAX], usize::MAX).unwrap() {
        let tail = pack_case(&case);
        if row.windows(13).any(|window| window == tail) {
            set(&store, row, None);
        }
    }
    let faults = store.verify().unwrap().faults;
    assert!(
        faults.iter().any(
            |fault| fault.place == "table head" && fault.what.contains("2 records are there, and the ledger has 3")
        ),
        "{faults:?}"
    );
    assert!(faults.iter().any(|fault| fault.place == "table entry"), "{faults:?}");
}

#[tokio::test]
async fn an_older_head_with_its_older_journal_is_missed_by_the_ledger() {
    let store = filled().await;
    let case = id("310115", 1);
    let head = places::of_case(Table::Head, &case);
    let older = get(&store, &head);
    let mut story = (*store.case(&case).unwrap().unwrap().case).clone();
    let mut next = Story { case: story.clone(), seq: 10, fresh: Vec::new(), before: 10 };
    next.step(at(50), Vec::new());
    (story, ..) = next.take();
    let mut group = Group::new();
    let entry = banshi_model::entry::Entry { seq: 11, ..store.entries(&case, 9, 1).unwrap().remove(0) };
    group.append(story, 10, vec![entry]);
    store.commit(group).await.unwrap();
    set(&store, head, Some(older));
    set(&store, places::entry(&pack_case(&case), 11), None);
    let faults = store.verify().unwrap().faults;
    assert!(
        faults.iter().any(|fault| fault.place == "table head" && fault.what.contains("written last")),
        "{faults:?}"
    );
}

#[tokio::test]
async fn a_sealed_value_that_was_moved_does_not_open() {
    let store = filled().await;
    let core = store.core();
    let licences = core.scan_prefix(&key(Table::Licence, &[]), 9).unwrap();
    set(&store, licences[0].0.clone(), Some(licences[1].1.clone()));
    let faults = store.verify().unwrap().faults;
    assert!(faults.iter().any(|fault| fault.place.starts_with("licence") && fault.what.contains("seal")), "{faults:?}");
}

#[tokio::test]
async fn a_missing_index_row_and_one_too_many_are_found() {
    let store = filled().await;
    let timer = store.core().scan_prefix(&key(Table::Timer, &[]), 1).unwrap().remove(0).0;
    set(&store, timer.clone(), None);
    let (fault, without_keys) = first_fault(&store);
    assert!(fault.starts_with("timer") && fault.contains("missing") && fault.contains("310115"), "{fault}");
    assert!(without_keys);
    set(&store, timer, Some(Vec::new()));
    assert_eq!(store.verify().unwrap().faults, []);
    set(&store, key(Table::Open, &[&pack_case(&id("310115", 31))]), Some(Vec::new()));
    let (fault, without_keys) = first_fault(&store);
    assert!(fault.contains("table open: 1 index rows belong to no record"), "{fault}");
    assert!(without_keys);
}

#[tokio::test]
async fn changed_content_a_missing_chunk_and_a_stray_one_are_found() {
    let blob = places::of_digest(Table::Blob, &Digest::of(&noise()));
    let store = filled().await;
    set(&store, chunk_key(&blob, 0), Some(vec![6; CHUNK_BYTES]));
    assert!(first_fault(&store).0.contains("not what its digest says"));
    assert!(store.blob(&Digest::of(&noise())).is_err());
    set(&store, chunk_key(&blob, 0), None);
    assert_eq!(first_fault(&store), (format!("{}: a chunk is missing", place(&blob)), true));
    let store = filled().await;
    set(&store, chunk_key(&blob, 9), Some(vec![6]));
    assert!(first_fault(&store).0.contains("1 chunks belong to no record"));
}

#[tokio::test]
async fn a_ledger_that_was_rewritten_without_the_key_is_found() {
    let store = filled().await;
    let at = key(Table::Meta, &[b"ledger"]);
    let mut value = get(&store, &at);
    *value.last_mut().unwrap() ^= 1;
    set(&store, at, Some(value));
    assert!(store.verify().unwrap().faults[0].what.contains("MAC"));
}

#[tokio::test]
async fn a_snapshot_that_is_not_the_fold_is_found() {
    let store = filled().await;
    let (one, two) = (id("310115", 1), id("310115", 2));
    let at = places::of_case(Table::Snapshot, &one);
    let other = get(&store, &places::of_case(Table::Snapshot, &two));
    set(&store, at, Some(other));
    let faults = store.verify().unwrap().faults;
    assert!(faults.iter().any(|fault| fault.place.contains(one.as_str())), "{faults:?}");
}

#[tokio::test]
async fn rows_of_an_unknown_table_are_found() {
    let store = filled().await;
    set(&store, vec![0x77, 1], Some(vec![1]));
    assert!(first_fault(&store).0.contains("no table"));
}

#[tokio::test]
async fn a_case_that_was_committed_as_what_its_entries_do_not_say_is_found() {
    let store = filled().await;
    let mut story = Story::begin(&id("310115", 9), draft("310115", subject()), at(0));
    let (mut case, before, entries) = story.take();
    case.attempts = 7;
    let mut group = Group::new();
    group.open_case(case.id.clone());
    group.append(case, before, entries);
    store.commit(group).await.unwrap();
    assert!(store.verify().unwrap().faults[0].what.contains("something else than its journal"));
}

#[tokio::test]
async fn a_phrasebook_that_is_missing_or_changed_is_found_where_it_is_needed() {
    let store = filled().await;
    let package = Digest::of(b"package");
    let mut story = Story::begin(&id("310115", 9), draft("310115", subject()), at(0));
    let text = serde_json::to_vec(&story.fresh).unwrap();
    let layer = serde_json::json!({
        "enactment": "e-0000000000", "authority": { "department": "市场监督管理局", "division": "310000" },
        "kind": "matter", "package": package, "name": "shanghai/food", "version": "1.0.0", "instrument": "i",
        "permissions": { "commands": [], "licences": [], "services": [], "units": [], "facts": [] },
    });
    story.case.pin.thaw().chain.layers = vec![serde_json::from_value(layer).unwrap()];
    if let banshi_model::entry::Cause::Received(receipt) = &mut story.fresh[0].cause {
        receipt.pin = story.case.pin.clone();
    }
    story.fresh[0].after = story.case.digest().unwrap();
    let mut group = Group::new();
    group.put_phrases(package, text);
    store.commit(group).await.unwrap();
    let (case, before, entries) = story.take();
    let mut group = Group::new();
    group.open_case(case.id.clone());
    group.append(case, before, entries);
    store.commit(group).await.unwrap();
    assert_eq!(store.verify().unwrap().faults, []);

    let at = places::of_digest(Table::Phrases, &package);
    let value = get(&store, &at);
    set(&store, at.clone(), None);
    store.core().phrasebooks.lock().unwrap().clear();
    let faults = store.verify().unwrap().faults;
    let of = |table: &str| faults.iter().any(|fault| fault.place.contains(table));
    assert!(of("entry 310115-210426-") && of("table phrases"), "{faults:?}");
    assert!(store.entries(&id("310115", 9), 0, 9).unwrap_err().to_string().contains("its phrasebook is missing"));
    set(&store, at.clone(), Some(value[..value.len() - 1].to_vec()));
    store.core().phrasebooks.lock().unwrap().clear();
    let (_, without_keys) = first_fault(&store);
    assert!(without_keys);
}
