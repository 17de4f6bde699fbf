//! Cases as callers see them, and what can be done to them.

use std::collections::BTreeMap;

use banshi_model::case::{Decision, Extension, PartCase, Phase, Procedure, Supplement};
use banshi_model::command::IssueLicence;
use banshi_model::definition::{Business, Mode};
use banshi_model::draft::{Document, FieldValue, Outcome};
use banshi_model::effect::{DueDate, Late, Limits, StepFault};
use banshi_model::emergency::Bound;
use banshi_model::enactment::Layer;
use banshi_model::entry::Actor;
use banshi_model::frozen::Frozen;
use banshi_model::ids::{CaseId, Digest, Division, DocumentId, MatterCode};
use banshi_model::migration::MovedBy;
use banshi_model::quarantine::Quarantine;
use banshi_model::task::Task;
use banshi_model::text::{Reason, Subject, Text};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::intake::Counts;

/// Which cases are wanted.
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    /// In this division and those within it; needed unless `subject` is given.
    pub division: Option<Division>,
    /// Of this matter.
    pub matter: Option<MatterCode>,
    /// In this phase.
    pub phase: Option<Phase>,
    /// Of this subject's id; an applicant sees only their own anyway.
    pub subject: Option<String>,
    /// Only those whose step is parked.
    pub parked: bool,
}

/// A case in a list.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CaseSummary {
    /// Its id.
    pub id: CaseId,
    /// Which matter.
    pub matter: MatterCode,
    /// Its name.
    pub title: Text,
    /// Where.
    pub division: Division,
    /// Where it stands.
    pub phase: Phase,
    /// When it was received.
    pub received: Timestamp,
    /// The effective due date.
    pub due: Option<DueDate>,
    /// Which limit has passed, while it is undecided.
    pub late: Option<Late>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Whether a step is parked.
    pub parked: bool,
    /// The bundle, for a part.
    pub parent: Option<CaseId>,
}

/// A case, whole.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CaseView {
    /// In short.
    #[serde(flatten)]
    pub summary: CaseSummary,
    /// Entries so far.
    pub seq: u64,
    /// Whether the folder runs on a simulated clock.
    pub simulated: bool,
    /// The department that decides.
    pub department: String,
    /// For whom.
    pub subject: Subject,
    /// 经办人.
    pub agent: Option<Subject>,
    /// Which business.
    pub business: Business,
    /// How.
    pub mode: Mode,
    /// Answers to the guided questions.
    #[schema(value_type = Object)]
    pub answers: BTreeMap<String, Value>,
    /// The form, each value with source and time.
    pub values: Vec<FieldValue>,
    /// The papers, each with source and time.
    pub documents: Vec<Document>,
    /// What was declared and what was asked.
    pub counts: Counts,
    /// What the case is pinned to, ground first.
    pub layers: Vec<Layer>,
    /// The day of acceptance.
    #[schema(value_type = Option<String>, format = Date)]
    pub accepted: Option<Date>,
    /// Accepted by law, because nobody answered.
    pub deemed_accepted: bool,
    /// Its limits.
    pub limits: Option<Limits>,
    /// Extensions.
    pub extensions: Vec<Extension>,
    /// Special procedures.
    pub procedures: Vec<Procedure>,
    /// The supplement notice.
    pub supplement: Option<Supplement>,
    /// Tasks.
    #[schema(value_type = Vec<Task>)]
    pub tasks: Vec<Frozen<Task>>,
    /// Parts.
    pub parts: Vec<PartCase>,
    /// The decision.
    pub decision: Option<Decision>,
    /// Identifiers of licences.
    pub licences: Vec<String>,
    /// The capability of the composite certificate, or of the licence; opens `/certificates/{capability}`.
    pub certificate: Option<String>,
    /// Why a step is parked, and how often it was tried.
    pub fault: Option<ParkedView>,
    /// When it ended.
    pub closed: Option<Timestamp>,
    /// What a user must be told is a sample (示例).
    pub samples: Vec<Text>,
    /// Emergency enactments that bind it.
    #[serde(default)]
    pub emergencies: Vec<Bound>,
    /// By which migration it is on its chain; none: by its receipt, or by a clause at its acceptance.
    pub moved_by: Option<MovedBy>,
}

/// A parked step.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ParkedView {
    /// The event that waits, by its name in the contract.
    pub event: String,
    /// Why.
    pub fault: StepFault,
    /// How often it was tried.
    pub attempts: u32,
    /// Since when.
    pub since: Timestamp,
    /// How many events wait.
    pub waiting: usize,
    /// Where the package is quarantined: since when, why, until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<Quarantine>,
    /// What that means for this case, and what an officer can do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<Text>,
}

/// One line of a case's journal.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JournalLine {
    /// From 1, without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// What it was: `received`, `step`, `failed` or `host`.
    pub kind: String,
    /// The event's or the host act's name.
    pub what: String,
    /// What it did, as structured facts: objects of one member, or a fact's name alone.
    pub effects: Vec<Value>,
    /// Digest of the state after it.
    pub after: Digest,
    /// Made on a simulated clock.
    pub simulated: bool,
}

/// Supplement an application.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplementRequest {
    /// Form values by field id.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub values: BTreeMap<String, Value>,
    /// Uploaded documents by material id.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub documents: BTreeMap<String, DocumentId>,
}

/// Withdraw an application, or one part of a bundle.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawRequest {
    /// Only this part.
    #[serde(default)]
    pub part: Option<MatterCode>,
}

/// Extend the limit.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtendRequest {
    /// By how many working days, at most what the law row allows.
    pub working_days: u16,
    /// Whose approval, on which instrument.
    pub instrument: String,
    /// Why; the applicant is told.
    pub reason: Reason,
}

/// Finish a case by hand, where its plugin cannot.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishRequest {
    /// `granted` or `refused`.
    pub outcome: Outcome,
    /// Why, by clause; at least one.
    pub reasons: Vec<Reason>,
    /// How it can be contested; needed for `refused`.
    #[serde(default)]
    pub remedy: Option<Text>,
    /// The licence to issue; only where `granted`.
    #[serde(default)]
    pub licence: Option<IssueLicence>,
}
