//! Limits, extensions and pauses against a naive walk over single days.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use banshi_model::calendar::Calendar;
use banshi_model::case::{Extension, Procedure};
use banshi_model::clock::{Pause, Terms, due, limits};
use banshi_model::command::{SpecialKind, SpecialProcedure};
use banshi_model::definition::{Span, SpanUnit};
use banshi_model::effect::DueDate;
use banshi_model::text::{Reason, Text};
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday, date};
use proptest::prelude::*;

fn calendar() -> &'static Calendar {
    &CALENDAR
}

fn extension(count: u16) -> Extension {
    Extension {
        span: Span::working_days(count),
        row: "licence-law-42-single-extension".into(),
        instrument: "批〔2021〕3号".into(),
    }
}

fn procedure(from: Date, to: Option<Date>) -> Procedure {
    let reason = Reason {
        rule: "needs-test".into(),
        basis: "行政许可法 第四十五条".into(),
        text: Text::new("检测", "testing"),
        evidence: vec![],
    };
    let procedure = SpecialProcedure {
        id: "water-test".parse().unwrap(),
        kind: SpecialKind::Testing,
        expected: Span::working_days(5),
        task: "review".parse().unwrap(),
        reason,
    };
    Procedure { procedure, from, to }
}

/// Accepted on Monday 2021-04-26, before five days off and a Saturday on which one works.
fn terms<'a>(promised: Option<Span>, extensions: &'a [Extension], procedures: &'a [Procedure]) -> Terms<'a> {
    Terms {
        accepted: date(2021, 4, 26),
        statutory: (Span::working_days(20), "licence-law-42-single"),
        promised,
        bundle_due: None,
        extensions,
        procedures,
    }
}

const TODAY: Date = date(2021, 4, 26);

#[test]
fn statute_and_promise_count_from_the_day_after_acceptance() {
    let limits = limits(calendar(), &terms(Some(Span::working_days(5)), &[], &[]), TODAY);
    assert_eq!(limits.promised_due.date, date(2021, 5, 6));
    assert_eq!(limits.statutory_due.date, date(2021, 5, 26));
    assert_eq!(limits.effective().date, date(2021, 5, 6));
    assert_eq!(limits.statutory_row, "licence-law-42-single");
}

#[test]
fn what_is_done_on_the_spot_is_due_on_the_day_of_acceptance() {
    let limits = limits(calendar(), &terms(None, &[], &[]), TODAY);
    assert_eq!((limits.promised, limits.promised_due.date), (None, date(2021, 4, 26)));
}

#[test]
fn a_promise_never_ends_after_the_statute() {
    let longer = Span { count: 3, unit: SpanUnit::Months };
    let limits = limits(calendar(), &terms(Some(longer), &[], &[]), TODAY);
    assert_eq!(limits.promised_due, limits.statutory_due);
    assert_eq!(limits.promised, Some(longer));
}

#[test]
fn an_extension_moves_statute_and_promise() {
    let granted = [extension(10)];
    let limits = limits(calendar(), &terms(Some(Span::working_days(5)), &granted, &[]), TODAY);
    assert_eq!(limits.statutory_due.date, date(2021, 6, 9));
    assert_eq!(limits.promised_due.date, date(2021, 5, 19));
}

#[test]
fn the_end_of_the_bundle_holds_where_it_is_earlier() {
    let mut terms = terms(Some(Span::working_days(15)), &[], &[]);
    terms.bundle_due = Some(DueDate { date: date(2021, 5, 7), provisional: false });
    assert_eq!(limits(calendar(), &terms, TODAY).effective().date, date(2021, 5, 7));
    terms.bundle_due = Some(DueDate { date: date(2021, 12, 31), provisional: false });
    assert_eq!(limits(calendar(), &terms, TODAY).effective().date, date(2021, 5, 19));
}

