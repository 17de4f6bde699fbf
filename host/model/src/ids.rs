//! Identifiers: newtypes that parse, so that a value of the type is a valid one.
//!
//! None of them is personal data, so all may be keys, indexes and log fields.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer, ser};
use sha2::{Digest as _, Sha256};

/// A text that is not what it should be; says what it should look like.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not {expected}")]
pub struct Error {
    /// What was given, cut to 80 characters.
    pub given: String,
    /// What was expected, for a person.
    pub expected: &'static str,
}

impl Error {
    /// An error about `given`, which is cut so that a hostile text cannot flood a message.
    pub fn new(given: &str, expected: &'static str) -> Self {
        Self { given: given.chars().take(80).collect(), expected }
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, utoipa::ToSchema)]
        #[serde(try_from = "String")]
        #[schema(value_type = String)]
        pub struct $name(String);

        // Not derived: that would copy the text first.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self, Error> {
                text.to_owned().try_into()
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;
            fn try_from(text: String) -> Result<Self, Error> {
                let valid: fn(&str) -> bool = $valid;
                if valid(&text) { Ok(Self(text)) } else { Err(Error::new(&text, $expected)) }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn is_slug(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
}

fn is_base32(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || (b.is_ascii_uppercase() && !matches!(b, b'I' | b'L' | b'O' | b'U')))
}

text_id!(
    /// An id inside a definition or a case: field, material, question, stage, task, timer, knob.
    Slug, "an id of 1 to 64 letters, digits, `-`, `_` or `.`", is_slug
);

text_id!(
    /// A matter's code (实施编码, or unique at its authority).
    MatterCode, "a matter code of 1 to 64 letters, digits, `-`, `_` or `.`", is_slug
);

text_id!(
    /// A package's name, `owner/name`.
    PackageName, "a package name like `shanghai/food-business`", |text| {
        text.split_once('/').is_some_and(|(owner, name)| is_slug(owner) && is_slug(name))
    }
);

text_id!(
    /// A department (部门) by its name as the division writes it, for example `市场监督管理局`.
    Department, "a department name of 1 to 60 characters without control characters", |text| {
        (1..=60).contains(&text.chars().count()) && !text.chars().any(|c| c.is_control() || c == '/')
    }
);

text_id!(
    /// A case: division, day of creation and ten characters, `310115-210426-7K3M9QX2TR`: three for the time of the day and
    /// seven by chance.
    CaseId, "a case id like `310115-210426-7K3M9QX2TR`", |text| {
        let parts: Vec<&str> = text.split('-').collect();
        matches!(parts.as_slice(), [division, day, random]
            if division.len() == 6 && day.len() == 6 && random.len() == 10
            && division.bytes().chain(day.bytes()).all(|b| b.is_ascii_digit()) && is_base32(random))
    }
);

text_id!(
    /// A task: its case and its id within the case, `310115-210426-7K3M9QX2TR.onsite`.
    TaskId, "a task id like `310115-210426-7K3M9QX2TR.onsite`", |text| {
        text.split_once('.').is_some_and(|(case, local)| case.parse::<CaseId>().is_ok() && is_slug(local))
    }
);

text_id!(
    /// An enactment, `e-` and ten random characters.
    EnactmentId, "an enactment id like `e-7K3M9QX2TR`", |text| {
        text.strip_prefix("e-").is_some_and(|random| random.len() == 10 && is_base32(random))
    }
);

text_id!(
    /// An uploaded document, `d-` and sixteen random characters.
    DocumentId, "a document id like `d-7K3M9QX2TRABCDEF`", |text| {
        text.strip_prefix("d-").is_some_and(|random| random.len() == 16 && is_base32(random))
    }
);

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fn base32(random: &[u8]) -> String {
    random.iter().map(|byte| CROCKFORD.get(usize::from(byte & 31)).map_or('0', |b| char::from(*b))).collect()
}

impl CaseId {
    /// A new id out of the division, the instant and seven random bytes.
    ///
    /// Ids made one after another stand one after another, so that a store writes the cases of an hour into a few of
    /// its pages and not into all of them: which of a day's 32,768 parts it is (2.6 seconds each), and then chance.
    pub fn new(division: &Division, at: Timestamp, random: [u8; 7]) -> Self {
        let now = crate::time::OFFSET.to_datetime(at);
        let day = format!("{:02}{:02}{:02}", now.year().rem_euclid(100), now.month(), now.day());
        let seconds = now.time().duration_since(jiff::civil::Time::midnight()).as_secs();
        let part = seconds * 32_768 / 86_400;
        let of_day = [(part >> 10) as u8, (part >> 5) as u8, part as u8];
        Self(format!("{}-{day}-{}{}", division.county(), base32(&of_day), base32(&random)))
    }

