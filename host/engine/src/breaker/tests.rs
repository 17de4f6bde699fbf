//! Random lives of a circuit against what must hold of it, and the board's records.

use std::collections::BTreeSet;

use banshi_model::enactment::Layer;
use banshi_model::ids::{Authority, CaseId, Digest, MatterCode};
use banshi_model::package::{Kind, Permissions};
use banshi_model::quarantine::QuarantineState;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::board::{Board, Change, Failure, Kept};
use super::circuit::{Admitted, Circuit, SLICES, Trial, Turn, slice_of};
use super::options::Options;

fn options() -> Options {
    Options {
        failures: 4,
        cases: 2,
        share_percent: 50,
        window_seconds: 100,
        pause_seconds: 10,
        pause_longest_seconds: 50,
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_619_400_000 + seconds).unwrap()
}

fn case(number: u8) -> CaseId {
    CaseId::new(&"310115".parse().unwrap(), at(0), [number; 7])
}

/// What happens to a circuit.
#[derive(Debug, Clone)]
enum Happens {
    /// Time passes, in seconds.
    Later(i64),
    /// A step asks, and is over at once.
    Step { failed: bool, case: u8 },
    /// A step asks; what it brings is told later, if it may go at all.
    Begins,
    /// The oldest of those ends.
    Ends { failed: Option<bool>, case: u8 },
    /// An operator releases.
    Release,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        3 => (0_i64..40).prop_map(Happens::Later),
        8 => (any::<bool>(), 0_u8..4).prop_map(|(failed, case)| Happens::Step { failed, case }),
        2 => Just(Happens::Begins),
        2 => (any::<Option<bool>>(), 0_u8..4).prop_map(|(failed, case)| Happens::Ends { failed, case }),
        1 => Just(Happens::Release),
    ]
}

/// A circuit with all that happened to it since it last closed, counted the plain way.
struct Life {
    circuit: Circuit,
    now: i64,
    outcomes: Vec<(i64, bool, u8)>,
    /// Steps on their way: none is no trial.
    begun: Vec<Option<Trial>>,
    until: Option<Timestamp>,
    failed_trials: u32,
}

impl Life {
    fn asks(&mut self) -> Option<Option<Trial>> {
        let (now, trying) = (at(self.now), self.circuit.is_trying());
        match self.circuit.admit(now) {
            Admitted::Yes => {
                assert_eq!(self.until, None, "called although it is quarantined");
                Some(None)
            }
            Admitted::Trial(trial) => {
                assert!(self.until.is_some_and(|until| until <= now), "tried before its time");
                assert!(!trying, "a second trial beside the first");
                Some(Some(trial))
            }
            Admitted::No => {
                assert!(self.until.is_some_and(|until| now < until) || trying, "turned away without a reason");
                None
            }
        }
    }

    fn beyond(&self) -> bool {
        let options = options();
        let oldest = slice_of(&options, at(self.now)) - SLICES;
        let within: Vec<_> = self.outcomes.iter().filter(|(when, ..)| slice_of(&options, at(*when)) > oldest).collect();
        let failures: Vec<_> = within.iter().filter(|(_, failed, _)| *failed).collect();
        let cases: BTreeSet<u8> = failures.iter().map(|(.., case)| *case).collect();
        failures.len() >= 4 && cases.len() >= 2 && failures.len() * 2 >= within.len()
    }

    fn ends(&mut self, trial: Option<Trial>, failed: Option<bool>, number: u8) {
        let (options, now) = (options(), at(self.now));
        let tried = trial.is_some_and(|_| self.circuit.is_trying());
        let turn = match failed {
            None => {
                trial.into_iter().for_each(|trial| self.circuit.undecided(trial));
                return;
            }
            Some(true) => self.circuit.failed(&options, now, &case(number), trial),
            Some(false) => self.circuit.succeeded(&options, now, trial),
        };
        if trial.is_none() && self.until.is_none() {
            self.outcomes.push((self.now, failed == Some(true), number));
        }
        match turn {
            None if self.until.is_none() && trial.is_none() && failed == Some(true) => {
                assert!(!self.beyond(), "it did not open beyond the threshold");
            }
            None => {}
            Some(Turn::Opened(seen)) => {
                assert!(self.beyond(), "it opened below the threshold: {seen:?}");
                assert!(seen.failures <= seen.steps);
                self.opens(10);
            }
            Some(Turn::Reopened) => {
                assert!(tried && failed == Some(true));
                self.failed_trials += 1;
                self.opens((10 << self.failed_trials.min(8)).min(50));
            }
            Some(Turn::Released) => {
                assert!(tried && failed == Some(false));
                self.closes();
            }
        }
    }

