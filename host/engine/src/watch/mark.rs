//! What one case has come to, as a watch counts it. Pure: read from the case and its entries, so that the same journal
//! gives the same mark whether it was followed live or is read again after a start.

use banshi_model::case::Case;
use banshi_model::draft::Outcome;
use banshi_model::effect::{Effect, StepFault};
use banshi_model::enactment::Layer;
use banshi_model::entry::Entry;
use banshi_model::ids::Digest;
use banshi_model::package::Kind;
use banshi_model::quarantine::QUARANTINED;
use banshi_model::time;
use banshi_model::watch::WatchCounts;
use jiff::civil::Date;

/// Faults of the host itself: neither the package nor the case is to blame. A quarantine is its answer to failures that
/// were counted when they came.
const OF_THE_HOST: [&str; 3] = ["guest.queue", "package.unavailable", QUARANTINED];

/// The only package whose faults a layer answers for; none: it may have brought about those of any, as settings can.
pub(super) fn answers_for(layer: &Layer) -> Option<Digest> {
    (layer.kind == Kind::Code).then_some(layer.package)
}

/// What a case has come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// A plugin trapped, gave up or hit a limit of the sandbox.
    pub trapped: bool,
    /// A step was parked.
    pub parked: bool,
    /// Whether it was refused or declined; none: it is not decided.
    pub refused: Option<bool>,
    /// It was not decided within its limit.
    pub late: bool,
    /// The last day of its limit, while it runs.
    pub due: Option<Date>,
}

impl Mark {
    /// Of a case with entries of it, for one of its layers.
    pub(super) fn of(case: &Case, entries: &[Entry], own: Option<Digest>) -> Self {
        let mut mark = Self::default();
        mark.add(entries, own);
        mark.stand(case);
        mark
    }

    /// Takes further entries in. Where only one package is answered for, another's faults are left out; what the host
    /// refused of nobody's in particular stays.
    pub(super) fn add(&mut self, entries: &[Entry], own: Option<Digest>) {
        for effect in entries.iter().flat_map(|entry| &entry.effects) {
            let (Effect::Parked { fault, .. } | Effect::RetryFailed(fault)) = effect else { continue };
            if own.zip(fault.package).is_some_and(|(own, of)| own != of) {
                continue;
            }
            self.trapped |= trapped(fault);
            self.parked |= !OF_THE_HOST.contains(&fault.code.as_str());
        }
    }

    /// Takes over where the case stands.
    pub(super) fn stand(&mut self, case: &Case) {
        let outcome = case.decision.as_ref().map(|decision| decision.outcome).or(case.outcome);
        self.refused = match outcome {
            Some(Outcome::Granted) => Some(false),
            Some(Outcome::Refused | Outcome::Declined) => Some(true),
            Some(Outcome::Withdrawn | Outcome::Lapsed) | None => None,
        };
        let ended = case.decision.as_ref().map(|decision| decision.at).or(case.closed);
        // While a special procedure runs, the limit does not.
        let runs = case.procedures.iter().all(|procedure| procedure.to.is_some());
        self.due = None;
        match (&case.limits, ended) {
            (Some(limits), Some(at)) => self.late = limits.late(time::date_of(at)).is_some(),
            (Some(limits), None) if runs => self.due = Some(limits.effective().date),
            _ => {}
        }
    }

    /// Takes over a later mark of the same case.
    pub(super) fn follow(&mut self, later: &Self) {
        let (trapped, parked) = (self.trapped || later.trapped, self.parked || later.parked);
        *self = Self { trapped, parked, ..*later };
    }

    /// Adds what an earlier reading of the same case found.
    pub(super) fn recall(&mut self, earlier: &Self) {
        self.trapped |= earlier.trapped;
        self.parked |= earlier.parked;
    }

    /// What it adds to the counts; a limit that runs adds nothing yet.
    pub(super) fn counts(&self) -> WatchCounts {
        WatchCounts {
            cases: 1,
            traps: u64::from(self.trapped),
            parked: u64::from(self.parked),
            decided: u64::from(self.refused.is_some()),
            refused: u64::from(self.refused == Some(true)),
            late: u64::from(self.late),
        }
    }
}

fn trapped(fault: &StepFault) -> bool {
    fault.code.starts_with("guest.") && !OF_THE_HOST.contains(&fault.code.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(code: &str, package: Option<Digest>) -> Effect {
        Effect::RetryFailed(StepFault { code: code.to_owned(), text: String::new(), package })
    }

    fn marked(codes: &[&str]) -> (bool, bool) {
        marked_of(codes, None, None)
    }

    fn marked_of(codes: &[&str], of: Option<Digest>, own: Option<Digest>) -> (bool, bool) {
        let mut mark = Mark::default();
        for code in codes {
            let entry = Entry {
                case: "310115-210426-7K3M9QX2TR".parse().unwrap(),
                seq: 2,
                at: jiff::Timestamp::UNIX_EPOCH,
                by: banshi_model::entry::Actor::Host,
                cause: banshi_model::entry::Cause::Host(banshi_model::entry::HostAct::AcceptedWithBundle),
                effects: vec![fault(code, of)],
                after: banshi_model::ids::Digest([0; 32]),
            };
            mark.add(&[entry], own);
        }
        (mark.trapped, mark.parked)
    }

    #[test]
    fn a_trap_is_the_plugin_s_a_refused_answer_only_parks_and_the_host_s_own_is_neither() {
        assert_eq!(marked(&[]), (false, false));
        assert_eq!(marked(&["guest.trap"]), (true, true));
        assert_eq!(marked(&["guest.deadline"]), (true, true));
        assert_eq!(marked(&["law.pauses"]), (false, true));
        assert_eq!(marked(&["guest.queue", "package.unavailable", QUARANTINED]), (false, false));
    }

    #[test]
    fn a_code_layer_answers_for_its_own_package_and_settings_for_every_one() {
        let (own, ground) = (Some(Digest([1; 32])), Some(Digest([2; 32])));
        assert_eq!(marked_of(&["guest.trap"], own, own), (true, true));
        assert_eq!(marked_of(&["guest.trap"], ground, own), (false, false));
        assert_eq!(marked_of(&["guest.trap"], ground, None), (true, true));
        assert_eq!(marked_of(&["law.pauses"], None, own), (false, true), "refused of nobody's in particular");
    }

    #[test]
    fn what_was_read_again_adds_to_what_was_followed_and_never_sets_it_back() {
        let mut live = Mark { refused: Some(true), ..Mark::default() };
        live.recall(&Mark { trapped: true, ..Mark::default() });
        assert_eq!(live, Mark { trapped: true, refused: Some(true), ..Mark::default() });
        live.follow(&Mark { late: true, ..Mark::default() });
        assert_eq!(live, Mark { trapped: true, late: true, ..Mark::default() });
    }
}
