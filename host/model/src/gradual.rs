//! A gradual start (逐步施行): an enactment that governs a share of new cases first.
//!
//! Every applicant has a place for each enactment (a keyed hash, which the engine computes), and is in where the place
//! lies within the share. So one applicant sees the same rules from the guide to the submission and in every case, and
//! whoever was in stays in while the share is raised.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::Digest;

/// So many places there are; a percent of new cases is a hundred of them.
pub const PLACES: u16 = 10_000;
/// The share of what governs every new case.
pub const ALL: u8 = 100;

/// The share from an instant on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ShareStep {
    /// Percent of new cases, 1 to 100; 100 completes the start.
    pub percent: u8,
    /// Since when.
    pub at: Timestamp,
    /// The principal who set it.
    pub by: String,
}

/// How an enactment begins with a share of new cases. Its steps are facts: one is added, none is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Gradual {
    /// The law row that allows it.
    pub row: String,
    /// The shadow that showed no difference in effect.
    pub shadow: String,
    /// The digest of its report.
    pub report: Digest,
    /// The shares, earliest first.
    pub steps: Vec<ShareStep>,
}

impl Gradual {
    /// The share at an instant, in percent.
    pub fn share(&self, at: Timestamp) -> u8 {
        self.last(|step| step.at <= at)
    }

    /// The share just before an instant: a case that was received in the very instant of a step is known by its pin.
    pub fn share_before(&self, at: Timestamp) -> u8 {
        self.last(|step| step.at < at)
    }

    /// The share that was set last.
    pub fn latest(&self) -> u8 {
        self.last(|_| true)
    }

    fn last(&self, counts: impl Fn(&ShareStep) -> bool) -> u8 {
        self.steps.iter().rfind(|step| counts(step)).map_or(0, |step| step.percent)
    }
}

/// Whether a place lies within a share.
pub fn within(place: u16, percent: u8) -> bool {
    percent >= ALL || u32::from(place) < u32::from(percent) * u32::from(PLACES / 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time;

    fn at(text: &str) -> Timestamp {
        time::parse(text).unwrap()
    }

    #[test]
    fn a_share_holds_from_its_step_on_and_a_step_s_own_instant_is_told_apart() {
        let step = |percent, at| ShareStep { percent, at, by: "p".to_owned() };
        let (first, second) = (at("2021-05-01T09:00:00+08:00"), at("2021-05-08T09:00:00+08:00"));
        let (row, shadow) = ("r".to_owned(), "s-0".to_owned());
        let steps = vec![step(10, first), step(100, second)];
        let gradual = Gradual { row, shadow, report: Digest([0; 32]), steps };
        assert_eq!((gradual.share(at("2021-04-30T09:00:00+08:00")), gradual.share(first)), (0, 10));
        assert_eq!((gradual.share(second), gradual.share_before(second), gradual.latest()), (100, 10, 100));
    }

    #[test]
    fn nobody_is_within_nothing_and_everybody_within_all() {
        let places = || 0..=PLACES;
        assert!(places().all(|place| !within(place, 0) && within(place, ALL)));
        assert_eq!((0..PLACES).filter(|place| within(*place, 7)).count(), 700);
    }
}
