//! Working days against hand-counted dates of real years.

use banshi_model::calendar::{Calendar, Error};
use banshi_model::definition::{Span, SpanUnit};
use jiff::civil::{Date, Weekday, date};
use proptest::prelude::*;

fn built_in() -> Calendar {
    Calendar::built_in().unwrap()
}

fn days(count: u16) -> Span {
    Span { count, unit: SpanUnit::Days }
}

fn months(count: u16) -> Span {
    Span { count, unit: SpanUnit::Months }
}

/// A file of 2027 with its first three days off; the third is a Sunday.
const NEXT_YEAR: &str = r#"{
    "year": 2027, "source": "made for this test",
    "off": {"2027-01-01": "元旦", "2027-01-02": "元旦", "2027-01-03": "元旦"},
    "work": [], "working_days_in_year": 260
}"#;

#[test]
fn the_binary_carries_2018_to_2026() {
    let calendar = built_in();
    for (year, working_days) in (2018..=2026).zip([250, 250, 249, 250, 249, 249, 251, 248, 248]) {
        assert!(calendar.is_published(year));
        let days = date(year, 1, 1).series(jiff::ToSpan::day(1)).take_while(|day| day.year() == year);
        assert_eq!(days.filter(|day| calendar.is_working_day(*day)).count(), working_days, "{year}");
    }
    assert!(!calendar.is_published(2017) && !calendar.is_published(2027));
    assert!(calendar.years().all(|year| !year.source().is_empty()));
}

#[test]
fn one_works_on_make_up_saturdays_and_not_on_holidays_of_2021() {
    let calendar = built_in();
    // 国务院办公厅关于2021年部分节假日安排的通知.
    for (month, day) in [(2, 7), (2, 20), (4, 25), (5, 8), (9, 18), (9, 26), (10, 9)] {
        assert!(calendar.is_working_day(date(2021, month, day)), "{month}-{day}");
    }
    for (month, day) in [(1, 1), (2, 11), (2, 17), (4, 5), (5, 1), (5, 5), (6, 14), (9, 20), (9, 21), (10, 7), (4, 24)]
    {
        assert!(!calendar.is_working_day(date(2021, month, day)), "{month}-{day}");
    }
}

#[test]
fn days_and_months_that_end_on_a_holiday_end_on_the_next_working_day() {
    let calendar = built_in();
    for (from, span, end) in [
        (date(2021, 4, 26), days(5), date(2021, 5, 6)),     // 05-01, five days off
        (date(2021, 9, 13), days(13), date(2021, 9, 26)),   // a Sunday on which one works
        (date(2021, 9, 13), days(4), date(2021, 9, 17)),    // a Friday
        (date(2021, 1, 31), months(1), date(2021, 3, 1)),   // 02-28 is a Sunday
        (date(2024, 1, 31), months(1), date(2024, 2, 29)),  // clamped to a Thursday
        (date(2021, 8, 1), months(2), date(2021, 10, 8)),   // 10-01, seven days off
        (date(2021, 11, 30), months(3), date(2022, 2, 28)), // over the year
    ] {
        let due = calendar.add(from, span);
        assert_eq!((due.date, due.provisional), (end, false), "{from} + {span:?}");
    }
}

#[test]
fn a_count_of_zero_ends_where_it_begins_even_on_a_holiday() {
    let calendar = built_in();
    for span in [Span::working_days(0), days(0), months(0)] {
        assert_eq!(calendar.add(date(2021, 10, 1), span).date, date(2021, 10, 1));
    }
}

#[test]
fn a_date_is_provisional_until_the_year_it_needs_is_published() {
    let calendar = built_in();
    let from = date(2026, 12, 28);
    assert!(!calendar.add(from, Span::working_days(3)).provisional);

    let before = calendar.add(from, Span::working_days(4));
    assert_eq!((before.date, before.provisional), (date(2027, 1, 1), true));
    let after = calendar.with([Calendar::parse_year(NEXT_YEAR).unwrap()]);
    let counted = after.add(from, Span::working_days(4));
    assert_eq!((counted.date, counted.provisional), (date(2027, 1, 4), false));

    // Days in between need no calendar; the last day does.
    assert!(!after.add(date(2026, 1, 5), months(13)).provisional);
    assert!(calendar.add(date(2026, 1, 5), months(13)).provisional);
    assert_eq!(after.add(from, days(4)).date, date(2027, 1, 4));
    // A holiday at the end of a published year can push into one that is not.
    assert_eq!(calendar.on_or_after(date(2018, 12, 30)).date, date(2019, 1, 2));
}

