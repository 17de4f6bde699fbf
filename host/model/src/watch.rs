//! A watch over the first cases of an enactment, and its halt (观察期与自动停用).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::definition::plain_enum;

plain_enum!(
    /// What a watch halts an enactment for.
    Trigger {
        /// Cases in which a plugin trapped, gave up or hit a limit of the sandbox.
        Traps,
        /// Cases in which a step was parked, for whatever reason.
        Parked,
        /// Decisions that refused or declined, against what the former chain's cases came to.
        Refusals,
        /// Cases that were not decided within their limit.
        Late,
    }
);

impl Trigger {
    /// Its word, as in files and metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Traps => "traps",
            Self::Parked => "parked",
            Self::Refusals => "refusals",
            Self::Late => "late",
        }
    }
}

/// Decisions, and those of them that refused or declined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rate {
    /// Granted, refused and declined.
    pub decided: u64,
    /// Refused and declined.
    pub refused: u64,
}

/// What became of the cases of an enactment so far. Nothing in it is personal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WatchCounts {
    /// Cases.
    pub cases: u64,
    /// Cases in which a plugin trapped, gave up or hit a limit.
    pub traps: u64,
    /// Cases in which a step was parked.
    pub parked: u64,
    /// Cases that were decided: granted, refused or declined.
    pub decided: u64,
    /// Those of them that were refused or declined.
    pub refused: u64,
    /// Cases that were not decided within their limit.
    pub late: u64,
}

impl WatchCounts {
    /// Both together.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self {
            cases: self.cases + more.cases,
            traps: self.traps + more.traps,
            parked: self.parked + more.parked,
            decided: self.decided + more.decided,
            refused: self.refused + more.refused,
            late: self.late + more.late,
        }
    }

    /// What came after `before`.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self {
            cases: self.cases.saturating_sub(before.cases),
            traps: self.traps.saturating_sub(before.traps),
            parked: self.parked.saturating_sub(before.parked),
            decided: self.decided.saturating_sub(before.decided),
            refused: self.refused.saturating_sub(before.refused),
            late: self.late.saturating_sub(before.late),
        }
    }
}

/// For how long an enactment is watched, and what halts it. A threshold of 0 is not watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Watch {
    /// How long from its first day, from a raise of its share and from a release on, in hours.
    pub hours: u32,
    /// It halts over so many cases at least; for refusals, over so many decisions on either side.
    pub cases: u32,
    /// Cases with traps, in percent.
    pub traps: u8,
    /// Cases with a parked step, in percent.
    pub parked: u8,
    /// Refused decisions, in percentage points above those of the former chain.
    pub refusals: u8,
    /// Cases that were not decided in time, in percent.
    pub late: u8,
    /// How the former chain's cases at this place were decided when it was enacted.
    #[serde(default)]
    pub former: Rate,
}

impl Watch {
    /// The end of a window that begins at an instant.
    pub fn end(&self, from: Timestamp) -> Timestamp {
        from.saturating_add(SignedDuration::from_hours(i64::from(self.hours))).unwrap_or(Timestamp::MAX)
    }
}

/// How a halt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct HaltRelease {
    /// When.
    pub at: Timestamp,
    /// The principal who released it.
    pub by: String,
    /// What was counted until then: a later halt counts from here on.
    pub counts: WatchCounts,
}

/// An enactment that the host halted: it takes no new cases from this instant on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Halt {
    /// Since when.
    pub at: Timestamp,
    /// What for.
    pub trigger: Trigger,
    /// The threshold that was reached.
    pub threshold: u8,
    /// What was counted since the window's begin or the last release.
    pub counts: WatchCounts,
    /// How it ended; none: it stands.
    #[serde(default)]
    pub released: Option<HaltRelease>,
}

impl Halt {
    /// Whether it stands at an instant.
    pub fn stands(&self, at: Timestamp) -> bool {
        self.at <= at && self.released.as_ref().is_none_or(|release| at < release.at)
    }
}
