//! What is kept besides journals.

use banshi_model::ids::{Digest, DocumentId};
use banshi_store::{DocumentRecord, Error, Group, InboxItem, InboxKey, OutboxItem, SubjectValue};
use serde_json::json;

use crate::sample::{SUBJECT, Story, at, draft, id, licence, outgoing, subject};
use crate::{Bench, add, over_both, save};

over_both! {
    events_between_cases_come_oldest_first_and_are_taken
    deliveries_are_due_rescheduled_delivered_and_buried
    a_licence_is_found_by_id_holder_and_capability
    a_licence_that_changes_is_found_by_what_it_says_now
    content_is_kept_by_its_digest
    a_document_of_200_kib_comes_back_and_is_claimed_once
    documents_that_nobody_claims_are_found_and_dropped
    the_latest_value_of_each_element_is_a_subjects
    enactments_and_settings_are_replaced
}

async fn case(bench: &Bench, n: u8) -> Story {
    let mut story = Story::begin(&id("310115", n), draft("310115", subject()), at(0));
    save(&bench.store, &mut story).await.unwrap();
    story
}

async fn events_between_cases_come_oldest_first_and_are_taken(bench: Bench) {
    let (bundle, part) = (case(&bench, 1).await.case.id, case(&bench, 2).await.case.id);
    let item = |seconds, seq| InboxItem {
        key: InboxKey { at: at(seconds), from: part.clone(), seq, ordinal: 0 },
        to: bundle.clone(),
        event: banshi_model::event::Event::Withdrawn,
        by: banshi_model::entry::Actor::Case(part.clone()),
    };
    let mut group = Group::new();
    [item(30, 1), item(10, 2), item(20, 3)].into_iter().for_each(|item| group.send(item));
    bench.store.commit(group).await.unwrap();
    let bench = bench.again();
    let inbox = bench.store.inbox(None, 10).unwrap();
    assert_eq!(inbox, [item(10, 2), item(20, 3), item(30, 1)]);
    assert_eq!(bench.store.inbox(Some(&inbox[0].key), 1).unwrap(), [item(20, 3)]);
    let mut group = Group::new();
    group.take(inbox[1].key.clone());
    group.take(inbox[1].key.clone());
    bench.store.commit(group).await.unwrap();
    assert_eq!(bench.store.inbox(None, 10).unwrap(), [item(10, 2), item(30, 1)]);
}

fn delivery(case: &banshi_model::ids::CaseId, seq: u64, next: i64) -> OutboxItem {
    let outgoing = outgoing(case, seq);
    OutboxItem {
        key: outgoing.key.clone(),
        case: case.clone(),
        outgoing,
        created: at(0),
        attempts: 0,
        next: at(next),
        last_error: None,
    }
}

async fn deliveries_are_due_rescheduled_delivered_and_buried(bench: Bench) {
    let case = case(&bench, 1).await.case.id;
    assert_eq!(bench.store.next_outbox().unwrap(), None);
    let mut group = Group::new();
    (1..=3).for_each(|seq| group.deliver(delivery(&case, seq, 10 * seq as i64)));
    bench.store.commit(group).await.unwrap();
    let bench = bench.again();
    assert_eq!(bench.store.next_outbox().unwrap(), Some(at(10)));
    assert!(bench.store.outbox_due(at(9), 10, |_| false).unwrap().is_empty());
    assert_eq!(
        bench.store.outbox_due(at(20), 10, |_| false).unwrap(),
        [delivery(&case, 1, 10), delivery(&case, 2, 20)]
    );

    let later = OutboxItem { attempts: 1, next: at(60), last_error: Some("503".to_owned()), ..delivery(&case, 1, 10) };
    let dead = OutboxItem { attempts: 9, ..delivery(&case, 3, 30) };
    let mut group = Group::new();
    group.reschedule(later.clone());
    group.delivered(&delivery(&case, 2, 20).key);
    group.bury(dead.clone());
    bench.store.commit(group).await.unwrap();
    assert_eq!(bench.store.outbox_due(at(1_000), 10, |_| false).unwrap(), [later.clone()]);
    assert_eq!(bench.store.outbox_item(&later.key).unwrap(), Some(later.clone()));
    assert_eq!(bench.store.outbox_item(&dead.key).unwrap(), None);
    assert_eq!(bench.store.outbox_item("nonsense").unwrap(), None);
    assert_eq!(bench.store.outbox_dead(None, 10).unwrap().items, [dead.clone()]);
    let mut group = Group::new();
    group.exhume(&dead.key);
    group.deliver(dead.clone());
    bench.store.commit(group).await.unwrap();
    assert!(bench.store.outbox_dead(None, 10).unwrap().items.is_empty());
    assert_eq!(bench.store.next_outbox().unwrap(), Some(at(30)));

    let unserved = |seq| OutboxItem { next: OutboxItem::UNSERVED, ..delivery(&case, seq, 10) };
    let mut group = Group::new();
    (5..=7).for_each(|seq| group.deliver(unserved(seq)));
    bench.store.commit(group).await.unwrap();
    let first = bench.store.outbox_unserved(None, 2).unwrap();
    assert_eq!(first.items, [unserved(5), unserved(6)]);
    let second = bench.store.outbox_unserved(first.next.as_ref(), 2).unwrap();
    assert_eq!((second.items, second.next), (vec![unserved(7)], None));
    assert_eq!(bench.store.outbox_due(at(1 << 32), 10, |_| false).unwrap(), [dead.clone(), later]);

    let mut group = Group::new();
    group.deliver(OutboxItem { key: "other/1/0".to_owned(), ..dead });
    assert!(matches!(bench.store.commit(group).await, Err(Error::Invalid(_))));
}

