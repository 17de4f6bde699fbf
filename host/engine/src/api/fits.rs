//! How the variations in force would stand on a new version of what lies below them.

use banshi_model::ids::{Authority, Digest, EnactmentId, PackageName};
use banshi_model::package::Kind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::registry::AdmissionFinding;

/// How a layer stands on a new version of what lies below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// It does what it does today.
    Fits,
    /// It stands, and what it does differs.
    Differs,
    /// It does not stand.
    Conflicts,
}

/// A value before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ValueChange {
    /// The value's place, as `explain` names it.
    pub path: String,
    /// Before; none: it was not there.
    pub before: Option<Value>,
    /// After; none: it is no longer there.
    pub after: Option<Value>,
}

/// A variation, and how it would stand on a package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LayerFit {
    /// The enactment.
    pub enactment: EnactmentId,
    /// Whose.
    pub authority: Authority,
    /// Settings or code.
    pub kind: Kind,
    /// Its package.
    pub package: Digest,
    /// The package's name.
    pub name: PackageName,
    /// Its version.
    pub version: String,
    /// The instrument.
    pub instrument: String,
    /// How it would stand.
    pub fit: Fit,
    /// What the layer itself would do otherwise than today.
    pub differences: Vec<ValueChange>,
    /// What would change below it, by the package or by layers that would fall.
    pub below: Vec<ValueChange>,
    /// Why it would not stand, with places.
    pub conflicts: Vec<AdmissionFinding>,
}
