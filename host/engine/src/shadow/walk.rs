//! One case: its journal folded once, every recorded step run on the candidate with the candidate's own states.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use banshi_model::case::Case;
use banshi_model::command::Command;
use banshi_model::effect::Effect;
use banshi_model::entry::{Bindings, Cause, Entry, LayerAnswer};
use banshi_model::event::Event;
use banshi_model::ids::{CaseId, Digest, Division};
use banshi_model::time;
use banshi_runtime::{Current, Seen};
use banshi_store::PackageRecord;
use jiff::Timestamp;
use jiff::civil::Date;

use super::compare::{self, Comparison, Outcome};
use super::judge::{AtStep, Bound, Judged, decide_alike};
use super::mask::Clear;
use super::show::{self, Shown};
use super::tally::{Tally, likeness};
use crate::Engine;
use crate::api::shadow::{SampleKind, ShadowRequest};
use crate::drive::{call_layers_seen, check_layers};
use crate::error::Error;
use crate::registry::{AsIf, Effective};

/// Entries that are read at once: whole journals, nearly always.
const BATCH: usize = 64;
/// How often a call is tried that failed because the machine was busy.
const TRIES: usize = 3;

/// What a run compares with, shared by its threads.
pub(super) struct Trial {
    pub engine: Engine,
    pub package: PackageRecord,
    pub request: ShadowRequest,
    /// As of when everything else is taken to be in force.
    pub as_of: Timestamp,
    /// How many samples are wanted.
    pub samples: usize,
    pub bound: Bound,
    /// What may be shown of the law.
    pub law: Clear,
    places: tokio::sync::Mutex<HashMap<Division, Arc<Place>>>,
    clears: Mutex<HashMap<(Digest, Digest), Arc<Both>>>,
}

/// The candidate at one place.
struct Place {
    tried: AsIf,
}

/// A recorded definition beside the candidate's.
struct Both {
    clear: Clear,
    alike: bool,
}

/// How one case went so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Going {
    Same,
    Wording,
    Effect,
    Failure,
}

/// A case that is being walked.
struct Walk<'t> {
    trial: &'t Trial,
    place: Arc<Place>,
    recorded: Arc<Effective>,
    both: Arc<Both>,
    case: Case,
    seen: Seen,
    states: Vec<String>,
    going: Going,
}

/// One recorded step.
struct Step<'e> {
    at: Timestamp,
    seq: u64,
    event: &'e Event,
    answers: &'e [LayerAnswer],
    bindings: &'e Bindings,
    effects: &'e [Effect],
}

impl Trial {
    pub(super) fn new(
        engine: Engine,
        package: PackageRecord,
        request: ShadowRequest,
        as_of: Timestamp,
        samples: usize,
    ) -> Self {
        let rows: Vec<serde_json::Value> =
            engine.law().rows().iter().filter_map(|row| serde_json::to_value(row).ok()).collect();
        Self {
            engine,
            package,
            request,
            as_of,
            samples,
            bound: Bound::default(),
            law: Clear::of(&rows),
            places: tokio::sync::Mutex::default(),
            clears: Mutex::default(),
        }
    }

    /// The candidate's matter at the authority itself.
    pub(super) async fn at_authority(&self) -> Result<Arc<Effective>, Error> {
        Ok(Arc::clone(&self.place(&self.request.at.division).await?.tried.effective))
    }

    /// The candidate at a place: worked out once.
    async fn place(&self, division: &Division) -> Result<Arc<Place>, Error> {
        let mut places = self.places.lock().await;
        if let Some(place) = places.get(division) {
            return Ok(Arc::clone(place));
        }
        let tried = self.engine.as_if_enacted(&self.package, &self.request.at, division, self.as_of).await?;
        let place = Arc::new(Place { tried });
        places.insert(division.clone(), Arc::clone(&place));
        Ok(place)
    }

