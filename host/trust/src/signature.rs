//! The signature file beside a package: who signed which file, in which role, under which trust.

use banshi_model::ids::Digest;
use banshi_model::release::SigningRole;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::key::{KeyError, KeyId, PublicKey, SecretKey};
use crate::message::{Purpose, message};
use crate::refusal::{Refusal, parser_words};

/// The format's name.
pub const FORMAT: &str = "banshi-signatures@1";
/// A signature file may have this many bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024;
/// A signature file may hold so many signatures: verifying one costs a fraction of a millisecond.
pub const SIGNATURES_MAX: usize = 64;

/// What a signer says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The SHA-256 of the whole package file.
    pub package: Digest,
    /// In which role.
    pub role: SigningRole,
    /// The id of the trust root that the signer had before them.
    pub root: String,
    /// And its version.
    pub trust: u64,
    /// When it was signed.
    pub at: Timestamp,
}

/// A statement with its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackageSignature {
    /// What is said.
    pub statement: Statement,
    /// By which key.
    pub key: KeyId,
    /// 64 bytes as hexadecimal digits.
    pub signature: String,
}

impl PackageSignature {
    /// Signs a statement.
    pub fn new(statement: Statement, key: &SecretKey) -> Result<Self, KeyError> {
        let message = message(Purpose::Package(statement.role), &statement).map_err(|_| KeyError::Secret)?;
        let signature = hex::encode(key.sign(&message)?);
        Ok(Self { key: key.public()?.id(), signature, statement })
    }

    /// Whether this key made it for its own role.
    pub fn verifies(&self, key: &PublicKey) -> bool {
        self.verifies_for(key, Purpose::Package(self.statement.role))
    }

    /// The other purpose that the key made it for, where there is one: then it is no forgery but a replay.
    pub fn other_purpose(&self, key: &PublicKey) -> Option<Purpose> {
        let others = Purpose::ALL.into_iter().filter(|purpose| *purpose != Purpose::Package(self.statement.role));
        others.into_iter().find(|purpose| {
            let mut said = self.clone();
            if let Purpose::Package(role) = purpose {
                said.statement.role = *role;
            }
            said.verifies_for(key, *purpose)
        })
    }

    fn verifies_for(&self, key: &PublicKey, purpose: Purpose) -> bool {
        let Ok(message) = message(purpose, &self.statement) else { return false };
        hex::decode(&self.signature).is_ok_and(|bytes| key.verify(&message, &bytes).is_ok())
    }
}

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignatureFile {
    /// `banshi-signatures@1`.
    pub format: String,
    /// The signatures.
    pub signatures: Vec<PackageSignature>,
}

impl Default for SignatureFile {
    fn default() -> Self {
        Self { format: FORMAT.to_owned(), signatures: Vec::new() }
    }
}

impl SignatureFile {
    /// Reads a file.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let wrong = |zh: String, en: String| {
            let fix = ("用 `banshi package sign` 重新生成", "make it again with `banshi package sign`");
            Refusal::new("trust.format", "signatures", (zh, en), fix)
        };
        if bytes.len() > FILE_BYTES_MAX {
            let en = format!("the signature file has {} bytes; at most {FILE_BYTES_MAX} are read", bytes.len());
            return Err(wrong(format!("签名文件有 {} 字节，超过上限", bytes.len()), en));
        }
        let file: Self = serde_json::from_slice(bytes).map_err(|error| {
            let words = parser_words(&error);
            wrong(format!("签名文件无法读取：{words}"), format!("the signature file does not read: {words}"))
        })?;
        if file.format != FORMAT {
            return Err(wrong(format!("格式应为 {FORMAT}"), format!("the format must be {FORMAT}")));
        }
        if file.signatures.len() > SIGNATURES_MAX {
            let en = format!("at most {SIGNATURES_MAX} signatures are read");
            return Err(wrong(format!("至多 {SIGNATURES_MAX} 个签名"), en));
        }
        Ok(file)
    }

    /// Adds a signature, in place of one by the same key in the same role.
    pub fn add(&mut self, signature: PackageSignature) {
        let same =
            |known: &PackageSignature| known.key == signature.key && known.statement.role == signature.statement.role;
        self.signatures.retain(|known| !same(known));
        self.signatures.push(signature);
    }
}
