//! A rehearsal (试办): cases that are played in the sandbox before a package is admitted, by the very rules of the real
//! ones. Applications are generated out of the definition, officers out of the tasks' forms; the applicant, the officers
//! and the partners answer whatever is asked of them.
//!
//! What a plugin does wrong whatever the data (it traps, exceeds a limit, uses what it did not ask for, loosens the layer
//! below) refuses the package. What hangs on generated data (it gives up, or a step would be parked by a rule) is a lint.
//! No case of a rehearsal is stored, and no partner is asked. What the cases said is kept with the package as its phrasebook.

mod application;
mod events;
mod phrases;
mod play;
mod seen;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use banshi_model::calendar::Calendar;
use banshi_model::definition::{Business, Field};
use banshi_model::effect::StepFault;
use banshi_model::event::Event;
use banshi_model::guidance::Guidance;
use banshi_model::law::Table;
use banshi_model::package::Kind;
use jiff::Timestamp;
use serde_json::Value;

use super::Effective;
use super::admit::Candidate;
use super::findings::Findings;
use crate::Engine;
use crate::api::registry::Tried;
use crate::error::Error;
use phrases::Phrases;
use play::Officer;
use seen::Seen;

/// So many cases are played at most.
const CASES_MAX: usize = 32;
/// So many steps are taken at most, over all cases.
const STEPS_MAX: usize = 600;
/// So long is rehearsed: with each call just within its deadline, all of them would hold up every other publisher.
const TIME_MAX: Duration = Duration::from_secs(10);
/// So many ways of officers are played: who objects to which task, and what they fill in.
const OFFICERS_MAX: usize = 8;

/// Where a path of the guide ends.
pub(super) struct End {
    pub business: Business,
    pub answers: BTreeMap<String, Value>,
    pub guidance: Guidance,
}

/// A rehearsal in progress.
pub(super) struct Rehearsal<'a> {
    engine: &'a Engine,
    effective: &'a Arc<Effective>,
    candidate: &'a Candidate<'a>,
    at: Timestamp,
    law: Arc<Table>,
    calendar: Arc<Calendar>,
    /// What a bundle's form has of its parts.
    of_parts: Vec<Field>,
    begun: Instant,
    overdue: bool,
    /// Whether what is told now could not have happened to this case.
    out_of_season: bool,
    /// Whether a case came to its end.
    ended: bool,
    found: Findings,
    seen: Seen,
    tried: Tried,
    phrases: Phrases,
}

/// What a rehearsal came to.
pub(super) struct Rehearsed {
    pub findings: Findings,
    pub tried: Tried,
    /// The text of the package's phrasebook.
    pub phrases: Vec<u8>,
}

