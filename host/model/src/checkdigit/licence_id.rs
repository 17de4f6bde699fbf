//! 电子证照标识 (GB/T 36904-2018): root, licence type, issuer, serial, version and an ISO 7064 MOD 37,36
//! check character over all that stands between root and check, dots left out.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The root that every identifier begins with.
pub const ROOT: &str = "1.2.156.3005.2";
const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// A serial may have this many characters; the standard sets no number.
const SERIAL_MAX: usize = 64;

/// Why a text is no licence identifier, or why none can be made. Does not repeat the text: who knows an
/// identifier can look for its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Another root, or another number of parts.
    #[error("a licence identifier is `{ROOT}.TYPE.ISSUER.SERIAL.VERSION.CHECK`")]
    Parts,
    /// The licence type code.
    #[error("the licence type has 21 characters: 18 of who defines it and 3 digits")]
    LicenceType,
    /// The issuer.
    #[error(
        "the issuer has 18 characters: its unified social credit code (or, read from elsewhere, 6 digits of a division)"
    )]
    Issuer,
    /// The serial.
    #[error("the serial has 1 to 64 digits and upper-case letters")]
    Serial,
    /// The version.
    #[error("the version has 3 digits")]
    Version,
    /// The check character.
    #[error("the check character does not match")]
    CheckDigit,
}

/// A licence identifier with a right check character.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LicenceId(String);

impl LicenceId {
    /// Makes the identifier of a licence that is issued here.
    ///
    /// `licence_type` has 21 characters; `issuer` is the authority's 18-character code, or, where the host
    /// knows none, the six digits of its division, as published identifiers have it; `serial` 1 to 64 digits and upper-case letters (it
    /// derives from the case, never from the order of commits), `version` is at most 999.
    pub fn new(licence_type: &str, issuer: &str, serial: &str, version: u16) -> Result<Self, Error> {
        let version = format!("{version:03}");
        let check = check_parts(licence_type, issuer, serial, &version)?;
        Ok(Self(format!("{ROOT}.{licence_type}.{issuer}.{serial}.{version}.{check}")))
    }

    /// Reads an identifier and checks it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let rest = text.strip_prefix(ROOT).and_then(|rest| rest.strip_prefix('.')).ok_or(Error::Parts)?;
        let parts: Vec<&str> = rest.split('.').collect();
        let [licence_type, issuer, serial, version, check] = parts.as_slice() else { return Err(Error::Parts) };
        let right = check_parts(licence_type, issuer, serial, version)?;
        if *check == right.to_string() { Ok(Self(text.to_owned())) } else { Err(Error::CheckDigit) }
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// 证照类型代码: 21 characters.
    pub fn licence_type(&self) -> &str {
        self.part(0)
    }

    /// 颁发机构代码: a unified social credit code, or six digits of a division on some found elsewhere.
    pub fn issuer(&self) -> &str {
        self.part(1)
    }

    /// 流水号.
    pub fn serial(&self) -> &str {
        self.part(2)
    }

    /// 版本号: three digits.
    pub fn version(&self) -> &str {
        self.part(3)
    }

    fn part(&self, place: usize) -> &str {
        self.0.get(ROOT.len() + 1..).and_then(|rest| rest.split('.').nth(place)).unwrap_or("")
    }
}

impl FromStr for LicenceId {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl TryFrom<String> for LicenceId {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        Self::parse(&text)
    }
}

impl From<LicenceId> for String {
    fn from(id: LicenceId) -> Self {
        id.0
    }
}

impl fmt::Display for LicenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for LicenceId {
    /// Shows the licence type only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LicenceId").field("licence_type", &self.licence_type()).finish_non_exhaustive()
    }
}

/// ISO 7064 MOD 37,36 over digits and upper-case letters; none for other characters.
pub fn mod_37_36(text: &str) -> Option<char> {
    let mut product = 36;
    for byte in text.bytes() {
        let sum = (product + super::value_in(ALPHABET, byte)?) % 36;
        product = 2 * (if sum == 0 { 36 } else { sum }) % 37;
    }
    ALPHABET.get(((37 - product) % 36) as usize).map(|byte| char::from(*byte))
}

