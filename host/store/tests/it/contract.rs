//! Commits and cases: what every storage must do alike.

use std::sync::Arc;

use banshi_model::effect::TimerKind;
use banshi_model::ids::Digest;
use banshi_store::{Error, Group, Reply};

use crate::sample::{Story, at, draft, id, subject};
use crate::{Bench, add, over_both, save};

over_both! {
    a_case_is_read_as_it_was_committed
    a_step_that_was_decided_on_an_older_case_is_refused
    a_group_is_committed_whole_or_not_at_all
    two_appends_to_one_case_may_wait_together_and_only_one_is_taken
    several_cases_move_in_one_group
    a_long_journal_folds_to_the_same_case_with_and_without_the_cache
    entries_are_paged_by_sequence
    the_head_of_a_journal_moves_with_every_entry_and_names_it_whole
    an_idempotency_key_is_good_for_one_commit
    replies_are_kept_apart_by_principal
    a_draft_waits_for_its_case
    a_draft_that_is_dropped_takes_its_case_along
    a_group_that_contradicts_itself_is_refused
    what_names_an_unknown_case_is_refused
    entries_of_any_size_come_back
    what_was_read_is_settled_after_a_while
    a_store_walks_clean_after_everything
}

fn story(n: u8) -> Story {
    Story::begin(&id("310115", n), draft("310115", subject()), at(i64::from(n)))
}

async fn a_case_is_read_as_it_was_committed(bench: Bench) {
    let mut story = story(1);
    assert!(bench.store.case(&story.case.id).unwrap().is_none());
    save(&bench.store, &mut story).await.unwrap();
    story.accept(at(10)).open_task(at(11), "review", "审批科", None);
    save(&bench.store, &mut story).await.unwrap();

    let bench = bench.again();
    let stored = bench.store.case(&story.case.id).unwrap().unwrap();
    assert_eq!(stored.seq, 3);
    assert_eq!(*stored.case, story.case);
    assert_eq!(stored.case.digest().unwrap(), bench.store.entries(&story.case.id, 2, 1).unwrap()[0].after);
}

async fn the_head_of_a_journal_moves_with_every_entry_and_names_it_whole(bench: Bench) {
    let (mut story, mut other) = (story(1), story(2));
    assert_eq!(bench.store.journal_head(&story.case.id).unwrap(), None);
    save(&bench.store, &mut story).await.unwrap();
    save(&bench.store, &mut other).await.unwrap();
    let first = bench.store.journal_head(&story.case.id).unwrap().unwrap();
    assert_eq!(first.seq, 1);
    assert_ne!(first.chain, bench.store.journal_head(&other.case.id).unwrap().unwrap().chain);
    story.accept(at(10));
    save(&bench.store, &mut story).await.unwrap();

    let bench = bench.again();
    let second = bench.store.journal_head(&story.case.id).unwrap().unwrap();
    assert_eq!(second.seq, 2);
    assert_ne!(first.chain, second.chain);
}

async fn a_step_that_was_decided_on_an_older_case_is_refused(bench: Bench) {
    let mut story = story(1);
    save(&bench.store, &mut story).await.unwrap();
    let mut other = story.clone();
    story.accept(at(10));
    save(&bench.store, &mut story).await.unwrap();
    other.park(at(11));
    let refused = save(&bench.store, &mut other).await;
    assert!(matches!(refused, Err(Error::Conflict { expected: 1, found: 2, .. })), "{refused:?}");
    assert_eq!(*bench.store.case(&story.case.id).unwrap().unwrap().case, story.case);
}

async fn a_group_is_committed_whole_or_not_at_all(bench: Bench) {
    let (mut first, mut second) = (story(1), story(2));
    save(&bench.store, &mut first).await.unwrap();
    let mut stale = first.clone();
    first.accept(at(10));
    save(&bench.store, &mut first).await.unwrap();

    stale.park(at(11));
    let mut group = Group::new();
    add(&mut group, &mut second);
    add(&mut group, &mut stale);
    group.put_setting("kept", b"no".to_vec());
    assert!(matches!(bench.store.commit(group).await, Err(Error::Conflict { .. })));
    assert!(bench.store.case(&second.case.id).unwrap().is_none());
    assert!(bench.store.parked(None, 10).unwrap().items.is_empty());
    assert_eq!(bench.store.setting("kept").unwrap(), None);
    assert!(bench.store.verify().unwrap().ok());
}

