//! Whether one case fits the chain that it would move to, and what the move would do. Writes nothing: the dry run asks it of
//! every case, and the run once more of each under its lock.

use std::collections::HashMap;
use std::sync::Arc;

use banshi_model::case::{Case, Phase, Pin};
use banshi_model::effect::{Effect, StepFault};
use banshi_model::enactment::Layer;
use banshi_model::entry::{Bindings, LayerAnswer};
use banshi_model::ids::{Division, EnactmentId, MatterCode};
use banshi_model::migration::MovedBy;
use banshi_model::quarantine::QUARANTINED;
use jiff::Timestamp;

use super::ahead::{self, failure};
use super::call::{beyond, call_migrate};
use crate::Engine;
use crate::api::migration::MigrationFailure;
use crate::authority::authority_at;
use crate::decide::{self, Refused};
use crate::drive::{check_layers, code_layers};
use crate::error::Error;
use crate::registry::Effective;
use crate::shadow::compare::Comparison;

/// How often a call is tried that failed because the machine was busy.
const TRIES: usize = 3;

/// Where the cases go: what is in force at each place at one instant, worked out once.
pub(super) struct Targets {
    engine: Engine,
    matter: MatterCode,
    enactment: EnactmentId,
    at: Timestamp,
    places: tokio::sync::Mutex<HashMap<Division, Option<Arc<Effective>>>>,
}

impl Targets {
    pub(super) fn new(engine: Engine, matter: MatterCode, enactment: EnactmentId, at: Timestamp) -> Self {
        Self { engine, matter, enactment, at, places: tokio::sync::Mutex::default() }
    }

    /// What is in force at a place; none where the enactment has no part in it.
    pub(super) async fn at(&self, division: &Division) -> Result<Option<Arc<Effective>>, Error> {
        let mut places = self.places.lock().await;
        if let Some(found) = places.get(division) {
            return Ok(found.clone());
        }
        let found = match self.engine.effective_at(&self.matter, division, self.at).await {
            Ok(effective) => Some(effective),
            Err(Error::NotFound { .. }) => None,
            Err(error) => return Err(error),
        };
        let ours = |layer: &Layer| layer.enactment == self.enactment;
        let found = found.filter(|effective| effective.chain.layers.iter().any(ours));
        places.insert(division.clone(), found.clone());
        Ok(found)
    }
}

/// What a case has to do with a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Concern {
    /// Nothing.
    None,
    /// It would move.
    Moves,
    /// It is a bundle, and has not opened its part of the matter yet.
    UnopenedPart,
}

/// What an open case has to do with a migration of a matter to a chain.
pub(super) fn concern(case: &Case, matter: &MatterCode, to: &Effective) -> Concern {
    if case.phase == Phase::Closed {
        return Concern::None;
    }
    if &case.pin.chain.matter == matter {
        return if case.pin.digest == to.digest { Concern::None } else { Concern::Moves };
    }
    let unopened = !case.parts.iter().any(|part| &part.part == matter) && case.phase != Phase::Decided;
    match case.pin.parts.get(matter) {
        Some(pin) if pin.digest != to.digest && unopened => Concern::UnopenedPart,
        _ => Concern::None,
    }
}

/// A move that fits.
pub(super) struct Plan {
    pub pin: Pin,
    pub answers: Vec<LayerAnswer>,
    pub bindings: Bindings,
    pub effects: Vec<Effect>,
    /// Where it differs from staying; none: in nothing.
    pub differs: Option<Comparison>,
}

/// The case on another chain, as the layers of that are shown it.
pub(crate) fn as_moved(case: &Case, pin: &Pin) -> Case {
    let mut moved = case.clone();
    moved.pin = pin.clone().into();
    moved.draft.thaw().parameters.clone_from(&pin.parameters);
    moved
}

