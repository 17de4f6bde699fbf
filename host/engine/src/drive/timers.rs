//! What a timer does when it fires. A timer fires once: the entry that it makes ends it.

use banshi_model::case::Phase;
use banshi_model::draft::{Opinion, TaskResult};
use banshi_model::effect::TimerKind;
use banshi_model::entry::Actor;
use banshi_model::event::Event;
use banshi_model::ids::{CaseId, Slug};
use jiff::Timestamp;
use serde_json::Value;

use crate::Engine;
use crate::drive::{Change, Work};
use crate::error::Error;
use crate::quota::may_wait;

impl Engine {
    /// Fires one timer of one case, if it is still set. False: it waits for a quota, and stays set.
    pub(crate) async fn fire(&self, now: Timestamp, id: &CaseId, timer: &TimerKind) -> Result<bool, Error> {
        if may_wait(timer) && self.waits(id).await? {
            return Ok(false);
        }
        let _guard = self.lock(id).await;
        let Some(stored) = self.inner.store.case(id)? else { return Ok(true) };
        if !stored.case.timers.iter().any(|(set, at)| set == timer && *at <= now) {
            return Ok(true);
        }
        let mut work = Work::at(now);
        let mut change = self.begin(&mut work, stored).await?;
        tracing::debug!(case.id = %id, timer.kind = ?timer, "timer fires");
        match timer {
            TimerKind::Plugin(local) => {
                self.advance(&mut work, &mut change, Event::TimerDue(local.clone()), Actor::Host).await?;
            }
            TimerKind::Acceptance => self.deem_accepted(&mut work, &mut change).await?,
            TimerKind::Supplement if change.case.phase == Phase::Supplementing => {
                self.advance(&mut work, &mut change, Event::SupplementExpired, Actor::Host).await?;
            }
            TimerKind::Supplement => {}
            TimerKind::Silence(task) => self.consent_by_silence(&mut work, &mut change, task).await?,
            TimerKind::Renewal => self.deem_granted(&mut work, &mut change).await?,
            TimerKind::Retry => {
                self.retry(&mut work, &mut change).await?;
            }
        }
        self.end_unfired(&work, &mut change, timer)?;
        self.commit(work, change).await?;
        Ok(true)
    }

    /// A timer that found nothing to do ends all the same, so that it is not due for ever.
    fn end_unfired(&self, work: &Work, change: &mut Change, timer: &TimerKind) -> Result<(), Error> {
        use banshi_model::effect::Effect;
        use banshi_model::entry::{Cause, HostAct};
        let due = |(set, at): &(TimerKind, Timestamp)| set == timer && *at <= work.now;
        if change.case.timers.iter().any(due) {
            let noted = HostAct::Noted(Box::new(Event::TimerDue(timer_name(timer))));
            change.record(work.now, Actor::Host, Cause::Host(noted), vec![Effect::TimerEnded(timer.clone())])?;
        }
        Ok(())
    }

    /// 默认同意: a consultation that nobody answered within its limit. Never a decision.
    async fn consent_by_silence(&self, work: &mut Work, change: &mut Change, local: &Slug) -> Result<(), Error> {
        let Some(task) = change.case.task(local).filter(|task| task.silence_consents) else { return Ok(()) };
        let result = TaskResult {
            task: local.clone(),
            unit: task.unit.clone(),
            opinion: Opinion::Approve,
            by_silence: true,
            data: Value::Null,
            reasons: Vec::new(),
        };
        self.advance(work, change, Event::TaskDone(result), Actor::Host).await?;
        Ok(())
    }
}

/// A timer's name for the journal.
fn timer_name(timer: &TimerKind) -> Slug {
    let name = match timer {
        TimerKind::Plugin(local) | TimerKind::Silence(local) => return local.clone(),
        TimerKind::Acceptance => "host.acceptance",
        TimerKind::Supplement => "host.supplement",
        TimerKind::Renewal => "host.renewal",
        TimerKind::Retry => "host.retry",
    };
    Slug::of_static(name)
}
