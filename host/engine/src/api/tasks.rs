//! Work for officers.

use banshi_model::case::Phase;
use banshi_model::draft::Opinion;
use banshi_model::effect::{DueDate, Late, StepFault};
use banshi_model::ids::{CaseId, Division, MatterCode, TaskId};
use banshi_model::task::Task;
use banshi_model::text::{Reason, Text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which tasks are wanted; an officer sees only those of their own unit and division.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// In this division and those within it.
    pub division: Option<Division>,
    /// Of this unit.
    pub unit: Option<String>,
}

/// A task in the inbox.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TaskView {
    /// The task.
    #[serde(flatten)]
    pub task: Task,
    /// Its case.
    pub case: CaseId,
    /// Which matter.
    pub matter: MatterCode,
    /// Its name.
    pub matter_title: Text,
    /// Where.
    pub division: Division,
    /// The case's effective due date.
    pub case_due: Option<DueDate>,
    /// Which limit of the case has passed.
    pub case_late: Option<Late>,
}

/// What an officer says to a task.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerdictRequest {
    /// The revision that was read; another verdict since then is a conflict.
    pub revision: u64,
    /// What.
    pub opinion: Opinion,
    /// What the task's form asks.
    #[serde(default)]
    pub data: Value,
    /// Why, by clause.
    #[serde(default)]
    pub reasons: Vec<Reason>,
}

/// What became of it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VerdictAnswer {
    /// The task.
    pub task: TaskId,
    /// Where the case stands now.
    pub phase: Phase,
    /// The verdict stands, but the plugin failed on it: it is tried again, or finished by hand.
    pub parked: Option<StepFault>,
}
