//! Years of the working-day calendar, and the days that are counted on them.

use arbitrary::{Result, Unstructured};
use banshi_model::calendar::Calendar;
use banshi_model::definition::{Span, SpanUnit};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::bounded;
use crate::json;

const YEAR_2021: &str = include_str!("../../../../host/calendars/2021.json");

/// The first byte says whether the rest is a file or edits of one that was right.
pub fn run(data: &[u8]) {
    let Some((mode, rest)) = data.split_first() else { return };
    let mut u = Unstructured::new(rest);
    if mode % 3 == 0 {
        if let Ok(text) = std::str::from_utf8(rest) {
            let _ = read(text, &mut u);
        }
    } else if let Ok(text) = edited(&mut u) {
        let _ = read(&text, &mut u);
    }
}

fn edited(u: &mut Unstructured<'_>) -> Result<String> {
    let mut year: Value = serde_json::from_str(YEAR_2021).expect("the built-in year is JSON");
    if u.ratio(1, 2)? {
        // A whole year of another number: the days off go with it, and the sum is asked of the error.
        let number: i16 = u.int_in_range(-9999..=9999)?;
        year = json!({ "year": number, "source": "x", "off": {}, "work": [], "working_days_in_year": 0 });
        if let Err(error) = Calendar::parse_year(&year.to_string())
            && let Some(counted) = error.to_string().split("counts ").nth(1).and_then(|rest| rest.split(' ').next())
        {
            year["working_days_in_year"] = json!(counted.parse::<u16>().expect("an error counts days"));
        }
    }
    json::edit(u, &mut year)?;
    Ok(year.to_string())
}

fn read(text: &str, u: &mut Unstructured<'_>) -> Result<()> {
    let year = match Calendar::parse_year(text) {
        Ok(year) => year,
        Err(error) => {
            bounded(&error.to_string());
            return Ok(());
        }
    };
    assert!(year.work().iter().all(|day| !year.off().contains_key(day)), "a day is off or not");
    let number = year.year();
    let calendar = Calendar::built_in().expect("the built-in years are right").with([year.clone()]);
    assert_eq!(calendar.with([year]), calendar, "a year that is given twice is given once");
    assert_eq!(Calendar::decode(&calendar.encode()).expect("what was kept can be read"), calendar);
    assert!(calendar.is_published(number));

    let from = Date::new(number, u.int_in_range(1..=12)?, u.int_in_range(1..=28)?).expect("a day");
    let unit = *u.choose(&[SpanUnit::WorkingDays, SpanUnit::Days, SpanUnit::Months])?;
    let count = u.arbitrary()?;
    let end = calendar.add(from, Span { count, unit });
    assert!(end.date >= from, "a span does not end before it begins");
    assert!(
        calendar.add(from, Span { count: count.saturating_add(1), unit }).date >= end.date,
        "a longer one ends later"
    );
    if count > 0 && end.date < Date::MAX {
        assert!(calendar.is_working_day(end.date), "a limit ends on a working day");
    }
    if unit == SpanUnit::WorkingDays && count <= 600 && end.date < Date::MAX {
        let walked = std::iter::successors(from.tomorrow().ok(), |day| day.tomorrow().ok())
            .filter(|day| calendar.is_working_day(*day))
            .take(usize::from(count))
            .last();
        assert_eq!(walked.unwrap_or(from), end.date, "{count} days from {from}, one by one");
    }
    Ok(())
}
