//! From the guided questions to the submitted application.

use std::collections::BTreeMap;

use banshi_model::command::WayForward;
use banshi_model::definition::{Business, Mode, Question, Source};
pub use banshi_model::draft::Counts;
use banshi_model::ids::{CaseId, Division, DocumentId, MatterCode, Slug};
use banshi_model::text::{Finding, Subject, Text};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::gradual::GradualStart;

/// Ask the guide.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuideRequest {
    /// Answers so far, by question id.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub answers: BTreeMap<String, Value>,
    /// Which business; `establish` unless said.
    #[serde(default)]
    pub business: Option<Business>,
    /// Portal, window, kiosk …; `portal` unless said.
    #[serde(default)]
    pub channel: Option<String>,
    /// For whom. An applicant's token says it; where a gradual start divides new cases, a portal or an officer names the
    /// subject, so that guide, form and application follow the same rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
}

/// What the guide says.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GuideAnswer {
    /// Questions to ask next.
    pub next: Vec<Question>,
    /// Whether the path is complete.
    pub complete: bool,
    /// Parts that are chosen.
    pub parts: Vec<PartChoice>,
    /// How it may be had; the first is proposed.
    pub modes: Vec<Mode>,
    /// Where it belongs, if elsewhere.
    pub way: Option<WayForward>,
    /// How much is asked at most, before any source answered.
    pub counts: Counts,
    /// Gradual starts of the matter and its chosen parts here, and whether the applicant is in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gradual: Vec<GradualStart>,
}

/// A chosen part.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PartChoice {
    /// Its code.
    pub code: MatterCode,
    /// Its name.
    pub title: Text,
    /// The department that decides it.
    pub department: String,
    /// How it may be had here.
    pub modes: Vec<Mode>,
}

/// Ask for the form, filled from what the state holds.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrefillRequest {
    /// For whom.
    pub subject: Subject,
    /// 经办人.
    #[serde(default)]
    pub agent: Option<Subject>,
    /// Answers of a complete path.
    #[schema(value_type = Object)]
    pub answers: BTreeMap<String, Value>,
    /// Which business; `establish` unless said.
    #[serde(default)]
    pub business: Option<Business>,
    /// Portal, window, kiosk …
    #[serde(default)]
    pub channel: Option<String>,
}

/// One field of the form.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FormField {
    /// Its id in the form: the data element in a bundle, the field's own id otherwise.
    pub id: Slug,
    /// The data element.
    pub element: String,
    /// What the person reads.
    pub title: Text,
    /// JSON Schema; in a bundle, every part's holds.
    #[schema(value_type = Object)]
    pub schema: Value,
    /// Whether the form is complete without it.
    pub required: bool,
    /// Tried in order.
    pub sources: Vec<Source>,
    /// Which matters' fields it stands for.
    pub serves: Vec<Serves>,
    /// What a source answered; none: it is asked.
    pub filled: Option<Filled>,
}

/// What a form's field or material stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Serves {
    /// The matter.
    pub matter: MatterCode,
    /// Its field or material.
    pub id: Slug,
}

/// What a source answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Filled {
    /// The value; for a material, what the source said of it.
    pub value: Value,
    /// Which source.
    pub origin: Source,
    /// When.
    pub at: Timestamp,
}

/// One paper of the form.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FormMaterial {
    /// Its id in the form.
    pub id: Slug,
    /// What the person reads.
    pub title: Text,
    /// Who issues it.
    pub issuer: Option<String>,
    /// Whether the application is complete without it.
    pub required: bool,
    /// Tried in order.
    pub sources: Vec<Source>,
    /// The clause that asks for it.
    pub basis: String,
    /// Which matters' materials it stands for.
    pub serves: Vec<Serves>,
    /// What a source answered; none: it is asked.
    pub filled: Option<Filled>,
}

/// How a source did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SourceReport {
    /// Which.
    pub source: Source,
    /// Whether it answered.
    pub answered: bool,
    /// Why not, in a fixed word: `timeout`, `no-record`, `unreachable`, `refused`, `invalid`.
    pub problem: Option<String>,
}

/// The form, filled from what the state holds.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PrefillAnswer {
    /// Hand it in with the application: what was filled is then bound as it was shown.
    pub draft: CaseId,
    /// The form's fields.
    pub fields: Vec<FormField>,
    /// The papers.
    pub materials: Vec<FormMaterial>,
    /// JSON Schema of the whole form.
    #[schema(value_type = Object)]
    pub schema: Value,
    /// What is declared and what is left.
    pub counts: Counts,
    /// How each source did.
    pub sources: Vec<SourceReport>,
    /// Chosen parts.
    pub parts: Vec<PartChoice>,
    /// How it may be had.
    pub modes: Vec<Mode>,
    /// Until when the draft is kept.
    pub expires: Timestamp,
}

/// An application, to be checked or submitted.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Which matter.
    pub matter: MatterCode,
    /// Where.
    pub division: Division,
    /// The draft of a prefill; none: the host fills now.
    #[serde(default)]
    pub draft: Option<CaseId>,
    /// For whom.
    pub subject: Subject,
    /// 经办人.
    #[serde(default)]
    pub agent: Option<Subject>,
    /// Which business; `establish` unless said.
    #[serde(default)]
    pub business: Option<Business>,
    /// How; the guide's proposal unless said.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// Portal, window, kiosk …; `portal` unless said.
    #[serde(default)]
    pub channel: Option<String>,
    /// Answers to the guided questions.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub answers: BTreeMap<String, Value>,
    /// Form values by field id; may also correct what was filled.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub values: BTreeMap<String, Value>,
    /// Uploaded documents by material id.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub documents: BTreeMap<String, DocumentId>,
    /// The licence that is to be changed, renewed, reissued or cancelled.
    #[serde(default)]
    pub licence: Option<String>,
}

/// What the precheck found; nothing is stored.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PrecheckAnswer {
    /// Findings of the host (missing or invalid fields and papers) and of the matter's rules.
    pub findings: Vec<Finding>,
    /// Whether anything blocking was found.
    pub complete: bool,
}
