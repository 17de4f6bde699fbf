//! Indexes and their cursors.

use banshi_model::effect::TimerKind;
use banshi_model::ids::{CaseId, TaskId};
use banshi_store::{Cursor, Error, Page};
use jiff::civil::date;

use crate::sample::{Story, at, draft, id, subject};
use crate::{Bench, over_both, save};

over_both! {
    cases_of_a_division_come_newest_first_from_all_below_it
    cases_of_a_subject_come_newest_first
    open_tasks_come_by_due_date_and_leave_when_done
    parked_and_open_cases_are_listed_while_they_are
    timers_fire_in_order_and_once
    a_cursor_of_another_list_is_refused
}

/// Every item of a list, read in pages of this size.
fn all<T>(limit: usize, page: impl Fn(Option<&Cursor>) -> Result<Page<T>, Error>) -> Vec<T> {
    let (mut items, mut after) = (Vec::new(), None::<Cursor>);
    loop {
        let mut next = page(after.as_ref()).unwrap();
        assert!(next.items.len() <= limit);
        items.append(&mut next.items);
        // Over the wire a cursor is text.
        after = next.next.map(|cursor| cursor.to_string().parse().unwrap());
        if after.is_none() {
            return items;
        }
    }
}

async fn cases_of_a_division_come_newest_first_from_all_below_it(bench: Bench) {
    let mut expected: Vec<(i64, String, CaseId)> = Vec::new();
    for n in 0u8..60 {
        let division = ["310115", "310101", "310115001", "310115001002", "320100"][usize::from(n) % 5];
        let case = id(&division[..6], n);
        let time = i64::from(n) * 37 % 60;
        let mut story = Story::begin(&case, draft(division, subject()), at(time));
        save(&bench.store, &mut story).await.unwrap();
        expected.push((-time, division.to_owned(), case));
    }
    expected.sort();
    let bench = bench.again();
    for (asked, stem) in [
        ("000000", ""),
        ("310000", "31"),
        ("310100", "3101"),
        ("310115", "310115"),
        ("310115001", "310115001"),
        ("310115001002", "310115001002"),
        ("330000", "33"),
    ] {
        let within: Vec<CaseId> = expected
            .iter()
            .filter(|(_, division, _)| division.starts_with(stem))
            .map(|(.., case)| case.clone())
            .collect();
        for limit in [1, 7, 50, 1_000] {
            let division = asked.parse().unwrap();
            assert_eq!(all(limit, |after| bench.store.cases_in(&division, after, limit)), within, "{asked} by {limit}");
        }
    }
}

async fn cases_of_a_subject_come_newest_first(bench: Bench) {
    let other = banshi_model::text::Subject { id: "91310000000000000X".to_owned(), ..subject() };
    for n in 0u8..10 {
        let who = if n % 2 == 0 { subject() } else { other.clone() };
        save(&bench.store, &mut Story::begin(&id("310115", n), draft("310115", who), at(i64::from(n)))).await.unwrap();
    }
    let mine: Vec<CaseId> = [8, 6, 4, 2, 0].map(|n| id("310115", n)).into();
    assert_eq!(all(2, |after| bench.store.cases_of(crate::sample::SUBJECT, after, 2)), mine);
    assert!(bench.store.cases_of("nobody", None, 2).unwrap().items.is_empty());
}

async fn open_tasks_come_by_due_date_and_leave_when_done(bench: Bench) {
    let dues = [Some(date(2021, 5, 7)), None, Some(date(2021, 4, 30)), Some(date(2022, 1, 1))];
    let mut stories = Vec::new();
    for n in 0u8..24 {
        let county = ["310115", "310101"][usize::from(n) % 2];
        let unit = ["审批科", "监管科", "窗口"][usize::from(n) % 3];
        let mut story = Story::begin(&id(county, n), draft(county, subject()), at(0));
        story.open_task(at(1), "review", unit, dues[usize::from(n) % 4]);
        save(&bench.store, &mut story).await.unwrap();
        stories.push((county, unit, story));
    }
    let expected = |within: &str, unit: Option<&str>| -> Vec<TaskId> {
        let wanted =
            stories.iter().filter(|(county, of, _)| county.starts_with(within) && unit.is_none_or(|unit| unit == *of));
        let mut tasks: Vec<_> = wanted.map(|(.., story)| &story.case.tasks[0]).collect();
        tasks.sort_by_key(|task| (task.due.is_none(), task.due, task.id.clone()));
        tasks.iter().map(|task| task.id.clone()).collect()
    };
    for (asked, stem) in [("310000", "31"), ("310115", "310115")] {
        for unit in [None, Some("审批科"), Some("no such unit")] {
            let division = asked.parse().unwrap();
            let found = all(5, |after| bench.store.open_tasks(&division, unit, after, 5));
            assert_eq!(found, expected(stem, unit), "{asked} {unit:?}");
        }
    }
    let (.., mut first) = stories.swap_remove(0);
    let before = all(5, |after| bench.store.open_tasks(&"310000".parse().unwrap(), None, after, 5)).len();
    first.do_task(at(5), "review");
    save(&bench.store, &mut first).await.unwrap();
    let left = all(5, |after| bench.store.open_tasks(&"310000".parse().unwrap(), None, after, 5));
    assert_eq!(left.len(), before - 1);
    assert!(!left.contains(&first.case.tasks[0].id));
}

