//! What callers ask of watches: how one stands, and to release a halt.

use banshi_model::enactment::Enactment;
use banshi_model::ids::EnactmentId;
use banshi_model::time;

use super::window::{begins, ends};
use crate::api::watch::{WatchState, WatchView};
use crate::error::Error;
use crate::principal::Principal;
use crate::{Done, Engine, Idempotency};

impl Engine {
    /// How the watch of an enactment stands, and the cases that began under one that is halted.
    pub async fn watch_view(&self, who: &Principal, id: &EnactmentId) -> Result<WatchView, Error> {
        let enactment = self.enactment_of(who, id, "look at the watch of an enactment")?;
        let (now, ends) = (self.now(), ends(&enactment));
        let state = if enactment.taken_back.is_some() {
            WatchState::TakenBack
        } else if enactment.halted(now) {
            WatchState::Halted
        } else {
            match ends {
                None => WatchState::Unwatched,
                Some(ends) if ends <= now => WatchState::Ended,
                Some(_) if begins(&enactment) > now => WatchState::Coming,
                Some(_) => WatchState::Watching,
            }
        };
        let counts = {
            let windows = self.inner.watches.windows();
            // One that is over is put away on the next day.
            windows.get(id).filter(|window| !window.is_over(now)).map(|window| window.counts(time::date_of(now)))
        };
        let begun = match state {
            WatchState::Halted => Some(self.begun_under(&enactment).await?),
            _ => None,
        };
        Ok(WatchView { enactment, state, ends, counts, begun })
    }

    /// Releases a halt: the enactment takes new cases again at once, and its watch begins anew.
    pub async fn release_halt(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &EnactmentId,
    ) -> Result<Done<Enactment>, Error> {
        self.enactment_of(who, id, "release an enactment that is halted")?;
        let counts = self.watch_counts(id);
        let done = self.end_halt(who, key, id, counts.unwrap_or_default()).await?;
        if let Done::Fresh(enactment) = &done {
            self.watch_again(enactment)?;
        }
        Ok(done)
    }
}