    fn opens(&mut self, pause: i64) {
        let until = at(self.now + pause);
        assert_eq!(self.circuit.until(), Some(until));
        self.until = Some(until);
    }

    fn closes(&mut self) {
        assert!(self.circuit.is_closed());
        (self.until, self.failed_trials) = (None, 0);
        self.outcomes.clear();
    }

    fn live(&mut self, happens: Happens) {
        match happens {
            Happens::Later(seconds) => self.now += seconds,
            Happens::Step { failed, case } => {
                if let Some(trial) = self.asks() {
                    self.ends(trial, Some(failed), case);
                }
            }
            Happens::Begins => {
                let asked = self.asks();
                self.begun.extend(asked);
            }
            Happens::Ends { failed, case } => {
                if !self.begun.is_empty() {
                    let trial = self.begun.remove(0);
                    self.ends(trial, failed, case);
                }
            }
            Happens::Release => {
                let released = self.circuit.release().is_some();
                assert_eq!(released, self.until.is_some());
                if released {
                    self.closes();
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn a_circuit_opens_exactly_beyond_its_thresholds_and_lets_one_trial_through_after_its_pause(
        life in proptest::collection::vec(happens(), 1..200)
    ) {
        let circuit = Circuit::new();
        let mut all =
            Life { circuit, now: 0, outcomes: vec![], begun: vec![], until: None, failed_trials: 0 };
        life.into_iter().for_each(|happens| all.live(happens));
    }
}

#[test]
fn one_case_alone_and_a_small_share_do_not_open_it() {
    let options = options();
    let mut circuit = Circuit::new();
    for second in 0..50 {
        assert_eq!(circuit.failed(&options, at(second), &case(1), None), None);
    }
    let mut circuit = Circuit::new();
    for second in 0..50 {
        circuit.succeeded(&options, at(second), None);
        circuit.succeeded(&options, at(second), None);
        let number = u8::try_from(second).unwrap();
        assert_eq!(circuit.failed(&options, at(second), &case(number), None), None);
    }
}

#[test]
fn no_failures_as_threshold_never_opens_it() {
    let options = Options { failures: 0, cases: 0, ..options() };
    let mut circuit = Circuit::new();
    for number in 0..100 {
        assert_eq!(circuit.failed(&options, at(0), &case(number), None), None);
    }
}

#[test]
fn a_trial_of_an_earlier_opening_decides_nothing() {
    let options = options();
    let mut circuit = Circuit::new();
    let open = |circuit: &mut Circuit, second| {
        for number in 0..4 {
            circuit.failed(&options, at(second), &case(number), None);
        }
        assert!(!circuit.is_closed());
    };
    open(&mut circuit, 0);
    let Admitted::Trial(first) = circuit.admit(at(10)) else { panic!("no trial") };
    circuit.release();
    open(&mut circuit, 11);
    let Admitted::Trial(second) = circuit.admit(at(21)) else { panic!("no trial") };
    assert_eq!(circuit.succeeded(&self::options(), at(22), Some(first)), None);
    assert_eq!(circuit.failed(&self::options(), at(22), &case(1), Some(first)), None);
    assert_eq!(circuit.succeeded(&self::options(), at(22), Some(second)), Some(Turn::Released));
}

fn authority(division: &str) -> Authority {
    Authority { department: "城市管理局".parse().unwrap(), division: division.parse().unwrap() }
}

fn layer(package: &[u8]) -> Layer {
    Layer {
        enactment: banshi_model::ids::EnactmentId::new([1; 10]),
        authority: authority("310000"),
        kind: Kind::Matter,
        package: Digest::of(package),
        name: "tests/x".parse().unwrap(),
        version: "0.1.0".to_owned(),
        instrument: "测试".to_owned(),
        permissions: Permissions::default(),
    }
}

/// So many steps of a package at an authority fail, each in a case of its own.
fn fail(board: &mut Board, package: &[u8], division: &str, count: u8, second: i64) -> Vec<Change> {
    let (layer, matter): (Layer, MatterCode) = (layer(package), "T-X".parse().unwrap());
    let mut changes = Vec::new();
    for number in 0..count {
        let passes = board.admit([layer.package].into_iter(), &authority(division), at(second)).unwrap();
        let case = case(number);
        let failure = Failure { case: &case, matter: &matter, layer: &layer, code: "guest.trap" };
        changes.extend(board.failed(&passes, &failure, at(second)));
    }
    changes
}

fn admits(board: &mut Board, package: &[u8], division: &str, second: i64) -> bool {
    board.admit([Digest::of(package)].into_iter(), &authority(division), at(second)).is_ok()
}

#[test]
fn a_package_is_quarantined_where_it_failed_and_nowhere_else() {
    let mut board = Board::new(options(), Kept::default());
    assert!(board.is_quiet());
    let changes = fail(&mut board, b"bad", "310115", 4, 0);
    assert_eq!(changes.iter().map(|change| change.what).collect::<Vec<_>>(), ["opened"]);
    assert!(!admits(&mut board, b"bad", "310115", 1));
    assert!(admits(&mut board, b"bad", "310101", 1));
    assert!(admits(&mut board, b"good", "310115", 1));
    assert_eq!(board.of(Digest::of(b"bad"), &authority("310115")).unwrap().code, "guest.trap");
}

#[test]
fn what_is_kept_is_in_force_after_a_restart_and_a_trial_that_was_under_way_is_due_again() {
    let mut board = Board::new(options(), Kept::default());
    fail(&mut board, b"bad", "310115", 4, 0);
    assert!(admits(&mut board, b"bad", "310115", 10), "its trial");
    assert_eq!(board.list()[0].state, QuarantineState::Trial);
    let kept = serde_json::to_vec(&board.kept()).unwrap();
    let mut board = Board::new(options(), serde_json::from_slice(&kept).unwrap());
    assert_eq!((board.open(), board.list()[0].state), (1, QuarantineState::Quarantined));
    assert!(!admits(&mut board, b"bad", "310115", 9));
    let passes = board.admit([Digest::of(b"bad")].into_iter(), &authority("310115"), at(10)).unwrap();
    assert!(!admits(&mut board, b"bad", "310115", 10), "one trial at a time");
    let changes = board.succeeded(&passes, at(11));
    assert_eq!(changes.iter().map(|change| change.what).collect::<Vec<_>>(), ["released"]);
    assert_eq!(changes[0].quarantine.released.as_ref().unwrap().by, None);
    assert!(admits(&mut board, b"bad", "310115", 11) && board.is_quiet());
}

#[test]
fn an_operator_releases_once_and_is_named() {
    let mut board = Board::new(options(), Kept::default());
    let id = fail(&mut board, b"bad", "310115", 4, 0)[0].quarantine.id.clone();
    assert_eq!(board.release("q-none", "platform", at(1)), None);
    let change = board.release(&id, "platform", at(1)).unwrap();
    assert_eq!(change.quarantine.released.unwrap().by.as_deref(), Some("platform"));
    assert_eq!(board.release(&id, "platform", at(2)), None);
    assert!(admits(&mut board, b"bad", "310115", 2));
    assert_eq!(board.list().len(), 1, "it is remembered");
}

#[test]
fn released_quarantines_are_remembered_up_to_a_bound_and_those_in_force_always() {
    let mut board = Board::new(options(), Kept::default());
    let first = fail(&mut board, b"stays", "310101", 4, 0)[0].quarantine.id.clone();
    for round in 0..150 {
        let id = fail(&mut board, b"bad", "310115", 4, round)[0].quarantine.id.clone();
        board.release(&id, "platform", at(round)).unwrap();
    }
    assert_eq!((board.list().len(), board.open()), (101, 1));
    assert_eq!(board.list().last().unwrap().id, first);
}

#[test]
fn a_success_after_the_window_makes_it_quiet_again() {
    let mut board = Board::new(options(), Kept::default());
    fail(&mut board, b"bad", "310115", 1, 0);
    assert!(!board.is_quiet());
    let passes = board.admit([Digest::of(b"bad")].into_iter(), &authority("310115"), at(1)).unwrap();
    assert!(board.succeeded(&passes, at(1)).is_empty() && !board.is_quiet());
    assert!(board.succeeded(&passes, at(SignedDuration::from_mins(5).as_secs())).is_empty());
    assert!(board.is_quiet());
}
