//! The limit of an accepted case: when it ends, what moves it, what stands outside it.
//!
//! The day of acceptance is day 0. Only a special procedure (行政许可法 第四十五条) stops the clock: a
//! procedure that began on `from` and ended on `to` takes out the days `d` with `from < d <= to`. A
//! supplement does not: it comes before acceptance, so it delays the beginning.
//!
//! This module computes dates. Whether an extension or a procedure is allowed is for the law rows to say.

use jiff::civil::Date;

use crate::calendar::{Calendar, plain_end};
use crate::case::{Extension, Procedure};
use crate::definition::{Span, SpanUnit};
use crate::effect::{DueDate, Limits};

/// A time that does not count towards a limit: the days `d` with `from < d <= to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// The day on which it began; counts as any other day.
    pub from: Date,
    /// The last day that does not count; none: it goes on.
    pub to: Option<Date>,
}

impl From<&Procedure> for Pause {
    fn from(procedure: &Procedure) -> Self {
        Self { from: procedure.from, to: procedure.to }
    }
}

impl Pause {
    /// Whether it takes the day out; one that goes on does so up to `today`.
    fn excludes(&self, day: Date, today: Date) -> bool {
        self.from < day && day <= self.to.unwrap_or(today)
    }
}

/// The last day of a limit.
///
/// Limit and extensions are one period: each counts on from where the one before it ends, and only the
/// end of the whole moves to the next working day, where it is none (see `Calendar::add`; a count of
/// working days ends on one anyway). A month is as many days as it has from where it is counted, so that a pause makes
/// it longer by its own days. A whole count of zero ends on `accepted`.
///
/// A pause that goes on is counted as if it ended on `today`: the date is right if it does, and is
/// computed again when it ends. Give the civil date of the entry that is being made.
pub fn due(
    calendar: &Calendar,
    accepted: Date,
    limit: Span,
    extensions: &[Span],
    pauses: &[Pause],
    today: Date,
) -> DueDate {
    let paused = |day: Date| pauses.iter().any(|pause| pause.excludes(day, today));
    let mut walk = Walk { calendar, paused, date: accepted, provisional: false };
    for span in std::iter::once(&limit).chain(extensions).filter(|span| span.count > 0) {
        walk.span(*span);
    }
    if walk.date != accepted {
        walk.roll_to_working_day();
    }
    DueDate { date: walk.date, provisional: walk.provisional }
}

/// What the limits of an accepted case are counted from.
#[derive(Debug, Clone)]
pub struct Terms<'a> {
    /// The day of acceptance: day 0.
    pub accepted: Date,
    /// 法定时限: the law row's span, or the shorter one that the matter declares, and the row's id.
    pub statutory: (Span, &'a str),
    /// 承诺时限; none: decided on the spot, on the day of acceptance.
    pub promised: Option<Span>,
    /// The end of the bundle's promise, for a part; counted with the bundle's own terms.
    pub bundle_due: Option<DueDate>,
    /// Extensions that were granted; they move the statutory end and the promised one, because the
    /// applicant was told of the new date (行政许可法 第四十二条).
    pub extensions: &'a [Extension],
    /// Special procedures, past and running.
    pub procedures: &'a [Procedure],
}

/// The limits of an accepted case as of `today`. The promise never ends after the statutory limit: where
/// its count does, it takes the statutory end.
pub fn limits(calendar: &Calendar, terms: &Terms<'_>, today: Date) -> Limits {
    let extensions: Vec<Span> = terms.extensions.iter().map(|extension| extension.span).collect();
    let pauses: Vec<Pause> = terms.procedures.iter().map(Pause::from).collect();
    let end = |limit: Span| due(calendar, terms.accepted, limit, &extensions, &pauses, today);

    let (statutory, row) = terms.statutory;
    let statutory_due = end(statutory);
    let own = end(terms.promised.unwrap_or(Span::working_days(0)));
    let promised_due = if own.date <= statutory_due.date { own } else { statutory_due.clone() };
    Limits {
        statutory,
        statutory_row: row.to_owned(),
        statutory_due,
        promised: terms.promised,
        promised_due,
        bundle_due: terms.bundle_due.clone(),
    }
}

/// A walk over single days that leaves out what is paused. Stops for good at the last day there is.
struct Walk<'a, P> {
    calendar: &'a Calendar,
    paused: P,
    date: Date,
    provisional: bool,
}

impl<P: Fn(Date) -> bool> Walk<'_, P> {
    fn span(&mut self, span: Span) {
        let left = match span.unit {
            SpanUnit::WorkingDays => i32::from(span.count),
            SpanUnit::Days | SpanUnit::Months => (plain_end(self.date, span) - self.date).get_days(),
        };
        for _ in 0..left {
            while self.step() && !self.counts(span.unit) {}
        }
    }

    fn roll_to_working_day(&mut self) {
        while !self.counts(SpanUnit::WorkingDays) && self.step() {}
    }

    /// Whether the day reached counts. Only where it must be a working day is the calendar asked, and
    /// only then does it matter whether its year is published.
    fn counts(&mut self, unit: SpanUnit) -> bool {
        if (self.paused)(self.date) {
            return false;
        }
        if unit != SpanUnit::WorkingDays {
            return true;
        }
        self.provisional |= !self.calendar.is_published(self.date.year());
        self.calendar.is_working_day(self.date)
    }

    fn step(&mut self) -> bool {
        match self.date.tomorrow() {
            Ok(next) => {
                self.date = next;
                true
            }
            Err(_) => {
                self.provisional = true;
                false
            }
        }
    }
}
