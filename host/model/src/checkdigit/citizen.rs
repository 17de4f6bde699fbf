//! 公民身份号码 (GB 11643-1999): six digits of the division, date of birth, three of a sequence, check
//! character.

use jiff::civil::Date;

use super::{Fault, Verdict, is_division, stranger};

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK: &[u8; 11] = b"10X98765432";

/// Checks form, date and check digit; `X` in upper case. Never warns: no number was issued with a wrong
/// check digit. Whether the date lies in the future only a caller with a clock can say; see `born`.
pub fn check(number: &str) -> Verdict {
    match fault(number) {
        Some(fault) => Verdict::Invalid(fault),
        None => Verdict::Valid,
    }
}

/// The date of birth that a number says, whether or not the rest of it is right.
pub fn born(number: &str) -> Option<Date> {
    let part =
        |range: std::ops::Range<usize>| number.get(range).filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    let (year, month, day) = (part(6..10)?, part(10..12)?, part(12..14)?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok().filter(|date| date.year() >= 1800)
}

/// The check character of the first seventeen digits; none for anything else.
pub fn check_character(first: &str) -> Option<char> {
    if first.len() != WEIGHTS.len() {
        return None;
    }
    let sum: u32 = first.chars().zip(WEIGHTS).map(|(c, weight)| Some(c.to_digit(10)? * weight)).sum::<Option<u32>>()?;
    CHECK.get((sum % 11) as usize).map(|byte| char::from(*byte))
}

fn fault(number: &str) -> Option<Fault> {
    if number.len() != 18 || !number.is_ascii() {
        return Some(Fault::Length(18));
    }
    let (first, last) = number.split_at_checked(17)?;
    if let Some(place) = stranger(first, b"0123456789") {
        return Some(Fault::Character(place));
    }
    if stranger(last, b"0123456789X").is_some() {
        return Some(Fault::Character(18));
    }
    if !number.get(..6).is_some_and(|division| division != "100000" && is_division(division)) {
        return Some(Fault::Division);
    }
    if born(number).is_none() {
        return Some(Fault::Date);
    }
    (check_character(first) != last.chars().next()).then_some(Fault::CheckDigit)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_standards_own_examples_are_valid() {
        assert_eq!(check("11010519491231002X"), Verdict::Valid);
        assert_eq!(check("440524188001010014"), Verdict::Valid);
        assert_eq!(born("11010519491231002X"), Some(date(1949, 12, 31)));
    }

    #[test]
    fn a_wrong_number_is_refused_for_its_first_fault() {
        for (number, fault) in [
            ("", Fault::Length(18)),
            ("110105491231002", Fault::Length(18)),
            ("11010519491231002x", Fault::Character(18)),
            ("1101051949123100 X", Fault::Character(17)),
            ("00010519491231002X", Fault::Division),
            ("10000019491231002X", Fault::Division),
            ("11010519490229002X", Fault::Date),
            ("11010519491331002X", Fault::Date),
            ("110105194912310021", Fault::CheckDigit),
        ] {
            assert_eq!(check(number), Verdict::Invalid(fault), "{fault:?}");
        }
    }

    #[test]
    fn every_single_wrong_digit_and_every_swap_of_neighbours_is_found() {
        let right = "310115199003070017";
        let digits: Vec<char> = right.chars().collect();
        for place in 0..18 {
            for digit in ('0'..='9').filter(|digit| *digit != digits[place]) {
                let mut wrong = digits.clone();
                wrong[place] = digit;
                assert!(!check(&wrong.iter().collect::<String>()).is_acceptable(), "{place}");
            }
            if place < 17 && digits[place] != digits[place + 1] {
                let mut wrong = digits.clone();
                wrong.swap(place, place + 1);
                assert!(!check(&wrong.iter().collect::<String>()).is_acceptable(), "{place}");
            }
        }
    }
}
