//! What is asked of emergency enactments.

use banshi_model::emergency::{Measure, Scope};
use banshi_model::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Propose an emergency enactment. It binds nobody before another person confirms it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmergencyRequest {
    /// The instrument (文号).
    pub instrument: String,
    /// Why, for those whom it reaches.
    pub reason: Text,
    /// What it orders; at least one, each once.
    pub measures: Vec<Measure>,
    /// What it reaches.
    pub scope: Scope,
    /// The last day that it is in force.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
}