    fn both(&self, recorded: &Effective, candidate: &Effective) -> Arc<Both> {
        let key = (recorded.definition_digest, candidate.definition_digest);
        let mut clears = self.clears.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let mut clear = self.law.clone();
            for definition in [&recorded.definition, &candidate.definition] {
                clear.learn(&serde_json::to_value(&**definition).unwrap_or_default());
            }
            Arc::new(Both { clear, alike: decide_alike(&recorded.definition, &candidate.definition) })
        };
        Arc::clone(clears.entry(key).or_insert_with(make))
    }

    /// One case into the tally. `ahead` says whether it is likely to be of the matter, and is answered for the next.
    pub(super) async fn case(&self, id: &CaseId, ahead: &mut bool, found: &mut Tally) -> Result<(), Error> {
        found.looked += 1;
        match self.walked(id, ahead, found).await {
            Err(Error::Erased(_)) => {
                found.cases.erased += 1;
                Ok(())
            }
            other => other,
        }
    }

    async fn walked(&self, id: &CaseId, ahead: &mut bool, found: &mut Tally) -> Result<(), Error> {
        let store = &self.engine.inner.store;
        let Some(head) = store.journal_head(id)? else { return Ok(()) };
        let mut entries = store.entries(id, 0, if *ahead { BATCH } else { 1 })?;
        *ahead = entries.first().is_some_and(|first| self.of_matter(first));
        let whole = |entries: &[Entry]| entries.last().is_some_and(|last| last.seq >= head.seq);
        if *ahead && !whole(&entries) {
            entries.extend(self.rest(id, entries.len() as u64, head.seq)?);
        }
        entries.retain(|entry| entry.seq <= head.seq);
        if !*ahead || !self.wanted(&entries) {
            found.cases.passed_by += 1;
            return Ok(());
        }
        let mut entries = entries.into_iter();
        let Some(mut walk) = Walk::begin(self, entries.next(), found).await? else { return Ok(()) };
        for entry in entries {
            walk.entry(&entry, found).await?;
        }
        walk.end(found);
        found.journal(id.clone(), head.seq, head.chain);
        Ok(())
    }

    fn rest(&self, id: &CaseId, mut after: u64, last: u64) -> Result<Vec<Entry>, Error> {
        let mut rest = Vec::new();
        while after < last {
            let entries = self.engine.inner.store.entries(id, after, BATCH)?;
            let Some(entry) = entries.last() else { break };
            after = entry.seq;
            rest.extend(entries);
        }
        Ok(rest)
    }

    fn of_matter(&self, first: &Entry) -> bool {
        let Cause::Received(receipt) = &first.cause else { return false };
        receipt.pin.chain.matter == self.package.manifest.matter
            && self.request.since.is_none_or(|since: Date| since <= time::date_of(receipt.received))
    }

    /// Closed, unless open ones were asked for; with a step at all.
    fn wanted(&self, entries: &[Entry]) -> bool {
        let closes = |effect: &Effect| matches!(effect, Effect::Closed(_));
        self.request.open || entries.iter().any(|entry| entry.effects.iter().any(closes))
    }
}

impl<'t> Walk<'t> {
    async fn begin(trial: &'t Trial, first: Option<Entry>, found: &mut Tally) -> Result<Option<Self>, Error> {
        let Some(Entry { case: id, at, cause: Cause::Received(receipt), effects, .. }) = first else { return Ok(None) };
        let mut case = Case::open(id, *receipt);
        effects.iter().for_each(|effect| case.apply(effect, at));
        let place = trial.place(&case.draft.division).await?;
        let tried = &place.tried;
        found.chain(&case.draft.division, tried.effective.digest, tried.effective.definition_digest);
        found.left_out.extend(tried.left_out.iter().cloned());
        let recorded = trial.engine.effective_of(&case.pin).await?;
        let both = trial.both(&recorded, &tried.effective);
        let mut view = case.view(at);
        view.draft.thaw().parameters.clone_from(&tried.effective.parameters);
        let seen = Seen::of(&view);
        Ok(Some(Self { trial, place, recorded, both, case, seen, states: Vec::new(), going: Going::Same }))
    }

    fn apply(&mut self, effect: &Effect, at: Timestamp) {
        self.case.apply(effect, at);
        if matches!(effect, Effect::Supplemented { .. }) {
            // The application as it now is, under the candidate's settings.
            let mut draft = self.case.draft.clone();
            draft.thaw().parameters.clone_from(&self.place.tried.effective.parameters);
            self.seen.supplemented(&draft);
        }
    }

    async fn entry(&mut self, entry: &Entry, found: &mut Tally) -> Result<(), Error> {
        let mut rest = entry.effects.as_slice();
        if let Cause::Step { event, answers, bindings, arrived } = &entry.cause {
            let (before, after) = rest.split_at_checked(*arrived).unwrap_or((rest, &[]));
            before.iter().for_each(|effect| self.apply(effect, entry.at));
            rest = after;
            let effects = match after {
                [Effect::StatesSet(_), behind @ ..] => behind,
                all => all,
            };
            let step = Step { at: entry.at, seq: entry.seq, event, answers, bindings, effects };
            found.compared.recorded.insert(bindings.chain);
            found.compared.law.insert(bindings.law);
            found.compared.calendars.insert(bindings.calendar);
            self.step(&step, found).await?;
        }
        rest.iter().for_each(|effect| self.apply(effect, entry.at));
        Ok(())
    }

    async fn step(&mut self, step: &Step<'_>, found: &mut Tally) -> Result<(), Error> {
        if matches!(self.going, Going::Effect | Going::Failure) {
            found.steps.unknown += 1;
            return Ok(());
        }
        if step.bindings.definition != self.recorded.definition_digest {
            self.recorded = self.trial.engine.effective_of(&self.case.pin).await?;
            self.both = self.trial.both(&self.recorded, &self.place.tried.effective);
        }
        self.see(step.at);
        let answers = match self.called(step.event).await? {
            Ok(answers) => answers,
            Err(code) => {
                self.fail(step, &code, found);
                return Ok(());
            }
        };
        if let Err(fault) = check_layers(&self.place.tried.effective, &answers) {
            self.fail(step, &fault.code, found);
            return Ok(());
        }
        let recorded = step.answers.last().map_or(&[][..], |answer| &answer.output.commands);
        let candidate = answers.last().map_or(&[][..], |answer| answer.output.commands.as_slice());
        match compare::commands(recorded, candidate) {
            // Nothing was asked for, or the host reads the same to decide on it: it decides as it did.
            None if self.both.alike || recorded.is_empty() => {
                found.same(recorded, &self.both.clear);
                found.steps.same += 1;
            }
            difference => self.judge(step, (recorded, candidate), difference, found).await?,
        }
        self.states = answers.into_iter().map(|answer| answer.output.state).collect();
        Ok(())
    }

