//! Where things are: the tables, and how ids, times and divisions become bytes that sort as they should.
//!
//! A key is one table byte and a tail. Every row of an index table holds, inside its key, the whole tail of the record that
//! it points at, so that an index row finds it. Nothing personal is part of a key: people appear as keyed hashes ([`Hash16`]).

use banshi_model::effect::TimerKind;
use banshi_model::ids::{CaseId, Division, Slug};
use jiff::Timestamp;
use jiff::civil::Date;

/// A table; its number is the first byte of its keys. Numbers are part of the format and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum Table {
    /// `format`, `ledger`.
    Meta = 0x01,
    /// Head of a case: where its journal is, and its index rows.
    Head = 0x02,
    /// Journal entries.
    Entry = 0x03,
    /// A fold of a long journal, so that it need not be folded from the start.
    Snapshot = 0x04,
    /// A form that is being filled in.
    Draft = 0x05,
    /// What stays of an erased case.
    Tombstone = 0x06,
    /// Key slots that are being destroyed.
    Shred = 0x07,
    /// Licences, by keyed hash of the identifier.
    Licence = 0x08,
    /// Content by digest.
    Blob = 0x09,
    /// Published packages.
    Package = 0x0a,
    /// Enactments.
    Enactment = 0x0b,
    /// Documents without their bytes.
    Document = 0x0c,
    /// The bytes of documents.
    DocumentBytes = 0x0d,
    /// What a subject gave.
    SubjectValue = 0x0e,
    /// Replies by keyed hash of principal and idempotency key.
    Reply = 0x0f,
    /// Settings of the host.
    Setting = 0x10,
    /// Events between cases.
    Inbox = 0x11,
    /// Deliveries.
    Outbox = 0x12,
    /// Deliveries that are tried no more.
    Dead = 0x13,
    /// What the journals of a package usually say, by its digest.
    Phrases = 0x14,
    /// The rest of values over 7 KiB.
    Chunk = 0x3f,
    /// Cases by division, newest first.
    ByDivision = 0x41,
    /// Cases by subject, newest first.
    BySubject = 0x42,
    /// Cases that are not closed.
    Open = 0x43,
    /// Cases with a parked event.
    Parked = 0x44,
    /// Timers by time.
    Timer = 0x45,
    /// Open tasks by division, unit and due date.
    Task = 0x46,
    /// Drafts by expiry.
    DraftExpiry = 0x47,
    /// Deliveries by time.
    OutboxDue = 0x48,
    /// Licences by holder and type.
    Holder = 0x49,
    /// Licences by capability.
    Capability = 0x4a,
    /// Documents that no case claimed, by time.
    Unclaimed = 0x4b,
    /// Records that go when a case is erased, by case.
    Owned = 0x4c,
}

impl Table {
    /// The tables whose rows are records: counted and summed in the ledger.
    pub(crate) const RECORDS: [Self; 18] = [
        Self::Head,
        Self::Snapshot,
        Self::Draft,
        Self::Tombstone,
        Self::Licence,
        Self::Blob,
        Self::Package,
        Self::Enactment,
        Self::Document,
        Self::DocumentBytes,
        Self::SubjectValue,
        Self::Reply,
        Self::Setting,
        Self::Inbox,
        Self::Outbox,
        Self::Dead,
        Self::Shred,
        Self::Phrases,
    ];

    /// The tables whose rows are index rows: declared by records, no value.
    pub(crate) const INDEXES: [Self; 12] = [
        Self::ByDivision,
        Self::BySubject,
        Self::Open,
        Self::Parked,
        Self::Timer,
        Self::Task,
        Self::DraftExpiry,
        Self::OutboxDue,
        Self::Holder,
        Self::Capability,
        Self::Unclaimed,
        Self::Owned,
    ];

    /// The table's number.
    pub(crate) const fn byte(self) -> u8 {
        self as u8
    }

    /// The table's name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Head => "head",
            Self::Entry => "entry",
            Self::Snapshot => "snapshot",
            Self::Draft => "draft",
            Self::Tombstone => "tombstone",
            Self::Shred => "shred",
            Self::Licence => "licence",
            Self::Blob => "blob",
            Self::Package => "package",
            Self::Enactment => "enactment",
            Self::Document => "document",
            Self::DocumentBytes => "document-bytes",
            Self::SubjectValue => "subject-value",
            Self::Reply => "reply",
            Self::Setting => "setting",
            Self::Inbox => "inbox",
            Self::Outbox => "outbox",
            Self::Dead => "dead",
            Self::Phrases => "phrases",
            Self::Chunk => "chunk",
            Self::ByDivision => "by-division",
            Self::BySubject => "by-subject",
            Self::Open => "open",
            Self::Parked => "parked",
            Self::Timer => "timer",
            Self::Task => "task",
            Self::DraftExpiry => "draft-expiry",
            Self::OutboxDue => "outbox-due",
            Self::Holder => "holder",
            Self::Capability => "capability",
            Self::Unclaimed => "unclaimed",
            Self::Owned => "owned",
        }
    }
}

/// A keyed hash that stands for something that would identify a person: HMAC-SHA-256, cut to 16 bytes.
pub(crate) type Hash16 = [u8; 16];

/// A case id in 13 bytes that sort as the text does: division, day, random.
pub(crate) type CaseKey = [u8; 13];

/// Joins a table byte and parts to a key.
pub(crate) fn key(table: Table, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + parts.iter().map(|part| part.len()).sum::<usize>());
    key.push(table.byte());
    for part in parts {
        key.extend_from_slice(part);
    }
    key
}

/// The first key after all that start with `prefix`.
pub(crate) fn after_prefix(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return end;
        }
    }
    // Only a prefix of nothing but 0xff gets here; no table has that number.
    vec![u8::MAX; prefix.len() + 1]
}

/// A key as a report names it: the table and the tail in hexadecimal, and the case where there is one in front.
pub(crate) fn place(key: &[u8]) -> String {
    let Some((table, tail)) = key.split_first() else { return "the empty key".to_owned() };
    let known = Table::RECORDS.iter().chain(&Table::INDEXES).chain(&[Table::Meta, Table::Entry, Table::Chunk]);
    let name = known.clone().find(|known| known.byte() == *table).map_or("unknown", |table| table.name());
    let case = tail.first_chunk::<13>().and_then(unpack_case);
    match case.filter(|_| (Table::Head.byte()..=Table::Tombstone.byte()).contains(table)) {
        Some(case) => format!(
            "{name} {case}{}",
            tail.get(13..).map(hex::encode).map_or(String::new(), |rest| if rest.is_empty() {
                rest
            } else {
                format!(" {rest}")
            })
        ),
        None => format!("{name} {}", hex::encode(tail)),
    }
}

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
    CROCKFORD.iter().position(|known| *known == byte).unwrap_or(0) as u8
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
    let digits = division.as_str();
    let stem = match digits.len() {
        6 if digits == "000000" => "",
        6 if digits.ends_with("0000") => digits.get(..2).unwrap_or(digits),
        6 if digits.ends_with("00") => digits.get(..4).unwrap_or(digits),
        _ => digits,
    };
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

    #[test]
    fn the_key_after_a_prefix_skips_all_that_start_with_it() {
        assert_eq!(after_prefix(&[1, 2]), vec![1, 3]);
        assert_eq!(after_prefix(&[1, 255]), vec![2]);
    }
}