#[test]
fn a_procedure_that_goes_on_counts_as_if_it_ended_today() {
    let (from, promised) = (date(2021, 4, 28), Some(Span::working_days(5)));
    let at = |procedures: &[Procedure], today| {
        limits(calendar(), &terms(promised, &[], procedures), today).promised_due.date
    };
    let open = [procedure(from, None)];
    assert_eq!(at(&open, date(2021, 4, 28)), date(2021, 5, 6));
    assert_eq!(at(&open, date(2021, 5, 7)), date(2021, 5, 11));
    let ended = [procedure(from, Some(date(2021, 5, 7)))];
    assert_eq!(at(&ended, date(2021, 12, 31)), date(2021, 5, 11));
    // Begun in the future, or ended before it began: nothing is taken out.
    assert_eq!(at(&open, date(2021, 4, 1)), date(2021, 5, 6));
    assert_eq!(at(&[procedure(from, Some(date(2021, 4, 1)))], TODAY), date(2021, 5, 6));
}

#[test]
fn two_procedures_at_once_take_a_day_out_once() {
    let twice =
        [procedure(date(2021, 4, 28), Some(date(2021, 5, 7))), procedure(date(2021, 4, 29), Some(date(2021, 5, 7)))];
    let limits = limits(calendar(), &terms(Some(Span::working_days(5)), &[], &twice), TODAY);
    assert_eq!(limits.promised_due.date, date(2021, 5, 11));
}

#[test]
fn limit_and_extension_in_days_are_one_period_whose_last_day_alone_moves() {
    let days = |count| Span { count, unit: SpanUnit::Days };
    // 04-26 + 5 days is 05-01, off until 05-05; + 9 days is 05-05, off; the end moves to 05-06.
    let end = due(calendar(), TODAY, days(5), &[days(4)], &[], TODAY);
    assert_eq!(end.date, date(2021, 5, 6));
    // In working days the extension counts on from 05-01: 05-06, 05-07, 05-08 (Saturday, worked).
    let end = due(calendar(), TODAY, days(5), &[Span::working_days(3)], &[], TODAY);
    assert_eq!(end.date, date(2021, 5, 8));
}

#[test]
fn a_pause_makes_a_month_longer_by_its_own_days() {
    let month = Span { count: 1, unit: SpanUnit::Months };
    let pause = Pause { from: date(2021, 5, 10), to: Some(date(2021, 5, 12)) };
    assert_eq!(due(calendar(), TODAY, month, &[], &[], TODAY).date, date(2021, 5, 26));
    assert_eq!(due(calendar(), TODAY, month, &[], &[pause], TODAY).date, date(2021, 5, 28));
}

#[test]
fn only_a_day_that_had_to_be_judged_makes_a_date_provisional() {
    let accepted = date(2026, 12, 28);
    let pause = Pause { from: date(2026, 12, 29), to: Some(date(2027, 1, 20)) };
    let end = due(calendar(), accepted, Span::working_days(3), &[], &[pause], accepted);
    assert_eq!((end.date, end.provisional), (date(2027, 1, 22), true));
    let end = due(calendar(), accepted, Span::working_days(3), &[], &[], accepted);
    assert_eq!((end.date, end.provisional), (date(2026, 12, 31), false));
}

#[test]
fn the_end_of_time_is_reached_and_not_passed() {
    let open = Pause { from: date(9999, 1, 1), to: Some(Date::MAX) };
    for unit in [SpanUnit::WorkingDays, SpanUnit::Days, SpanUnit::Months] {
        let end = due(calendar(), date(9999, 6, 1), Span { count: 900, unit }, &[], &[open], TODAY);
        assert_eq!((end.date, end.provisional), (Date::MAX, true), "{unit:?}");
    }
}

static WORKED: LazyLock<BTreeSet<Date>> = LazyLock::new(working_days);
static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::built_in().unwrap());

