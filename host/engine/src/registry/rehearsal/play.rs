//! One case from its submission to its end: each step is called, checked and decided as a real one is.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use banshi_model::case::{Case, Phase, Pin, Receipt};
use banshi_model::command::Command;
use banshi_model::definition::Mode;
use banshi_model::draft::{Counts, Draft};
use banshi_model::effect::{Effect, TimerKind};
use banshi_model::entry::{Actor, Bindings, Cause, LayerAnswer};
use banshi_model::event::Event;
use banshi_model::ids::{CaseId, Digest, MatterCode};
use banshi_model::licence::Licence;
use banshi_model::time;
use jiff::Timestamp;

use super::super::findings::Said;
use super::phrases::{self, Journal};
use super::{End, Rehearsal};
use crate::decide::{Context, Decision, PartView, Refused, arrive, decide};
use crate::drive::{call_layers, check_layers, code_layers};
use crate::error::Error;
use crate::intake::layers;

/// A case takes so many steps at most; one that goes on is left.
const STEPS_A_CASE: u64 = 60;

/// How the officers of a case work.
#[derive(Clone, Copy)]
pub(super) struct Officer {
    /// The task to which they object, counted from 0; none: to no task.
    pub objects_at: Option<usize>,
    /// What they, the applicant and the partners fill in; see `values`.
    pub turn: usize,
}

impl Officer {
    /// Agrees to everything and fills in no more than must be.
    pub(super) const fn agreeing() -> Self {
        Self { objects_at: None, turn: 0 }
    }

    /// The others: one that objects to each of so many tasks, and some that fill everything in.
    pub(super) fn others(tasks: usize) -> Vec<Self> {
        let objecting = (0..tasks).map(|task| Self { objects_at: Some(task), turn: 0 });
        let thorough = (1..=4).map(|turn| Self { objects_at: (turn > 2).then_some(0), turn });
        let mut both: Vec<Self> = thorough.collect();
        both.splice(0..0, objecting.take(4));
        both
    }
}

/// A case that is being played.
pub(super) struct Played {
    pub case: Case,
    pub now: Timestamp,
    pub queue: VecDeque<Event>,
    pub licences: Vec<Licence>,
    pub officer: Officer,
    /// How many tasks were done.
    pub tasks: usize,
    /// What its journal would say.
    pub journal: Journal,
}

