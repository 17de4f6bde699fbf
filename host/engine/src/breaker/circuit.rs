//! The circuit of one package at one authority: counts, opens, lets one trial through, closes. Pure: time is an
//! argument, and what was decided elsewhere is told to it.

use std::collections::{BTreeSet, VecDeque};

use banshi_model::ids::CaseId;
use jiff::{SignedDuration, Timestamp};

use super::Options;

/// A window is counted in so many slices: an outcome leaves it at most a slice too early.
pub(super) const SLICES: i64 = 20;
/// A pause is doubled at most so often before its bound.
const DOUBLINGS: u32 = 16;

/// What was counted in a slice of the window.
#[derive(Debug, Clone)]
struct Slice {
    /// Which: the instant, divided by a slice's length.
    number: i64,
    succeeded: u32,
    failed: u32,
    /// Cases in which a step failed; not more than matter.
    cases: BTreeSet<CaseId>,
}

/// What the window showed when the circuit opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// Steps that failed.
    pub failures: u32,
    /// Steps of the package in all.
    pub steps: u32,
    /// Cases in which a step failed, as far as they were counted.
    pub cases: u32,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The package is called.
    Closed,
    /// It is not called before this instant.
    Open { until: Timestamp },
    /// One step was let through; what it brings is not known yet.
    Trying { until: Timestamp },
}

/// Whether a step may call the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admitted {
    /// As ever.
    Yes,
    /// As the one trial.
    Trial(Trial),
    /// No.
    No,
}

/// The right to the one trial of an opening; of an earlier opening it is worth nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trial(u64);

/// A change that operators are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It opened.
    Opened(Seen),
    /// Its trial failed; the pause is longer.
    Reopened,
    /// It closed.
    Released,
}

/// The circuit of one package at one authority.
#[derive(Debug, Clone)]
pub(super) struct Circuit {
    state: State,
    slices: VecDeque<Slice>,
    /// How often it opened: tells trials of different openings apart.
    openings: u64,
    /// Trials of this opening that failed.
    failed_trials: u32,
}

impl Circuit {
    /// Closed, with nothing counted.
    pub fn new() -> Self {
        Self { state: State::Closed, slices: VecDeque::new(), openings: 0, failed_trials: 0 }
    }

    /// Open, as it was kept.
    pub fn open(until: Timestamp, failed_trials: u32) -> Self {
        Self { state: State::Open { until }, slices: VecDeque::new(), openings: 1, failed_trials }
    }

    /// Whether the package is called as ever.
    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// Whether a trial is under way.
    pub fn is_trying(&self) -> bool {
        matches!(self.state, State::Trying { .. })
    }

    /// Before when no trial is let through; none where it is closed.
    pub fn until(&self) -> Option<Timestamp> {
        match self.state {
            State::Closed => None,
            State::Open { until } | State::Trying { until } => Some(until),
        }
    }

    /// Trials of this opening that failed.
    pub fn failed_trials(&self) -> u32 {
        self.failed_trials
    }

    /// Whether nothing of it has to be kept in memory.
    pub fn is_idle(&mut self, options: &Options, now: Timestamp) -> bool {
        self.forget(options, now);
        self.is_closed() && self.slices.iter().all(|slice| slice.failed == 0)
    }

    /// A step wants to call the package.
    pub fn admit(&mut self, now: Timestamp) -> Admitted {
        match self.state {
            State::Closed => Admitted::Yes,
            State::Open { until } if now >= until => {
                self.state = State::Trying { until };
                Admitted::Trial(Trial(self.openings))
            }
            State::Open { .. } | State::Trying { .. } => Admitted::No,
        }
    }

    /// A step that called it stands.
    pub fn succeeded(&mut self, options: &Options, now: Timestamp, trial: Option<Trial>) -> Option<Turn> {
        match trial {
            Some(trial) if self.is_tried_by(trial) => self.release(),
            Some(_) => None,
            None => {
                self.count(options, now, |slice| slice.succeeded = slice.succeeded.saturating_add(1));
                None
            }
        }
    }

