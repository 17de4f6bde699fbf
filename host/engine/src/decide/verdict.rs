//! Decisions: grant, refuse, close. A person decides against a person.

use banshi_model::case::Phase;
use banshi_model::command::Verdict;
use banshi_model::draft::{Opinion, Outcome};
use banshi_model::effect::{DueDate, Effect, PartnerKind, TimerKind};
use banshi_model::task::TaskStatus;
use banshi_model::text::Text;
use banshi_model::time;
use serde_json::json;

use super::{Deciding, Refused};

impl Deciding<'_> {
    /// 准予.
    pub(super) fn grant(&mut self, verdict: &Verdict) -> Result<(), Refused> {
        self.in_work("grant")?;
        self.person_decided(verdict, "grant", true)?;
        self.stages_done()?;
        self.decided(Outcome::Granted, verdict, None);
        Ok(())
    }

    /// 不予许可: reasons by clause, and how it can be contested.
    pub(super) fn refuse(&mut self, verdict: &Verdict, remedy: &Text) -> Result<(), Refused> {
        self.in_work("refuse")?;
        self.person_decided(verdict, "refuse", false)?;
        if remedy.zh.trim().is_empty() {
            return Err(Refused::rule("case.remedy", "a refusal says how it can be contested (救济)"));
        }
        self.decided(Outcome::Refused, verdict, Some(remedy));
        let data = json!({ "to": "subject", "template": "refused", "case": self.case.id, "reasons": verdict.reasons, "remedy": remedy });
        self.send(PartnerKind::Notice, "notice", data, None);
        Ok(())
    }

    fn decided(&mut self, outcome: Outcome, verdict: &Verdict, remedy: Option<&Text>) {
        self.emit(Effect::Decided {
            outcome,
            ground: None,
            task: Some(verdict.task.clone()),
            reasons: verdict.reasons.clone(),
            remedy: remedy.cloned(),
            row: None,
        });
    }

    /// The verdict rests on a task of this case that a person did, saying what the command says, with
    /// reasons by clause. Stops a plugin that decides by itself, by silence or against the officer.
    pub(super) fn person_decided(&self, verdict: &Verdict, what: &str, favourable: bool) -> Result<(), Refused> {
        let refuse = |text: String| Err(Refused::rule("case.verdict", text));
        let Some(task) = self.case.task(&verdict.task) else {
            return refuse(format!("`{what}` rests on task `{}`, which this case does not have", verdict.task));
        };
        let Some(result) = task.result.as_ref().filter(|_| task.status == TaskStatus::Done) else {
            return refuse(format!("`{what}` rests on task `{}`, which is not done", verdict.task));
        };
        if result.by_silence || task.done_by.is_none() {
            return refuse(format!(
                "`{what}` rests on task `{}`, which silence closed; silence is never a decision",
                verdict.task
            ));
        }
        let agrees = match result.opinion {
            Opinion::Approve => favourable,
            Opinion::Object => !favourable,
            Opinion::Abstain => false,
        };
        if !agrees {
            return refuse(format!("`{what}` is not what the officer said to task `{}`", verdict.task));
        }
        if verdict.reasons.is_empty() || (!favourable && verdict.reasons.iter().any(|r| r.basis.trim().is_empty())) {
            return refuse(format!("`{what}` gives its reasons, against an applicant each with its clause"));
        }
        Ok(())
    }

    /// Every mandatory stage whose task was opened has been done by a person.
    fn stages_done(&self) -> Result<(), Refused> {
        for stage in self.ctx.definition.stages.iter().filter(|stage| stage.mandatory) {
            let open = self.case.tasks.iter().find(|task| {
                task.stage == stage.id
                    && !task.after_check
                    && matches!(task.status, TaskStatus::Open | TaskStatus::Joined)
            });
            if let Some(task) = open {
                let text = format!("grant while task `{}` of the mandatory stage `{}` is open", task.local, stage.id);
                return Err(Refused::rule("case.stage-open", text));
            }
        }
        Ok(())
    }

    fn in_work(&self, what: &str) -> Result<(), Refused> {
        match self.case.phase {
            Phase::Accepted => Ok(()),
            Phase::Received | Phase::Supplementing => {
                Err(Refused::rule("case.not-accepted", format!("`{what}` before acceptance; `accept` first")))
            }
            Phase::Decided | Phase::Closed => {
                Err(Refused::rule("case.decided", format!("`{what}` after the decision")))
            }
        }
    }

    /// 办结: after a decision, after a way was shown, after nobody supplemented, or when all parts ended.
    pub(super) fn close(&mut self) -> Result<(), Refused> {
        let outcome = self.closing_outcome()?;
        let open: Vec<_> = self
            .case
            .tasks
            .iter()
            .filter(|task| matches!(task.status, TaskStatus::Open | TaskStatus::Joined))
            .map(|task| (task.local.clone(), task.after_check, task.silence_consents))
            .collect();
        if open.iter().any(|(_, after_check, _)| *after_check) {
            return Err(Refused::rule("task.after-check", "close while an after-check is open; wait for its result"));
        }
        for (local, _, silence) in open {
            if silence {
                self.emit(Effect::TimerEnded(TimerKind::Silence(local.clone())));
            }
            self.emit(Effect::TaskClosed(local));
        }
        let timers: Vec<_> = self.case.timers.iter().map(|(timer, _)| timer.clone()).collect();
        for timer in timers {
            self.emit(Effect::TimerEnded(timer));
        }
        self.emit(Effect::Closed(outcome));
        self.tell_bundle(outcome);
        Ok(())
    }

    fn closing_outcome(&self) -> Result<Outcome, Refused> {
        if let Some(decision) = &self.case.decision {
            return Ok(decision.outcome);
        }
        if !self.case.parts.is_empty() {
            return if self.case.parts.iter().all(|part| part.result.is_some()) {
                Ok(Outcome::Refused)
            } else {
                Err(Refused::rule("case.parts-open", "close while parts are undecided"))
            };
        }
        let shown = self.out.effects.iter().any(|effect| matches!(effect, Effect::WayShown(_)));
        if shown && self.case.phase == Phase::Received {
            return Ok(Outcome::Declined);
        }
        let awaited = self.case.supplement.as_ref().filter(|supplement| supplement.answered.is_none());
        if let Some(awaited) = awaited.filter(|_| self.case.phase == Phase::Supplementing) {
            // Nobody's application lapses while they may still answer, nor where no row sets a last day.
            let over = |last: &DueDate| time::end_of(last.date) <= self.ctx.now;
            return if awaited.deadline.as_ref().is_some_and(over) {
                Ok(Outcome::Lapsed)
            } else {
                Err(Refused::rule("case.supplement-open", "close while the applicant may still supplement"))
            };
        }
        Err(Refused::rule(
            "case.undecided",
            "close without a decision; `grant`, `refuse`, `decline` or `show-way` first",
        ))
    }
}
