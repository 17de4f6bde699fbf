//! How ids, times and divisions become bytes that sort as they should, and come back.

use banshi_model::effect::TimerKind;
use banshi_model::ids::{CaseId, Division, Slug};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::keyspace::CaseKey;

/// Packs a case id. The type promises the form, so nothing is lost.
pub(crate) fn pack_case(id: &CaseId) -> CaseKey {
    let mut parts = id.as_str().split('-');
    let mut number = || parts.next().and_then(|part| part.parse::<u32>().ok()).unwrap_or(0).to_be_bytes();
    let ([_, d1, d2, d3], [_, y1, y2, y3]) = (number(), number());
    let random = parts.next().unwrap_or_default();
    let bits = random.bytes().fold(0u64, |bits, byte| (bits << 5) | u64::from(crockford(byte)));
    let [_, r1, r2, r3, r4, r5, r6, r7] = bits.to_be_bytes();
    [d1, d2, d3, y1, y2, y3, r1, r2, r3, r4, r5, r6, r7]
}

/// Unpacks a case id; none if the bytes are not one.
pub(crate) fn unpack_case(packed: &CaseKey) -> Option<CaseId> {
    let [d1, d2, d3, y1, y2, y3, r1, r2, r3, r4, r5, r6, r7] = *packed;
    let division = u32::from_be_bytes([0, d1, d2, d3]);
    let day = u32::from_be_bytes([0, y1, y2, y3]);
    let bits = u64::from_be_bytes([0, r1, r2, r3, r4, r5, r6, r7]);
    if bits >> 50 != 0 {
        return None;
    }
    let random =
        (0..10).rev().map(|at| CROCKFORD.get((bits >> (5 * at)) as usize & 31).map_or('0', |byte| char::from(*byte)));
    format!("{division:06}-{day:06}-{}", random.collect::<String>()).parse().ok()
}

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fn crockford(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'A'..=b'H' => byte - b'A' + 10,
        b'J' | b'K' => byte - b'J' + 18,
        b'M' | b'N' => byte - b'M' + 20,
        b'P'..=b'T' => byte - b'P' + 22,
        b'V'..=b'Z' => byte - b'V' + 27,
        _ => 0,
    }
}

