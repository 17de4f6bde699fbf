//! Follows what is committed, reads it again after a start, and halts.

use std::collections::BTreeSet;

use banshi_model::case::Case;
use banshi_model::enactment::Enactment;
use banshi_model::entry::Entry;
use banshi_model::ids::{CaseId, EnactmentId};
use banshi_model::time;
use banshi_model::watch::{Halt, WatchCounts};
use banshi_store::StoredCase;
use jiff::Timestamp;

use super::judge::Reached;
use super::mark::{Mark, answers_for};
use super::window::Window;
use crate::Engine;
use crate::error::Error;

/// Cases that are read at once.
const BATCH: usize = 256;

/// What a commit does to a case that is watched.
pub(crate) struct Seen {
    case: CaseId,
    by: Vec<(EnactmentId, Mark)>,
}

impl Engine {
    /// What entries that are about to be committed will do to a watched case; none: nobody watches it.
    pub(crate) fn watch_seen(&self, after: &Case, entries: &[Entry]) -> Option<Seen> {
        let watches = &self.inner.watches;
        if watches.is_quiet() {
            return None;
        }
        let windows = watches.windows();
        let layers = after.pin.chain.layers.iter();
        let by: Vec<(EnactmentId, Mark)> = layers
            .filter(|layer| windows.get(&layer.enactment).is_some_and(|window| window.counts_case(after)))
            .map(|layer| (layer.enactment.clone(), Mark::of(after, entries, answers_for(layer))))
            .collect();
        (!by.is_empty()).then(|| Seen { case: after.id.clone(), by })
    }

    /// Takes over what has become durable. An enactment that reaches a threshold by it is halted before this returns.
    pub(crate) async fn watched(&self, seen: Vec<Seen>) {
        if seen.is_empty() {
            return;
        }
        let now = self.now();
        let reached = self.inner.watches.change(|windows| {
            let mut touched = BTreeSet::new();
            for Seen { case, by } in &seen {
                for (id, mark) in by {
                    if let Some(window) = windows.get_mut(id) {
                        window.follow(case, mark);
                        touched.insert(id);
                    }
                }
            }
            touched.into_iter().filter_map(|id| reached(id, windows.get(id)?, now)).collect()
        });
        self.halt_each(now, reached).await;
    }

    /// Once a day: halts what has reached a threshold because limits have passed, and ends the windows that are over.
    pub(crate) async fn review_watches(&self) {
        if self.inner.watches.is_quiet() || !self.inner.watches.is_new_day(self.today()) {
            return;
        }
        let now = self.now();
        let reached = self.inner.watches.change(|windows| {
            windows.retain(|_, window| !window.is_over(now));
            windows.iter().filter_map(|(id, window)| reached(id, window, now)).collect()
        });
        self.halt_each(now, reached).await;
    }

    async fn halt_each(&self, now: Timestamp, reached: Vec<(EnactmentId, Reached, WatchCounts)>) {
        for (id, Reached { trigger, threshold }, counts) in reached {
            let halt = Halt { at: now, trigger, threshold, counts, released: None };
            let outcome = self.halt_enactment(&id, halt).await;
            if let Err(error) = outcome {
                tracing::error!(enactment.id = %id, error.text = %error, "an enactment is to be halted and could not be");
                continue;
            }
            self.inner.watches.change(|windows| {
                // Asked under the lock that a release takes to begin anew: one that came meanwhile is not overwritten.
                let halted =
                    self.known_enactment(&id).is_ok_and(|now| now.halts.iter().any(|halt| halt.released.is_none()));
                match windows.get_mut(&id) {
                    Some(window) if halted => window.halt(),
                    // The log has said why it was not halted; it is not tried at every commit again, but on another day.
                    Some(window) if window.reached(now).is_some() => window.put_off(time::date_of(now)),
                    _ => {}
                }
            });
        }
    }

    /// A new enactment is watched from now on; nothing can have begun under it.
    pub(crate) fn watch_new(&self, enactment: &Enactment) {
        if let Some(window) = Window::of(enactment, self.now()) {
            self.inner.watches.change(|windows| windows.insert(enactment.id.clone(), window));
        }
    }

    /// The window of an enactment that changed: cases that were counted stay counted, and those of a window that was over
    /// or begins anew are read.
    pub(crate) fn watch_again(&self, enactment: &Enactment) -> Result<(), Error> {
        let fresh = Window::of(enactment, self.now());
        let to_read = self.inner.watches.change(|windows| {
            let known = windows.remove(&enactment.id);
            let mut fresh = fresh?;
            let (from, taken) = (fresh.from(), known.is_some_and(|known| fresh.take_over(known)));
            windows.insert(enactment.id.clone(), fresh);
            (!taken).then_some(from)
        });
        to_read.map_or(Ok(()), |from| self.read_again(enactment, from))
    }

    /// After a start, before anybody is answered: reads what had come of watched cases, and halts what was about to be.
    pub async fn resume_watches(&self) -> Result<(), Error> {
        for enactment in self.inner.registry.watched() {
            self.watch_again(&enactment)?;
        }
        self.review_watches().await;
        Ok(())
    }

    /// Reads the cases of an enactment from the newest to those received at an instant.
    fn read_again(&self, enactment: &Enactment, from: Timestamp) -> Result<(), Error> {
        let mut after = None;
        if from > self.now() {
            return Ok(());
        }
        loop {
            let page = self.inner.store.cases_in(&enactment.authority.division, after.as_ref(), BATCH)?;
            for id in &page.items {
                let Some(stored) = self.unerased(id)? else { continue };
                if stored.case.received < from {
                    return Ok(());
                }
                self.recall(enactment, &stored)?;
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    fn recall(&self, enactment: &Enactment, stored: &StoredCase) -> Result<(), Error> {
        let (id, case) = (&enactment.id, &stored.case);
        if !self.inner.watches.windows().get(id).is_some_and(|window| window.counts_case(case)) {
            return Ok(());
        }
        let layer = case.pin.chain.layers.iter().find(|layer| layer.enactment == *id);
        let (own, mut mark, mut seq) = (layer.and_then(answers_for), Mark::default(), 0);
        loop {
            let entries = self.inner.store.entries(&case.id, seq, BATCH)?;
            let Some(last) = entries.last() else { break };
            seq = last.seq;
            mark.add(&entries, own);
        }
        mark.stand(case);
        self.inner.watches.change(|windows| windows.get_mut(id).map(|window| window.recall(&case.id, &mark)));
        Ok(())
    }

    /// A case; none where it was erased.
    pub(super) fn unerased(&self, id: &CaseId) -> Result<Option<StoredCase>, Error> {
        match self.inner.store.case(id) {
            Err(banshi_store::Error::Erased(_)) => Ok(None),
            found => Ok(found?),
        }
    }

    /// What was counted of an enactment since its first day, or since the last release; none: nobody counts now.
    pub(crate) fn watch_counts(&self, id: &EnactmentId) -> Option<WatchCounts> {
        let today = time::date_of(self.now());
        self.inner.watches.windows().get(id).map(|window| window.counts(today))
    }
}

fn reached(id: &EnactmentId, window: &Window, now: Timestamp) -> Option<(EnactmentId, Reached, WatchCounts)> {
    window.reached(now).map(|(reached, counts)| (id.clone(), reached, counts))
}
