//! Gradual starts: an enactment that governs a share of new cases first.

use banshi_model::ids::{Authority, EnactmentId, MatterCode};
use serde::{Deserialize, Serialize};

/// Raise the share of a gradual start.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareRequest {
    /// The new share in percent, more than the one before; 100 completes the start.
    pub percent: u8,
}

/// A gradual start that is not complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GradualStart {
    /// The enactment that governs a share of new cases.
    pub enactment: EnactmentId,
    /// Of which matter.
    pub matter: MatterCode,
    /// Whose.
    pub authority: Authority,
    /// The instrument (文号).
    pub instrument: String,
    /// The share of new cases, in percent.
    pub share: u8,
    /// Whether it governs what was shown; none: it depends on the applicant, who was not named.
    pub applies: Option<bool>,
}
