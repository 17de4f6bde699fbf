//! Every index is what a full scan computes, family by family: a row that is missing, one too many, and one that was
//! filed consistently in the wrong place.

use banshi_model::effect::TimerKind;
use banshi_model::event::Event;
use banshi_model::ids::{Digest, DocumentId};
use serde_json::json;

use super::*;
use crate::records::{DocumentRecord, InboxItem, InboxKey, OutboxItem, SubjectValue};
use crate::row::{IndexRow, Row};
use crate::sample::{Story, at, draft, id, licence, outgoing, subject};
use crate::{Group, Options, Store};

fn paper(n: u8) -> DocumentRecord {
    DocumentRecord {
        id: DocumentId::new([n; 16]),
        digest: Digest::of(&[n]),
        media_type: "application/pdf".to_owned(),
        bytes: vec![n; 40],
        uploaded: at(i64::from(n)),
        by: "portal".to_owned(),
        case: None,
    }
}

/// A store with a row in every index, and in most of them several.
async fn filled() -> Store {
    let store = Store::memory(&Options::default()).unwrap();
    for n in 1..4 {
        let mut story = Story::begin(&id("310115", n), draft("310115", subject()), at(0));
        story.accept(at(1)).open_task(at(2), "review", "审批科", None).set_timer(at(3), TimerKind::Retry, at(90));
        if n == 2 {
            story.park(at(4));
        }
        let case = story.case.id.clone();
        let mut group = Group::new();
        group.open_case(case.clone());
        group.put_licence(&licence(&format!("L{n}"), &case, subject(), Some(&format!("cap{n}"))));
        group.put_document(paper(n));
        group.put_subject_value(
            &subject().id,
            SubjectValue { element: "org.name".to_owned(), value: json!("甲"), at: at(5), case: case.clone() },
        );
        let key = InboxKey { at: at(6), from: case.clone(), seq: 1, ordinal: 0 };
        let by = banshi_model::entry::Actor::Host;
        group.send(InboxItem { key, to: case.clone(), event: Event::Submitted, by });
        let sent = outgoing(&case, 1);
        group.deliver(OutboxItem {
            key: sent.key.clone(),
            case: case.clone(),
            outgoing: sent,
            created: at(7),
            attempts: 0,
            next: at(8),
            last_error: None,
        });
        let (case, before, entries) = story.take();
        group.append(case, before, entries);
        store.commit(group).await.unwrap();
    }
    let mut group = Group::new();
    group.claim_document(paper(1).id, &id("310115", 1));
    let kept = id("310115", 20);
    group.open_case(kept.clone());
    group.put_draft(&kept, &json!({ "kept": true }), at(500));
    store.commit(group).await.unwrap();
    assert_eq!(store.verify().unwrap().faults, []);
    store
}

fn get(store: &Store, key: &[u8]) -> Vec<u8> {
    store.core().backend.get(key).unwrap().unwrap()
}

fn set(store: &Store, pairs: Vec<(Vec<u8>, Option<Vec<u8>>)>) {
    store.core().backend.apply(pairs.into_iter().collect()).unwrap();
}

/// The rows of an index.
fn rows(store: &Store, index: Table) -> Vec<Vec<u8>> {
    let found = store.core().scan_prefix(&key(index, &[]), 99).unwrap();
    found.into_iter().map(|(row, _)| row).collect()
}

/// The record that names an index row.
fn owner(store: &Store, row: &[u8]) -> Vec<u8> {
    let records = Table::RECORDS.iter().flat_map(|table| store.core().scan_prefix(&key(*table, &[]), 999).unwrap());
    let names = |at: &[u8], value: &[u8]| {
        RowView::parse(value).is_some_and(|view| view.index_keys(at).iter().any(|r| r == row))
    };
    records.into_iter().find(|(at, value)| names(at, value)).expect("a row that no record names").0
}

/// Files a record elsewhere as a faulty writer would: record, index row and ledger agree with each other.
fn misfile(store: &Store, row: &[u8]) {
    let at = owner(store, row);
    let old = get(store, &at);
    let view = RowView::parse(&old).unwrap();
    let tail = &at[1..];
    let index = view.index_keys(&at).into_iter().map(|named| {
        let cut = named.windows(tail.len()).rposition(|window| window == tail).unwrap();
        let (mut prefix, suffix) = (named[..cut].to_vec(), named[cut + tail.len()..].to_vec());
        if named == row {
            match prefix.len() {
                // An index without a sorting part can only be left out.
                1 => return None,
                // What a document belongs to and what table a record is of stand last; the sorting part before them.
                length => prefix[length / 2] ^= 1,
            }
        }
        Some(IndexRow { prefix, suffix })
    });
    let body = crate::core::whole(&*store.core().backend, &at, view.first, view.length).unwrap();
    let wrong =
        Row { key: at.clone(), seal: view.seal, index: index.flatten().collect(), meta: view.meta.to_vec(), body };
    let place = key(Table::Meta, &[b"ledger"]);
    let mut ledger = Ledger::decode(&get(store, &place), None).unwrap();
    let tally = ledger.tally_mut(at[0]).unwrap();
    tally.sub(record_hash(&at, &old));
    tally.add(record_hash(&at, &wrong.encode()));
    let mut pairs = vec![(row.to_vec(), None)];
    pairs.extend(wrong.index.iter().map(|index| (index.key(&at), Some(Vec::new()))));
    pairs.extend([(at, Some(wrong.encode())), (place, Some(ledger.encode(&store.core().ledger_key)))]);
    set(store, pairs);
}

#[tokio::test]
async fn a_missing_row_and_one_too_many_are_found_in_every_index() {
    for index in Table::INDEXES {
        let store = filled().await;
        let row = rows(&store, index).into_iter().next().unwrap_or_else(|| panic!("no row in {}", index.name()));
        set(&store, vec![(row.clone(), None)]);
        let faults = store.verify().unwrap().faults;
        let missing = |fault: &Fault| fault.place.starts_with(index.name()) && fault.what.contains("missing");
        assert!(faults.iter().any(missing), "{}: {faults:?}", index.name());

        let mut stray = row.clone();
        *stray.last_mut().unwrap() ^= 1;
        set(&store, vec![(row, Some(Vec::new())), (stray, Some(Vec::new()))]);
        let faults = store.verify().unwrap().faults;
        let stray =
            |fault: &Fault| fault.place == format!("table {}", index.name()) && fault.what.contains("no record");
        assert!(faults.iter().any(stray), "{}: {faults:?}", index.name());
    }
}

#[tokio::test]
async fn a_record_that_is_filed_in_the_wrong_place_is_found_in_every_index() {
    for index in Table::INDEXES {
        let store = filled().await;
        let row = rows(&store, index).remove(0);
        misfile(&store, &row);
        // Record, row and ledger agree: only what the record says tells that it lies in the wrong place.
        let ledger = Ledger::decode(&get(&store, &key(Table::Meta, &[b"ledger"])), None).unwrap();
        let without_keys = Walk::new(&*store.core().backend, None).run(&ledger);
        assert_eq!(without_keys.faults, [], "{}", index.name());
        let faults = store.verify().unwrap().faults;
        assert!(
            faults.iter().any(|fault| fault.what.contains("index rows are not those")),
            "{}: {faults:?}",
            index.name()
        );
    }
}