    /// The id of one of its parts, derived and not drawn, so that a repeated step names the same: also a step of an older
    /// host, which a shadow compares. So this never changes.
    pub fn derive(&self, what: &str) -> Self {
        let digest = Digest::of(format!("{self}/{what}").as_bytes());
        let random: Vec<u8> = digest.0.iter().take(10).copied().collect();
        let stem: String = self.0.chars().take(14).collect();
        Self(format!("{stem}{}", base32(&random)))
    }

    /// The task `local` of this case.
    pub fn task(&self, local: &Slug) -> TaskId {
        TaskId(format!("{self}.{local}"))
    }
}

impl Slug {
    /// A slug that stands in the code; anything that is none becomes `x`.
    pub fn of_static(text: &'static str) -> Self {
        if is_slug(text) { Self(text.to_owned()) } else { Self("x".to_owned()) }
    }
}

impl TaskId {
    /// The case that the task belongs to, and its id there.
    pub fn split(&self) -> (CaseId, Slug) {
        let (case, local) = self.0.split_once('.').unwrap_or((self.0.as_str(), ""));
        (CaseId(case.to_owned()), Slug(local.to_owned()))
    }
}

impl EnactmentId {
    /// A new id out of ten random bytes.
    pub fn new(random: [u8; 10]) -> Self {
        Self(format!("e-{}", base32(&random)))
    }
}

impl DocumentId {
    /// A new id out of sixteen random bytes.
    pub fn new(random: [u8; 16]) -> Self {
        Self(format!("d-{}", base32(&random)))
    }
}

/// An administrative division (行政区划): 6 digits (GB/T 2260), 9 for a township or street, 12 for a
/// village or neighbourhood. `000000` is the nation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, example = "310115")]
pub struct Division(String);

impl Serialize for Division {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl Division {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first six digits: the county or district.
    pub fn county(&self) -> &str {
        self.0.get(..6).unwrap_or(&self.0)
    }

    /// The nation, then province, prefecture, county, township and village down to this division itself;
    /// from the ground up, as layers stand on each other.
    pub fn line(&self) -> Vec<Division> {
        let mut line = vec![Division("000000".to_owned())];
        let stems = [(2, "0000"), (4, "00"), (6, ""), (9, ""), (12, "")];
        for (digits, zeros) in stems {
            if let Some(stem) = self.0.get(..digits) {
                let division = Division(format!("{stem}{zeros}"));
                if line.last() != Some(&division) {
                    line.push(division);
                }
            }
        }
        line
    }

    /// The digits with which every division within this one begins: none of the nation's, two of a province's.
    pub fn stem(&self) -> &str {
        match self.0.as_str() {
            "000000" => "",
            own if own.len() > 6 => own,
            own => own.strip_suffix("0000").or_else(|| own.strip_suffix("00")).unwrap_or(own),
        }
    }

    /// Whether `other` is this division or lies within it.
    pub fn contains(&self, other: &Division) -> bool {
        other.0.starts_with(self.stem())
    }
}

impl FromStr for Division {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        if matches!(text.len(), 6 | 9 | 12) && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::new(text, "a division of 6, 9 or 12 digits"))
        }
    }
}

impl TryFrom<String> for Division {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Division> for String {
    fn from(division: Division) -> String {
        division.0
    }
}

impl fmt::Display for Division {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who may decide: a department in a division.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Authority {
    /// 部门.
    pub department: Department,
    /// 区划.
    pub division: Division,
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.department, self.division)
    }
}

/// SHA-256, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String)]
pub struct Digest(pub [u8; 32]);

// Seven of them stand in each entry of a journal.
impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut digits = [0; 64];
        hex::encode_to_slice(self.0, &mut digits).map_err(ser::Error::custom)?;
        serializer.serialize_str(std::str::from_utf8(&digits).map_err(ser::Error::custom)?)
    }
}

/// Room for the JSON of most cases, so that writing it moves nothing.
const USUAL_JSON_BYTES: usize = 8 << 10;

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of a value's JSON. Equal values give equal digests: members keep their order.
    pub fn of_json<T: Serialize>(value: &T) -> Result<Self, serde_json::Error> {
        let mut json = Vec::with_capacity(USUAL_JSON_BYTES);
        serde_json::to_writer(&mut json, value)?;
        Ok(Self::of(&json))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut bytes = [0; 32];
        match hex::decode_to_slice(text, &mut bytes) {
            Ok(()) if !text.bytes().any(|b| b.is_ascii_uppercase()) => Ok(Self(bytes)),
            _ => Err(Error::new(text, "a digest of 64 lower-case hexadecimal digits")),
        }
    }
}

impl TryFrom<String> for Digest {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests;
