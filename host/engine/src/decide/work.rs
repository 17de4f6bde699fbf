//! Work in progress: tasks, timers, special procedures, after-checks.

use banshi_model::case::Phase;
use banshi_model::command::{Due, OpenTask, SpecialProcedure};
use banshi_model::definition::Mode;
use banshi_model::draft::{Opinion, Outcome, TaskResult};
use banshi_model::effect::{Effect, PartnerKind, TimerKind};
use banshi_model::event::Event;
use banshi_model::ids::Slug;
use banshi_model::task::{Task, TaskStatus};
use banshi_model::time;
use serde_json::{Value, json};

use super::{Deciding, Refused, limits};
use crate::registry::schema;

impl Deciding<'_> {
    /// Opens a task; one that a joint inspection of the bundle serves is joined to that.
    pub(super) fn open_task(&mut self, wish: &OpenTask, after_check: bool) -> Result<(), Refused> {
        if self.case.task(&wish.id).is_some() {
            return Err(Refused::rule("task.exists", format!("task `{}` was opened before; give a new id", wish.id)));
        }
        let Some(stage) = self.ctx.definition.stage(wish.stage.as_str()) else {
            let text = format!("task `{}` serves stage `{}`, which the definition does not have", wish.id, wish.stage);
            return Err(Refused::rule("task.stage", text));
        };
        if wish.silence_consents && stage.mandatory {
            let text = format!("stage `{}` is mandatory: silence may close a consultation, never a review", stage.id);
            return Err(Refused::rule("task.silence", text));
        }
        if let Some(Err(error)) = wish.form.as_ref().map(schema::compile) {
            let text = format!("the form of task `{}` cannot be used: {error}", wish.id);
            return Err(Refused::rule("task.form", text));
        }
        let due = wish.limit.or(stage.limit).map(|span| self.ctx.calendar.add(self.ctx.today, span).date);
        if wish.silence_consents && due.is_none() {
            return Err(Refused::rule(
                "task.silence",
                format!("task `{}` consents by silence and has no limit", wish.id),
            ));
        }
        let served = self.joint_task(&wish.stage);
        // What the inspection found is told once for a stage: told again and again it would never end.
        let told = |task: &Task| task.stage == wish.stage && task.status == TaskStatus::Done;
        if matches!(served, Some(Some(_))) && self.case.tasks.iter().any(|task| told(task)) {
            let text = format!("stage `{}` has the joint inspection's result already", wish.stage);
            return Err(Refused::rule("task.stage-served", text));
        }
        let mut task = self.new_task(wish, due, after_check);
        if served.is_some() {
            task.status = TaskStatus::Joined;
        }
        self.emit(Effect::TaskOpened(task.into()));
        if wish.silence_consents
            && let Some(day) = due
        {
            self.emit(Effect::TimerSet { timer: TimerKind::Silence(wish.id.clone()), at: time::end_of(day) });
        }
        if let Some(result) = served.flatten() {
            let event = Event::TaskDone(TaskResult { task: wish.id.clone(), ..result });
            self.emit(Effect::EventSent { to: self.case.id.clone(), event });
        }
        Ok(())
    }

    fn new_task(&self, wish: &OpenTask, due: Option<jiff::civil::Date>, after_check: bool) -> Task {
        Task {
            id: self.case.id.task(&wish.id),
            local: wish.id.clone(),
            stage: wish.stage.clone(),
            unit: wish.unit.clone(),
            title: wish.title.clone(),
            form: wish.form.clone(),
            opened: self.ctx.now,
            due,
            silence_consents: wish.silence_consents,
            after_check,
            serves: Vec::new(),
            revision: 1,
            status: TaskStatus::Open,
            result: None,
            done_by: None,
        }
    }

    /// Whether a joint inspection of the bundle serves this stage, and its result if it is done.
    fn joint_task(&self, stage: &Slug) -> Option<Option<TaskResult>> {
        let bundle = self.ctx.bundle?;
        let code = &self.case.pin.chain.matter;
        let serves = |task: &Task| task.serves.iter().any(|served| &served.part == code && &served.stage == stage);
        let (_, task) = bundle.inspections.iter().find(|(_, task)| serves(task))?;
        match task.status {
            TaskStatus::Open | TaskStatus::Joined => Some(None),
            TaskStatus::Done => Some(task.result.as_ref().and_then(|result| part_result(result, code.as_str(), stage))),
            TaskStatus::Closed => None,
        }
    }

    /// The after-check of a commitment, after the grant.
    pub(super) fn open_after_check(&mut self, wish: &OpenTask) -> Result<(), Refused> {
        let granted = self.case.decision.as_ref().is_some_and(|decision| decision.outcome == Outcome::Granted);
        if self.case.draft.mode != Mode::Commitment || !granted {
            return Err(Refused::rule("task.after-check", "an after-check follows a grant on a commitment"));
        }
        self.open_task(wish, true)
    }

    /// Closes a task that is no longer needed; one that was done stays done.
    pub(super) fn close_task(&mut self, local: &Slug) -> Result<(), Refused> {
        match self.case.task(local).map(|task| (task.status, task.silence_consents)) {
            Some((TaskStatus::Open | TaskStatus::Joined, silence)) => {
                if silence {
                    self.emit(Effect::TimerEnded(TimerKind::Silence(local.clone())));
                }
                self.emit(Effect::TaskClosed(local.clone()));
                Ok(())
            }
            Some((TaskStatus::Done | TaskStatus::Closed, _)) => Ok(()),
            None => Err(Refused::rule("task.unknown", format!("no task `{local}` in this case"))),
        }
    }

    /// 特别程序 (第四十五条): decided on by an officer, after acceptance, of a kind that a law row names.
    pub(super) fn start_special_procedure(&mut self, procedure: &SpecialProcedure) -> Result<(), Refused> {
        if self.case.phase != Phase::Accepted {
            return Err(Refused::rule(
                "procedure.phase",
                "a special procedure starts after acceptance and before the decision",
            ));
        }
        if self.case.procedures.iter().any(|known| known.procedure.id == procedure.id) {
            return Err(Refused::rule("procedure.exists", format!("procedure `{}` was started before", procedure.id)));
        }
        let person = self
            .case
            .task(&procedure.task)
            .is_some_and(|task| task.status == TaskStatus::Done && task.done_by.is_some());
        if !person {
            let text =
                format!("procedure `{}` rests on task `{}`, which no officer has done", procedure.id, procedure.task);
            return Err(Refused::rule("procedure.officer", text));
        }
        let scope = limits::scope(&self.case, self.ctx.definition, self.ctx.today);
        self.ctx.law.may_pause(&scope, procedure.kind)?;
        self.emit(Effect::ProcedureStarted { procedure: procedure.clone(), from: self.ctx.today });
        self.recount();
        let data =
            json!({ "to": "subject", "template": "special-procedure", "case": self.case.id, "procedure": procedure });
        self.send(PartnerKind::Notice, "notice", data, None);
        Ok(())
    }

    /// Counts the limits again after something that moves them.
    pub(super) fn recount(&mut self) {
        if let Some(limits) = limits::again(self.ctx, &self.case)
            && self.case.limits.as_ref() != Some(&limits)
        {
            self.emit(Effect::LimitsSet(limits));
        }
    }

    pub(super) fn set_timer(&mut self, id: &Slug, due: &Due) -> Result<(), Refused> {
        let at = match due {
            Due::After(span) if span.count == 0 => self.ctx.now,
            Due::After(span) => time::start_of(self.ctx.calendar.add(self.ctx.today, *span).date),
            Due::On(date) => time::start_of(*date),
        };
        self.emit(Effect::TimerSet { timer: TimerKind::Plugin(id.clone()), at });
        Ok(())
    }

    pub(super) fn cancel_timer(&mut self, id: &Slug) -> Result<(), Refused> {
        self.emit(Effect::TimerEnded(TimerKind::Plugin(id.clone())));
        Ok(())
    }
}

/// What a joint inspection said of one stage: `data.results["P01.onsite"]`, with its own opinion, data
/// and reasons.
pub(crate) fn part_result(joint: &TaskResult, part: &str, stage: &Slug) -> Option<TaskResult> {
    let own = joint.data.get("results")?.get(format!("{part}.{stage}"))?;
    let opinion: Opinion = serde_json::from_value(own.get("opinion")?.clone()).ok()?;
    let reasons = own
        .get("reasons")
        .and_then(|reasons| serde_json::from_value(reasons.clone()).ok())
        .unwrap_or_else(|| joint.reasons.clone());
    Some(TaskResult {
        task: stage.clone(),
        unit: joint.unit.clone(),
        opinion,
        by_silence: false,
        data: own.get("data").cloned().unwrap_or(Value::Null),
        reasons,
    })
}
