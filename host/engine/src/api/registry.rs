//! Packages, enactments and what is in force at a place.

use std::collections::BTreeMap;

use banshi_model::definition::{Definition, MatterType};
use banshi_model::enactment::Layer;
use banshi_model::guidance::Knob;
use banshi_model::ids::{Authority, Digest, Division, EnactmentId, MatterCode, PackageName};
use banshi_model::package::{Kind, Manifest, Permissions};
use banshi_model::text::Text;
use jiff::Timestamp;
use banshi_model::release::Release;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One finding of an admission: which rule, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AdmissionFinding {
    /// The rule's stable name, for example `admission.imports`.
    pub rule: String,
    /// Where in the package, for example `definition.materials[3].sources`.
    pub place: String,
    /// What is wrong.
    pub text: String,
    /// What to do.
    pub fix: String,
    /// Whether the package is refused for it.
    pub blocking: bool,
}

/// What the host found when a package was published. The same for the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AdmissionReport {
    /// The package.
    pub package: Digest,
    /// Whether it may be enacted.
    pub admitted: bool,
    /// What it says of itself.
    pub manifest: Manifest,
    /// What was found.
    pub findings: Vec<AdmissionFinding>,
    /// Its settings that a variation may turn.
    pub knobs: Vec<Knob>,
    /// The component's size in bytes.
    pub component_bytes: u64,
    /// Who signed it, or that nobody did and why it was accepted all the same.
    pub signature: Text,
}

/// A published package in a list.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PackageView {
    /// Its digest.
    pub digest: Digest,
    /// What it says of itself.
    pub manifest: Manifest,
    /// When it was published.
    pub published: Timestamp,
    /// By which principal.
    pub by: String,
    /// Whether it may be enacted.
    pub admitted: bool,
}

/// Put a package in force.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnactRequest {
    /// Which matter.
    pub matter: MatterCode,
    /// At whose authority.
    pub authority: Authority,
    /// Which package.
    pub package: Digest,
    /// For a variation: the base package that it is meant for; refused if another is in force.
    #[serde(default)]
    pub base: Option<Digest>,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub effective_from: Date,
    /// The instrument (文号).
    pub instrument: String,
    /// What the platform permits; none: what the package asks for.
    #[serde(default)]
    pub permissions: Option<Permissions>,
}

/// A matter in the list of a division.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MatterSummary {
    /// Its code.
    pub code: MatterCode,
    /// Its name.
    pub title: Text,
    /// The responsible department.
    pub department: String,
    /// 事项类型.
    pub matter_type: MatterType,
    /// Whether it is a bundle.
    pub bundle: bool,
    /// How many layers are in force here.
    pub layers: usize,
    /// What a user must be told is a sample (示例).
    pub samples: Vec<Text>,
}

/// Which layer an effective value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Provenance {
    /// The value's place: `promised`, `materials.lease.sources`, `parameters.promised-days` …
    pub path: String,
    /// The enactment.
    pub enactment: EnactmentId,
    /// Whose.
    pub authority: Authority,
    /// The package's name.
    pub name: PackageName,
    /// Its version.
    pub version: String,
    /// The instrument.
    pub instrument: String,
    /// Matter, settings or code.
    pub kind: Kind,
    /// The value in short, as JSON.
    pub value: Value,
}

/// A matter as it is in force at a place, each value with its layer.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EffectiveView {
    /// Its code.
    pub code: MatterCode,
    /// Where.
    pub division: Division,
    /// The layers, ground first.
    pub layers: Vec<Layer>,
    /// The effective definition.
    pub definition: Definition,
    /// The effective settings.
    #[schema(value_type = Object)]
    pub parameters: BTreeMap<String, Value>,
    /// What can be turned.
    pub knobs: Vec<Knob>,
    /// Where each value comes from.
    pub provenance: Vec<Provenance>,
    /// The statutory ceiling that the law tables give, with its row; none for what has no ceiling.
    pub ceiling: Option<CeilingView>,
}

/// A statutory ceiling.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CeilingView {
    /// The law row.
    pub row: String,
    /// Its clause.
    pub clause: String,
    /// How long.
    /// Who wrote, reviewed and released it, by their signatures; none: it was published without.
    #[serde(default)]
    pub signed: Option<Release>,
    /// The same for a person.
    #[serde(default = "untold")]
    pub signature: Text,
}

/// What a host of an earlier version says of signatures: nothing.
fn untold() -> Text {
    Text::new("未知", "unknown")
    pub span: banshi_model::definition::Span,
}