async fn two_appends_to_one_case_may_wait_together_and_only_one_is_taken(bench: Bench) {
    let mut story = story(1);
    save(&bench.store, &mut story).await.unwrap();
    let racers = (0..20).map(|n| {
        let (store, mut story) = (bench.store.clone(), story.clone());
        tokio::spawn(async move {
            story.set_timer(at(10 + n), TimerKind::Retry, at(100 + n));
            save(&store, &mut story).await
        })
    });
    let mut taken = 0;
    for racer in racers.collect::<Vec<_>>() {
        match racer.await.unwrap() {
            Ok(()) => taken += 1,
            Err(Error::Conflict { expected: 1, found: 2, .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(taken, 1);
    assert_eq!(bench.store.timers_due(at(1_000), 10).unwrap().len(), 1);
    // One after the other, without waiting between, in one group of the writer: each on what the last left.
    let mut waiting = Vec::new();
    let mut story = (*bench.store.case(&story.case.id).unwrap().unwrap().case).clone();
    for seq in 2..30 {
        let effects = vec![banshi_model::effect::Effect::TimerSet { timer: TimerKind::Retry, at: at(500) }];
        let mut next = Story { case: story, seq, fresh: Vec::new(), before: seq };
        next.step(at(200), effects);
        story = next.case.clone();
        let store = bench.store.clone();
        waiting.push(tokio::spawn(async move { save(&store, &mut next).await }));
    }
    for waiting in waiting {
        waiting.await.unwrap().unwrap();
    }
    assert_eq!(bench.store.case(&story.id).unwrap().unwrap().seq, 30);
}

async fn several_cases_move_in_one_group(bench: Bench) {
    let (mut bundle, mut part) = (story(1), story(2));
    let mut group = Group::new();
    add(&mut group, &mut bundle);
    add(&mut group, &mut part);
    bench.store.commit(group).await.unwrap();
    bundle.accept(at(5));
    part.accept(at(5)).close(at(6));
    let mut group = Group::new();
    add(&mut group, &mut part);
    add(&mut group, &mut bundle);
    bench.store.commit(group).await.unwrap();
    let bench = bench.again();
    assert_eq!(*bench.store.case(&bundle.case.id).unwrap().unwrap().case, bundle.case);
    assert_eq!(bench.store.open_cases(None, 10).unwrap().items, [bundle.case.id]);
}

async fn a_long_journal_folds_to_the_same_case_with_and_without_the_cache(bench: Bench) {
    let mut story = story(1);
    for n in 0..45 {
        story.set_timer(at(n), TimerKind::Retry, at(1_000 + n));
        if n % 3 == 0 {
            save(&bench.store, &mut story).await.unwrap();
        }
        if n == 20 {
            // Seven other cases push it out of a cache of four.
            for other in 2..9 {
                save(&bench.store, &mut self::story(other)).await.unwrap();
            }
        }
        let stored = bench.store.case(&story.case.id).unwrap().unwrap();
        assert!(stored.seq < 22 || stored.seq + 3 > story.seq);
    }
    story.close(at(100));
    save(&bench.store, &mut story).await.unwrap();
    let bench = bench.again();
    for other in 2..9 {
        bench.store.case(&id("310115", other)).unwrap().unwrap();
    }
    assert_eq!(*bench.store.case(&story.case.id).unwrap().unwrap().case, story.case);
    assert!(bench.store.verify().unwrap().ok());
}

async fn entries_are_paged_by_sequence(bench: Bench) {
    let mut story = story(1);
    for n in 0..9 {
        story.set_timer(at(n), TimerKind::Retry, at(50));
    }
    let written = story.fresh.clone();
    save(&bench.store, &mut story).await.unwrap();
    assert_eq!(bench.store.entries(&story.case.id, 0, 4).unwrap(), written[..4]);
    assert_eq!(bench.store.entries(&story.case.id, 4, 100).unwrap(), written[4..]);
    assert!(bench.store.entries(&story.case.id, 10, 5).unwrap().is_empty());
    assert!(bench.store.entries(&id("310115", 9), 0, 5).unwrap().is_empty());
}

fn reply(status: u16, case: Option<banshi_model::ids::CaseId>) -> Reply {
    Reply { request: Digest::of(b"request"), status, body: b"{\"a\":1}".to_vec(), case }
}

async fn an_idempotency_key_is_good_for_one_commit(bench: Bench) {
    let (mut first, mut second) = (story(1), story(2));
    let mut group = Group::new();
    add(&mut group, &mut first);
    group.reply("portal", "key-1", reply(201, Some(first.case.id.clone())));
    bench.store.commit(group).await.unwrap();

    let bench = bench.again();
    let mut group = Group::new();
    add(&mut group, &mut second);
    group.reply("portal", "key-1", reply(202, Some(second.case.id.clone())));
    match bench.store.commit(group).await {
        Err(Error::Replied(kept)) => assert_eq!(*kept, reply(201, Some(first.case.id.clone()))),
        other => panic!("{other:?}"),
    }
    assert!(bench.store.case(&second.case.id).unwrap().is_none());
    // Both at once: one is taken, the other gets its reply.
    let both = [3, 4].map(|status| {
        let store = bench.store.clone();
        tokio::spawn(async move {
            let mut group = Group::new();
            group.reply("portal", "key-2", reply(status, None));
            store.commit(group).await
        })
    });
    let mut outcomes = Vec::new();
    for one in both {
        outcomes.push(one.await.unwrap());
    }
    let kept = bench.store.reply("portal", "key-2").unwrap().unwrap();
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().any(|outcome| matches!(outcome, Err(Error::Replied(reply)) if **reply == kept)));
}

async fn replies_are_kept_apart_by_principal(bench: Bench) {
    let mut group = Group::new();
    group.reply("portal", "key", reply(200, None));
    bench.store.commit(group).await.unwrap();
    assert_eq!(bench.store.reply("portal", "key").unwrap(), Some(reply(200, None)));
    assert_eq!(bench.store.reply("kiosk", "key").unwrap(), None);
    assert_eq!(bench.store.reply("portal", "yek").unwrap(), None);
    assert_eq!(bench.store.reply("porta", "lkey").unwrap(), None);
}

async fn a_draft_waits_for_its_case(bench: Bench) {
    let mut story = story(1);
    let case = story.case.id.clone();
    let form = serde_json::json!({"name": "x".repeat(20_000)});
    let mut group = Group::new();
    group.open_case(case.clone());
    group.put_draft(&case, &form, at(100));
    bench.store.commit(group).await.unwrap();
    let bench = bench.again();
    assert_eq!(bench.store.draft(&case).unwrap(), Some(form));
    assert!(bench.store.taken(&case).unwrap(), "an id with a form is no new case's");
    assert!(bench.store.case(&case).unwrap().is_none());
    assert_eq!(bench.store.drafts_expired(at(99), 9).unwrap(), []);
    assert_eq!(bench.store.drafts_expired(at(100), 9).unwrap(), [case.clone()]);

    let mut group = Group::new();
    let (after, before, entries) = story.take();
    group.append(after, before, entries);
    group.drop_draft(&case);
    bench.store.commit(group).await.unwrap();
    assert_eq!(bench.store.draft(&case).unwrap(), None);
    assert_eq!(bench.store.drafts_expired(at(100), 9).unwrap(), []);
    assert_eq!(*bench.store.case(&case).unwrap().unwrap().case, story.case);
}

async fn a_draft_that_is_dropped_takes_its_case_along(bench: Bench) {
    let mut story = story(1);
    let case = story.case.id.clone();
    let mut group = Group::new();
    group.open_case(case.clone());
    group.put_draft(&case, &serde_json::json!({}), at(100));
    bench.store.commit(group).await.unwrap();
    let mut group = Group::new();
    group.drop_draft(&case);
    bench.store.commit(group).await.unwrap();
    assert_eq!(bench.store.draft(&case).unwrap(), None);
    // The id is free again, under another key.
    assert!(!bench.store.taken(&case).unwrap());
    save(&bench.store, &mut story).await.unwrap();
    let bench = bench.again();
    assert!(bench.store.taken(&case).unwrap());
    assert_eq!(*bench.store.case(&case).unwrap().unwrap().case, story.case);
    assert!(bench.store.verify().unwrap().ok());
}

async fn a_group_that_contradicts_itself_is_refused(bench: Bench) {
    let mut twice = Group::new();
    let mut story = story(1);
    let mut again = story.clone();
    add(&mut twice, &mut story);
    let (after, before, entries) = again.take();
    twice.append(after.clone(), before, entries.clone());
    assert!(matches!(bench.store.commit(twice).await, Err(Error::Invalid(_))));

    let mut gap = Group::new();
    gap.open_case(after.id.clone());
    gap.append(after.clone(), 1, entries.clone());
    assert!(matches!(bench.store.commit(gap).await, Err(Error::Invalid(_))));

    let mut group = Group::new();
    group.put_blob(Digest::of(b"one"), b"another".to_vec());
    assert!(matches!(bench.store.commit(group).await, Err(Error::Invalid(_))));

    let mut opened = Group::new();
    opened.open_case(after.id.clone());
    bench.store.commit(opened).await.unwrap();
    let mut opened = Group::new();
    opened.open_case(after.id.clone());
    assert!(matches!(bench.store.commit(opened).await, Err(Error::Invalid(_))));
    assert!(bench.store.verify().unwrap().ok());
}

async fn what_names_an_unknown_case_is_refused(bench: Bench) {
    let mut story = story(1);
    let (after, before, entries) = story.take();
    let mut group = Group::new();
    group.append(after, before, entries);
    assert!(matches!(bench.store.commit(group).await, Err(Error::Unknown { what: "case", .. })));
    let mut group = Group::new();
    group.claim_document("d-7K3M9QX2TRABCDEF".parse().unwrap(), &story.case.id);
    assert!(matches!(bench.store.commit(group).await, Err(Error::Unknown { .. })));
}

async fn entries_of_any_size_come_back(bench: Bench) {
    let mut story = story(1);
    for (n, size) in [7_000usize, 7_168, 7_169, 14_336, 100_000, 700_000].into_iter().enumerate() {
        let noise: String = (0..size).map(|n| char::from(b'a' + (n * n % 23) as u8)).collect();
        story.step(at(n as i64), vec![banshi_model::effect::Effect::StatesSet(vec![noise])]);
        save(&bench.store, &mut story).await.unwrap();
    }
    for _ in 0..3 {
        // Across the snapshot's own chunks: it grows, and shrinks again.
        story.step(at(9), Vec::new());
    }
    save(&bench.store, &mut story).await.unwrap();
    let bench = bench.again();
    assert_eq!(*bench.store.case(&story.case.id).unwrap().unwrap().case, story.case);
    assert!(bench.store.verify().unwrap().ok());
}

async fn what_was_read_is_settled_after_a_while(bench: Bench) {
    bench.store.settled().await.unwrap();
    let commits: Vec<_> = (1..30)
        .map(|n| {
            let store = bench.store.clone();
            tokio::spawn(async move { save(&store, &mut story(n)).await })
        })
        .collect();
    bench.store.settled().await.unwrap();
    for commit in commits {
        commit.await.unwrap().unwrap();
    }
    bench.store.settled().await.unwrap();
}

async fn a_store_walks_clean_after_everything(bench: Bench) {
    let store = Arc::new(bench.store.clone());
    for n in 1..20 {
        let mut story = story(n);
        story.accept(at(1)).open_task(at(2), "review", "审批科", None).set_timer(at(3), TimerKind::Acceptance, at(90));
        save(&store, &mut story).await.unwrap();
        story.do_task(at(4), "review").park(at(5));
        save(&store, &mut story).await.unwrap();
        if n % 2 == 0 {
            story.close(at(6));
            save(&store, &mut story).await.unwrap();
        }
    }
    drop(store);
    let bench = bench.again();
    let report = bench.store.verify().unwrap();
    assert_eq!(report.faults, []);
    assert_eq!((report.cases, report.erased, report.unsealed), (19, 0, true));
    assert_eq!(report.entries, 19 * 6 + 9);
}