impl Rehearsal<'_> {
    /// Plays a case; gives how many tasks its officers did.
    pub(super) async fn play(&mut self, end: &End, mode: Mode, officer: Officer) -> Result<usize, Error> {
        let draft = self.application(end, mode, officer.turn);
        self.precheck(&draft).await?;
        self.tried.cases += 1;
        let mut played = self.received(draft, officer);
        for seq in 1..=STEPS_A_CASE {
            if self.stops() || played.case.phase == Phase::Closed {
                break;
            }
            let Some(event) = played.next_event() else { break };
            if !self.step(&mut played, event, seq).await? {
                break;
            }
        }
        self.ended |= played.case.phase == Phase::Closed;
        self.phrases.add(played.journal);
        Ok(played.tasks)
    }

    /// A case as it is when it has come in.
    pub(super) fn received(&mut self, draft: Draft, officer: Officer) -> Played {
        let effective = self.effective;
        let id = CaseId::new(&draft.division, time::start_of(draft.today), [7; 7]);
        let pin = Pin {
            chain: effective.chain.clone(),
            digest: effective.digest,
            definition: effective.definition_digest,
            parameters: effective.parameters.clone(),
            parts: BTreeMap::new(),
        };
        let licences = self.licence(&draft, &id, &effective.chain).into_iter().collect();
        let (draft, pin) = (draft.into(), pin.into());
        let receipt =
            Receipt { received: self.at, draft, pin, counts: Counts::default(), parent: None, simulated: true };
        let queue = VecDeque::from([Event::Submitted]);
        let mut journal = Journal::default();
        let case = Case::open(id, receipt.clone());
        let begun = vec![Effect::TimerSet { timer: TimerKind::Acceptance, at: self.at }];
        let by = Actor::Principal("portal".to_owned());
        journal.entry(&case.id, self.at, by, Cause::Received(Box::new(receipt)), begun);
        Played { case, now: self.at, queue, licences, officer, tasks: 0, journal }
    }

    async fn precheck(&mut self, draft: &Draft) -> Result<(), Error> {
        match layers::findings(&self.engine.inner.runtime, &self.effective.chain.layers, draft).await {
            Ok(found) => {
                for finding in found.iter().filter(|finding| finding.reason.basis.trim().is_empty()) {
                    let rule = banshi_model::text::one_line(&finding.reason.rule, 80);
                    self.without_basis("precheck", &format!("`{rule}`"));
                }
                Ok(())
            }
            Err(fault) if fault.busy => Err(fault.into()),
            // Whose layer it was stands in the text; one below was admitted with its own precheck.
            Err(fault) if fault.code == "guest.fault" => {
                let fix = ("使组件能够预检", "make it check every application that its schemas allow");
                let what: Said = (format!("预检时组件自称无法办理：{}", fault.text), fault.text).into();
                self.found.warn("admission.fault", "precheck", what, fix);
                Ok(())
            }
            Err(fault) => {
                let fix =
                    ("使组件对符合数据模式的申请都能预检", "make it check every application that its schemas allow");
                self.found.block(&fault.code, "precheck", (format!("预检未能作答：{}", fault.text), fault.text), fix);
                Ok(())
            }
        }
    }

    /// One step; whether the case goes on.
    async fn step(&mut self, played: &mut Played, event: Event, seq: u64) -> Result<bool, Error> {
        played.before(&event);
        let by = Actor::Principal("officer".to_owned());
        let Some(arrived) = arrive::arrive(&played.case, &event, &by) else { return Ok(true) };
        for effect in &arrived {
            played.case.apply(effect, played.now);
        }
        let Some(answers) = self.call(&played.case, &event, played.now).await? else { return Ok(false) };
        match self.decide(played, commands(&answers), seq) {
            Ok(decision) => {
                let mut effects = arrived;
                let arrived = effects.len();
                effects.push(Effect::StatesSet(states(&answers)));
                effects.extend(decision.effects);
                for effect in effects.iter().skip(arrived) {
                    played.case.apply(effect, played.now);
                    played.answer(effect);
                }
                if self.phrases.wanted() {
                    let step = phrases::Step { event, by, answers, bindings: self.bindings(), effects, arrived };
                    played.journal.step(&played.case.id, played.now, step);
                }
                played.licences.extend(decision.licences);
                Ok(true)
            }
            Err(refused) => {
                let text = format!("{} ({})", refused.text, refused.code);
                let what = (format!("试办时这一步将被挂起：{text}"), format!("this step would be parked: {text}"));
                let fix = ("按说明修改该步骤的指令", "ask for what the rule allows in this step");
                self.found.warn("admission.step", self.place(&event), what, fix);
                Ok(false)
            }
        }
    }

    /// What a step of these cases would be bound to.
    fn bindings(&self) -> Bindings {
        Bindings {
            chain: self.effective.digest,
            definition: self.effective.definition_digest,
            calendar: self.calendar.digest(),
            law: self.law.digest(),
            before: Digest([0; 32]),
        }
    }

    /// What each layer of the chain answers; none where it gave no answer that may stand.
    pub(super) async fn call(
        &mut self,
        case: &Case,
        event: &Event,
        now: Timestamp,
    ) -> Result<Option<Vec<LayerAnswer>>, Error> {
        self.tried.steps += 1;
        self.seen.events.insert(event.name());
        let (effective, view) = (Arc::clone(self.effective), case.view(now));
        let called = call_layers(&self.engine.inner.runtime, &effective, &view, &case.states, event).await;
        let answers = match called.and_then(|answers| check_layers(&effective, &answers).map(|()| answers)) {
            Ok(answers) => answers,
            Err(fault) => {
                self.fault(&fault, event)?;
                return Ok(None);
            }
        };
        let mut below: &[Command] = &[];
        for (layer, answer) in code_layers(&effective).zip(&answers) {
            let above = answer.output.commands.as_slice();
            if layer.package == self.candidate.digest && !self.out_of_season {
                self.seen.commands(above.iter().filter(|command| !below.contains(command)));
                self.grounded(above, event);
            }
            below = above;
        }
        if !self.out_of_season {
            self.seen.stages(below);
        }
        Ok(Some(answers))
    }

    /// Decisions against an applicant name their clauses.
    fn grounded(&mut self, commands: &[Command], event: &Event) {
        for command in commands {
            let verdict = match command {
                Command::Refuse { verdict, .. } => verdict,
                Command::Decline(decline) => &decline.verdict,
                _ => continue,
            };
            if verdict.reasons.is_empty() || verdict.reasons.iter().any(|reason| reason.basis.trim().is_empty()) {
                self.without_basis(&self.place(event), &format!("`{}`", command.name()));
            }
        }
    }

    fn without_basis(&mut self, place: &str, what: &str) {
        let said = (format!("{what} 没有写明依据的条款"), format!("{what} names no clause that it rests on"));
        let fix = ("写明条款，例如“行政许可法 第三十八条”", "cite it, for example `行政许可法 第三十八条`");
        self.found.warn("admission.verdict", place, said, fix);
    }

    fn decide(&self, played: &Played, commands: &[Command], seq: u64) -> Result<Decision, Refused> {
        let definition = &self.effective.definition;
        let view = || PartView { modes: vec![Mode::Approval] };
        let declared = definition.bundle.iter().flat_map(|bundle| &bundle.parts);
        let parts: BTreeMap<MatterCode, PartView> = declared.map(|part| (part.code.clone(), view())).collect();
        let capability = |id: &str| Digest::of(id.as_bytes()).to_string();
        let context = Context {
            now: played.now,
            today: time::date_of(played.now),
            seq,
            definition,
            law: &self.law,
            calendar: &self.calendar,
            bundle: None,
            parts: &parts,
            licences: &played.licences,
            issuer: played.case.draft.division.county(),
            capability: &capability,
        };
        decide(&context, &played.case, commands)
    }
}

/// The layers' states, ground first.
pub(super) fn states(answers: &[LayerAnswer]) -> Vec<String> {
    answers.iter().map(|answer| answer.output.state.clone()).collect()
}

/// What the whole chain asks for: what its topmost layer answers.
pub(super) fn commands(answers: &[LayerAnswer]) -> &[Command] {
    answers.last().map_or(&[], |answer| answer.output.commands.as_slice())
}

impl Played {
    /// What happens next: an answer to what was asked, or else the earliest timer of the plugin, at its time.
    fn next_event(&mut self) -> Option<Event> {
        if let Some(event) = self.queue.pop_front() {
            return Some(event);
        }
        let plugins = self.case.timers.iter().filter_map(|(timer, at)| match timer {
            TimerKind::Plugin(id) => Some((*at, id.clone())),
            _ => None,
        });
        let (at, id) = plugins.min()?;
        self.now = self.now.max(at);
        Some(Event::TimerDue(id))
    }
}
