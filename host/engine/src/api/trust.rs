//! The trust root as callers see it, and packages whose way for new cases it has closed. Nothing here is secret.

use banshi_model::case::Phase;
use banshi_model::ids::{CaseId, Digest, Division, EnactmentId, MatterCode, PackageName};
use banshi_model::text::Text;
pub use banshi_trust::SignedRoot;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is trusted.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TrustView {
    /// Whether every publish takes signatures.
    pub enforced: bool,
    /// What that means, for a person.
    pub note: Text,
    /// The root in force; none: none was installed.
    pub root: Option<SignedRoot>,
    /// Every version that was installed, earliest first.
    pub versions: Vec<TrustVersion>,
    /// Packages that take no new cases any more.
    pub closed: Vec<ClosedPackage>,
}

/// A version of the root that was installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TrustVersion {
    /// Which.
    pub version: u64,
    /// The digest of its file, which is kept.
    pub digest: Digest,
    /// When it was installed.
    pub installed: Timestamp,
    /// By which principal.
    pub by: String,
    /// The persons whose root keys signed it.
    pub signed_by: Vec<String>,
}

/// A package whose enactments take no new cases, because it or a key that signed it was revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ClosedPackage {
    /// Its digest.
    pub package: Digest,
    /// Its name.
    pub name: PackageName,
    /// Its version.
    pub version: String,
    /// Its matter.
    pub matter: MatterCode,
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: Text,
    /// Its enactments that were in force or to come.
    pub enactments: Vec<EnactmentId>,
}

/// An open case that stays pinned to a closed package. Nothing in it is personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PinnedCase {
    /// Its id.
    pub id: CaseId,
    /// Which matter.
    pub matter: MatterCode,
    /// Where.
    pub division: Division,
    /// Where it stands.
    pub phase: Phase,
    /// When it was received.
    pub received: Timestamp,
    /// Under which enactment of the package.
    pub enactment: EnactmentId,
}