/// An instant in eight bytes that sort by time: nanoseconds, with the sign turned. Years 1678 to 2261.
pub(crate) fn pack_time(at: Timestamp) -> [u8; 8] {
    let nanos =
        i64::try_from(at.as_nanosecond()).unwrap_or(if at < Timestamp::UNIX_EPOCH { i64::MIN } else { i64::MAX });
    (nanos.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

/// Eight bytes that sort by time, newest first.
pub(crate) fn pack_newest(at: Timestamp) -> [u8; 8] {
    pack_time(at).map(|byte| !byte)
}

/// The instant back.
pub(crate) fn unpack_time(packed: [u8; 8]) -> Timestamp {
    let nanos = (u64::from_be_bytes(packed) ^ (1 << 63)).cast_signed();
    // Every 64-bit count of nanoseconds lies within what a timestamp can hold.
    Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A due date in four bytes that sort by day; none sorts last.
pub(crate) fn pack_due(due: Option<Date>) -> [u8; 4] {
    match due {
        None => [u8::MAX; 4],
        Some(date) => {
            let (year, month, day) = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
            (((year + 10_000) << 9 | month << 5 | day) as u32).to_be_bytes()
        }
    }
}

/// A division in five bytes: its digits, filled up to twelve with zeros.
pub(crate) fn pack_division(division: &Division) -> [u8; 5] {
    forty_bits(filled(division.as_str(), '0'))
}

/// The first and the last packed division within this one, both included.
pub(crate) fn division_range(division: &Division) -> ([u8; 5], [u8; 5]) {
    let stem = division.stem();
    (forty_bits(filled(stem, '0')), forty_bits(filled(stem, '9')))
}

fn filled(stem: &str, fill: char) -> u64 {
    stem.chars()
        .chain(std::iter::repeat(fill))
        .take(12)
        .fold(0, |number, digit| number * 10 + u64::from(digit.to_digit(10).unwrap_or(0)))
}

fn forty_bits(number: u64) -> [u8; 5] {
    let [_, _, _, b1, b2, b3, b4, b5] = number.to_be_bytes();
    [b1, b2, b3, b4, b5]
}

/// A timer's kind as the end of a key.
pub(crate) fn pack_timer(kind: &TimerKind) -> Vec<u8> {
    let (number, slug) = match kind {
        TimerKind::Plugin(slug) => (1, slug.as_str()),
        TimerKind::Acceptance => (2, ""),
        TimerKind::Supplement => (3, ""),
        TimerKind::Silence(slug) => (4, slug.as_str()),
        TimerKind::Renewal => (5, ""),
        TimerKind::Retry => (6, ""),
    };
    let mut packed = vec![number];
    packed.extend_from_slice(slug.as_bytes());
    packed
}

/// The timer's kind back; none if the bytes are not one.
pub(crate) fn unpack_timer(packed: &[u8]) -> Option<TimerKind> {
    let (number, slug) = packed.split_first()?;
    let slug = || std::str::from_utf8(slug).ok()?.parse::<Slug>().ok();
    Some(match number {
        1 => TimerKind::Plugin(slug()?),
        2 => TimerKind::Acceptance,
        3 => TimerKind::Supplement,
        4 => TimerKind::Silence(slug()?),
        5 => TimerKind::Renewal,
        6 => TimerKind::Retry,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_case_id_packs_and_unpacks_to_itself_and_sorts_as_its_text(
            a in "[0-9]{6}-[0-9]{6}-[0-9A-HJKMNP-TV-Z]{10}", b in "[0-9]{6}-[0-9]{6}-[0-9A-HJKMNP-TV-Z]{10}",
        ) {
            let (a, b): (CaseId, CaseId) = (a.parse().unwrap(), b.parse().unwrap());
            prop_assert_eq!(unpack_case(&pack_case(&a)).unwrap(), a.clone());
            prop_assert_eq!(pack_case(&a).cmp(&pack_case(&b)), a.cmp(&b));
        }

        #[test]
        fn instants_sort_and_come_back(a in any::<i64>(), b in any::<i64>()) {
            let at = |nanos: i64| Timestamp::from_nanosecond(i128::from(nanos)).unwrap();
            prop_assert_eq!(unpack_time(pack_time(at(a))), at(a));
            prop_assert_eq!(pack_time(at(a)).cmp(&pack_time(at(b))), a.cmp(&b));
            prop_assert_eq!(pack_newest(at(a)).cmp(&pack_newest(at(b))), b.cmp(&a));
        }

        #[test]
        fn a_division_lies_in_the_ranges_of_its_own_line_only(a in "[1-9][0-9]{5}([0-9]{3}([0-9]{3})?)?", b in "[1-9][0-9]{5}") {
            let (a, b): (Division, Division) = (a.parse().unwrap(), b.parse().unwrap());
            let within = |outer: &Division| {
                let (from, to) = division_range(outer);
                (from..=to).contains(&pack_division(&a))
            };
            for outer in a.line() {
                prop_assert!(within(&outer), "{} in {}", a, outer);
            }
            prop_assert_eq!(within(&b), b.contains(&a));
        }
    }

    #[test]
    fn due_dates_sort_by_day_and_none_comes_last() {
        let date = |y, m, d| pack_due(Some(jiff::civil::date(y, m, d)));
        let sorted = [date(2021, 4, 30), date(2021, 5, 1), date(2021, 12, 31), date(2022, 1, 1), pack_due(None)];
        assert!(sorted.is_sorted());
    }

    #[test]
    fn every_timer_comes_back() {
        let slug: Slug = "onsite".parse().unwrap();
        for kind in [
            TimerKind::Plugin(slug.clone()),
            TimerKind::Acceptance,
            TimerKind::Supplement,
            TimerKind::Silence(slug),
            TimerKind::Renewal,
            TimerKind::Retry,
        ] {
            assert_eq!(unpack_timer(&pack_timer(&kind)), Some(kind));
        }
    }
}
