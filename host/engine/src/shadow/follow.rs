//! Following a shadow: what is new behind a place, at once or when the next page of cases is kept.
//!
//! Nothing is told here that is not durable, and nothing is kept for a follower: whoever was away says which event was the
//! last that came, and is told what lies behind it.

use tokio::sync::watch;

use crate::Engine;
use crate::api::shadow::{ShadowId, ShadowState, ShadowView};
use crate::api::shadow_events::{ShadowEnd, ShadowEvent, ShadowPlace, ShadowProgress};
use crate::error::Error;
use crate::principal::Principal;

/// Somebody who follows a shadow.
#[derive(Debug)]
pub struct Follower {
    id: ShadowId,
    place: ShadowPlace,
    /// Told at each page; none where the shadow does not run here.
    changes: Option<watch::Receiver<()>>,
}

impl Engine {
    /// Follows a shadow from behind a place; [`ShadowPlace::default`] is its beginning.
    pub async fn follow_shadow(&self, who: &Principal, id: &ShadowId, behind: ShadowPlace) -> Result<Follower, Error> {
        // The ear before the eye: what is kept in between is not missed.
        let changes = self.inner.shadows.running(id).map(|job| job.changed());
        self.shadow_view(who, id).await?;
        Ok(Follower { id: id.clone(), place: behind, changes })
    }

    /// What comes next, which may take its time; none when nothing will come, be it that the host stops before the shadow's
    /// end. May be dropped while it waits: nothing is lost by it. `who` is asked for each time.
    pub async fn next_of_shadow(
        &self,
        who: &Principal,
        follower: &mut Follower,
    ) -> Result<Option<Vec<(ShadowPlace, ShadowEvent)>>, Error> {
        while !follower.place.ended {
            let running = follower.changes.is_some();
            if let Some(changes) = &mut follower.changes {
                changes.mark_unchanged();
            }
            let view = self.shadow_view(who, &follower.id).await?;
            self.settled().await?;
            let events = behind(&view, follower.place);
            if let Some((last, _)) = events.last() {
                follower.place = *last;
                return Ok(Some(events));
            }
            if !running {
                break;
            }
            if let Some(changes) = &mut follower.changes
                && changes.changed().await.is_err()
            {
                // It runs here no more: a last look.
                follower.changes = None;
            }
        }
        Ok(None)
    }
}

/// What a follower at a place has not been told yet. Pure.
fn behind(view: &ShadowView, mut place: ShadowPlace) -> Vec<(ShadowPlace, ShadowEvent)> {
    let mut events = Vec::new();
    for sample in view.report.samples.iter().skip(place.samples) {
        place.samples += 1;
        events.push((place, ShadowEvent::Difference(Box::new(sample.clone()))));
    }
    if view.progress.looked > place.looked {
        place.looked = view.progress.looked;
        let (cases, steps) = (view.report.cases, view.report.steps);
        events.push((place, ShadowEvent::Progress(ShadowProgress { progress: view.progress, cases, steps })));
    }
    if view.state != ShadowState::Running && !place.ended {
        place.ended = true;
        let end = ShadowEnd { state: view.state, digest: view.digest, fault: view.fault.clone() };
        events.push((place, ShadowEvent::End(end)));
    }
    events
}
