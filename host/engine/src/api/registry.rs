//! Packages, enactments and what is in force at a place.

use std::collections::BTreeMap;

use banshi_model::case::Phase;
use banshi_model::definition::{Definition, MatterType};
use banshi_model::emergency::Bound;
use banshi_model::enactment::{Enactment, Layer, Persons, Transitional};
use banshi_model::guidance::Knob;
use banshi_model::ids::{Authority, CaseId, Digest, Division, EnactmentId, MatterCode, PackageName};
use banshi_model::package::{Kind, Manifest, Permissions};
use banshi_model::release::Release;
use banshi_model::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::gradual::GradualStart;
use super::watch::WatchRequest;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// The package is refused for it.
    Error,
    /// It is reported and stops nothing; nobody has to acknowledge it.
    Lint,
}

/// One finding of an admission: which rule, where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AdmissionFinding {
    /// The rule's stable name, for example `admission.imports`.
    pub rule: String,
    /// Whether the package is refused for it.
    pub severity: Weight,
    /// Where in the package, for example `definition.materials.lease.sources`.
    pub place: String,
    /// What is wrong.
    pub what: Text,
    /// What to do.
    pub fix: Text,
}

impl AdmissionFinding {
    /// Whether the package is refused for it.
    pub fn refuses(&self) -> bool {
        self.severity == Weight::Error
    }
}

/// What was tried in the sandbox before a package was admitted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Tried {
    /// Paths of the guide that were walked to their end, over all businesses.
    pub paths: usize,
    /// Cases that were played with generated applications and officers.
    pub cases: usize,
    /// Steps of them.
    pub steps: usize,
    /// Kinds of event that were told at least once.
    pub events: usize,
}

/// What the host found when a package was published. The same to the byte for the same package, day, law rows and
/// matter below it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AdmissionReport {
    /// SHA-256 over the report as JSON with zeros in this place; kept with the package.
    pub digest: Digest,
    /// The package.
    pub package: Digest,
    /// Whether it may be enacted.
    pub admitted: bool,
    /// The day for which it was judged.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// The law rows, tables of obtainable papers among them, by which it was judged.
    pub law: Digest,
    /// For a variation: the chain that it was laid over and is part of; none: nothing was in force below it yet.
    pub chain: Option<Digest>,
    /// What it says of itself.
    pub manifest: Manifest,
    /// What was found.
    pub findings: Vec<AdmissionFinding>,
    /// What was tried.
    pub tried: Tried,
    /// Its settings that a variation may turn.
    pub knobs: Vec<Knob>,
    /// The component's size in bytes.
    pub component_bytes: u64,
    /// Who signed it, or that nobody did and why it was accepted all the same.
    pub signature: Text,
}

impl AdmissionReport {
    /// With its digest: what stands in it cannot be changed later without being seen.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.digest = self.computed();
        self
    }

    /// Whether the digest is that of what stands in it.
    pub fn is_sealed(&self) -> bool {
        self.digest == self.computed()
    }

    fn computed(&self) -> Digest {
        let blank = Self { digest: Digest([0; 32]), ..self.clone() };
        // Plain data with string keys always serialises.
        Digest::of_json(&blank).unwrap_or(Digest([0; 32]))
    }
}

/// A package's report, and what today's law rows find beyond it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PackageReport {
    /// The report of its admission, as it was kept.
    pub report: AdmissionReport,
    /// The day and the law rows of `since`.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// The law rows, by digest.
    pub law: Digest,
    /// What is found today, where it is in force, that the report does not hold. It stops nothing by itself.
    pub since: Vec<AdmissionFinding>,
}

/// A package in force that has findings today which its report does not hold.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StandingFindings {
    /// The package.
    pub package: Digest,
    /// Its name.
    pub name: PackageName,
    /// Its version.
    pub version: String,
    /// Its matter.
    pub matter: MatterCode,
    /// The authorities at which it is in force.
    pub authorities: Vec<Authority>,
    /// What is found today.
    pub findings: Vec<AdmissionFinding>,
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
    /// The last day; none: it has no end yet.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// Which cases it governs; those received on or after its first day unless said.
    #[serde(default)]
    pub transitional: Transitional,
    /// Who reviewed it, by name; neither its authors nor who enacts it.
    #[serde(default)]
    pub reviewed_by: Vec<String>,
    /// A share of new cases that goes first, in percent, where a law row allows it and the newest shadow of this package at
    /// this authority shows no difference in effect; none: all new cases.
    #[serde(default)]
    pub share: Option<u8>,
    /// How its first cases are watched, and what halts it; none: as the host's options say. A gradual start always is.
    #[serde(default)]
    pub watch: Option<WatchRequest>,
    /// The instrument (文号).
    pub instrument: String,
    /// What the platform permits; none: what the package asks for.
    #[serde(default)]
    pub permissions: Option<Permissions>,
}

/// What can be done with a case that began under an enactment which was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// It is finished under the rules that it came in under.
    FinishThere,
    /// At its acceptance it goes to the chain that is in force then, by the transitional clause.
    AtAcceptance,
    /// An officer finishes it by hand.
    ByHand,
    /// It is moved to what is in force now by a migration to the enactment that is named; the dry run says whether it fits.
    Migrate,
}

/// An open case that began under an enactment. Nothing in it is personal.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BegunCase {
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
    /// Whether a step is parked.
    pub parked: bool,
    /// What can be done with it.
    pub remedies: Vec<Remedy>,
    /// The enactment that a migration of it would name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migrate_to: Option<EnactmentId>,
}

/// The open cases that began under an enactment.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Begun {
    /// How many.
    pub total: usize,
    /// The first 200 of them; `GET /enactments/{id}/cases` lists them all.
    pub items: Vec<BegunCase>,
}

/// An enactment that was taken back.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TakenBack {
    /// It.
    #[serde(flatten)]
    pub enactment: Enactment,
    /// The cases that began meanwhile.
    pub begun: Begun,
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
    /// Where the layer is in a gradual start, the share of new cases that it governs, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<u8>,
}

/// An enactment that makes a layer of what is in force, with its clause.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct InForce {
    /// Which.
    pub enactment: EnactmentId,
    /// Its first day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Its last day; none: it has no end yet.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// Which cases it governs.
    pub transitional: Transitional,
    /// The instrument (文号).
    pub instrument: String,
    /// Who answers for it.
    pub persons: Persons,
    /// The share of new cases that it governs, in percent.
    #[serde(default = "whole")]
    pub share: u8,
}

/// What a host of an earlier version says of shares: nothing, because it knows none.
const fn whole() -> u8 {
    100
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
    /// The enactments of the layers, in their order.
    #[serde(default)]
    pub in_force: Vec<InForce>,
    /// Emergency enactments that bind a case received here now.
    #[serde(default)]
    pub emergencies: Vec<Bound>,
    /// Gradual starts here that are not complete, and whether what is shown follows each.
    #[serde(default)]
    pub gradual: Vec<GradualStart>,
}

/// A statutory ceiling.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CeilingView {
    /// The law row.
    pub row: String,
    /// Its clause.
    pub clause: String,
    /// How long.
    pub span: banshi_model::definition::Span,
}
