//! Which days are working days, and how a span is counted on them.
//!
//! A calendar is data: one JSON file for each published year, with the days off beyond Saturday and
//! Sunday and the make-up work days (调休). It must not be guessed: in a year that nobody has published
//! Monday to Friday count, and every date that rests on such a year says that it is provisional.
//!
//! The notice for a year can move a day of the December before it. That December's file is then
//! published again: where `Calendar::of` is given a year twice, the later one holds.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::definition::{Span, SpanUnit};
use crate::effect::DueDate;
use crate::ids::Digest;
use crate::text::one_line;

/// Why a calendar file is not one.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not JSON of the right shape.
    #[error(
        "calendar file does not read: {}; it needs `year`, `source`, `off` (date to name), `work` and `working_days_in_year`",
        one_line(&.0.to_string(), 300)
    )]
    Shape(#[from] serde_json::Error),
    /// It contradicts itself.
    #[error("calendar of {year}: {what}")]
    Contradiction {
        /// Which year.
        year: i16,
        /// What, and what would be right.
        what: String,
    },
}

/// The calendar of one published year, checked; its fields are those of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    /// Which.
    year: i16,
    /// Where it was published, or what it was checked against.
    source: String,
    /// Holidays by date, weekends within a holiday included.
    off: BTreeMap<Date, String>,
    /// Saturdays and Sundays on which one works.
    work: BTreeSet<Date>,
    /// The sum, by which a missing or doubled line shows.
    working_days_in_year: u16,
}

/// A year's file before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    year: i16,
    source: String,
    off: BTreeMap<Date, String>,
    work: BTreeSet<Date>,
    working_days_in_year: u16,
}

impl TryFrom<File> for Year {
    type Error = Error;
    fn try_from(file: File) -> Result<Self, Error> {
        let File { year, source, off, work, working_days_in_year } = file;
        let year = Self { year, source, off, work, working_days_in_year };
        year.check()?;
        Ok(year)
    }
}

impl Year {
    /// Which year it is.
    pub const fn year(&self) -> i16 {
        self.year
    }

    /// Where it was published, or what it was checked against.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its holidays, by date, with their names.
    pub const fn off(&self) -> &BTreeMap<Date, String> {
        &self.off
    }

    /// Its make-up work days.
    pub const fn work(&self) -> &BTreeSet<Date> {
        &self.work
    }

    fn is_working_day(&self, day: Date) -> bool {
        !self.off.contains_key(&day) && (is_weekday(day) || self.work.contains(&day))
    }

    fn check(&self) -> Result<(), Error> {
        let wrong = |what: String| Err(Error::Contradiction { year: self.year, what });
        if !(1949..=9998).contains(&self.year) {
            return wrong("not a year between 1949 and 9998".to_owned());
        }
        if let Some(day) = self.off.keys().chain(&self.work).find(|day| day.year() != self.year) {
            return wrong(format!("{day} lies outside the year; put it into that year's file"));
        }
        if let Some(day) = self.work.iter().find(|day| self.off.contains_key(day)) {
            return wrong(format!("{day} is both off and a work day; keep one"));
        }
        if let Some(day) = self.work.iter().find(|day| is_weekday(**day)) {
            return wrong(format!("{day} is a weekday and needs no make-up; remove it from `work`"));
        }
        let counted = days_of(self.year).filter(|day| self.is_working_day(*day)).count();
        if counted != usize::from(self.working_days_in_year) {
            let said = self.working_days_in_year;
            return wrong(format!("counts {counted} working days, says {said}; a day is missing or too many"));
        }
        Ok(())
    }

    fn to_json(&self) -> Value {
        let off: serde_json::Map<String, Value> =
            self.off.iter().map(|(day, name)| (day.to_string(), Value::from(name.as_str()))).collect();
        let work: Vec<String> = self.work.iter().map(Date::to_string).collect();
        json!({
            "year": self.year,
            "source": self.source,
            "off": off,
            "work": work,
            "working_days_in_year": self.working_days_in_year,
        })
    }
}

/// The published years, and how days are counted on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeMap<i16, Year>,
    digest: Digest,
}

/// The years that are built into the binary.
const BUILT_IN: [&str; 9] = [
    include_str!("../../calendars/2018.json"),
    include_str!("../../calendars/2019.json"),
    include_str!("../../calendars/2020.json"),
    include_str!("../../calendars/2021.json"),
    include_str!("../../calendars/2022.json"),
    include_str!("../../calendars/2023.json"),
    include_str!("../../calendars/2024.json"),
    include_str!("../../calendars/2025.json"),
    include_str!("../../calendars/2026.json"),
];

impl Calendar {
    /// Reads and checks the file of one year.
    pub fn parse_year(text: &str) -> Result<Year, Error> {
        serde_json::from_str::<File>(text)?.try_into()
    }

    /// A calendar of these years; of one that is given twice, the later holds.
    pub fn of(years: impl IntoIterator<Item = Year>) -> Self {
        let years: BTreeMap<i16, Year> = years.into_iter().map(|year| (year.year, year)).collect();
        let digest = Digest::of(&encode(&years));
        Self { years, digest }
    }

