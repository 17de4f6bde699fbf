//! One step: an event arrives, the layers answer, the answer is decided on, and all of it becomes an entry.

use std::sync::Arc;

use banshi_model::case::Phase;
use banshi_model::effect::{Effect, StepFault, TimerKind};
use banshi_model::entry::{Actor, Bindings, Cause, HostAct, LayerAnswer};
use banshi_model::event::Event;
use banshi_model::quarantine::QUARANTINED;
use jiff::{SignedDuration, Timestamp};

use crate::Engine;
use crate::decide::{self, arrive};
use crate::drive::layers::check_layers;
use crate::drive::run_again::Moved;
use crate::drive::{Change, Work, call_layers};
use crate::error::Error;
use crate::registry::Effective;

/// A day: the longest time between two tries of a parked step, in seconds.
const RETRY_SECONDS_MAX: i64 = 86_400;

/// A step that was thought through and not yet recorded.
struct Thought {
    answers: Vec<LayerAnswer>,
    decision: decide::Decision,
    bindings: Bindings,
}

/// Whether a step would accept the case.
fn accepts(thought: &Result<Thought, StepFault>) -> bool {
    let accepted = |effect: &Effect| matches!(effect, Effect::Accepted { .. });
    thought.as_ref().is_ok_and(|thought| thought.decision.effects.iter().any(accepted))
}

impl Engine {
    /// Takes an event up. The answer is the fault, if the event is parked.
    pub(crate) async fn advance(
        &self,
        work: &mut Work,
        change: &mut Change,
        event: Event,
        by: Actor,
    ) -> Result<Option<StepFault>, Error> {
        let arrived = arrive::arrive(&change.case, &event, &by);
        let closed = change.case.phase == Phase::Closed;
        let Some(arrived) = arrived.filter(|_| !closed) else {
            let cause = Cause::Host(HostAct::Noted(Box::new(event)));
            change.record(work.now, by, cause, Vec::new())?;
            return Ok(None);
        };
        let before = self.may_move(&change.case).then(|| change.case.clone());
        let mut arrived = arrived;
        for effect in &arrived {
            change.case.apply(effect, work.now);
        }
        if !change.case.parked.is_empty() {
            let code = "case.waiting".to_owned();
            let text = "an earlier event of this case is parked; this one waits behind it".to_owned();
            let fault = StepFault { code, text, package: None };
            self.park(work, change, event, by, arrived, fault.clone()).await?;
            return Ok(Some(fault));
        }
        let mut thought = self.think(work, change, &event).await?;
        if let Some(before) = before.filter(|_| accepts(&thought)) {
            match Box::pin(self.move_to_governing(work, change, before)).await? {
                Moved::Stays => {}
                Moved::Failed(fault) => thought = Err(fault),
                Moved::ToGoverning => {
                    // It arrives at the case as that is on the other chain, which may not wait for it at all.
                    let Some(again) = arrive::arrive(&change.case, &event, &by) else {
                        let cause = Cause::Host(HostAct::Noted(Box::new(event)));
                        change.record(work.now, by, cause, Vec::new())?;
                        return Ok(None);
                    };
                    for effect in &again {
                        change.case.apply(effect, work.now);
                    }
                    arrived = again;
                    thought = self.think(work, change, &event).await?;
                }
            }
        }
        match thought {
            Ok(thought) => {
                self.take(work, change, event, by, arrived, thought).await?;
                Ok(None)
            }
            Err(fault) => {
                self.park(work, change, event, by, arrived, fault.clone()).await?;
                Ok(Some(fault))
            }
        }
    }

    /// Tries the first parked event again; after a success, those behind it in their order.
    pub(crate) async fn retry(&self, work: &mut Work, change: &mut Change) -> Result<Option<StepFault>, Error> {
        while let Some(waiting) = change.case.parked.first().cloned() {
            let mut thought = self.think(work, change, &waiting.event).await?;
            if accepts(&thought) && self.may_move(&change.case) {
                let before = change.case.clone();
                match Box::pin(self.move_to_governing(work, change, before)).await? {
                    Moved::Stays => {}
                    Moved::Failed(fault) => thought = Err(fault),
                    Moved::ToGoverning => thought = self.think(work, change, &waiting.event).await?,
                }
            }
            match thought {
                Ok(mut thought) => {
                    let ended = vec![Effect::Resumed, Effect::TimerEnded(TimerKind::Retry)];
                    for effect in &ended {
                        change.case.apply(effect, work.now);
                    }
                    // A replay folds these before it compares.
                    thought.bindings.before =
                        change.case.digest().map_err(|error| Error::Internal(error.to_string()))?;
                    self.take(work, change, waiting.event, Actor::Host, ended, thought).await?;
                }
                Err(fault) => {
                    let at = self.retry_at(work, change, change.case.attempts, &fault).await?;
                    let effects =
                        vec![Effect::RetryFailed(fault.clone()), Effect::TimerSet { timer: TimerKind::Retry, at }];
                    let cause = Cause::Failed { event: Box::new(waiting.event), fault: fault.clone() };
                    change.record(work.now, Actor::Host, cause, effects)?;
                    return Ok(Some(fault));
                }
            }
            if change.case.phase == Phase::Closed {
                break;
            }
        }
        Ok(None)
    }