/// The working days of 2018 to 2026, read from the files without the code under test.
fn working_days() -> BTreeSet<Date> {
    let files = (2018..=2026).map(|year| {
        let path = format!("{}/../calendars/{year}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str::<serde_json::Value>(&std::fs::read_to_string(path).unwrap()).unwrap()
    });
    let (mut off, mut work) = (BTreeSet::new(), BTreeSet::new());
    for file in files {
        off.extend(file["off"].as_object().unwrap().keys().map(|day| day.parse::<Date>().unwrap()));
        work.extend(file["work"].as_array().unwrap().iter().map(|day| day.as_str().unwrap().parse::<Date>().unwrap()));
    }
    let all =
        std::iter::successors(Some(date(2018, 1, 1)), |day| day.tomorrow().ok()).take_while(|day| day.year() < 2027);
    all.filter(|day| {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        work.contains(day) || !(weekend || off.contains(day))
    })
    .collect()
}

/// The same as `due`, by listing days and taking the n-th.
fn naive(worked: &BTreeSet<Date>, accepted: Date, spans: &[Span], pauses: &[Pause], today: Date) -> Date {
    let paused: BTreeSet<Date> = pauses
        .iter()
        .flat_map(|pause| {
            let last = pause.to.unwrap_or(today);
            std::iter::successors(pause.from.tomorrow().ok(), |day| day.tomorrow().ok())
                .take_while(move |day| *day <= last)
        })
        .collect();
    let after = |start: Date| {
        std::iter::successors(start.tomorrow().ok(), |day| day.tomorrow().ok()).filter(|day| !paused.contains(day))
    };
    let mut end = accepted;
    for span in spans.iter().filter(|span| span.count > 0) {
        let n = match span.unit {
            SpanUnit::Months => {
                let to = end.checked_add(i64::from(span.count).months()).unwrap();
                usize::try_from(end.until(to).unwrap().get_days()).unwrap()
            }
            _ => usize::from(span.count),
        };
        let counted: Vec<Date> = match span.unit {
            SpanUnit::WorkingDays => after(end).filter(|day| worked.contains(day)).take(n).collect(),
            _ => after(end).take(n).collect(),
        };
        end = *counted.last().unwrap();
    }
    match spans.iter().rfind(|span| span.count > 0) {
        Some(last) if last.unit != SpanUnit::WorkingDays && !worked.contains(&end) => {
            after(end).find(|day| worked.contains(day)).unwrap()
        }
        _ => end,
    }
}

fn any_span() -> impl Strategy<Value = Span> {
    prop_oneof![
        (0..46_u16).prop_map(Span::working_days),
        (0..91_u16).prop_map(|count| Span { count, unit: SpanUnit::Days }),
        (0..4_u16).prop_map(|count| Span { count, unit: SpanUnit::Months }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_clock_equals_a_naive_walk_over_single_days(
        start in 0..2700_i64,
        spans in prop::collection::vec(any_span(), 1..4),
        pauses in prop::collection::vec((-10..120_i64, prop::option::of(0..40_i64)), 0..4),
        today in 0..60_i64,
    ) {
        let accepted = date(2018, 1, 1) + start.days();
        let today = accepted + today.days();
        let pauses: Vec<Pause> = pauses
            .into_iter()
            .map(|(from, length)| {
                let from = accepted + from.days();
                Pause { from, to: length.map(|length| from + length.days()) }
            })
            .collect();
        let counted = due(calendar(), accepted, spans[0], &spans[1..], &pauses, today);
        prop_assert!(!counted.provisional);
        prop_assert_eq!(counted.date, naive(&WORKED, accepted, &spans, &pauses, today));
        prop_assert!(counted.date >= accepted);
    }

    #[test]
    fn without_a_pause_or_an_extension_the_clock_counts_as_the_calendar_does(start in 0..3000_i64, span in any_span()) {
        let accepted = date(2018, 1, 1) + start.days();
        let calendar = calendar();
        prop_assert_eq!(due(calendar, accepted, span, &[], &[], accepted), calendar.add(accepted, span));
    }

    #[test]
    fn a_promise_ends_with_the_statute_or_before_it(start in 0..2500_i64, statutory in any_span(), promised in prop::option::of(any_span()), more in 1..16_u16) {
        let extensions = [extension(more)];
        let terms = Terms {
            accepted: date(2018, 1, 1) + start.days(),
            statutory: (statutory, "row"),
            promised,
            bundle_due: None,
            extensions: &extensions,
            procedures: &[],
        };
        let limits = limits(calendar(), &terms, terms.accepted);
        prop_assert!(limits.promised_due.date <= limits.statutory_due.date);
        prop_assert!(limits.effective().date >= terms.accepted);
    }
}
