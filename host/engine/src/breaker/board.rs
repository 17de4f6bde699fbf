//! All circuits of a host, with what is kept and shown of each quarantine. Pure: time is an argument.

use std::collections::HashMap;

use banshi_model::enactment::Layer;
use banshi_model::ids::{Authority, CaseId, Digest, MatterCode};
use banshi_model::quarantine::{Quarantine, QuarantineState, Release};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Options;
use super::circuit::{Admitted, Circuit, Seen, Trial, Turn};

/// So many released quarantines are remembered.
const RELEASED_KEPT: usize = 100;
/// So many circuits that count something are kept before the idle ones are dropped.
const CIRCUITS_KEPT: usize = 4096;

/// Which circuit: a package at an authority.
pub(crate) type Key = (Digest, Authority);

/// A step that may call a package, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pass {
    /// Which circuit let it through.
    pub key: Key,
    trial: Option<Trial>,
}

impl Pass {
    /// Whether it is the one trial of a quarantine.
    pub fn is_trial(&self) -> bool {
        self.trial.is_some()
    }
}

/// A change that operators are told of once it is durable.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    /// A fixed word: `opened`, `reopened`, `released`.
    pub what: &'static str,
    /// The quarantine as it stands then.
    pub quarantine: Quarantine,
}

/// Why a step failed, as far as its package is concerned.
pub(crate) struct Failure<'a> {
    /// In which case.
    pub case: &'a CaseId,
    /// Of which matter.
    pub matter: &'a MatterCode,
    /// The layer that failed.
    pub layer: &'a Layer,
    /// The limit's or rule's own name.
    pub code: &'a str,
}

/// What survives a restart.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Quarantines in force and the last ones that were released, oldest first.
    quarantines: Vec<Quarantine>,
}

/// All circuits.
pub(crate) struct Board {
    options: Options,
    circuits: HashMap<Key, Circuit>,
    quarantines: Vec<Quarantine>,
}

impl Board {
    /// Takes up what was kept.
    pub fn new(options: Options, kept: Kept) -> Self {
        let open = kept.quarantines.iter().filter(|quarantine| quarantine.released.is_none());
        let circuit = |quarantine: &Quarantine| {
            let key = (quarantine.package, quarantine.authority.clone());
            (key, Circuit::open(quarantine.until, quarantine.failed_trials))
        };
        let circuits = open.map(circuit).collect();
        Self { options, circuits, quarantines: kept.quarantines }
    }

    /// What has to survive a restart.
    pub fn kept(&self) -> Kept {
        Kept { quarantines: self.quarantines.clone() }
    }

    /// Whether there is nothing to ask or count: no step failed lately.
    pub fn is_quiet(&self) -> bool {
        self.circuits.is_empty()
    }

    /// Whether a step may call these packages at an authority: all of them, or the first that is quarantined.
    pub fn admit(
        &mut self,
        packages: impl Iterator<Item = Digest>,
        authority: &Authority,
        now: Timestamp,
    ) -> Result<Vec<Pass>, Box<Quarantine>> {
        let mut passes = Vec::new();
        for package in packages {
            let key = (package, authority.clone());
            match self.circuits.get_mut(&key).map(|circuit| circuit.admit(now)) {
                None | Some(Admitted::Yes) => passes.push(Pass { key, trial: None }),
                Some(Admitted::Trial(trial)) => passes.push(Pass { key, trial: Some(trial) }),
                Some(Admitted::No) => {
                    let refused = self.in_force(&key).cloned();
                    self.undecided(&passes);
                    if let Some(quarantine) = refused {
                        return Err(Box::new(quarantine));
                    }
                }
            }
        }
        Ok(passes)
    }

    /// A step that called these packages stands.
    pub fn succeeded(&mut self, passes: &[Pass], now: Timestamp) -> Vec<Change> {
        let mut changes = Vec::new();
        for pass in passes {
            let Some(circuit) = self.circuits.get_mut(&pass.key) else { continue };
            let turn = circuit.succeeded(&self.options, now, pass.trial);
            if turn.is_none() && circuit.is_idle(&self.options, now) {
                self.circuits.remove(&pass.key);
            }
            changes.extend(turn.and_then(|turn| self.turned(&pass.key, turn, now, None, None)));
        }
        changes
    }

    /// A step failed because of one package; nothing is known about the others.
    pub fn failed(&mut self, passes: &[Pass], failure: &Failure<'_>, now: Timestamp) -> Vec<Change> {
        let (blamed, rest): (Vec<&Pass>, Vec<&Pass>) =
            passes.iter().partition(|pass| pass.key.0 == failure.layer.package);
        for pass in rest {
            self.gave_back(pass);
        }
        self.make_room(now);
        let mut changes = Vec::new();
        for pass in blamed {
            let circuit = self.circuits.entry(pass.key.clone()).or_insert_with(Circuit::new);
            let turn = circuit.failed(&self.options, now, failure.case, pass.trial);
            changes.extend(turn.and_then(|turn| self.turned(&pass.key, turn, now, Some(failure), None)));
        }
        changes
    }

