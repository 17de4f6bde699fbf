//! Identifiers that carry a check digit: unified social credit code, citizen number, licence identifier.
//!
//! A citizen number, and often a credit code, is personal data: nothing here repeats what it was given,
//! neither in an error nor in a `Debug` output. Nothing here asks a register whether the holder exists.

pub mod citizen;
pub mod licence_id;
pub mod uscc;

pub use licence_id::LicenceId;

use crate::text::{Subject, SubjectKind};

/// What an identifier's form says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Form and check digits are right.
    Valid,
    /// The form is right and a check digit is not, which some real early codes have: ask, do not refuse.
    Warn(Fault),
    /// It is none.
    Invalid(Fault),
}

impl Verdict {
    /// Whether it may be taken: valid, or with a warning.
    pub const fn is_acceptable(self) -> bool {
        !matches!(self, Self::Invalid(_))
    }

    /// What is wrong, where something is.
    pub const fn fault(self) -> Option<Fault> {
        match self {
            Self::Valid => None,
            Self::Warn(fault) | Self::Invalid(fault) => Some(fault),
        }
    }
}

/// What is wrong with an identifier. Says nothing about the identifier itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Too short or too long.
    #[error("it needs {0} characters")]
    Length(usize),
    /// A character that the standard does not use there.
    #[error("character {0} is not one that the standard uses there")]
    Character(usize),
    /// The registering department or the kind of organisation is none that exists.
    #[error("its first two characters name no registering department and kind")]
    Registrar,
    /// The division is none.
    #[error("its division lies in no province")]
    Division,
    /// There is no such day.
    #[error("its date of birth does not exist")]
    Date,
    /// The last character does not follow from the others.
    #[error("its check digit does not match")]
    CheckDigit,
    /// The organisation code within it (GB 11714) has a wrong check digit.
    #[error("the check digit of the organisation code within it does not match")]
    OrganisationCheckDigit,
}

/// Checks a subject's id by its kind: a citizen number, or a unified social credit code.
pub fn subject(subject: &Subject) -> Verdict {
    match subject.kind {
        SubjectKind::NaturalPerson => citizen::check(&subject.id),
        SubjectKind::LegalPerson | SubjectKind::OtherOrganisation => uscc::check(&subject.id),
    }
}

/// Whether six digits begin with a province, region or municipality (GB/T 2260; 83 is what residence
/// permits of Taiwan compatriots use), or are `100000`, which codes use for the nation. Deeper levels
/// change too often to be checked against a list.
fn is_division(digits: &str) -> bool {
    const PROVINCES: [&str; 35] = [
        "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43",
        "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82", "83",
    ];
    digits == "100000"
        || (digits.len() == 6
            && digits.bytes().all(|b| b.is_ascii_digit())
            && digits.get(..2).is_some_and(|province| PROVINCES.contains(&province)))
}

/// The place of `byte` in `alphabet`.
fn value_in(alphabet: &[u8], byte: u8) -> Option<u32> {
    alphabet.iter().position(|known| *known == byte).and_then(|place| u32::try_from(place).ok())
}

/// The first character that is not in `alphabet`, counted from 1.
fn stranger(text: &str, alphabet: &[u8]) -> Option<usize> {
    text.bytes().position(|byte| !alphabet.contains(&byte)).map(|place| place + 1)
}