    /// The years in the binary: 2018 to 2026. An error means that the binary was built from wrong data;
    /// a test of this crate forbids it.
    pub fn built_in() -> Result<Self, Error> {
        Ok(Self::of(BUILT_IN.into_iter().map(Self::parse_year).collect::<Result<Vec<_>, _>>()?))
    }

    /// This calendar with more, or corrected, years.
    #[must_use]
    pub fn with(&self, years: impl IntoIterator<Item = Year>) -> Self {
        Self::of(self.years.values().cloned().chain(years))
    }

    /// The bytes that `digest` is the digest of: what is kept so that a replay counts on the same days.
    pub fn encode(&self) -> Vec<u8> {
        encode(&self.years)
    }

    /// Reads and checks what `encode` wrote.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let files: Vec<File> = serde_json::from_slice(bytes)?;
        Ok(Self::of(files.into_iter().map(Year::try_from).collect::<Result<Vec<_>, _>>()?))
    }

    /// The digest of `encode`; the same for the same years in whatever order they were given.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The published years.
    pub fn years(&self) -> impl Iterator<Item = &Year> {
        self.years.values()
    }

    /// Whether the year's calendar is published.
    pub fn is_published(&self, year: i16) -> bool {
        self.years.contains_key(&year)
    }

    /// Whether one works on the day; in an unpublished year, from Monday to Friday.
    pub fn is_working_day(&self, day: Date) -> bool {
        self.years.get(&day.year()).map_or_else(|| is_weekday(day), |year| year.is_working_day(day))
    }

    /// The last day of a span that is counted from `from`, which is day 0.
    ///
    /// - Working days: the n-th working day after `from`.
    /// - Days and months: the n-th calendar day, or the same day of the n-th month (its last day where it
    ///   has no such day). If that is not a working day, the next working day. 行政许可法 does not say so,
    ///   because it counts in working days (第八十二条); this follows the general rule of 民法典
    ///   第二百零三条 and is a choice of this project.
    /// - A count of zero ends on `from`, whatever day that is.
    ///
    /// Provisional, if a day had to be judged whose year is not published.
    pub fn add(&self, from: Date, span: Span) -> DueDate {
        if span.count == 0 {
            return DueDate { date: from, provisional: false };
        }
        match span.unit {
            SpanUnit::WorkingDays => self.nth_working_day(from, u32::from(span.count)),
            SpanUnit::Days | SpanUnit::Months => self.on_or_after(plain_end(from, span)),
        }
    }

    /// Whichever of two spans ends earlier when counted from `from`; the first where both end together.
    pub fn shorter(&self, from: Date, first: Span, second: Span) -> Span {
        if self.add(from, second).date < self.add(from, first).date { second } else { first }
    }

    /// The first working day that is not before `day`.
    pub fn on_or_after(&self, day: Date) -> DueDate {
        let mut date = day;
        let mut provisional = !self.is_published(date.year());
        while !self.is_working_day(date) {
            let Ok(next) = date.tomorrow() else { break };
            date = next;
            provisional |= !self.is_published(date.year());
        }
        DueDate { date, provisional }
    }

    /// Walks day by day, but takes whole years at once, so that no count is expensive.
    fn nth_working_day(&self, from: Date, count: u32) -> DueDate {
        let (mut date, mut left, mut provisional) = (from, count, false);
        while left > 0 {
            let Ok(next) = date.tomorrow() else { return DueDate { date, provisional: true } };
            provisional |= !self.is_published(next.year());
            let whole_year = if next.day_of_year() == 1 { self.working_days_in(next.year()) } else { 0 };
            if whole_year > 0 && whole_year < left {
                left -= whole_year;
                date = next.last_of_year();
                continue;
            }
            date = next;
            left -= u32::from(self.is_working_day(date));
        }
        DueDate { date, provisional }
    }

    fn working_days_in(&self, year: i16) -> u32 {
        self.years.get(&year).map_or_else(|| weekdays_in(year), |year| u32::from(year.working_days_in_year))
    }
}

/// The day that a span of days or months reaches, holidays aside; for working days, `from`.
pub(crate) fn plain_end(from: Date, span: Span) -> Date {
    let count = i64::from(span.count);
    match span.unit {
        SpanUnit::WorkingDays => from,
        SpanUnit::Days => from.saturating_add(count.days()),
        SpanUnit::Months => from.saturating_add(count.months()),
    }
}

fn encode(years: &BTreeMap<i16, Year>) -> Vec<u8> {
    Value::from_iter(years.values().map(Year::to_json)).to_string().into_bytes()
}

fn is_weekday(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn days_of(year: i16) -> impl Iterator<Item = Date> {
    let first = Date::new(year, 1, 1).ok();
    std::iter::successors(first, |day| day.tomorrow().ok()).take_while(move |day| day.year() == year)
}

/// Monday to Friday in a whole year: 52 weeks have 260, and the days left over fall as its first day does.
fn weekdays_in(year: i16) -> u32 {
    let Ok(first) = Date::new(year, 1, 1) else { return 0 };
    let over = u32::from(first.in_leap_year()) + 1;
    let extra = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take(over as usize);
    260 + extra.map(|day| u32::from(is_weekday(day))).sum::<u32>()
}
