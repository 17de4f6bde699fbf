//! An application, and a case as a plugin may see it. Mirrors the contract's interface `cases`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::definition::{Business, Mode, Source, plain_enum};
use crate::frozen::Frozen;
use crate::ids::{CaseId, Digest, Division, MatterCode, Slug};
use crate::text::{Reason, Subject};

/// A form value, with where it came from and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldValue {
    /// The field.
    pub field: Slug,
    /// The value.
    pub value: Value,
    /// Where it came from.
    pub origin: Source,
    /// When.
    pub at: Timestamp,
}

/// A material at hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Document {
    /// The material.
    pub material: Slug,
    /// SHA-256 of the document or of the source's answer.
    pub digest: Digest,
    /// Where it came from.
    pub origin: Source,
    /// When.
    pub at: Timestamp,
}

/// Somebody who must prove who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Signer {
    /// Who.
    pub person: Subject,
    /// As what.
    pub role: String,
    /// Whether they have.
    pub verified: bool,
    /// Whether they must appear in person. Left out where they need not, so that older states keep their digests.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_person: bool,
}

/// An application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Draft {
    /// The licence that is to be changed, renewed, reissued or cancelled.
    pub licence: Option<String>,
    /// Where it is to be decided.
    pub division: Division,
    /// The civil date of receipt.
    #[schema(value_type = String, format = Date)]
    pub today: Date,
    /// Portal, window, kiosk, or `bundle` for a part.
    pub channel: String,
    /// Which business.
    pub business: Business,
    /// How.
    pub mode: Mode,
    /// For whom.
    pub subject: Subject,
    /// 经办人, where it is not the subject.
    pub agent: Option<Subject>,
    /// Answers to guided questions, by question id.
    #[schema(value_type = Object)]
    pub answers: BTreeMap<String, Value>,
    /// The form.
    pub values: Vec<FieldValue>,
    /// The papers.
    pub documents: Vec<Document>,
    /// The chosen parts of a bundle.
    pub parts: Vec<MatterCode>,
    /// The effective settings, by knob id.
    #[schema(value_type = Object)]
    pub parameters: BTreeMap<String, Value>,
}

impl Draft {
    /// The form as one JSON object by field id.
    pub fn form(&self) -> Value {
        Value::Object(self.values.iter().map(|v| (v.field.to_string(), v.value.clone())).collect())
    }
}

plain_enum!(
    /// What an officer says to a task.
    Opinion {
        /// 同意.
        Approve,
        /// 不同意.
        Object,
        /// 弃权; never a decision.
        Abstain,
    }
);

/// What was said to a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TaskResult {
    /// The task's id within the case.
    pub task: Slug,
    /// The unit that said it.
    pub unit: String,
    /// What.
    pub opinion: Opinion,
    /// A consultation that nobody answered within its limit.
    pub by_silence: bool,
    /// What the officer filled in.
    pub data: Value,
    /// Why.
    pub reasons: Vec<Reason>,
}

plain_enum!(
    /// How a case ended.
    Outcome {
        /// 准予.
        Granted,
        /// 不予许可.
        Refused,
        /// 不予受理, or shown a way.
        Declined,
        /// 撤回申请.
        Withdrawn,
        /// Nobody supplemented in time.
        Lapsed,
    }
);

/// How a part ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PartResult {
    /// The part.
    pub part: MatterCode,
    /// How.
    pub outcome: Outcome,
    /// The licence it issued.
    pub licence: Option<String>,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// The case as a layer sees it; the layer's own `state` is handed over beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// The case.
    pub id: CaseId,
    /// The instant of the step.
    pub now: Timestamp,
    /// The application.
    pub draft: Frozen<Draft>,
    /// When it was received.
    pub received: Timestamp,
    /// The day of acceptance.
    pub accepted: Option<Date>,
    /// The effective due date.
    pub due: Option<Date>,
    /// Who must prove who they are.
    pub signers: Vec<Signer>,
    /// What was said so far, in order.
    pub tasks: Vec<Frozen<TaskResult>>,
    /// How the parts ended.
    pub parts: Vec<PartResult>,
}

/// What is declared, and what is left to ask. Computed by the host from definitions and sources.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Counts {
    /// Fields that the chosen matters declare, added up.
    pub fields_declared: usize,
    /// Different data elements among them.
    pub fields_distinct: usize,
    /// Fields that the applicant is asked.
    pub fields_asked: usize,
    /// Materials that the chosen matters declare, added up.
    pub materials_declared: usize,
    /// Materials that the applicant is asked.
    pub materials_asked: usize,
    /// Declared limits of the chosen matters, added up, in working days.
    pub days_declared: u32,
}