    /// The case as it is at this instant. The application is there already.
    fn see(&mut self, now: Timestamp) {
        let case = &self.case;
        let due = case.limits.as_ref().map(|limits| limits.effective().date);
        let parts: Vec<_> = case.parts.iter().filter_map(|part| part.result.clone()).collect();
        let (accepted, signers, tasks) = (case.accepted, &case.signers, &case.results);
        self.seen.goes_on(&Current { now, accepted, due, signers, tasks, parts: &parts });
    }

    /// What the candidate answers, or the name of what stopped it. A busy machine is not the candidate's fault.
    async fn called(&mut self, event: &Event) -> Result<Result<Vec<LayerAnswer>, String>, Error> {
        let (engine, effective) = (&self.trial.engine, &self.place.tried.effective);
        let mut tries = 1;
        loop {
            let runtime = &engine.inner.runtime;
            let called = call_layers_seen(runtime, effective, &mut self.seen, &self.states, event).await;
            match called {
                Ok(answers) => return Ok(Ok(answers)),
                Err(fault) if fault.code == "package.unavailable" => return Err(Error::Internal(fault.text)),
                Err(fault) if tries < TRIES && matches!(fault.code.as_str(), "guest.queue" | "guest.deadline") => {
                    tries += 1;
                }
                Err(fault) if fault.code == "guest.queue" => return Err(Error::Busy(60)),
                Err(fault) => return Ok(Err(fault.code)),
            }
        }
    }

    /// What differs, as far as the host's own decision on it can be had.
    async fn judge(
        &mut self,
        step: &Step<'_>,
        (recorded, candidate): (&[Command], &[Command]),
        difference: Option<Comparison>,
        found: &mut Tally,
    ) -> Result<(), Error> {
        let Step { at, seq, event, bindings, effects, .. } = *step;
        let at_step = AtStep { case: &self.case, at, seq, event, bindings, effects };
        let sides = ((&self.recorded, recorded), (&self.place.tried.effective, candidate));
        let judged = self.trial.engine.shadow_judged(&self.trial.bound, &at_step, sides.0, sides.1).await?;
        let difference = match (judged, difference) {
            (Judged::Refused(refused), _) => {
                self.fail(step, &refused.code, found);
                return Ok(());
            }
            // The same commands under another definition: what comes of them is what counts.
            (Judged::Decided(decided), None) => {
                let then = effects.get(..decided.len().min(effects.len())).unwrap_or_default();
                compare::effects(then, &decided)
            }
            (Judged::Unknown, difference) => {
                found.unjudged += 1;
                difference
            }
            (Judged::Decided(_), difference) => difference,
        };
        match difference {
            None => {
                found.same(recorded, &self.both.clear);
                found.steps.same += 1;
            }
            Some(difference) => self.differ(step, &difference, found),
        }
        Ok(())
    }

    fn differ(&mut self, step: &Step<'_>, difference: &Comparison, found: &mut Tally) {
        found.differs(difference, &self.both.clear);
        let kind = if difference.outcome() == Outcome::Effect { SampleKind::Effect } else { SampleKind::Wording };
        match kind {
            SampleKind::Effect => {
                found.steps.effect += 1;
                self.going = Going::Effect;
            }
            _ => {
                found.steps.wording += 1;
                self.going = Going::Wording;
            }
        }
        self.sample(step, kind, Shown::Difference(difference), found);
    }

    fn fail(&mut self, step: &Step<'_>, code: &str, found: &mut Tally) {
        found.failed(code);
        found.steps.failure += 1;
        self.going = Going::Failure;
        self.sample(step, SampleKind::Failure, Shown::Failure(code), found);
    }

    fn sample(&self, step: &Step<'_>, kind: SampleKind, shown: Shown<'_>, found: &mut Tally) {
        if found.samples.len() >= self.trial.samples {
            return;
        }
        let sample = show::sample((&self.case.id, step.seq), step.event.name(), kind, shown, &self.both.clear);
        let likeness = likeness(&sample);
        if found.wants(&likeness, self.trial.samples) {
            found.sample(likeness, sample);
        }
    }

    fn end(self, found: &mut Tally) {
        found.cases.compared += 1;
        *match self.going {
            Going::Same => &mut found.cases.same,
            Going::Wording => &mut found.cases.wording,
            Going::Effect => &mut found.cases.effect,
            Going::Failure => &mut found.cases.failure,
        } += 1;
    }
}
