//! One step of a flow: reads its memory, takes the event up, answers with commands and a new memory.

use super::state::{Open, Phase, State};
use crate::contract::cases::{Command, Due, Event, Step, Task, TaskResult, Timer, Verdict, View};
use crate::contract::matters::Mode;
use crate::contract::types::{Fault, Reason, Span, Text};
use crate::guard::{Answers, Guard};
use crate::settings::Settings;
use crate::spec::{Spec, Stage};

/// The pure step function of a declared matter.
pub(crate) fn step(spec: &Spec, settings: &Settings, view: &View, event: &Event) -> Result<Step, Fault> {
    let state = State::read(&view.state)?;
    let answers = view.draft.answered()?;
    let mut run = Run { spec, settings, view, event, answers, state, commands: Vec::new() };
    run.take_up()?;
    Ok(Step { state: run.state.write(), commands: run.commands })
}

/// A step in the making.
pub(super) struct Run<'a> {
    pub(super) spec: &'a Spec,
    pub(super) settings: &'a Settings,
    pub(super) view: &'a View,
    pub(super) event: &'a Event,
    pub(super) answers: Answers,
    pub(super) state: State,
    pub(super) commands: Vec<Command>,
}

impl Run<'_> {
    fn take_up(&mut self) -> Result<(), Fault> {
        if self.state.phase == Phase::Closed {
            return Ok(());
        }
        match self.event {
            Event::Submitted => self.receive(),
            Event::IdentityVerified(_) => self.signer_verified(),
            Event::IdentityFailed(person) => self.signer_failed(person),
            Event::SignerReplaced(person) => self.signer_replaced(person),
            Event::Supplemented => self.supplemented(),
            Event::SupplementExpired => {
                self.close();
                Ok(())
            }
            Event::DeemedAccepted => self.deemed_accepted(),
            Event::DeemedGranted => self.deemed_granted(),
            Event::TaskDone(result) => self.task_done(result),
            Event::SpecialProcedureEnded(id) => self.procedure_ended(id),
            Event::PartClosed(_) => self.join(),
            Event::TimerDue(id) => self.timer_due(id),
            Event::CommitmentChecked(kept) => self.commitment_checked(*kept),
            Event::Delivered(_) => self.delivered(),
            Event::Withdrawn => {
                // The host has ended the case; nothing is left to ask for.
                self.state.phase = Phase::Closed;
                Ok(())
            }
            Event::Extended(_)
            | Event::LookedUp(_)
            | Event::Payment(_)
            | Event::LicenceEnded(_)
            | Event::FactHeard(_)
            | Event::OfferConfirmed => Ok(()),
        }
    }

    fn task_done(&mut self, result: &TaskResult) -> Result<(), Fault> {
        if self.state.check.as_ref().is_some_and(|check| check.task.as_ref() == Some(&result.task)) {
            return self.checked(result);
        }
        let Some(at) = self.state.open.iter().position(|open| open.task == result.task) else {
            // A task of a layer above, or one that was closed while its verdict was on the way.
            return Ok(());
        };
        let open = self.state.open.remove(at);
        let is = |stage: &Option<Stage>| stage.as_ref().is_some_and(|stage| stage.id == open.stage);
        if is(&self.spec.flow.acceptance) {
            self.intake_done(result)
        } else if is(&self.spec.flow.verdict) {
            self.verdict_done(result)
        } else {
            self.station_done(&open, result)
        }
    }

    fn timer_due(&mut self, id: &str) -> Result<(), Fault> {
        match id {
            super::decision::ISSUE if self.state.phase == Phase::Granted => self.issue(),
            super::after_check::RECHECK => self.check_again(),
            super::intake::IDENTITY => self.ask_signers_again(),
            _ => Ok(()),
        }
    }

    /// Opens a task for a stage; from the second time on under a new id, since the host refuses a
    /// repeated one. Answers the id.
    pub(super) fn open(&mut self, stage: &Stage, wish: Wish) -> String {
        let task = self.task(stage, wish);
        let (id, member) = (task.id.clone(), task.member);
        self.state.open.push(Open { task: id.clone(), stage: stage.id.to_owned(), member });
        self.commands.push(Command::OpenTask(task.task));
        id
    }

    /// A task for a stage, not opened yet.
    pub(super) fn task(&mut self, stage: &Stage, wish: Wish) -> NewTask {
        let stem = match wish.member {
            Some(member) => [stage.id, ".u", &(member + 1).to_string()].concat(),
            None => stage.id.to_owned(),
        };
        let round = State::count(&mut self.state.rounds, &stem);
        let id = if round == 1 { stem } else { [stem.as_str(), ".", &round.to_string()].concat() };
        let title = if wish.again { again(&stage.title) } else { stage.title.clone() };
        let form = wish.form.map(str::to_owned).or_else(|| stage.form.map(|form| form()));
        let task = Task {
            id: id.clone(),
            unit: wish.unit.unwrap_or_else(|| stage.unit.clone()),
            title,
            limit: stage.limit,
            form,
            stage: stage.id.to_owned(),
            silence_consents: wish.silence_consents,
        };
        NewTask { id, member: wish.member, task }
    }

    /// Closes every task that waits for `stage`.
    pub(super) fn close_tasks_of(&mut self, stage: &str) {
        let (closed, open) = std::mem::take(&mut self.state.open).into_iter().partition(|open| open.stage == stage);
        self.state.open = open;
        let closed: Vec<Open> = closed;
        self.commands.extend(closed.into_iter().map(|open| Command::CloseTask(open.task)));
    }

    /// Closes every task that waits.
    pub(super) fn close_all_tasks(&mut self) {
        let open = std::mem::take(&mut self.state.open);
        self.commands.extend(open.into_iter().map(|open| Command::CloseTask(open.task)));
    }

    pub(super) fn set_timer(&mut self, id: &str, after: Span) {
        self.commands.push(Command::SetTimer(Timer { id: id.to_owned(), due: Due::After(after) }));
    }

    pub(super) fn close(&mut self) {
        self.state.phase = Phase::Closed;
        self.state.open.clear();
        self.commands.push(Command::Close);
    }

    /// What was said to a task: by this event, or before it.
    pub(super) fn result(&self, task: &str) -> Option<&TaskResult> {
        match self.event {
            Event::TaskDone(result) if result.task == task => Some(result),
            _ => self.view.tasks.iter().rev().find(|result| result.task == task),
        }
    }

    /// A verdict that rests on what the officer said to `task`: the officer's reasons, copied.
    pub(super) fn verdict(&self, task: &str) -> Verdict {
        let reasons = self.result(task).map(|result| result.reasons.clone()).unwrap_or_default();
        Verdict { task: task.to_owned(), reasons }
    }

    /// A verdict for the applicant; where the officer gave no reason, it is that the law's conditions are met.
    pub(super) fn verdict_in_favour(&self, task: &str) -> Verdict {
        let mut verdict = self.verdict(task);
        if verdict.reasons.is_empty() {
            let says = "符合法定条件 / The conditions set by law are met";
            let met: Reason = crate::text::reason("conditions-met", &self.spec.statutory_basis, says);
            verdict.reasons.push(met.shown_by([task]));
        }
        verdict
    }

    pub(super) fn met(&self, guard: &Guard) -> bool {
        guard.is_met(&self.answers)
    }

    pub(super) fn mode(&self) -> Mode {
        self.view.draft.mode
    }

    /// 备案: the officer who takes it in registers it, where the flow has nobody else to.
    pub(super) fn registers_at_intake(&self) -> bool {
        self.spec.filing && !self.spec.has_decider()
    }
}

/// What is particular about a task beside its stage.
#[derive(Default)]
pub(super) struct Wish {
    /// Another unit than the stage's own, and which of a panel's.
    pub(super) unit: Option<String>,
    pub(super) member: Option<usize>,
    /// Asked again, since nothing was decided.
    pub(super) again: bool,
    pub(super) form: Option<&'static str>,
    pub(super) silence_consents: bool,
}

/// A task that is not opened yet.
pub(super) struct NewTask {
    pub(super) id: String,
    pub(super) member: Option<usize>,
    pub(super) task: Task,
}

fn again(title: &Text) -> Text {
    let english = title.en.as_ref().map(|title| [title, " (again: say yes or no, a no with reasons)"].concat());
    Text {
        zh: [&title.zh, "（重新办理：请明确同意或者不同意，不同意的说明理由）"].concat(), en: english
    }
}
