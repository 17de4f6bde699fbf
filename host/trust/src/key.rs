//! Keys of both algorithms behind one interface.
//!
//! Ed25519 (RFC 8032) is verified strictly: points of small order and second forms of one signature are refused. SM2
//! with SM3 (GM/T 0003.2, GM/T 0009) uses the standard's default identity and draws its `k` from key and message
//! (RFC 6979), so that signing needs no chance and a weak generator cannot give a key away.

use std::fmt;

use banshi_model::ids::Digest;
use ed25519_dalek as ed25519;
use ed25519_dalek::Signer as _;
use serde::{Deserialize, Serialize};
use sm2::dsa::signature::Verifier as _;
use zeroize::Zeroizing;

/// The identity that GM/T 0009 prescribes where none is agreed.
pub const SM2_IDENTITY: &str = "1234567812345678";
/// A signature of either algorithm has this many bytes.
pub const SIGNATURE_BYTES: usize = 64;

/// Which algorithm a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Algorithm {
    /// Ed25519 (RFC 8032).
    #[serde(rename = "ed25519")]
    Ed25519,
    /// SM2 with SM3 (GM/T 0003.2, GB/T 32918.2).
    #[serde(rename = "sm2-sm3")]
    Sm2Sm3,
}

impl Algorithm {
    /// Its word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::Sm2Sm3 => "sm2-sm3",
        }
    }
}

/// SHA-256 over the algorithm's word, a zero byte and the public key's bytes.
pub type KeyId = Digest;

/// Bytes that are no key, or no signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a public key of this algorithm.
    #[error("not a public key of this algorithm")]
    Public,
    /// Not a private key of this algorithm.
    #[error("not a private key of this algorithm")]
    Secret,
    /// It does not verify, or is no signature at all.
    #[error("the signature does not verify")]
    Signature,
}

/// A public key: 32 bytes for Ed25519; 65 for SM2, `04` and both coordinates.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey {
    algorithm: Algorithm,
    bytes: Vec<u8>,
}

impl PublicKey {
    /// Reads one; the point is checked to be on the curve and not the neutral one.
    pub fn new(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::Ed25519 => {
                let key = ed25519_key(bytes)?;
                if key.is_weak() {
                    return Err(KeyError::Public);
                }
            }
            // One form only: a compressed point would give one key two ids.
            Algorithm::Sm2Sm3 if bytes.len() == 65 => drop(sm2_key(bytes)?),
            Algorithm::Sm2Sm3 => return Err(KeyError::Public),
        }
        Ok(Self { algorithm, bytes: bytes.to_vec() })
    }

    /// Reads one from hexadecimal digits.
    pub fn from_hex(algorithm: Algorithm, text: &str) -> Result<Self, KeyError> {
        Self::new(algorithm, &hex::decode(text).map_err(|_| KeyError::Public)?)
    }

    /// Which algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The bytes as hexadecimal digits.
    pub fn to_hex(&self) -> String {
        hex::encode(&self.bytes)
    }

    /// Its id.
    pub fn id(&self) -> KeyId {
        Digest::of(&[self.algorithm.word().as_bytes(), b"\0", &self.bytes].concat())
    }

    /// Whether `signature` is this key's over `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), KeyError> {
        match self.algorithm {
            Algorithm::Ed25519 => {
                let signature = ed25519::Signature::from_slice(signature).map_err(|_| KeyError::Signature)?;
                ed25519_key(&self.bytes)?.verify_strict(message, &signature).map_err(|_| KeyError::Signature)
            }
            Algorithm::Sm2Sm3 => {
                let signature = sm2::dsa::Signature::from_slice(signature).map_err(|_| KeyError::Signature)?;
                sm2_key(&self.bytes)?.verify(message, &signature).map_err(|_| KeyError::Signature)
            }
        }
    }
}

fn ed25519_key(bytes: &[u8]) -> Result<ed25519::VerifyingKey, KeyError> {
    ed25519::VerifyingKey::try_from(bytes).map_err(|_| KeyError::Public)
}

fn sm2_key(bytes: &[u8]) -> Result<sm2::dsa::VerifyingKey, KeyError> {
    sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_IDENTITY, bytes).map_err(|_| KeyError::Public)
}

/// A private key; wiped when dropped, and never shown.
pub struct SecretKey {
    algorithm: Algorithm,
    bytes: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for SecretKey {
    /// Shows the algorithm only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl SecretKey {
    /// A key out of 32 random bytes, or out of a file. SM2 refuses the few that are no scalars; draw again then.
    pub fn new(algorithm: Algorithm, bytes: Zeroizing<[u8; 32]>) -> Result<Self, KeyError> {
        let key = Self { algorithm, bytes };
        if algorithm == Algorithm::Sm2Sm3 {
            key.sm2()?;
        }
        Ok(key)
    }

    /// Which algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The secret as hexadecimal digits, for its file and for nothing else.
    pub fn expose_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.bytes.as_slice()))
    }

    /// The public half.
    pub fn public(&self) -> Result<PublicKey, KeyError> {
        let bytes = match self.algorithm {
            Algorithm::Ed25519 => self.ed25519().verifying_key().to_bytes().to_vec(),
            Algorithm::Sm2Sm3 => self.sm2()?.verifying_key().to_sec1_bytes().to_vec(),
        };
        PublicKey::new(self.algorithm, &bytes)
    }

    /// Signs. The same key and message give the same signature.
    pub fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_BYTES], KeyError> {
        match self.algorithm {
            Algorithm::Ed25519 => Ok(self.ed25519().sign(message).to_bytes()),
            Algorithm::Sm2Sm3 => {
                let signature: sm2::dsa::Signature = self.sm2()?.try_sign(message).map_err(|_| KeyError::Secret)?;
                Ok(signature.to_bytes())
            }
        }
    }

    fn ed25519(&self) -> ed25519::SigningKey {
        ed25519::SigningKey::from_bytes(&self.bytes)
    }

    fn sm2(&self) -> Result<sm2::dsa::SigningKey, KeyError> {
        sm2::dsa::SigningKey::from_slice(SM2_IDENTITY, self.bytes.as_slice()).map_err(|_| KeyError::Secret)
    }
}
