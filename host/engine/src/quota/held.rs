//! Cases whose timers and events are held back until their authority is within its quotas again. Only which cases those
//! are is kept here, in memory: timers and events stay where they are in the store, so that a restart loses none.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use banshi_model::case::Case;
use banshi_model::effect::TimerKind;
use banshi_model::ids::CaseId;
use banshi_store::InboxItem;
use jiff::Timestamp;

use crate::Engine;
use crate::error::Error;

/// Inbox items that are read at once.
const BATCH: usize = 256;

/// Cases, each with the millisecond since the start up to which it waits.
#[derive(Default)]
pub(crate) struct Held(Mutex<HashMap<CaseId, u64>>);

/// Whether a timer waits for a quota: one that the law or a person set never does.
pub(crate) fn may_wait(timer: &TimerKind) -> bool {
    matches!(timer, TimerKind::Plugin(_) | TimerKind::Retry)
}

impl Held {
    /// Those that still wait.
    fn cases(&self, now: u64) -> MutexGuard<'_, HashMap<CaseId, u64>> {
        let mut cases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cases.retain(|_, until| *until > now);
        cases
    }
}

impl Engine {
    /// Whether a case waits for a quota: it is held back then. To be asked before the case is locked: a person's request
    /// may hold the lock while it waits itself, and the driver must not wait with it.
    pub(crate) async fn waits(&self, id: &CaseId) -> Result<bool, Error> {
        match self.inner.store.case(id) {
            Ok(Some(stored)) => self.hold_back(&stored.case).await,
            Ok(None) | Err(banshi_store::Error::Erased(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Holds a case back whose authority has used up a quota. False: it goes on.
    async fn hold_back(&self, case: &Case) -> Result<bool, Error> {
        let Some(authority) = self.authority_of(case).await? else { return Ok(false) };
        let quotas = &self.inner.quotas;
        let now = quotas.now();
        let Some((quota, wait)) = quotas.book().over(&authority, now) else { return Ok(false) };
        metrics::counter!("banshi_quota_held_total", "quota" => quota.word()).increment(1);
        quotas.held.cases(now).insert(case.id.clone(), now.saturating_add(wait));
        Ok(true)
    }

    /// Timers that are due and not held back, at most so many: however many of one authority wait, those behind them are
    /// found.
    pub(crate) fn timers_to_fire(
        &self,
        at: Timestamp,
        wanted: usize,
    ) -> Result<Vec<(Timestamp, CaseId, TimerKind)>, Error> {
        let mut limit = wanted;
        loop {
            let due = self.inner.store.timers_due(at, limit)?;
            let all = due.len() < limit;
            let held = self.inner.quotas.held.cases(self.inner.quotas.now());
            let free = due.into_iter().filter(|(_, case, timer)| !may_wait(timer) || !held.contains_key(case));
            let free: Vec<_> = free.take(wanted).collect();
            if all || !free.is_empty() {
                return Ok(free);
            }
            limit = limit.saturating_mul(4);
        }
    }

    /// When the next timer that is not held back fires, up to an instant.
    pub(crate) fn next_to_fire(&self, up_to: Timestamp) -> Result<Option<Timestamp>, Error> {
        let quotas = &self.inner.quotas;
        if quotas.held.cases(quotas.now()).is_empty() {
            return Ok(self.inner.store.next_timer()?.filter(|due| *due <= up_to));
        }
        Ok(self.timers_to_fire(up_to, 1)?.first().map(|(due, ..)| *due))
    }

    /// A batch of the inbox without what is held back, in its order.
    pub(crate) fn inbox_to_take(&self) -> Result<Vec<InboxItem>, Error> {
        let mut after = None;
        loop {
            let items = self.inner.store.inbox(after.as_ref(), BATCH)?;
            let last = (items.len() == BATCH).then(|| items.last().map(|item| item.key.clone())).flatten();
            let held = self.inner.quotas.held.cases(self.inner.quotas.now());
            let free: Vec<_> = items.into_iter().filter(|item| !held.contains_key(&item.to)).collect();
            if last.is_none() || !free.is_empty() {
                return Ok(free);
            }
            after = last;
        }
    }

    /// How long until the first case that is held back may go on; none: there is none.
    pub(crate) fn until_let_go(&self) -> Option<Duration> {
        let now = self.inner.quotas.now();
        let first = self.inner.quotas.held.cases(now).values().min().copied();
        first.map(|until| Duration::from_millis(until.saturating_sub(now).saturating_add(1)))
    }
}
