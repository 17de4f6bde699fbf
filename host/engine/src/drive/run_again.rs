//! The events of a case so far, run again on the chain that governs it from its acceptance on, inside the acceptance
//! commit. What people and partners did stands; what the other chain would have asked beyond it is asked now.

use std::sync::Arc;

use banshi_model::case::{Case, Phase, Pin, Receipt};
use banshi_model::definition::{Processing, Span};
use banshi_model::draft::Draft;
use banshi_model::effect::{Effect, StepFault, TimerKind};
use banshi_model::entry::{Actor, Cause, Entry, Run, RunAgain};
use banshi_model::event::Event;
use banshi_model::task::TaskStatus;
use banshi_model::time;

use crate::Engine;
use crate::decide::{self, limits};
use crate::drive::layers::check_layers;
use crate::drive::{Change, Work, call_layers};
use crate::error::Error;
use crate::registry::{Effective, Governing};

/// Entries that are read at once.
const BATCH: usize = 256;

/// What an acceptance does to the chain of its case.
pub(crate) enum Moved {
    /// The case stays on what it was received under.
    Stays,
    /// It is on what governs it now, by an entry of its own.
    ToGoverning,
    /// It would move, and the other chain cannot take its events.
    Failed(StepFault),
}

impl Engine {
    /// Moves a case that is about to be accepted to what governs it now. `before` is the case without what the event of
    /// its acceptance itself did.
    pub(crate) async fn move_to_governing(
        &self,
        work: &Work,
        change: &mut Change,
        before: Case,
    ) -> Result<Moved, Error> {
        let Some(governing) = self.governing(&before, work.now).await? else { return Ok(Moved::Stays) };
        let after = std::mem::replace(&mut change.case, before);
        match self.run_again(work, change, governing).await? {
            Ok(()) => Ok(Moved::ToGoverning),
            Err(fault) => {
                change.case = after;
                Ok(Moved::Failed(fault))
            }
        }
    }

    /// Moves a case to what governs it now, by an entry of its own. The inner error is a fault of the other chain: then
    /// nothing has moved.
    pub(crate) async fn run_again(
        &self,
        work: &Work,
        change: &mut Change,
        governing: Governing,
    ) -> Result<Result<(), StepFault>, Error> {
        let (shadow, runs) = match self.run_events(change, &governing).await? {
            Ok(done) => done,
            Err(fault) => return Ok(Err(fault)),
        };
        if !matches!(shadow.phase, Phase::Received | Phase::Accepted) {
            let code = "transition.differs".to_owned();
            let text = format!(
                "on the chain that governs the case from its acceptance on, its events so far lead to {:?}, and the \
                 applicant was told otherwise; finish it by hand, or take the enactment back",
                shadow.phase
            );
            return Ok(Err(StepFault { code, text, package: None }));
        }
        let mut effects = vec![Effect::ChainMoved(Box::new(governing.pin.clone()))];
        effects.push(Effect::StatesSet(shadow.states.clone()));
        effects.extend(tasks(&change.case, &shadow));
        effects.extend(timers(&change.case, &shadow));
        effects.extend(asked(&change.case, &runs, change.seq() + 1));
        if shadow.accepted.is_some() {
            effects.extend(self.acceptance(work, change, &governing, &shadow).await?);
        }
        let from = change.case.pin.digest;
        let again = RunAgain { from, pin: governing.pin, by: governing.by, runs };
        change.record(work.now, Actor::Host, Cause::RunAgain(Box::new(again)), effects)?;
        Ok(Ok(()))
    }