async fn parked_and_open_cases_are_listed_while_they_are(bench: Bench) {
    let mut late = Story::begin(&id("310101", 1), draft("310101", subject()), at(0));
    let mut early = Story::begin(&id("310115", 2), draft("310115", subject()), at(0));
    late.park(at(20));
    early.park(at(10)).park(at(30));
    save(&bench.store, &mut late).await.unwrap();
    save(&bench.store, &mut early).await.unwrap();
    let (late_id, early_id) = (late.case.id.clone(), early.case.id.clone());
    assert_eq!(all(1, |after| bench.store.parked(after, 1)), [early_id.clone(), late_id.clone()]);
    assert_eq!(all(1, |after| bench.store.open_cases(after, 1)), [late_id.clone(), early_id]);
    early.push(
        at(40),
        banshi_model::entry::Cause::Host(banshi_model::entry::HostAct::FinishedByHand),
        vec![banshi_model::effect::Effect::ParkedDropped],
    );
    early.close(at(41));
    save(&bench.store, &mut early).await.unwrap();
    assert_eq!(all(1, |after| bench.store.parked(after, 1)), [late_id.clone()]);
    assert_eq!(all(1, |after| bench.store.open_cases(after, 1)), [late_id]);
}

async fn timers_fire_in_order_and_once(bench: Bench) {
    assert_eq!(bench.store.next_timer().unwrap(), None);
    let (mut one, mut two) = (
        Story::begin(&id("310115", 1), draft("310115", subject()), at(0)),
        Story::begin(&id("310115", 2), draft("310115", subject()), at(0)),
    );
    let plugin = TimerKind::Plugin("remind".parse().unwrap());
    one.set_timer(at(1), TimerKind::Acceptance, at(50)).set_timer(at(1), plugin.clone(), at(30));
    two.set_timer(at(1), TimerKind::Silence("consult".parse().unwrap()), at(40));
    save(&bench.store, &mut one).await.unwrap();
    save(&bench.store, &mut two).await.unwrap();
    let bench = bench.again();
    assert_eq!(bench.store.next_timer().unwrap(), Some(at(30)));
    assert!(bench.store.timers_due(at(29), 10).unwrap().is_empty());
    let due = bench.store.timers_due(at(50), 10).unwrap();
    assert_eq!(due.iter().map(|(at, ..)| *at).collect::<Vec<_>>(), [at(30), at(40), at(50)]);
    assert_eq!(due[0], (at(30), one.case.id.clone(), plugin.clone()));
    assert_eq!(bench.store.timers_due(at(50), 2).unwrap().len(), 2);
    one.set_timer(at(31), plugin, at(60));
    save(&bench.store, &mut one).await.unwrap();
    assert_eq!(bench.store.next_timer().unwrap(), Some(at(40)));
    one.step(at(50), vec![banshi_model::effect::Effect::TimerEnded(TimerKind::Acceptance)]);
    save(&bench.store, &mut one).await.unwrap();
    assert_eq!(bench.store.timers_due(at(1_000), 10).unwrap().len(), 2);
}

async fn a_cursor_of_another_list_is_refused(bench: Bench) {
    for n in 1..4 {
        save(&bench.store, &mut Story::begin(&id("310115", n), draft("310115", subject()), at(0))).await.unwrap();
    }
    let cursor = bench.store.open_cases(None, 1).unwrap().next.unwrap();
    assert!(matches!(bench.store.parked(Some(&cursor), 1), Err(Error::Cursor)));
    assert!("zz".parse::<Cursor>().is_err());
    assert!("".parse::<Cursor>().is_err());
}