impl Engine {
    /// What the move of a case to a chain would do at this instant, in the entry that would come next; or why it stays. A
    /// dry run is not charged to the authority's quota.
    pub(super) async fn fit_for_move(
        &self,
        case: &Case,
        to: &Arc<Effective>,
        by: &MovedBy,
        (now, seq): (Timestamp, u64),
        charged: bool,
    ) -> Result<Result<Plan, MigrationFailure>, Error> {
        if let Some(quarantined) = self.quarantined_for(case, to) {
            return Ok(Err(quarantined));
        }
        let before = case.digest().map_err(|error| Error::Internal(error.to_string()))?;
        let pin = pin_to(to, case);
        let moved = as_moved(case, &pin);
        let answers = match self.taken_over(case, to, &moved, now, charged).await? {
            Ok(answers) => answers,
            Err(fault) => return Ok(Err(of_fault(to, fault))),
        };
        if let Some((index, command)) = beyond(&answers) {
            let layer = code_layers(to).nth(index);
            let what = format!("`{}` is no command of a migration", command.name());
            return Ok(Err(failure("migration.command", layer.map_or_else(String::new, named), what)));
        }
        if let Err(fault) = check_layers(to, &answers) {
            return Ok(Err(of_fault(to, fault)));
        }
        let commands = answers.last().map(|answer| answer.output.commands.clone()).unwrap_or_default();
        let gathered = self.gather(&moved, Arc::clone(to), &commands).await?;
        let bindings = Bindings {
            chain: to.digest,
            definition: to.definition_digest,
            calendar: gathered.calendar.digest(),
            law: gathered.law.digest(),
            before,
        };
        let decided = gathered.with(now, seq, |ctx| decide::decide(ctx, &moved, &commands));
        let decision = match decided {
            Ok(decision) => decision,
            Err(refused) => return Ok(Err(ahead::refused(top(to), refused))),
        };
        let states = answers.iter().map(|answer| answer.output.state.clone()).collect();
        let mut effects = vec![
            Effect::ChainMoved(Box::new(pin.clone())),
            Effect::GovernedByMigration(Some(by.clone())),
            Effect::StatesSet(states),
        ];
        effects.extend(decision.effects);
        let mut after = case.clone();
        effects.iter().for_each(|effect| after.apply(effect, now));
        if let Err(failure) = ahead::whole(case, &after, &to.definition) {
            return Ok(Err(failure));
        }
        let former = self.effective_of(&case.pin).await?;
        let differs = ahead::differs(case, &former.definition, &to.definition, &effects);
        Ok(Ok(Plan { pin, answers, bindings, effects, differs }))
    }

    /// What the layers answer. A busy machine is not their fault.
    async fn taken_over(
        &self,
        case: &Case,
        to: &Arc<Effective>,
        moved: &Case,
        now: Timestamp,
        charged: bool,
    ) -> Result<Result<Vec<LayerAnswer>, StepFault>, Error> {
        let view = moved.view(now);
        let mut tries = 1;
        loop {
            let calling = call_migrate(&self.inner.runtime, &case.pin, &case.states, to, &view);
            let called = if charged { self.charged(to, &case.draft.division, calling).await } else { calling.await };
            match called {
                Err(fault) if fault.code == "package.unavailable" => return Err(Error::Internal(fault.text)),
                Err(fault) if tries < TRIES && matches!(fault.code.as_str(), "guest.queue" | "guest.deadline") => {
                    tries += 1;
                }
                Err(fault) if fault.code == "guest.queue" => return Err(Error::Busy(60)),
                answered => return Ok(answered),
            }
        }
    }

    fn quarantined_for(&self, case: &Case, to: &Effective) -> Option<MigrationFailure> {
        let authority = authority_at(&to.definition.department, &to.chain, &case.draft.division)?;
        let layer = code_layers(to).find(|layer| self.inner.breaker.of(layer.package, &authority).is_some())?;
        let what = format!("the package is quarantined at {authority}");
        Some(failure(QUARANTINED, named(layer), what))
    }
}

fn pin_to(to: &Effective, case: &Case) -> Pin {
    Pin {
        chain: to.chain.clone(),
        digest: to.digest,
        definition: to.definition_digest,
        parameters: to.parameters.clone(),
        parts: case.pin.parts.clone(),
    }
}

fn of_fault(to: &Effective, fault: StepFault) -> MigrationFailure {
    let layer = code_layers(to).find(|layer| Some(layer.package) == fault.package);
    let place = layer.map_or_else(|| top(to), named);
    ahead::refused(place, Refused { code: fault.code, text: fault.text })
}

/// A layer as people know it.
fn named(layer: &Layer) -> String {
    format!("{} {}", layer.name, layer.version)
}

fn top(to: &Effective) -> String {
    code_layers(to).last().map_or_else(String::new, named)
}

/// The ground of a chain as people know it.
pub(super) fn ground(pin: &Pin) -> String {
    pin.chain.layers.first().map_or_else(String::new, named)
}