    /// A step came to nothing that could be judged.
    pub fn undecided(&mut self, passes: &[Pass]) {
        passes.iter().for_each(|pass| self.gave_back(pass));
    }

    /// Somebody releases a quarantine; none where it is not in force.
    pub fn release(&mut self, id: &str, by: &str, now: Timestamp) -> Option<Change> {
        let found = self.quarantines.iter().find(|known| known.id == id && known.released.is_none())?;
        let key = (found.package, found.authority.clone());
        let turn = self.circuits.get_mut(&key).and_then(Circuit::release)?;
        self.turned(&key, turn, now, None, Some(by))
    }

    /// The quarantine in force for a package at an authority, as it stands now.
    pub fn of(&self, package: Digest, authority: &Authority) -> Option<Quarantine> {
        self.in_force(&(package, authority.clone())).map(|known| self.now(known))
    }

    /// All that are in force and the last ones that were released, newest first.
    pub fn list(&self) -> Vec<Quarantine> {
        self.quarantines.iter().rev().map(|known| self.now(known)).collect()
    }

    /// How many are in force.
    pub fn open(&self) -> usize {
        self.quarantines.iter().filter(|known| known.released.is_none()).count()
    }

    /// As it stands: only the circuit knows that a trial is under way.
    fn now(&self, known: &Quarantine) -> Quarantine {
        let key = (known.package, known.authority.clone());
        let trying = known.released.is_none() && self.circuits.get(&key).is_some_and(Circuit::is_trying);
        let state = if trying { QuarantineState::Trial } else { known.state };
        Quarantine { state, ..known.clone() }
    }

    fn in_force(&self, key: &Key) -> Option<&Quarantine> {
        self.quarantines
            .iter()
            .find(|known| known.released.is_none() && known.package == key.0 && known.authority == key.1)
    }

    fn gave_back(&mut self, pass: &Pass) {
        if let (Some(trial), Some(circuit)) = (pass.trial, self.circuits.get_mut(&pass.key)) {
            circuit.undecided(trial);
        }
    }

    /// Brings the record up to what its circuit did.
    fn turned(
        &mut self,
        key: &Key,
        turn: Turn,
        now: Timestamp,
        failure: Option<&Failure<'_>>,
        by: Option<&str>,
    ) -> Option<Change> {
        let (until, failed_trials) =
            self.circuits.get(key).map(|circuit| (circuit.until(), circuit.failed_trials())).unwrap_or_default();
        let what = match turn {
            Turn::Opened(seen) => {
                self.quarantines.push(begun(key, now, until?, &seen, failure?));
                "opened"
            }
            Turn::Reopened => "reopened",
            Turn::Released => "released",
        };
        let known = self
            .quarantines
            .iter_mut()
            .rev()
            .find(|known| known.released.is_none() && known.package == key.0 && known.authority == key.1)?;
        match turn {
            Turn::Opened(_) => {}
            Turn::Reopened => {
                known.until = until?;
                known.failed_trials = failed_trials;
                known.code = failure?.code.to_owned();
            }
            Turn::Released => {
                known.state = QuarantineState::Released;
                known.released = Some(Release { at: now, by: by.map(str::to_owned) });
            }
        }
        let quarantine = known.clone();
        if turn == Turn::Released {
            self.circuits.remove(key);
            self.forget_released();
        }
        Some(Change { what, quarantine })
    }

    fn forget_released(&mut self) {
        let released = self.quarantines.len() - self.open();
        let mut over = released.saturating_sub(RELEASED_KEPT);
        self.quarantines.retain(|known| {
            let drop = over > 0 && known.released.is_some();
            over -= usize::from(drop);
            !drop
        });
    }

    /// Drops circuits that count nothing any more, when there are many.
    fn make_room(&mut self, now: Timestamp) {
        if self.circuits.len() >= CIRCUITS_KEPT {
            let options = &self.options;
            self.circuits.retain(|_, circuit| !circuit.is_idle(options, now));
        }
    }
}

/// The record of a quarantine that begins. Its id derives from what it is of and when, and not from chance.
fn begun(key: &Key, now: Timestamp, until: Timestamp, seen: &Seen, failure: &Failure<'_>) -> Quarantine {
    let named = format!("{} {} {}", key.0, key.1, now);
    let id: String = Digest::of(named.as_bytes()).to_string().chars().take(20).collect();
    let Layer { name, version, kind, authority, .. } = failure.layer;
    Quarantine {
        id: format!("q-{id}"),
        package: key.0,
        name: name.clone(),
        version: version.clone(),
        kind: *kind,
        publisher: authority.clone(),
        matter: failure.matter.clone(),
        authority: key.1.clone(),
        state: QuarantineState::Quarantined,
        since: now,
        until,
        code: failure.code.to_owned(),
        failures: seen.failures,
        steps: seen.steps,
        cases: seen.cases,
        failed_trials: 0,
        released: None,
    }
}
