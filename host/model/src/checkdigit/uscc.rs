//! 统一社会信用代码 (GB 32100-2015), and the organisation code within it (GB 11714-1997).
//!
//! Eighteen characters: registering department, kind of organisation, six digits of the division, nine
//! characters of the organisation code, check character. Some real codes of the early years fail a check
//! digit, so that a wrong one warns and only a wrong form refuses.

use super::{Fault, Verdict, is_division, stranger, value_in};

/// No I, O, S, V, Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
/// 登记管理部门: 1 机构编制, 2 外交, 3 司法行政, 4 文化, 5 民政, 6 旅游, 7 宗教, 8 工会, 9 市场监管, A 军队,
/// N 农业, Y 其他.
const REGISTRARS: &[u8; 12] = b"123456789ANY";

/// Checks form and both check digits; upper case only.
pub fn check(code: &str) -> Verdict {
    if code.len() != 18 || !code.is_ascii() {
        return Verdict::Invalid(Fault::Length(18));
    }
    if let Some(place) = stranger(code, ALPHABET) {
        return Verdict::Invalid(Fault::Character(place));
    }
    let mut bytes = code.bytes();
    let (registrar, kind) = (bytes.next().unwrap_or(0), bytes.next().unwrap_or(0));
    if !REGISTRARS.contains(&registrar) || !(b'1'..=b'9').contains(&kind) {
        return Verdict::Invalid(Fault::Registrar);
    }
    if !code.get(2..8).is_some_and(is_division) {
        return Verdict::Invalid(Fault::Division);
    }
    if code.get(..17).and_then(check_character) != code.chars().last() {
        return Verdict::Warn(Fault::CheckDigit);
    }
    let (body, inner) = (code.get(8..16).unwrap_or(""), code.chars().nth(16));
    if organisation_check_character(body) != inner {
        return Verdict::Warn(Fault::OrganisationCheckDigit);
    }
    Verdict::Valid
}

/// The check character of the first seventeen; none for other characters or another number of them.
pub fn check_character(first: &str) -> Option<char> {
    let sum = weighted(first, ALPHABET, &WEIGHTS)?;
    ALPHABET.get(((31 - sum % 31) % 31) as usize).map(|byte| char::from(*byte))
}

/// The check character of an organisation code's first eight (GB 11714).
pub fn organisation_check_character(first: &str) -> Option<char> {
    match 11 - weighted(first, ORGANISATION_ALPHABET, &ORGANISATION_WEIGHTS)? % 11 {
        10 => Some('X'),
        11 => Some('0'),
        digit => char::from_digit(digit, 10),
    }
}

fn weighted(text: &str, alphabet: &[u8], weights: &[u32]) -> Option<u32> {
    if text.len() != weights.len() {
        return None;
    }
    text.bytes().zip(weights).map(|(byte, weight)| Some(value_in(alphabet, byte)? * weight)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_example_is_valid() {
        assert_eq!(check("91350100M000100Y43"), Verdict::Valid);
        assert_eq!(organisation_check_character("M000100Y"), Some('4'));
    }

    #[test]
    fn a_wrong_check_digit_warns_and_does_not_refuse() {
        assert_eq!(check("91350100M000100Y44"), Verdict::Warn(Fault::CheckDigit));
        assert!(check("91350100M000100Y44").is_acceptable());
    }

    #[test]
    fn a_wrong_organisation_code_warns_even_where_the_outer_digit_matches() {
        let first = "91350100M000100Y5";
        let code = format!("{first}{}", check_character(first).unwrap());
        assert_eq!(check(&code), Verdict::Warn(Fault::OrganisationCheckDigit));
    }

    #[test]
    fn a_wrong_form_is_refused_with_its_place() {
        for (code, fault) in [
            ("", Fault::Length(18)),
            ("91350100M000100Y4", Fault::Length(18)),
            ("91350100M000100Y433", Fault::Length(18)),
            ("九一三五〇一", Fault::Length(18)),
            ("91350100m000100y43", Fault::Character(9)),
            ("91350100MOOO1OOY43", Fault::Character(10)),
            ("01350100M000100Y43", Fault::Registrar),
            ("9A350100M000100Y43", Fault::Registrar),
            ("91990100M000100Y43", Fault::Division),
            ("9135010AM000100Y43", Fault::Division),
        ] {
            assert_eq!(check(code), Verdict::Invalid(fault), "{code}");
        }
    }
}