    /// The case as it would be, and each event with what was answered.
    async fn run_events(
        &self,
        change: &Change,
        governing: &Governing,
    ) -> Result<Result<(Case, Vec<Run>), StepFault>, Error> {
        let entries = self.all_entries(change)?;
        let Some(mut shadow) = entries.first().and_then(|first| opened(first, &governing.pin)) else {
            return Err(Error::Internal(format!("case {} has no first entry", change.case.id)));
        };
        let mut runs = Vec::new();
        for entry in entries.iter().skip(1) {
            match &entry.cause {
                Cause::Step { event, arrived, .. } => {
                    match self.run_event(&mut shadow, entry, event, *arrived).await? {
                        Ok(run) => runs.push(run),
                        Err(fault) => return Ok(Err(fault)),
                    }
                }
                // What an earlier chain made of it stands for nothing here.
                Cause::RunAgain(_) | Cause::Migrated(_) | Cause::MigrationUndone(_) => {}
                Cause::Received(_) | Cause::Failed { .. } | Cause::Host(_) => {
                    let facts: Vec<Effect> = entry.effects.iter().filter(|effect| stands(effect)).cloned().collect();
                    for fact in &facts {
                        shadow.apply(fact, entry.at);
                    }
                    runs.push(Run { event: None, at: entry.at, answers: Vec::new(), facts, effects: Vec::new() });
                }
            }
        }
        Ok(Ok((shadow, runs)))
    }

    async fn run_event(
        &self,
        shadow: &mut Case,
        entry: &Entry,
        event: &Event,
        arrived: usize,
    ) -> Result<Result<Run, StepFault>, Error> {
        let facts: Vec<Effect> = entry.effects.iter().take(arrived).cloned().collect();
        for fact in &facts {
            shadow.apply(fact, entry.at);
        }
        let effective = self.effective_of(&shadow.pin).await?;
        let admission = match self.admit_step(&effective, shadow) {
            Ok(admission) => admission,
            Err(fault) => return Ok(Err(fault)),
        };
        let run = self.run_called(shadow, entry, event, facts, &effective).await?;
        self.judge_step(admission, &effective, shadow, run.as_ref().err()).await;
        Ok(run)
    }

    async fn run_called(
        &self,
        shadow: &mut Case,
        entry: &Entry,
        event: &Event,
        facts: Vec<Effect>,
        effective: &Arc<Effective>,
    ) -> Result<Result<Run, StepFault>, Error> {
        let view = shadow.view(entry.at);
        let calling = call_layers(&self.inner.runtime, effective, &view, &shadow.states, event);
        let called = self.charged(effective, &shadow.draft.division, calling).await;
        let answers = match called.and_then(|answers| check_layers(effective, &answers).map(|()| answers)) {
            Ok(answers) => answers,
            Err(fault) => return Ok(Err(fault)),
        };
        let commands = answers.last().map(|answer| answer.output.commands.clone()).unwrap_or_default();
        let gathered = self.gather(shadow, Arc::clone(effective), &commands).await?;
        let decided = gathered.with(entry.at, entry.seq, |ctx| decide::decide(ctx, shadow, &commands));
        let decision = match decided {
            Ok(decision) => decision,
            Err(refused) => return Ok(Err(refused.fault(answers.last().map(|answer| answer.package)))),
        };
        let states = answers.iter().map(|answer| answer.output.state.clone()).collect();
        let mut effects = vec![Effect::StatesSet(states)];
        effects.extend(decision.effects);
        // A partner's answer that is in the case already was an answer to this as well.
        let answered = entry.effects.iter().filter(|effect| matches!(effect, Effect::Answered(_))).cloned();
        effects.extend(answered);
        for effect in &effects {
            shadow.apply(effect, entry.at);
        }
        Ok(Ok(Run { event: Some(Box::new(event.clone())), at: entry.at, answers, facts, effects }))
    }

    fn all_entries(&self, change: &Change) -> Result<Vec<Entry>, Error> {
        let (mut all, mut after) = (Vec::new(), 0);
        let fresh = change.entries();
        loop {
            let page = if fresh.first().is_some_and(|entry| entry.seq == 1) {
                Vec::new()
            } else {
                self.inner.store.entries(&change.case.id, after, BATCH)?
            };
            let Some(last) = page.last() else { break };
            after = last.seq;
            all.extend(page);
        }
        all.extend(fresh.iter().cloned());
        Ok(all)
    }