/// Whether `licence_type` has the form of a licence type code: 21 characters, the last three digits.
pub fn is_licence_type(licence_type: &str) -> bool {
    licence_type.len() == 21
        && is_word(licence_type)
        && licence_type.get(18..).is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
}

fn is_word(text: &str) -> bool {
    super::stranger(text, ALPHABET).is_none()
}

fn check_parts(licence_type: &str, issuer: &str, serial: &str, version: &str) -> Result<char, Error> {
    if !is_licence_type(licence_type) {
        return Err(Error::LicenceType);
    }
    let is_division = issuer.len() == 6 && issuer.bytes().all(|b| b.is_ascii_digit());
    let is_organisation = issuer.len() == 18 && is_word(issuer);
    if !is_division && !is_organisation {
        return Err(Error::Issuer);
    }
    if !(1..=SERIAL_MAX).contains(&serial.len()) || !is_word(serial) {
        return Err(Error::Serial);
    }
    if version.len() != 3 || !version.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Error::Version);
    }
    mod_37_36(&[licence_type, issuer, serial, version].concat()).ok_or(Error::CheckDigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUSINESS_LICENCE: &str = "11100000MB0143028R001";
    const ISSUER: &str = "11310115MB00000193";

    #[test]
    fn what_is_made_is_read_back_with_its_parts() {
        let id = LicenceId::new(BUSINESS_LICENCE, ISSUER, "20261121000001", 1).unwrap();
        assert_eq!(id.as_str(), "1.2.156.3005.2.11100000MB0143028R001.11310115MB00000193.20261121000001.001.S");
        let read = LicenceId::parse(id.as_str()).unwrap();
        assert_eq!(read, id);
        assert_eq!(read.licence_type(), BUSINESS_LICENCE);
        assert_eq!((read.issuer(), read.serial(), read.version()), (ISSUER, "20261121000001", "001"));
    }

    #[test]
    fn none_is_made_of_wrong_parts() {
        let make = LicenceId::new;
        assert_eq!(make("11100000MB0143028R", ISSUER, "1", 1), Err(Error::LicenceType));
        assert_eq!(make("11100000MB0143028R00A", ISSUER, "1", 1), Err(Error::LicenceType));
        assert!(make(BUSINESS_LICENCE, "310115", "1", 1).is_ok());
        assert_eq!(make(BUSINESS_LICENCE, "31011", "1", 1), Err(Error::Issuer));
        assert_eq!(make(BUSINESS_LICENCE, "1131011 MB00000193", "1", 1), Err(Error::Issuer));
        assert_eq!(make(BUSINESS_LICENCE, ISSUER, "", 1), Err(Error::Serial));
        assert_eq!(make(BUSINESS_LICENCE, ISSUER, "1.2", 1), Err(Error::Serial));
        assert_eq!(make(BUSINESS_LICENCE, ISSUER, &"1".repeat(65), 1), Err(Error::Serial));
        assert_eq!(make(BUSINESS_LICENCE, ISSUER, "1", 1000), Err(Error::Version));
    }

    #[test]
    fn a_text_of_another_shape_is_none() {
        let right = "1.2.156.3005.2.11100000MB0143028R001.11310115MB00000193.20261121000001.001.S";
        for wrong in ["", ROOT, "1.2.156.3005.20.x", &right.replace(".001.S", ".001"), &format!("{right}.S")] {
            assert_eq!(LicenceId::parse(wrong), Err(Error::Parts), "{wrong}");
        }
        assert_eq!(LicenceId::parse(&right.replace(".001.S", ".002.S")), Err(Error::CheckDigit));
        assert_eq!(LicenceId::parse(&right.replace(".S", ".")), Err(Error::CheckDigit));
        assert_eq!(LicenceId::parse(&right.replace(".001.S", ".1.S")), Err(Error::Version));
    }

    #[test]
    fn neither_debug_nor_an_error_shows_the_number() {
        let id = LicenceId::new(BUSINESS_LICENCE, ISSUER, "20261121000001", 1).unwrap();
        assert!(!format!("{id:?}").contains("20261121000001"));
        assert!(!format!("{:?} {}", Error::Serial, Error::CheckDigit).contains("20261121000001"));
    }
}