async fn a_licence_is_found_by_id_holder_and_capability(bench: Bench) {
    let case = case(&bench, 1).await.case.id;
    let other = banshi_model::text::Subject { id: "91310000000000000X".to_owned(), ..subject() };
    let (mine, theirs) =
        (licence("L1", &case, subject(), Some("cap-1")), licence("L2", &case, other.clone(), Some("cap-2")));
    let mut group = Group::new();
    group.put_licence(&mine);
    group.put_licence(&theirs);
    bench.store.commit(group).await.unwrap();
    let bench = bench.again();
    assert_eq!(bench.store.licence("L1").unwrap(), Some(mine.clone()));
    assert_eq!(bench.store.licence("L9").unwrap(), None);
    assert_eq!(bench.store.licences_of(SUBJECT, None).unwrap(), [mine.clone()]);
    assert_eq!(bench.store.licences_of(SUBJECT, Some(&mine.licence_type)).unwrap(), [mine]);
    assert_eq!(bench.store.licences_of(SUBJECT, Some("another type")).unwrap(), []);
    assert_eq!(bench.store.licence_by_capability("cap-2").unwrap(), Some(theirs));
    assert_eq!(bench.store.licence_by_capability("cap-3").unwrap(), None);
}

async fn a_licence_that_changes_is_found_by_what_it_says_now(bench: Bench) {
    let case = case(&bench, 1).await.case.id;
    let put = async |capability: Option<&str>| {
        let mut group = Group::new();
        group.put_licence(&licence("L1", &case, subject(), capability));
        bench.store.commit(group).await.unwrap();
    };
    put(None).await;
    put(Some("old")).await;
    put(Some("new")).await;
    assert_eq!(bench.store.licence_by_capability("old").unwrap(), None);
    assert!(bench.store.licence_by_capability("new").unwrap().is_some());
    assert_eq!(bench.store.licences_of(SUBJECT, None).unwrap().len(), 1);
    assert!(bench.store.verify().unwrap().ok());
}