    /// The other chain accepts where the one before only asked: the case is accepted today, under the other's promise.
    async fn acceptance(
        &self,
        work: &Work,
        change: &Change,
        governing: &Governing,
        shadow: &Case,
    ) -> Result<Vec<Effect>, Error> {
        let effective = self.effective_of(&governing.pin).await?;
        let promised = shadow.limits.as_ref().and_then(|limits| limits.promised);
        let processing = promised.map_or(Processing::OnTheSpot, |span: Span| Processing::Promised(span));
        let gathered = self.gather(shadow, effective, &[]).await?;
        let today = time::date_of(work.now);
        let limits = gathered
            .with(work.now, change.seq() + 1, |ctx| limits::at_acceptance(ctx, &change.case, today, processing))
            .map_err(|refused| Error::Internal(format!("{}: {}", refused.code, refused.text)))?;
        let ended = Effect::TimerEnded(TimerKind::Acceptance);
        Ok(vec![ended, Effect::Accepted { on: today, limits, deemed: false }])
    }
}

/// The case as it was received, on the other chain.
pub(crate) fn opened(first: &Entry, pin: &Pin) -> Option<Case> {
    let Cause::Received(receipt) = &first.cause else { return None };
    let draft = Draft { parameters: pin.parameters.clone(), ..(*receipt.draft).clone() };
    let receipt = Receipt { pin: pin.clone().into(), draft: draft.into(), ..(**receipt).clone() };
    let mut case = Case::open(first.case.clone(), receipt);
    for effect in &first.effects {
        case.apply(effect, first.at);
    }
    Some(case)
}

/// Whether what the host did is a fact about the case whatever chain governs it.
fn stands(effect: &Effect) -> bool {
    !matches!(
        effect,
        Effect::StatesSet(_)
            | Effect::ChainMoved(_)
            | Effect::GovernedByMigration(_)
            | Effect::WorkRestored { .. }
            | Effect::Parked { .. }
            | Effect::RetryFailed(_)
            | Effect::Resumed
            | Effect::Sent(_)
            | Effect::TimerSet { timer: TimerKind::Retry, .. }
    )
}

/// Tasks that only the other chain has are opened now, those that only this one has are closed; what people did stands.
fn tasks(case: &Case, shadow: &Case) -> Vec<Effect> {
    let open = |status: TaskStatus| matches!(status, TaskStatus::Open | TaskStatus::Joined);
    let closed = case
        .tasks
        .iter()
        .filter(|task| open(task.status) && !shadow.task(&task.local).is_some_and(|there| open(there.status)))
        .map(|task| Effect::TaskClosed(task.local.clone()));
    let opened = shadow
        .tasks
        .iter()
        .filter(|task| open(task.status) && case.task(&task.local).is_none())
        .map(|task| Effect::TaskOpened(task.clone()));
    closed.chain(opened).collect()
}

/// The plugins' timers are the other chain's from now on; the host's own stay as they are.
fn timers(case: &Case, shadow: &Case) -> Vec<Effect> {
    let own = |timer: &TimerKind| matches!(timer, TimerKind::Plugin(_) | TimerKind::Silence(_));
    let gone = case.timers.iter().filter(|(timer, _)| own(timer) && !shadow.timers.iter().any(|(set, _)| set == timer));
    let set = shadow.timers.iter().filter(|known| own(&known.0) && !case.timers.contains(known));
    gone.map(|(timer, _)| Effect::TimerEnded(timer.clone()))
        .chain(set.map(|(timer, at)| Effect::TimerSet { timer: timer.clone(), at: *at }))
        .collect()
}

/// What the other chain asked of partners and awaits an answer to, and this one never did: asked now, under new keys.
/// Notices of then are not sent again.
fn asked(case: &Case, runs: &[Run], seq: u64) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut ordinal = 0;
    for effect in runs.iter().flat_map(|run| &run.effects) {
        match effect {
            Effect::SignerAsked(signer) if !case.signers.iter().any(|known| known.person.id == signer.person.id) => {
                effects.push(effect.clone());
            }
            Effect::Sent(outgoing) if outgoing.answers.is_some() => {
                let same = |known: &banshi_model::effect::Outgoing| {
                    known.partner == outgoing.partner && known.answers == outgoing.answers
                };
                let proven = case.signers.iter().any(|signer| outgoing.answers.as_ref() == Some(&signer.person.id));
                if proven || case.pending.values().any(same) {
                    continue;
                }
                ordinal += 1;
                let key = format!("{}/{seq}/{ordinal}", case.id);
                effects.push(Effect::Sent(banshi_model::effect::Outgoing { key, ..outgoing.clone() }));
            }
            _ => {}
        }
    }
    effects
}
