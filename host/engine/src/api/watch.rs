//! Watches over the first cases of enactments.

use banshi_model::enactment::Enactment;
use banshi_model::watch::WatchCounts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::registry::Begun;

/// How an enactment is to be watched. What is not said is as the host's option says; a threshold of 0 is not watched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WatchRequest {
    /// How long from its first day, from a raise of its share and from a release on, in hours; 0: not at all.
    pub hours: Option<u32>,
    /// It halts over so many cases at least.
    pub cases: Option<u32>,
    /// Cases in which a plugin trapped or hit a limit, in percent.
    pub traps: Option<u8>,
    /// Cases in which a step was parked, in percent.
    pub parked: Option<u8>,
    /// Refused decisions, in percentage points above those of the former chain.
    pub refusals: Option<u8>,
    /// Cases that were not decided in time, in percent.
    pub late: Option<u8>,
}

/// Where a watch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WatchState {
    /// The enactment is not watched.
    Unwatched,
    /// Its first day is yet to come.
    Coming,
    /// Its cases are counted.
    Watching,
    /// The host has halted it: new cases follow the former chain.
    Halted,
    /// The window is over.
    Ended,
    /// The enactment was taken back.
    TakenBack,
}

/// How the watch of an enactment stands. Nothing in it is personal.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WatchView {
    /// The enactment, with its thresholds and its halts.
    pub enactment: Enactment,
    /// Where it stands.
    pub state: WatchState,
    /// When the window ends; none: it is not watched.
    pub ends: Option<Timestamp>,
    /// What was counted since its first day, or since the last release; none: nobody counts now.
    pub counts: Option<WatchCounts>,
    /// Where it is halted, the cases that began under it and what can be done with each.
    pub begun: Option<Begun>,
}
