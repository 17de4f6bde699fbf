//! What the host would have decided on a candidate's commands, on the law rows and the calendar that the entry binds.
//!
//! What else a decision reads (a bundle's dates, licences of other cases) has moved on since. So the recorded commands
//! are decided first: only where that gives what the journal says is the candidate's decision worth anything.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use banshi_model::calendar::Calendar;
use banshi_model::case::Case;
use banshi_model::command::Command;
use banshi_model::definition::Definition;
use banshi_model::effect::Effect;
use banshi_model::entry::Bindings;
use banshi_model::event::Event;
use banshi_model::ids::Digest;
use banshi_model::law::Table;
use jiff::Timestamp;

use crate::Engine;
use crate::decide::{self, Refused};
use crate::error::Error;
use crate::registry::Effective;

/// The step that is judged, with the case as it was after the event's arrival.
pub(super) struct AtStep<'a> {
    pub case: &'a Case,
    pub at: Timestamp,
    pub seq: u64,
    pub event: &'a Event,
    pub bindings: &'a Bindings,
    /// What the step did behind the event's own effects and the layers' states.
    pub effects: &'a [Effect],
}

/// What the host says to a candidate's commands.
pub(super) enum Judged {
    /// It would have done this.
    Decided(Vec<Effect>),
    /// It would have refused.
    Refused(Refused),
    /// It cannot tell any more.
    Unknown,
}

/// Law tables and calendars by digest: a few serve a million steps.
#[derive(Default)]
pub(super) struct Bound {
    law: Mutex<HashMap<Digest, Option<Arc<Table>>>>,
    calendars: Mutex<HashMap<Digest, Option<Arc<Calendar>>>>,
}

impl Bound {
    fn law(&self, engine: &Engine, digest: &Digest) -> Result<Option<Arc<Table>>, Error> {
        kept(&self.law, digest, || {
            let bytes = engine.inner.store.blob(digest)?;
            Ok(bytes.and_then(|bytes| Table::decode(&bytes).ok()))
        })
    }

    fn calendar(&self, engine: &Engine, digest: &Digest) -> Result<Option<Arc<Calendar>>, Error> {
        kept(&self.calendars, digest, || {
            let bytes = engine.inner.store.blob(digest)?;
            Ok(bytes.and_then(|bytes| Calendar::decode(&bytes).ok()))
        })
    }
}

fn kept<T>(
    known: &Mutex<HashMap<Digest, Option<Arc<T>>>>,
    digest: &Digest,
    read: impl FnOnce() -> Result<Option<T>, Error>,
) -> Result<Option<Arc<T>>, Error> {
    if let Some(found) = known.lock().unwrap_or_else(PoisonError::into_inner).get(digest) {
        return Ok(found.clone());
    }
    let found = read()?.map(Arc::new);
    known.lock().unwrap_or_else(PoisonError::into_inner).insert(*digest, found.clone());
    Ok(found)
}

impl Engine {
    /// What the host would have said to the candidate's commands.
    pub(super) async fn shadow_judged(
        &self,
        bound: &Bound,
        step: &AtStep<'_>,
        recorded: (&Arc<Effective>, &[Command]),
        candidate: (&Arc<Effective>, &[Command]),
    ) -> Result<Judged, Error> {
        match self.shadow_decided(bound, step, recorded.0, recorded.1).await? {
            Some(Ok(again)) if step.effects.starts_with(&again) => {}
            _ => return Ok(Judged::Unknown),
        }
        Ok(match self.shadow_decided(bound, step, candidate.0, candidate.1).await? {
            Some(Ok(effects)) => Judged::Decided(effects),
            Some(Err(refused)) => Judged::Refused(refused),
            None => Judged::Unknown,
        })
    }

    /// Decides commands; none where what a decision reads cannot be read any more.
    async fn shadow_decided(
        &self,
        bound: &Bound,
        step: &AtStep<'_>,
        effective: &Arc<Effective>,
        commands: &[Command],
    ) -> Result<Option<Result<Vec<Effect>, Refused>>, Error> {
        let (law, calendar) = (bound.law(self, &step.bindings.law)?, bound.calendar(self, &step.bindings.calendar)?);
        let Some((law, calendar)) = law.zip(calendar) else { return Ok(None) };
        let mut gathered = match self.gather(step.case, Arc::clone(effective), commands).await {
            Ok(gathered) => gathered,
            Err(Error::Busy(seconds)) => return Err(Error::Busy(seconds)),
            Err(_) => return Ok(None),
        };
        gathered.law = law;
        gathered.calendar = calendar;
        let decided = gathered.with(step.at, step.seq, |ctx| decide::decide(ctx, step.case, commands));
        Ok(Some(decided.and_then(|decision| {
            decide::waits(step.event, &decision, step.at)?;
            Ok(decision.effects)
        })))
    }
}

/// Whether two definitions decide alike: they differ at most in what no decision of the host reads.
pub(super) fn decide_alike(a: &Definition, b: &Definition) -> bool {
    let read = |definition: &Definition| Definition {
        title: banshi_model::text::Text { zh: String::new(), en: None },
        business: Vec::new(),
        modes: Vec::new(),
        statutory_basis: String::new(),
        fields: Vec::new(),
        materials: Vec::new(),
        questions: Vec::new(),
        triggers: Vec::new(),
        samples: Vec::new(),
        ..definition.clone()
    };
    a == b || read(a) == read(b)
}
