//! A case of a former version, taken over: its memory read under this version's names, and what is to be opened or closed
//! for it. Never a decision, nothing that leaves the host.

use super::run::Run;
use super::state::{Open, Phase, State};
use crate::contract::cases::{Command, Event, Step, View};
use crate::contract::types::Fault;
use crate::settings::Settings;
use crate::spec::Spec;
use crate::text::fault;

/// How the stages of a former version are called in this one. What is not named is called as before.
///
/// ```
/// use banshi_sdk::prelude::*;
///
/// # struct Stall;
/// impl Matter for Stall {
/// #   fn spec(_: &Settings) -> Spec { Spec::new("摊位 / Stall", "城市管理局") }
///     // …
///     fn migrate(view: &View, _from_digest: &str) -> Result<Step, Fault> {
///         let stages = Stages::unchanged().renamed("check", "document-review").dropped("street-opinion");
///         declared::migrate::<Self>(view, &stages)
///     }
/// }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Stages {
    moved: Vec<(&'static str, Option<&'static str>)>,
}

impl Stages {
    /// All are called as before.
    pub fn unchanged() -> Self {
        Self::default()
    }

    /// A stage has another name now. An open task of it is closed and asked for anew under the new name; what was said to
    /// one that is done stands.
    pub fn renamed(mut self, from: &'static str, to: &'static str) -> Self {
        self.moved.push((from, Some(to)));
        self
    }

    /// There is no such stage any more: an open task of it is closed, and nobody is asked instead.
    pub fn dropped(mut self, stage: &'static str) -> Self {
        self.moved.push((stage, None));
        self
    }

    /// What a stage is called now; none: it was dropped.
    fn now<'a>(&self, stage: &'a str) -> Option<&'a str> {
        match self.moved.iter().find(|(from, _)| *from == stage) {
            Some((_, to)) => *to,
            None => Some(stage),
        }
    }
}

/// Takes a case over.
pub(crate) fn take_over(spec: &Spec, settings: &Settings, view: &View, stages: &Stages) -> Result<Step, Fault> {
    let state = State::read(&view.state)?;
    let answers = view.draft.answered()?;
    // No event happened; this one says nothing to a flow.
    let event = Event::OfferConfirmed;
    let mut run = Run { spec, settings, view, event: &event, answers, state, commands: Vec::new() };
    run.rename(stages)?;
    run.go_on_here()?;
    Ok(Step { state: run.state.write(), commands: run.commands })
}

impl Run<'_> {
    /// The memory under this version's names. A task that waits for a stage which this version does not have is nothing
    /// that could be guessed.
    fn rename(&mut self, stages: &Stages) -> Result<(), Fault> {
        if let Some(running) = self.state.running.iter().find(|id| stages.now(id) != Some(id.as_str()) || !self.has(id))
        {
            let says = [
                "特别程序正在进行，其环节在本版本中不同 / a special procedure of stage `",
                running,
                "` is under way, \
                and this version calls the stage otherwise: migrate the case when it has ended",
            ];
            return Err(fault("migrate.procedure", &says.concat()));
        }
        let open = std::mem::take(&mut self.state.open);
        for one in open {
            match stages.now(&one.stage) {
                Some(now) if !self.has(now) => return Err(unknown(&one)),
                Some(now) if now == one.stage => self.state.open.push(one),
                _ => self.commands.push(Command::CloseTask(one.task)),
            }
        }
        for (stage, _) in &mut self.state.ended {
            if let Some(now) = stages.now(stage) {
                *stage = now.to_owned();
            }
        }
        // A panel of another name votes anew.
        self.state.votes.retain(|vote| stages.now(&vote.stage) == Some(vote.stage.as_str()));
        Ok(())
    }

    /// Whether this version has a stage.
    fn has(&self, stage: &str) -> bool {
        let flow = &self.spec.flow;
        let check = self.spec.commitment.as_ref().and_then(|commitment| commitment.check.as_ref());
        let named = flow.acceptance.iter().chain(&flow.verdict).chain(check);
        named.chain(flow.stations.iter().map(|station| &station.stage)).any(|known| known.id == stage)
    }

    /// Opens what this version would have open where the case stands.
    fn go_on_here(&mut self) -> Result<(), Fault> {
        match self.state.phase {
            Phase::Acceptance if self.state.open.is_empty() => self.take_in(),
            Phase::Work => {
                self.go_on()?;
                self.wait_with_the_verdict();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A verdict that was asked for waits where this version has something to be looked at before it.
    fn wait_with_the_verdict(&mut self) {
        let Some(verdict) = &self.spec.flow.verdict else { return };
        let asked = |open: &Open| open.stage == verdict.id;
        if self.state.open.iter().any(asked) && !self.state.open.iter().all(asked) {
            self.close_tasks_of(verdict.id);
        }
    }
}

fn unknown(open: &Open) -> Fault {
    let says = [
        "本版本没有环节 `",
        &open.stage,
        "`；请用 `Stages` 说明其新名称或已取消 / this version has no stage `",
        &open.stage,
        "`; say by `Stages` what it is called now, or that it was dropped",
    ];
    fault("migrate.stage", &says.concat())
}
