//! Work for a person in a unit.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::definition::{PartStage, plain_enum};
use crate::draft::TaskResult;
use crate::frozen::Frozen;
use crate::ids::{Slug, TaskId};
use crate::text::Text;

plain_enum!(
    /// Where a task stands.
    TaskStatus {
        /// Waiting for a person.
        Open,
        /// Served by a joint inspection of the bundle; done when that is.
        Joined,
        /// Done.
        Done,
        /// No longer needed.
        Closed,
    }
);

/// A task of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Its id within the case.
    pub local: Slug,
    /// The stage that it serves.
    pub stage: Slug,
    /// Who does it.
    pub unit: String,
    /// What the officer reads.
    pub title: Text,
    /// JSON Schema of the result's data.
    #[schema(value_type = Option<Object>)]
    pub form: Option<Value>,
    /// When it was opened.
    pub opened: Timestamp,
    /// The last day of its limit.
    #[schema(value_type = Option<String>, format = Date)]
    pub due: Option<Date>,
    /// A consultation that silence may close.
    pub silence_consents: bool,
    /// The after-check of a commitment.
    pub after_check: bool,
    /// A joint inspection: what it serves.
    pub serves: Vec<PartStage>,
    /// Rises with every change; a verdict names the one it read, so that two verdicts cannot both stand.
    pub revision: u64,
    /// Where it stands.
    pub status: TaskStatus,
    /// What was said.
    #[schema(value_type = Option<TaskResult>)]
    pub result: Option<Frozen<TaskResult>>,
    /// The principal who said it; none for silence.
    pub done_by: Option<String>,
}
