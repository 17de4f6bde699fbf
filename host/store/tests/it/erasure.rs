//! Erasing a case: what is destroyed, what stays, and that no old copy brings it back.

use banshi_model::ids::Digest;
use banshi_store::{
    DocumentRecord, Error, Group, InboxItem, InboxKey, OutboxItem, Reply, Store, SubjectValue, Tombstone, verify_data,
};
use serde_json::json;

use crate::durable::copy;
use crate::sample::{SUBJECT, Story, at, draft, id, licence, outgoing, subject};
use crate::{Bench, add, options, over_both, save};

over_both! {
    nothing_of_an_erased_case_is_read_or_listed_again
    a_commit_on_an_erased_case_is_refused
    erasing_twice_is_no_error_and_an_unknown_case_is
}

/// A case with everything that can belong to one.
async fn full(store: &Store, n: u8) -> Story {
    let mut story = Story::begin(&id("310115", n), draft("310115", subject()), at(0));
    for round in 0..9 {
        story.open_task(at(round), "review", "审批科", None);
    }
    story.set_timer(at(10), banshi_model::effect::TimerKind::Acceptance, at(50)).park(at(11));
    let case = story.case.id.clone();
    let mut group = Group::new();
    add(&mut group, &mut story);
    group.put_licence(&licence(&format!("L{n}"), &case, subject(), Some(&format!("cap-{n}"))));
    group.put_subject_value(
        SUBJECT,
        SubjectValue { element: format!("name-{n}"), value: json!("x"), at: at(0), case: case.clone() },
    );
    let outgoing = outgoing(&case, 1);
    group.deliver(OutboxItem {
        key: outgoing.key.clone(),
        case: case.clone(),
        outgoing,
        created: at(0),
        attempts: 0,
        next: at(0),
        last_error: None,
    });
    group.send(InboxItem {
        key: InboxKey { at: at(0), from: id("310115", 99), seq: u64::from(n), ordinal: 0 },
        to: case.clone(),
        event: banshi_model::event::Event::Withdrawn,
        by: banshi_model::entry::Actor::Host,
    });
    group.put_document(paper(n));
    group.claim_document(paper(n).id, &case);
    group.put_draft(&case, &json!({"a": 1}), at(1));
    group.reply(
        "portal",
        &format!("key-{n}"),
        Reply { request: Digest::of(b""), status: 201, body: vec![1], case: Some(case) },
    );
    store.commit(group).await.unwrap();
    story
}

fn paper(n: u8) -> DocumentRecord {
    DocumentRecord {
        id: format!("d-{}", "0123456789ABCDEF".replace('0', &n.to_string())).parse().unwrap(),
        digest: Digest::of(b"paper"),
        media_type: "text/plain".to_owned(),
        bytes: vec![7; 30_000],
        uploaded: at(0),
        by: "portal".to_owned(),
        case: None,
    }
}

async fn nothing_of_an_erased_case_is_read_or_listed_again(bench: Bench) {
    let (gone, kept) = (full(&bench.store, 1).await.case.id, full(&bench.store, 2).await.case);
    let erased = bench.store.erase(&gone, at(100), "platform-1", "个人信息保护法 第四十七条").await.unwrap();
    assert_eq!(erased.keys, 2);
    assert!(erased.records >= 6);

    let check = |store: &Store| {
        assert!(matches!(store.case(&gone), Err(Error::Erased(case)) if case == gone));
        assert!(matches!(store.entries(&gone, 0, 9), Err(Error::Erased(_))));
        assert!(matches!(store.draft(&gone), Err(Error::Erased(_))));
        assert!(matches!(store.reply("portal", "key-1"), Err(Error::Erased(_))));
        let stone = Tombstone {
            at: at(100),
            by: "platform-1".to_owned(),
            basis: "个人信息保护法 第四十七条".to_owned(),
            entries: 12,
        };
        assert_eq!(store.tombstone(&gone).unwrap(), Some(stone));
        assert!(store.taken(&gone).unwrap(), "nobody else's case gets the id of an erased one");
        assert_eq!(store.tombstone(&kept.id).unwrap(), None);
        // Everywhere only the other one is left.
        assert_eq!(store.cases_in(&"310115".parse().unwrap(), None, 9).unwrap().items, [kept.id.clone()]);
        assert_eq!(store.cases_of(SUBJECT, None, 9).unwrap().items, [kept.id.clone()]);
        assert_eq!(store.open_cases(None, 9).unwrap().items, [kept.id.clone()]);
        assert_eq!(store.parked(None, 9).unwrap().items, [kept.id.clone()]);
        assert_eq!(store.open_tasks(&"310115".parse().unwrap(), None, None, 9).unwrap().items.len(), 1);
        assert_eq!(store.timers_due(at(99), 9).unwrap().len(), 1);
        assert_eq!(store.inbox(None, 9).unwrap().len(), 1);
        assert_eq!(store.outbox_due(at(99), 9, |_| false).unwrap().len(), 1);
        assert_eq!(store.licences_of(SUBJECT, None).unwrap().len(), 1);
        assert_eq!(store.licence("L1").unwrap(), None);
        assert_eq!(store.licence_by_capability("cap-1").unwrap(), None);
        assert_eq!(store.subject_values(SUBJECT).unwrap().len(), 1);
        assert_eq!(store.document(&paper(1).id).unwrap(), None);
        assert!(store.document(&paper(2).id).unwrap().is_some());
        assert_eq!(store.drafts_expired(at(99), 9).unwrap(), [kept.id.clone()]);
        assert_eq!(*store.case(&kept.id).unwrap().unwrap().case, kept);
    };
    check(&bench.store);
    assert_eq!(bench.store.verify().unwrap().faults, []);
    let bench = bench.again();
    check(&bench.store);
    let report = bench.store.verify().unwrap();
    assert_eq!(report.faults, []);
    assert_eq!((report.cases, report.erased, report.entries), (2, 1, 24));
    // The key that a request used stays used.
    let mut group = Group::new();
    group.reply("portal", "key-1", Reply { request: Digest::of(b""), status: 201, body: vec![1], case: None });
    assert!(matches!(bench.store.commit(group).await, Err(Error::Erased(_))));
}