    /// A step failed because of it.
    pub fn failed(&mut self, options: &Options, now: Timestamp, case: &CaseId, trial: Option<Trial>) -> Option<Turn> {
        match trial {
            Some(trial) if self.is_tried_by(trial) => {
                self.failed_trials = self.failed_trials.saturating_add(1);
                self.state = State::Open { until: later(now, self.pause(options)) };
                Some(Turn::Reopened)
            }
            Some(_) => None,
            None => {
                self.count(options, now, |slice| {
                    slice.failed = slice.failed.saturating_add(1);
                    if slice.cases.len() < usize::try_from(options.cases).unwrap_or(usize::MAX) {
                        slice.cases.insert(case.clone());
                    }
                });
                self.open_beyond(options, now)
            }
        }
    }

    /// A trial came to nothing that could be judged: the next step is the trial.
    pub fn undecided(&mut self, trial: Trial) {
        if let State::Trying { until } = self.state
            && self.is_tried_by(trial)
        {
            self.state = State::Open { until };
        }
    }

    /// Closes it, whatever it was.
    pub fn release(&mut self) -> Option<Turn> {
        if self.is_closed() {
            return None;
        }
        self.state = State::Closed;
        self.slices.clear();
        self.failed_trials = 0;
        Some(Turn::Released)
    }

    fn is_tried_by(&self, trial: Trial) -> bool {
        self.is_trying() && trial.0 == self.openings
    }

    /// Opens where the window is beyond the threshold.
    fn open_beyond(&mut self, options: &Options, now: Timestamp) -> Option<Turn> {
        if !self.is_closed() || options.failures == 0 {
            return None;
        }
        let seen = self.seen();
        let share = u64::from(seen.failures) * 100 >= u64::from(options.share_percent) * u64::from(seen.steps);
        if seen.failures < options.failures || seen.cases < options.cases || !share {
            return None;
        }
        self.openings = self.openings.saturating_add(1);
        self.failed_trials = 0;
        self.state = State::Open { until: later(now, self.pause(options)) };
        self.slices.clear();
        Some(Turn::Opened(seen))
    }

    fn seen(&self) -> Seen {
        let failures = self.slices.iter().fold(0_u32, |sum, slice| sum.saturating_add(slice.failed));
        let succeeded = self.slices.iter().fold(0_u32, |sum, slice| sum.saturating_add(slice.succeeded));
        let cases: BTreeSet<&CaseId> = self.slices.iter().flat_map(|slice| &slice.cases).collect();
        let cases = u32::try_from(cases.len()).unwrap_or(u32::MAX);
        Seen { failures, steps: failures.saturating_add(succeeded), cases }
    }

    /// The pause before the next trial: doubled after each that failed, up to the longest.
    fn pause(&self, options: &Options) -> i64 {
        let first = i64::from(options.pause_seconds.max(1));
        let longest = i64::from(options.pause_longest_seconds).max(first);
        first.saturating_mul(1_i64 << self.failed_trials.min(DOUBLINGS)).min(longest)
    }

    fn count(&mut self, options: &Options, now: Timestamp, add: impl FnOnce(&mut Slice)) {
        if !self.is_closed() {
            return;
        }
        self.forget(options, now);
        let number = slice_of(options, now);
        // A clock that was set back counts on where it was.
        if self.slices.back().is_none_or(|last| last.number < number) {
            self.slices.push_back(Slice { number, succeeded: 0, failed: 0, cases: BTreeSet::new() });
        }
        if let Some(slice) = self.slices.back_mut() {
            add(slice);
        }
    }

    /// Drops what has left the window.
    fn forget(&mut self, options: &Options, now: Timestamp) {
        let oldest = slice_of(options, now) - SLICES;
        while self.slices.front().is_some_and(|slice| slice.number <= oldest) {
            self.slices.pop_front();
        }
    }
}

/// The number of the slice that an instant falls into.
pub(super) fn slice_of(options: &Options, at: Timestamp) -> i64 {
    let length = (i64::from(options.window_seconds.max(1)) * 1000 / SLICES).max(1);
    at.as_millisecond().div_euclid(length)
}

fn later(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now)
}
