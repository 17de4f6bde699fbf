//! Comparing spans that are counted in different units, without a calendar. Pure.
//!
//! Where the comparison would depend on the year, the answer is the safe one: it may be longer.

use banshi_model::definition::{Processing, Span, SpanUnit};

/// Whether `a` never takes longer than `b`, wherever in the calendar both begin.
pub(crate) fn never_longer(a: Span, b: Span) -> bool {
    if a.unit == b.unit { a.count <= b.count } else { most_days(a) <= least_days(b) }
}

/// Whether what is promised never takes longer than `b`.
pub(crate) fn promise_within(promised: Processing, b: Span) -> bool {
    match promised {
        Processing::OnTheSpot => true,
        Processing::Promised(a) => never_longer(a, b),
    }
}

/// Whether a promise is never longer than another.
pub(crate) fn promise_never_longer(a: Processing, b: Processing) -> bool {
    match (a, b) {
        (Processing::OnTheSpot, _) => true,
        (Processing::Promised(_), Processing::OnTheSpot) => false,
        (Processing::Promised(a), Processing::Promised(b)) => never_longer(a, b),
    }
}

/// The fewest calendar days that it can take.
fn least_days(span: Span) -> u32 {
    let count = u32::from(span.count);
    match span.unit {
        SpanUnit::WorkingDays | SpanUnit::Days => count,
        // The shortest run of n months loses at most three days against 30.4 each.
        SpanUnit::Months => (count * 365 / 12).saturating_sub(3).max(28 * u32::from(count > 0)),
    }
}

/// The most calendar days that it can take. The longest holidays leave a working day at least every
/// twelfth day, and a span of days or months that ends in one runs on to the next working day.
fn most_days(span: Span) -> u32 {
    let count = u32::from(span.count);
    let tail = 12 * u32::from(count > 0);
    match span.unit {
        SpanUnit::WorkingDays => count * 7 / 5 + (count / 60 + 1) * tail,
        SpanUnit::Days => count + tail,
        SpanUnit::Months => count * 31 + tail,
    }
}

/// About how many working days a span is: five of seven days, and twenty-one a month. For sums that
/// people read, never for a limit.
pub(crate) fn in_working_days(span: Span) -> u32 {
    let count = u32::from(span.count);
    match span.unit {
        SpanUnit::WorkingDays => count,
        SpanUnit::Days => (count * 5).div_ceil(7),
        SpanUnit::Months => count * 21,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use banshi_model::calendar::Calendar;
    use jiff::ToSpan as _;
    use jiff::civil::date;

    const fn span(count: u16, unit: SpanUnit) -> Span {
        Span { count, unit }
    }

    #[test]
    fn equal_units_are_compared_by_their_count() {
        assert!(never_longer(Span::working_days(5), Span::working_days(5)));
        assert!(!never_longer(Span::working_days(6), Span::working_days(5)));
        assert!(never_longer(span(1, SpanUnit::Months), span(2, SpanUnit::Months)));
    }

    #[test]
    fn a_promise_on_the_spot_is_the_shortest() {
        let five = Processing::Promised(Span::working_days(5));
        assert!(promise_never_longer(Processing::OnTheSpot, five));
        assert!(!promise_never_longer(five, Processing::OnTheSpot));
        assert!(promise_within(five, Span::working_days(20)));
        assert!(!promise_within(five, Span::working_days(4)));
    }

    #[test]
    fn what_is_called_never_longer_is_so_from_every_day_of_the_published_years() {
        let calendar = Calendar::built_in().unwrap();
        let units = [SpanUnit::WorkingDays, SpanUnit::Days, SpanUnit::Months];
        let counts = [1, 2, 5, 10, 20, 30, 45, 60, 90];
        let spans: Vec<Span> = units.iter().flat_map(|unit| counts.map(|count| span(count, *unit))).collect();
        for a in &spans {
            for b in spans.iter().filter(|b| never_longer(*a, **b)) {
                let mut day = date(2018, 1, 1);
                while day < date(2022, 1, 1) {
                    assert!(calendar.add(day, *a).date <= calendar.add(day, *b).date, "{a:?} {b:?} from {day}");
                    day += 11.days();
                }
            }
        }
        assert!(never_longer(Span::working_days(5), span(1, SpanUnit::Months)));
        assert!(!never_longer(Span::working_days(20), span(30, SpanUnit::Days)));
    }

    #[test]
    fn a_sum_for_people_is_in_working_days() {
        assert_eq!(in_working_days(Span::working_days(20)), 20);
        assert_eq!(in_working_days(span(30, SpanUnit::Days)), 22);
        assert_eq!(in_working_days(span(2, SpanUnit::Months)), 42);
    }
}