async fn content_is_kept_by_its_digest(bench: Bench) {
    let bytes: Vec<u8> = (0..1_500_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let digest = Digest::of(&bytes);
    for _ in 0..2 {
        let mut group = Group::new();
        group.put_blob(digest, bytes.clone());
        group.put_blob(Digest::of(b""), Vec::new());
        bench.store.commit(group).await.unwrap();
    }
    let bench = bench.again();
    assert_eq!(bench.store.blob(&digest).unwrap(), Some(bytes));
    assert_eq!(bench.store.blob(&Digest::of(b"")).unwrap(), Some(Vec::new()));
    assert_eq!(bench.store.blob(&Digest::of(b"no")).unwrap(), None);
    assert!(bench.store.verify().unwrap().ok());
}

fn document(name: &str, uploaded: i64) -> DocumentRecord {
    let bytes = name.repeat(200 * 1024 / name.len());
    DocumentRecord {
        id: name.parse::<DocumentId>().unwrap(),
        digest: Digest::of(bytes.as_bytes()),
        media_type: "application/pdf".to_owned(),
        bytes: bytes.into_bytes(),
        uploaded: at(uploaded),
        by: "portal".to_owned(),
        case: None,
    }
}

async fn a_document_of_200_kib_comes_back_and_is_claimed_once(bench: Bench) {
    let (mine, theirs) = (case(&bench, 1).await.case.id, case(&bench, 2).await.case.id);
    let paper = document("d-7K3M9QX2TRABCDEF", 5);
    let mut group = Group::new();
    group.put_document(paper.clone());
    bench.store.commit(group).await.unwrap();
    let bench = bench.again();
    assert_eq!(bench.store.document(&paper.id).unwrap(), Some(paper.clone()));
    let claim = async |case| {
        let mut group = Group::new();
        group.claim_document(paper.id.clone(), case);
        bench.store.commit(group).await
    };
    claim(&mine).await.unwrap();
    claim(&mine).await.unwrap();
    assert!(matches!(claim(&theirs).await, Err(Error::Claimed { case, .. }) if case == mine));
    let kept = bench.store.document(&paper.id).unwrap().unwrap();
    assert_eq!(kept, DocumentRecord { case: Some(mine.clone()), ..paper.clone() });
    let record = bench.store.document_record(&paper.id).unwrap().unwrap();
    assert_eq!(record, DocumentRecord { case: Some(mine), bytes: Vec::new(), ..paper });
    assert!(bench.store.unclaimed_documents(at(99), 10).unwrap().is_empty());
    assert!(bench.store.verify().unwrap().ok());
}

async fn documents_that_nobody_claims_are_found_and_dropped(bench: Bench) {
    let case = case(&bench, 1).await.case.id;
    let (old, new, taken) =
        (document("d-7K3M9QX2TRABCDE1", 5), document("d-7K3M9QX2TRABCDE2", 50), document("d-7K3M9QX2TRABCDE3", 1));
    let mut group = Group::new();
    for paper in [&old, &new, &taken] {
        group.put_document(paper.clone());
    }
    group.claim_document(taken.id.clone(), &case);
    bench.store.commit(group).await.unwrap();
    assert_eq!(bench.store.unclaimed_documents(at(49), 10).unwrap(), [old.id.clone()]);
    let mut group = Group::new();
    group.drop_document(old.id.clone());
    bench.store.commit(group).await.unwrap();
    assert_eq!(bench.store.document(&old.id).unwrap(), None);
    let mut group = Group::new();
    group.drop_document(taken.id.clone());
    assert!(matches!(bench.store.commit(group).await, Err(Error::Claimed { .. })));
    let bench = bench.again();
    assert_eq!(bench.store.unclaimed_documents(at(99), 10).unwrap(), [new.id]);
    assert!(bench.store.document(&taken.id).unwrap().is_some());
    assert!(bench.store.verify().unwrap().ok());
}

async fn the_latest_value_of_each_element_is_a_subjects(bench: Bench) {
    let (first, second) = (case(&bench, 1).await.case.id, case(&bench, 2).await.case.id);
    let value = |element: &str, text: &str, seconds, case: &banshi_model::ids::CaseId| SubjectValue {
        element: element.to_owned(),
        value: json!(text),
        at: at(seconds),
        case: case.clone(),
    };
    let mut group = Group::new();
    group.put_subject_value(SUBJECT, value("name", "a", 1, &first));
    group.put_subject_value(SUBJECT, value("address", "b", 1, &first));
    group.put_subject_value(SUBJECT, value("name", "c", 9, &second));
    group.put_subject_value("another", value("name", "d", 99, &second));
    bench.store.commit(group).await.unwrap();
    let mut group = Group::new();
    group.put_subject_value(SUBJECT, value("name", "older", 5, &first));
    bench.store.commit(group).await.unwrap();
    let bench = bench.again();
    let values = bench.store.subject_values(SUBJECT).unwrap();
    assert_eq!(values, [value("address", "b", 1, &first), value("name", "c", 9, &second)]);
    assert!(bench.store.subject_values("nobody").unwrap().is_empty());
}

async fn enactments_and_settings_are_replaced(bench: Bench) {
    let enactment: banshi_model::enactment::Enactment = serde_json::from_value(json!({
        "id": "e-7K3M9QX2TR", "matter": "food-business",
        "authority": {"department": "市场监督管理局", "division": "310115"},
        "package": Digest::of(b"package"), "name": "shanghai/food-business", "version": "1.0.0", "kind": "matter",
        "base": null, "effective_from": "2021-04-26", "instrument": "沪市监规范〔2021〕1号", "permissions": {},
        "enacted": at(0), "taken_back": null,
    }))
    .unwrap();
    let taken_back = banshi_model::enactment::Enactment { taken_back: Some(at(9)), ..enactment.clone() };
    for version in [&enactment, &taken_back] {
        let mut group = Group::new();
        group.put_enactment(version);
        group.put_setting("now", format!("{:?}", version.taken_back).into_bytes());
        bench.store.commit(group).await.unwrap();
    }
    let bench = bench.again();
    assert_eq!(bench.store.enactments().unwrap(), [taken_back.clone()]);
    assert_eq!(bench.store.enactment(&enactment.id).unwrap(), Some(taken_back.clone()));
    assert_eq!(bench.store.setting("now").unwrap(), Some(format!("{:?}", taken_back.taken_back).into_bytes()));
    let mut story = Story::begin(&id("310115", 1), draft("310115", subject()), at(0));
    let mut group = Group::new();
    add(&mut group, &mut story);
    bench.store.commit(group).await.unwrap();
}