    /// Calls the layers and decides, where none of them is quarantined. The outer error is the host's own; the inner
    /// one parks the event.
    async fn think(&self, work: &Work, change: &Change, event: &Event) -> Result<Result<Thought, StepFault>, Error> {
        let effective = self.effective_of(&change.case.pin).await?;
        let admission = match self.admit_step(&effective, &change.case) {
            Ok(admission) => admission,
            Err(fault) => return Ok(Err(fault)),
        };
        let thought = self.think_through(work, change, event, &effective).await?;
        self.judge_step(admission, &effective, &change.case, thought.as_ref().err()).await;
        Ok(thought)
    }

    async fn think_through(
        &self,
        work: &Work,
        change: &Change,
        event: &Event,
        effective: &Arc<Effective>,
    ) -> Result<Result<Thought, StepFault>, Error> {
        let case = &change.case;
        let before = case.digest().map_err(|error| Error::Internal(error.to_string()))?;
        let view = case.view(work.now);
        let called = call_layers(&self.inner.runtime, effective, &view, &case.states, event);
        let answers = match self.charged(effective, &case.draft.division, called).await {
            Ok(answers) => answers,
            Err(fault) => return Ok(Err(fault)),
        };
        if let Err(fault) = check_layers(effective, &answers) {
            return Ok(Err(fault));
        }
        let top = answers.last();
        let commands = top.map(|answer| answer.output.commands.clone()).unwrap_or_default();
        let gathered = self.gather(case, effective.clone(), &commands).await?;
        let bindings = Bindings {
            chain: effective.digest,
            definition: effective.definition_digest,
            calendar: gathered.calendar.digest(),
            law: gathered.law.digest(),
            before,
        };
        let decided = gathered.with(work.now, change.seq() + 1, |ctx| decide::decide(ctx, case, &commands));
        let decided = decided.and_then(|decision| {
            decide::waits(event, &decision, work.now)?;
            Ok(decision)
        });
        Ok(match decided {
            Ok(decision) => Ok(Thought { answers, decision, bindings }),
            Err(refused) => Err(refused.fault(top.map(|answer| answer.package))),
        })
    }

    /// Records a step that was decided. `arrived` are effects that the case has already.
    async fn take(
        &self,
        work: &mut Work,
        change: &mut Change,
        event: Event,
        by: Actor,
        arrived: Vec<Effect>,
        thought: Thought,
    ) -> Result<(), Error> {
        let Thought { answers, decision, bindings } = thought;
        let states = answers.iter().map(|answer| answer.output.state.clone()).collect();
        let mut effects = arrived;
        let count = effects.len();
        effects.push(Effect::StatesSet(states));
        effects.extend(decision.effects);
        for effect in effects.iter().skip(count) {
            change.case.apply(effect, work.now);
        }
        let cause = Cause::Step { event: Box::new(event), answers, bindings: Box::new(bindings), arrived: count };
        change.push(work.now, by, cause, effects)?;
        for licence in decision.licences {
            work.licences.insert(licence.id.clone(), licence);
        }
        self.extend_in_emergency(work, change).await?;
        Box::pin(self.open_parts(work, change, &decision.parts)).await?;
        Box::pin(self.move_parts(work, change)).await?;
        Box::pin(self.settle_parts(work, change)).await
    }

    /// Keeps an event that the plugin could not take. Not an outcome; the clock goes on.
    async fn park(
        &self,
        work: &mut Work,
        change: &mut Change,
        event: Event,
        by: Actor,
        arrived: Vec<Effect>,
        fault: StepFault,
    ) -> Result<(), Error> {
        tracing::warn!(
            case.id = %change.case.id,
            case.event = event.name(),
            fault.code = %fault.code,
            package.digest = fault.package.map(tracing::field::display),
            "step parked"
        );
        let first = change.case.parked.is_empty();
        let mut rest = vec![Effect::Parked { event: Box::new(event.clone()), fault: fault.clone() }];
        if first {
            let at = self.retry_at(work, change, 0, &fault).await?;
            rest.push(Effect::TimerSet { timer: TimerKind::Retry, at });
        }
        for effect in &rest {
            change.case.apply(effect, work.now);
        }
        let mut effects = arrived;
        effects.extend(rest);
        let cause = Cause::Failed { event: Box::new(event), fault };
        change.push(work.now, by, cause, effects)
    }

    /// When a parked event is tried again: after a growing pause; of a package that is quarantined, once a trial may be.
    async fn retry_at(
        &self,
        work: &Work,
        change: &Change,
        attempts: u32,
        fault: &StepFault,
    ) -> Result<Timestamp, Error> {
        let first = i64::from(self.inner.config.retry_seconds.max(1));
        let after = |seconds| work.now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(work.now);
        if fault.code == QUARANTINED {
            let effective = self.effective_of(&change.case.pin).await?;
            let until = self.quarantined_until(&effective, &change.case, fault);
            return Ok(until.map_or(after(first), |until| until.max(after(first))));
        }
        Ok(after(first.saturating_mul(1_i64 << attempts.min(20)).min(RETRY_SECONDS_MAX)))
    }
}
