//! The last day of a validity, counted on the civil calendar.
//!
//! A calendar library would be most of a guest's bytes for these few lines; the tests compare them with
//! one, day by day.

use crate::contract::types::{Fault, Span, SpanUnit};
use crate::text::fault;

/// The last valid day of what is issued at the instant `now` for `span`: the day before the same day. In
/// a month that is too short for the same day, its last day stands for it. Working days have no same day
/// and are a fault, as is a date that is none.
pub(crate) fn last_day(now: &str, span: Span) -> Result<String, Fault> {
    let wrong =
        || fault("validity", "有效期无法计算 / the last valid day cannot be counted; give it in days or months");
    let (year, month, day) = read(now).ok_or_else(wrong)?;
    let count = i32::from(span.count);
    let same_day = match span.unit {
        SpanUnit::Months => {
            let months = year * 12 + (month - 1) + count;
            let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
            (year, month, day.min(days_in(year, month)))
        }
        SpanUnit::Days => forward((year, month, day), count),
        SpanUnit::WorkingDays => return Err(wrong()),
    };
    let (year, month, day) = before(same_day);
    Ok([padded(year, 4), padded(month, 2), padded(day, 2)].join("-"))
}

fn read(now: &str) -> Option<(i32, i32, i32)> {
    let number = |range: std::ops::Range<usize>| now.get(range)?.parse::<i32>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    ((1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day)).then_some((year, month, day))
}

fn days_in(year: i32, month: i32) -> i32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn forward((mut year, mut month, mut day): (i32, i32, i32), count: i32) -> (i32, i32, i32) {
    day += count;
    while day > days_in(year, month) {
        day -= days_in(year, month);
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    (year, month, day)
}

fn before((year, month, day): (i32, i32, i32)) -> (i32, i32, i32) {
    match (month, day) {
        (1, 1) => (year - 1, 12, 31),
        (_, 1) => (year, month - 1, days_in(year, month - 1)),
        _ => (year, month, day - 1),
    }
}

fn padded(number: i32, digits: usize) -> String {
    let text = number.to_string();
    ["0".repeat(digits.saturating_sub(text.len())), text].concat()
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;

    use super::*;
    use crate::text::{days, months, working_days};

    #[test]
    fn a_licence_for_five_years_ends_on_the_day_before_the_same_day() {
        let ends = |span| last_day("2021-04-26T09:30:00+08:00", span).ok();
        assert_eq!(ends(months(60)).as_deref(), Some("2026-04-25"));
        assert_eq!(ends(days(30)).as_deref(), Some("2021-05-25"));
        assert_eq!(ends(working_days(5)), None);
        assert_eq!(last_day("2021-02-29T00:00:00+08:00", days(1)).ok(), None);
    }

    #[test]
    fn every_day_of_twelve_years_ends_where_a_calendar_library_says() {
        let mut day = date(2019, 1, 1);
        while day < date(2031, 1, 1) {
            for count in [1, 6, 11, 12, 13, 36, 60] {
                let expected =
                    day.checked_add(count.months()).and_then(|same| same.checked_sub(1.day())).expect("a date");
                let counted = last_day(&day.to_string(), months(u16::try_from(count).expect("small")));
                assert_eq!(counted.ok(), Some(expected.to_string()), "{day} and {count} months");
            }
            for count in [1, 28, 31, 365, 1461] {
                let expected = day.checked_add((count - 1).days()).expect("a date");
                let counted = last_day(&day.to_string(), days(u16::try_from(count).expect("small")));
                assert_eq!(counted.ok(), Some(expected.to_string()), "{day} and {count} days");
            }
            day = day.tomorrow().expect("a date");
        }
    }
}