async fn a_commit_on_an_erased_case_is_refused(bench: Bench) {
    let mut story = full(&bench.store, 1).await;
    let case = story.case.id.clone();
    bench.store.erase(&case, at(100), "platform-1", "-").await.unwrap();
    story.close(at(101));
    assert!(matches!(save(&bench.store, &mut story).await, Err(Error::Erased(_))));
    let mut group = Group::new();
    group.put_licence(&licence("L9", &case, subject(), None));
    assert!(matches!(bench.store.commit(group).await, Err(Error::Erased(_))));
    let mut group = Group::new();
    group.open_case(case);
    assert!(matches!(bench.store.commit(group).await, Err(Error::Invalid(_))));
}

async fn erasing_twice_is_no_error_and_an_unknown_case_is(bench: Bench) {
    let case = full(&bench.store, 1).await.case.id;
    bench.store.erase(&case, at(100), "platform-1", "-").await.unwrap();
    assert_eq!(bench.store.erase(&case, at(200), "platform-2", "-").await.unwrap().keys, 0);
    assert_eq!(bench.store.tombstone(&case).unwrap().unwrap().at, at(100));
    assert!(matches!(bench.store.erase(&id("310115", 77), at(1), "p", "-").await, Err(Error::Unknown { .. })));
}

#[tokio::test]
async fn an_old_copy_of_the_folder_with_todays_keys_does_not_open_the_case() {
    let bench = Bench::disk();
    let (gone, kept) = (full(&bench.store, 1).await.case.id, full(&bench.store, 2).await.case);
    let (data, keys) = (bench.path().join("data"), bench.path().join("keys"));
    let Bench { store, folder } = bench;
    drop(store);
    copy(&data, &data.with_file_name("old"));
    let store = Store::open(&data, &keys, &options()).unwrap();
    assert!(store.case(&gone).unwrap().is_some());
    store.erase(&gone, at(100), "platform-1", "-").await.unwrap();
    drop(store);

    let old = Store::open(&data.with_file_name("old"), &keys, &options()).unwrap();
    assert!(matches!(old.case(&gone), Err(Error::Erased(_))));
    assert!(matches!(old.entries(&gone, 0, 9), Err(Error::Erased(_))));
    assert_eq!(old.licence("L1").unwrap(), None);
    assert_eq!(old.subject_values(SUBJECT).unwrap().len(), 1);
    assert_eq!(old.document(&paper(1).id).unwrap(), None);
    assert_eq!(*old.case(&kept.id).unwrap().unwrap().case, kept);
    let report = old.verify().unwrap();
    assert_eq!(report.faults, []);
    assert_eq!((report.erased, report.keyless), (0, 1));
    // New cases in the old copy never take the destroyed slot up again.
    for n in 3..9 {
        let mut story = Story::begin(&id("310115", n), draft("310115", subject()), at(0));
        save(&old, &mut story).await.unwrap();
        assert!(old.case(&story.case.id).unwrap().is_some());
    }
    drop(old);
    assert_eq!(verify_data(&data).unwrap().faults, []);
    drop(folder);
}
