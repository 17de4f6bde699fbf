//! Who stands behind a published package: the persons whose signatures the trust root accepted for it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::definition::plain_enum;
use crate::ids::Digest;

plain_enum!(
    /// What a signature says of its signer's part in a package.
    SigningRole {
        /// 起草: wrote it.
        Author,
        /// 审核: reviewed it.
        Reviewer,
        /// 发布: released it.
        Releaser,
    }
);

impl SigningRole {
    /// All of them, in the order of the work.
    pub const ALL: [Self; 3] = [Self::Author, Self::Reviewer, Self::Releaser];

    /// Its word, as in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Reviewer => "reviewer",
            Self::Releaser => "releaser",
        }
    }

    /// Its word in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Author => "起草",
            Self::Reviewer => "审核",
            Self::Releaser => "发布",
        }
    }
}

/// One person who signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Signatory {
    /// In which part.
    pub role: SigningRole,
    /// Who, as the trust root names the key's holder.
    pub person: String,
    /// With which key.
    pub key: Digest,
    /// When, as the signature itself says; nothing is decided by it.
    pub signed: Timestamp,
}

/// The acceptance of a package's signatures. Kept with the package's record for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Release {
    /// The version of the trust root that accepted them.
    pub trust: u64,
    /// The name of the delegation that they satisfied.
    pub delegation: String,
    /// When they were accepted.
    pub accepted: Timestamp,
    /// How many persons each role took, in the order author, reviewer, releaser.
    pub thresholds: [u32; 3],
    /// Who signed.
    pub signatories: Vec<Signatory>,
}

impl Release {
    /// Whether enough signatories of every role remain without those whose key does not `hold` any more.
    pub fn stands(&self, holds: impl Fn(&Digest) -> bool) -> bool {
        SigningRole::ALL.iter().zip(self.thresholds).all(|(role, threshold)| {
            let left = self.signatories.iter().filter(|one| one.role == *role && holds(&one.key)).count();
            u32::try_from(left).unwrap_or(u32::MAX) >= threshold
        })
    }
}
