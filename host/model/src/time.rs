//! Instants and civil dates at the fixed offset +08:00 (Asia/Shanghai has had no other since 1991).
//!
//! All functions are total: where a date or an instant leaves what `jiff` can hold, they answer the end
//! of its range. No time zone database is read, so the answer never depends on the machine.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::{Offset, offset};

use crate::ids::Error;

/// Beijing time.
pub const OFFSET: Offset = offset(8);

/// The civil date at an instant.
pub fn date_of(at: Timestamp) -> Date {
    OFFSET.to_datetime(at).date()
}

/// The first instant of a day.
pub fn start_of(day: Date) -> Timestamp {
    OFFSET.to_timestamp(day.to_datetime(jiff::civil::Time::midnight())).unwrap_or(Timestamp::MIN)
}

/// The end of a day, which is the first instant of the next: a limit that ends on `day` is kept by
/// everything strictly before this instant.
pub fn end_of(day: Date) -> Timestamp {
    day.tomorrow().map_or(Timestamp::MAX, start_of)
}

/// RFC 3339 with the offset `+08:00` and whole seconds, as the contract's type `instant` wants it; a
/// fraction of a second is cut off.
pub fn text(at: Timestamp) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(0));
    PRINTER.timestamp_with_offset_to_string(&at, OFFSET)
}

/// Reads an instant of any offset, with or without a fraction of a second.
pub fn parse(text: &str) -> Result<Timestamp, Error> {
    text.parse().map_err(|_| Error::new(text, "an instant like `2021-04-26T09:00:00+08:00`"))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn at(text: &str) -> Timestamp {
        parse(text).unwrap()
    }

    #[test]
    fn a_day_begins_at_midnight_in_beijing_and_ends_where_the_next_begins() {
        let day = date(2021, 4, 26);
        assert_eq!(start_of(day), at("2021-04-25T16:00:00Z"));
        assert_eq!(end_of(day), at("2021-04-26T16:00:00Z"));
        assert_eq!(date_of(start_of(day)), day);
        assert_eq!(date_of(end_of(day)), date(2021, 4, 27));
        assert_eq!(date_of(at("2021-04-26T23:59:59.999999999+08:00")), day);
    }

    #[test]
    fn an_instant_is_written_in_beijing_time_without_fractions() {
        assert_eq!(text(at("2021-04-26T01:02:03.987Z")), "2021-04-26T09:02:03+08:00");
        assert_eq!(text(at("2021-12-31T16:00:00Z")), "2022-01-01T00:00:00+08:00");
        assert_eq!(text(at("1969-12-31T23:59:58.5Z")), "1970-01-01T07:59:58+08:00");
    }

    #[test]
    fn what_is_written_is_read_back() {
        for written in ["2021-04-26T09:02:03+08:00", "1990-07-01T00:00:00+08:00", "2026-02-28T23:59:59+08:00"] {
            assert_eq!(text(at(written)), written);
        }
    }

    #[test]
    fn a_text_without_an_offset_is_no_instant() {
        for wrong in ["", "2021-04-26", "2021-04-26T09:00:00", "2021-02-30T09:00:00+08:00", "yesterday"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_ends_of_the_range_saturate() {
        assert_eq!(start_of(Date::MIN), Timestamp::MIN);
        assert_eq!(end_of(Date::MAX), Timestamp::MAX);
        assert!(start_of(Date::MAX) < Timestamp::MAX);
        assert!(date_of(Timestamp::MIN) < date_of(Timestamp::MAX));
        assert!(text(Timestamp::MAX).ends_with("+08:00"));
    }
}
