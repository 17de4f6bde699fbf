//! What the operator of the platform asks of a host.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ClockView {
    /// What it shows.
    pub now: Timestamp,
    /// Whether it is simulated.
    pub simulated: bool,
}

/// What loading a year did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CalendarAnswer {
    /// How many open cases had provisional dates that moved.
    pub cases_recalculated: usize,
}
