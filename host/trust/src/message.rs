//! What is signed: a purpose, then a value, so that no signature means anything but what its signer saw.
//!
//! Every message is `banshi-signature-1`, a zero byte, the purpose, a zero byte, the length of the value as a 64-bit
//! big-endian number, and the value's canonical JSON. The value of a package's signature is its statement.
//!
//! | attack | what stops it |
//! |---|---|
//! | a signature made for another protocol with the same key, or a chosen text that is later read as a package | the first words |
//! | an author's signature handed in as the reviewer's or releaser's; one over a trust root handed in for a package | the purpose |
//! | a signature for one package put beside another | the SHA-256 of the whole package file, in the statement |
//! | a signature made for another platform, or while a key list was in force that was replaced for good reason | the root's id and version, in the statement |
//! | a key of one algorithm read as a key of the other | the key id: it covers the algorithm |
//! | two layouts of a file that two programs read differently | the canonical form, made of what was parsed |

use banshi_model::release::SigningRole;
use serde::Serialize;

use crate::canonical;

/// The first words of everything that is signed.
const CONTEXT: &[u8] = b"banshi-signature-1";

/// What a signature is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A package, in one role.
    Package(SigningRole),
    /// A trust root.
    Root,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Package(SigningRole::Author),
        Self::Package(SigningRole::Reviewer),
        Self::Package(SigningRole::Releaser),
        Self::Root,
    ];

    /// Its word in messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Package(SigningRole::Author) => "package-author",
            Self::Package(SigningRole::Reviewer) => "package-reviewer",
            Self::Package(SigningRole::Releaser) => "package-releaser",
            Self::Root => "trust-root",
        }
    }
}

/// The bytes that a key signs.
pub fn message<T: Serialize>(purpose: Purpose, value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let value = canonical::bytes(value)?;
    let length = u64::try_from(value.len()).unwrap_or(u64::MAX).to_be_bytes();
    Ok([CONTEXT, b"\0", purpose.word().as_bytes(), b"\0", &length, &value].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_purposes_give_the_same_bytes() {
        for (nth, one) in Purpose::ALL.iter().enumerate() {
            for other in Purpose::ALL.iter().skip(nth + 1) {
                assert_ne!(message(*one, &"x").unwrap(), message(*other, &"x").unwrap());
            }
        }
    }

    #[test]
    fn the_bytes_are_as_described() {
        let expected = b"banshi-signature-1\0trust-root\0\0\0\0\0\0\0\0\x07{\"a\":1}";
        assert_eq!(message(Purpose::Root, &serde_json::json!({ "a": 1 })).unwrap(), expected);
    }
}
