//! What the host does without asking a plugin: the law's own consequences, and what people may always do.

use banshi_model::case::{Case, Phase};
use banshi_model::definition::Span;
use banshi_model::draft::Outcome;
use banshi_model::effect::{Effect, Limits, Outgoing, PartnerKind, TimerKind};
use banshi_model::entry::{Actor, Cause, HostAct};
use banshi_model::event::Event;
use banshi_model::task::TaskStatus;
use banshi_model::time;
use serde_json::{Value, json};

use crate::Engine;
use crate::api::cases::ExtendRequest;
use crate::decide::limits;
use crate::drive::run_again::Moved;
use crate::drive::{Change, Work};
use crate::error::Error;

impl Engine {
    /// Nobody answered within the time: accepted as of receipt (行政许可法 第三十二条). The plugin is told
    /// afterwards; if it fails, the acceptance stands.
    pub(crate) async fn deem_accepted(&self, work: &mut Work, change: &mut Change) -> Result<(), Error> {
        let timer = Effect::TimerEnded(TimerKind::Acceptance);
        if change.case.phase != Phase::Received || change.case.accepted.is_some() {
            return Ok(());
        }
        if self.may_move(&change.case)
            && let Moved::Failed(fault) = self.move_to_governing(work, change, change.case.clone()).await?
        {
            // The law accepts, whatever a plugin can do: on the chain that the case was received under.
            tracing::warn!(case.id = %change.case.id, fault.code = %fault.code, "case stays on its chain at its acceptance");
        }
        if change.case.accepted.is_some() {
            return Ok(());
        }
        let effective = self.effective_of(&change.case.pin).await?;
        let on = whole_since(change);
        let scope = limits::scope(&change.case, &effective.definition, time::date_of(change.case.received));
        let Some(row) = self.law().acceptance_period(&scope).map(|row| row.row.id.to_string()) else { return Ok(()) };
        let gathered = self.gather(&change.case, effective.clone(), &[]).await?;
        let promised = effective.definition.promised;
        let limits = gathered
            .with(work.now, change.seq() + 1, |ctx| limits::at_acceptance(ctx, &change.case, on, promised))
            .map_err(|refused| Error::Internal(format!("{}: {}", refused.code, refused.text)))?;
        let effects = vec![timer, Effect::Accepted { on, limits, deemed: true }];
        change.record(work.now, Actor::Host, Cause::Host(HostAct::DeemedAccepted(row)), effects)?;
        self.advance(work, change, Event::DeemedAccepted, Actor::Host).await?;
        Ok(())
    }

    /// A renewal that nobody decided by the licence's last day counts as granted (第五十条).
    pub(crate) async fn deem_granted(&self, work: &mut Work, change: &mut Change) -> Result<(), Error> {
        if !matches!(change.case.phase, Phase::Received | Phase::Supplementing | Phase::Accepted) {
            return Ok(());
        }
        let effective = self.effective_of(&change.case.pin).await?;
        let scope = limits::scope(&change.case, &effective.definition, time::date_of(work.now));
        let Some(row) = self.law().renewal_by_silence(&scope).map(|row| row.row.id.to_string()) else { return Ok(()) };
        let decided = Effect::Decided {
            outcome: Outcome::Granted,
            ground: None,
            task: None,
            reasons: Vec::new(),
            remedy: None,
            row: Some(row.clone()),
        };
        let effects = vec![Effect::TimerEnded(TimerKind::Renewal), decided];
        change.record(work.now, Actor::Host, Cause::Host(HostAct::DeemedGranted(row)), effects)?;
        self.advance(work, change, Event::DeemedGranted, Actor::Host).await?;
        Ok(())
    }

    /// 撤回申请: before the decision, by the applicant. Parts end with their bundle.
    pub(crate) async fn end_withdrawn(&self, work: &mut Work, change: &mut Change, by: Actor) -> Result<(), Error> {
        if matches!(change.case.phase, Phase::Decided | Phase::Closed) {
            return Err(Error::conflict(
                "case.decided",
                format!("case {} is decided; an application is withdrawn before that", change.case.id),
            ));
        }
        for part in change.case.parts.clone().into_iter().filter(|part| part.result.is_none()) {
            let Some(mut child) = self.take_other(work, &part.case).await? else { continue };
            if !matches!(child.case.phase, Phase::Decided | Phase::Closed) {
                let effects = ending(&child, Outcome::Withdrawn);
                child.record(work.now, by.clone(), Cause::Host(HostAct::Withdrawn), effects)?;
            }
            work.others.push(child);
        }
        let effects = ending(change, Outcome::Withdrawn);
        change.record(work.now, by, Cause::Host(HostAct::Withdrawn), effects)?;
        self.settle_parts(work, change).await
    }

    /// Counts the limits again on the calendar in force now; nothing where they stay.
    pub(crate) async fn recalculate(&self, work: &mut Work, change: &mut Change) -> Result<bool, Error> {
        if change.case.phase != Phase::Accepted {
            return Ok(false);
        }
        let effective = self.effective_of(&change.case.pin).await?;
        let gathered = self.gather(&change.case, effective, &[]).await?;
        let again = gathered.with(work.now, change.seq() + 1, |ctx| limits::again(ctx, &change.case));
        let Some(limits) = again.filter(|limits| change.case.limits.as_ref() != Some(limits)) else { return Ok(false) };
        let effects = vec![Effect::LimitsSet(limits)];
        change.record(work.now, Actor::Host, Cause::Host(HostAct::Recalculated), effects)?;
        Ok(true)
    }