impl<'a> Rehearsal<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        effective: &'a Arc<Effective>,
        candidate: &'a Candidate<'a>,
        at: Timestamp,
        of_parts: Vec<Field>,
    ) -> Self {
        Self {
            engine,
            effective,
            candidate,
            at,
            law: engine.law(),
            calendar: engine.calendar(),
            of_parts,
            begun: Instant::now(),
            overdue: false,
            out_of_season: false,
            ended: false,
            found: Findings::default(),
            seen: Seen::default(),
            tried: Tried::default(),
            phrases: Phrases::default(),
        }
    }

    /// Plays cases from these ends of the guide.
    pub(super) async fn play_all(mut self, ends: &[End]) -> Result<Rehearsed, Error> {
        let mut cases: VecDeque<(&End, _, Officer)> = VecDeque::new();
        for end in ends {
            cases.extend(end.guidance.modes.iter().map(|mode| (end, *mode, Officer::agreeing())));
        }
        // The first case tells how many tasks there are to object to; the others follow it in this order.
        if let Some((end, mode, officer)) = cases.pop_front() {
            let tasks = self.play(end, mode, officer).await?;
            let others = Officer::others(tasks).into_iter().take(OFFICERS_MAX);
            cases.extend(others.map(|officer| (end, mode, officer)));
            if !self.stops() {
                self.tell_everything(end, mode).await?;
            }
        }
        while let Some((end, mode, officer)) = cases.pop_front() {
            if self.stops() || self.tried.cases >= CASES_MAX {
                break;
            }
            self.play(end, mode, officer).await?;
        }
        if !self.stops()
            && let Some(end) = ends.first()
        {
            self.call_the_rest(end).await?;
        }
        self.finish(ends)
    }

    fn finish(mut self, ends: &[End]) -> Result<Rehearsed, Error> {
        self.tried.events = self.seen.events.len();
        if self.overdue {
            let seconds = TIME_MAX.as_secs();
            let what = (
                format!("试办超过 {seconds} 秒仍未完成"),
                format!("the rehearsal took over {seconds} s and was not done"),
            );
            self.found.block("admission.trial", "advance", what, ("加快作答", "make the plugin answer faster"));
        }
        // Of cases that stopped on their way, nothing can be said about what was never used.
        if !self.found.blocks() && !ends.is_empty() && !self.ended {
            let what = (
                "试办的各件都没有办结，是否用到所申请的权限、是否到达各环节，无从得知",
                "no case that was played came to its end; what would be used and reached cannot be told",
            );
            let fix = ("按其他提示修改，使办件能够办结", "see the other findings, and let a case come to its end");
            self.found.warn("admission.trial", "advance", what, fix);
        } else if !self.found.blocks() && !ends.is_empty() {
            self.seen.unused(self.candidate.manifest, &self.effective.definition, &mut self.found);
            if self.candidate.manifest.kind == Kind::Matter {
                self.seen.unreached(&self.effective.definition, &mut self.found);
            }
        }
        Ok(Rehearsed { findings: self.found, tried: self.tried, phrases: self.phrases.text() })
    }

    /// Whether there has been enough of it.
    fn stops(&mut self) -> bool {
        self.overdue |= self.begun.elapsed() >= TIME_MAX;
        self.overdue || self.tried.steps >= STEPS_MAX || self.found.blocks()
    }

    /// A step that gave no answer which may stand. A layer below that fails is not the candidate's fault.
    fn fault(&mut self, fault: &StepFault, event: &Event) -> Result<(), Error> {
        match fault.code.as_str() {
            "guest.queue" => return Err(Error::Busy(1)),
            "package.unavailable" => return Err(Error::Internal(fault.text.clone())),
            _ => {}
        }
        let settings = self.candidate.manifest.kind == Kind::Settings;
        if !settings && fault.package.is_some_and(|package| package != self.candidate.digest) {
            return Ok(());
        }
        // What a plugin asks for when it is told what cannot have happened is nothing that it will use.
        let sandbox = fault.code.starts_with("guest.") && fault.code != "guest.fault";
        if self.out_of_season && !sandbox {
            return Ok(());
        }
        let (place, text) = (self.place(event), fault.text.clone());
        match fault.code.as_str() {
            "guest.fault" => self.found.warn(
                "admission.fault",
                place,
                (format!("试办时组件自称无法办理：{text}"), text),
                ("使组件对符合数据模式的申请能够办理", "make it work with every application that its schemas allow"),
            ),
            "permission.denied" => self.found.block(
                "admission.permissions",
                place,
                (format!("试办时使用了没有申请的权限：{text}"), text),
                (
                    "在清单的 `permissions` 中写明，或不再使用",
                    "ask for it under `permissions` of the manifest, or do not use it",
                ),
            ),
            code => self.found.block(
                code,
                place,
                (format!("试办时未能作答：{text}"), text),
                ("使组件对各类事件都能作答", "make it answer to every event, whatever the application"),
            ),
        }
        Ok(())
    }

    /// Where in the package a step is: the export that was called, and with what.
    fn place(&self, event: &Event) -> String {
        let export = if self.candidate.manifest.kind == Kind::Code { "refine-step" } else { "advance" };
        match event {
            Event::TaskDone(result) => format!("{export}(task-done {})", result.task),
            event => format!("{export}({})", event.name()),
        }
    }
}