#[test]
fn exactly_a_year_of_working_days_ends_on_the_last_of_them() {
    // 2022 has 249 working days and ends on a Saturday.
    let from = date(2021, 12, 31);
    assert_eq!(built_in().add(from, Span::working_days(249)).date, date(2022, 12, 30));
    assert_eq!(built_in().add(from, Span::working_days(250)).date, date(2023, 1, 3));
}

#[test]
fn the_shorter_of_two_spans_is_the_one_that_ends_earlier_from_that_day() {
    let calendar = built_in();
    let (twenty, thirty) = (Span::working_days(20), days(30));
    assert_eq!(calendar.shorter(date(2021, 3, 1), twenty, thirty), twenty);
    assert_eq!(calendar.shorter(date(2021, 9, 18), twenty, thirty), thirty);
    assert_eq!(calendar.shorter(date(2021, 3, 1), twenty, Span::working_days(20)), twenty);
}

#[test]
fn a_year_that_is_published_again_replaces_the_former() {
    let corrected = NEXT_YEAR.replace(r#""2027-01-01": "元旦", "#, "").replace("260", "261");
    let years = [NEXT_YEAR, &corrected].map(|text| Calendar::parse_year(text).unwrap());
    let calendar = Calendar::of(years);
    assert!(calendar.is_working_day(date(2027, 1, 1)));
    assert_eq!(calendar.years().count(), 1);
}

#[test]
fn a_file_that_contradicts_itself_is_refused_with_its_place() {
    for (from, to, said) in [
        (r#""2027-01-01""#, r#""2026-01-01""#, "2026-01-01 lies outside the year"),
        (r#""work": []"#, r#""work": ["2027-01-02"]"#, "2027-01-02 is both off and a work day"),
        (r#""work": []"#, r#""work": ["2027-01-05"]"#, "2027-01-05 is a weekday"),
        (r#""work": []"#, r#""work": ["2027-01-09"]"#, "counts 261 working days, says 260"),
        ("260", "261", "counts 260 working days, says 261"),
        ("2027,", "20270,", "not a year between"),
    ] {
        let error = Calendar::parse_year(&NEXT_YEAR.replace(from, to)).unwrap_err();
        assert!(matches!(error, Error::Contradiction { .. }) && error.to_string().contains(said), "{error}");
    }
    for (from, to, said) in [
        (r#""source""#, r#""sauce""#, "unknown field `sauce`"),
        (r#""2027-01-01""#, r#""2027-02-30""#, "does not read"),
        ("}", "", "does not read"),
    ] {
        let error = Calendar::parse_year(&NEXT_YEAR.replace(from, to)).unwrap_err();
        assert!(matches!(error, Error::Shape(_)) && error.to_string().contains(said), "{error}");
    }
}

#[test]
fn the_digest_depends_on_the_days_and_not_on_their_order() {
    let year = |text: &str| Calendar::parse_year(text).unwrap();
    let (a, b) = (built_in(), Calendar::of(built_in().years().cloned().collect::<Vec<_>>().into_iter().rev()));
    assert_eq!((a.digest(), a.encode()), (b.digest(), b.encode()));
    assert_ne!(a.digest(), a.with([year(NEXT_YEAR)]).digest());
    assert_eq!(Calendar::decode(&a.encode()).unwrap(), a);
    assert_eq!(banshi_model::ids::Digest::of(&a.encode()), a.digest());
    // Entries of every earlier build bind digests made in this way: the encoding must not change.
    let golden = "6f82a741fb70852b877a4cce18f4aec3d7d5b78596a61a2ee912a3189f91c9ce";
    assert_eq!(Calendar::of([year(NEXT_YEAR)]).digest().to_string(), golden);
}

#[test]
fn the_end_of_time_is_reached_and_not_passed() {
    let calendar = built_in();
    for span in [Span::working_days(u16::MAX), days(u16::MAX), months(u16::MAX)] {
        let due = calendar.add(date(9999, 1, 1), span);
        assert_eq!((due.date, due.provisional), (Date::MAX, true), "{span:?}");
    }
    assert!(calendar.add(Date::MIN, Span::working_days(u16::MAX)).provisional);
}

proptest! {
    #[test]
    fn counting_whole_years_at_once_gives_what_single_days_give(start in 0..4000_i64, count in 1..3000_u16) {
        let calendar = built_in();
        let from = date(2016, 1, 1).saturating_add(jiff::ToSpan::days(start));
        let (mut day, mut left) = (from, count);
        while left > 0 {
            day = day.tomorrow().unwrap();
            let weekday = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            let published = (2018..=2026).contains(&day.year());
            left -= u16::from(if published { calendar.is_working_day(day) } else { weekday });
        }
        let due = calendar.add(from, Span::working_days(count));
        let all_published = from.tomorrow().unwrap().year() >= 2018 && day.year() <= 2026;
        prop_assert_eq!((due.date, due.provisional), (day, !all_published));
    }
}