    /// Where the last entry moved a bundle's limits, its open parts' limits move with them.
    pub(crate) async fn move_parts(&self, work: &mut Work, bundle: &Change) -> Result<(), Error> {
        let moved = |effect: &Effect| matches!(effect, Effect::LimitsSet(_));
        if !bundle.entries().last().is_some_and(|entry| entry.effects.iter().any(moved)) {
            return Ok(());
        }
        let due = bundle.case.limits.as_ref().map(|limits| limits.effective().clone());
        for part in bundle.case.parts.iter().filter(|part| part.result.is_none()) {
            let Some(mut child) = self.take_other(work, &part.case).await? else { continue };
            if child.case.phase == Phase::Accepted {
                let effective = self.effective_of(&child.case.pin).await?;
                let mut gathered = self.gather(&child.case, effective, &[]).await?;
                gathered.set_bundle_due(due.clone());
                let again = gathered.with(work.now, child.seq() + 1, |ctx| limits::again(ctx, &child.case));
                if let Some(limits) = again.filter(|limits| child.case.limits.as_ref() != Some(limits)) {
                    let by = Actor::Case(bundle.case.id.clone());
                    let effects = vec![Effect::LimitsSet(limits)];
                    child.record(work.now, by, Cause::Host(HostAct::Recalculated), effects)?;
                }
            }
            work.others.push(child);
        }
        Ok(())
    }

    /// Extends the limit under the law row, on an instrument; the applicant is told why (第四十二条).
    pub(crate) async fn extend_limit(
        &self,
        work: &mut Work,
        change: &mut Change,
        request: ExtendRequest,
        by: Actor,
    ) -> Result<(), Error> {
        let ExtendRequest { working_days, instrument, reason } = request;
        let span = Span::working_days(working_days);
        if change.case.phase != Phase::Accepted {
            return Err(Error::conflict(
                "case.not-in-work",
                "a limit is extended after acceptance and before the decision",
            ));
        }
        let effective = self.effective_of(&change.case.pin).await?;
        let today = time::date_of(work.now);
        let scope = limits::scope(&change.case, &effective.definition, today);
        let law = self.law();
        let rule = law
            .may_extend(&scope, span, change.case.extensions.len())
            .map_err(|refusal| Error::Law(Box::new(refusal)))?;
        let row = rule.row.id.to_string();
        let extended = Effect::Extended { span, row: row.clone(), instrument: instrument.clone() };
        change.case.apply(&extended, work.now);
        let gathered = self.gather(&change.case, effective, &[]).await?;
        let again = gathered.with(work.now, change.seq() + 1, |ctx| limits::again(ctx, &change.case));
        let mut effects = vec![extended];
        if let Some(limits) = again {
            let moved = Effect::LimitsSet(limits);
            change.case.apply(&moved, work.now);
            effects.push(moved);
        }
        let due = change.case.limits.as_ref().map(Limits::effective);
        let data = json!({ "to": "subject", "template": "extended", "case": change.case.id, "instrument": instrument, "reason": reason, "due": due });
        let told = notice(&change.case, change.seq() + 1, data);
        change.case.apply(&told, work.now);
        effects.push(told);
        change.push(work.now, by.clone(), Cause::Host(HostAct::Extended { row, span }), effects)?;
        self.move_parts(work, change).await?;
        self.advance(work, change, Event::Extended(span), by).await?;
        Ok(())
    }
}

/// A notice that an entry of the host itself sends: the one of its entry, under a key of its own.
pub(crate) fn notice(case: &Case, seq: u64, data: Value) -> Effect {
    let key = format!("{}/{seq}/1", case.id);
    Effect::Sent(Outgoing { key, partner: PartnerKind::Notice, action: "notice".to_owned(), data, answers: None })
}

/// The day on which everything was there: of receipt, or of the supplement that was asked for.
fn whole_since(change: &Change) -> jiff::civil::Date {
    let answered = change.case.supplement.as_ref().and_then(|supplement| supplement.answered);
    time::date_of(answered.unwrap_or(change.case.received))
}

/// The effects of ending a case here and now, whatever its plugin would say: open tasks and timers end,
/// parked events are set aside, a bundle is told.
pub(crate) fn ending(change: &Change, outcome: Outcome) -> Vec<Effect> {
    let case = &change.case;
    let open = case.tasks.iter().filter(|task| matches!(task.status, TaskStatus::Open | TaskStatus::Joined));
    let mut effects: Vec<Effect> = open.map(|task| Effect::TaskClosed(task.local.clone())).collect();
    effects.extend(case.timers.iter().map(|(timer, _)| Effect::TimerEnded(timer.clone())));
    if !case.parked.is_empty() {
        effects.push(Effect::ParkedDropped);
    }
    effects.push(Effect::Closed(outcome));
    if let Some(bundle) = case.parent.as_ref().filter(|_| !case.bundle_told) {
        let event = Event::PartClosed(crate::decide::part_result_of(case, outcome));
        effects.push(Effect::EventSent { to: bundle.clone(), event });
    }
    effects
}
