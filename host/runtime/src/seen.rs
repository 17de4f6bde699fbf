//! A case as its layers see it, given to the sandbox once: the application is most of it, and the same at every step and
//! for every layer.

use std::sync::Arc;

use banshi_model::command::StepOutput;
use banshi_model::draft::{Draft, PartResult, Signer, TaskResult, View};
use banshi_model::event::Event;
use banshi_model::frozen::Frozen;
use banshi_model::ids::Digest;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::convert::{self, Give};
use crate::error::CallError;
use crate::exports::Function;
use crate::guest::cases;
use crate::runtime::Runtime;

/// A case as its layers see it, in the sandbox's own words.
pub struct Seen {
    // Shared with a call while it runs, and with nobody between two calls.
    view: Arc<cases::View>,
}

/// What changes of it from step to step.
#[derive(Debug, Clone, Copy)]
pub struct Current<'a> {
    /// The instant of the step.
    pub now: Timestamp,
    /// When it was accepted.
    pub accepted: Option<Date>,
    /// By when it is to be decided.
    pub due: Option<Date>,
    /// Who must prove who they are.
    pub signers: &'a [Signer],
    /// What was said to tasks.
    pub tasks: &'a [Frozen<TaskResult>],
    /// What parts came to.
    pub parts: &'a [PartResult],
}

impl Seen {
    /// The case as this view has it.
    pub fn of(view: &View) -> Self {
        Self { view: Arc::new(convert::view(view, "")) }
    }

    /// The application as it is now.
    pub fn supplemented(&mut self, draft: &Draft) {
        Arc::make_mut(&mut self.view).draft = draft.give();
    }

    /// The case as it is now, but for the application.
    pub fn goes_on(&mut self, current: &Current<'_>) {
        let view = Arc::make_mut(&mut self.view);
        convert::see(view, current);
    }

    /// The same with a layer's own state.
    fn with(&mut self, state: &str) -> Arc<cases::View> {
        let view = Arc::make_mut(&mut self.view);
        view.state.clear();
        view.state.push_str(state);
        Arc::clone(&self.view)
    }
}

impl Runtime {
    /// As [`Runtime::advance`].
    pub async fn advance_seen(
        &self,
        package: Digest,
        seen: &mut Seen,
        state: &str,
        event: &Event,
    ) -> Result<StepOutput, CallError> {
        let (view, event) = (seen.with(state), event.give());
        self.calls().call::<_, cases::Step>(package, Function::Advance, (view, event)).await
    }

    /// As [`Runtime::refine_step`].
    pub async fn refine_step_seen(
        &self,
        package: Digest,
        seen: &mut Seen,
        state: &str,
        event: &Event,
        below: &StepOutput,
    ) -> Result<StepOutput, CallError> {
        let (view, event, below) = (seen.with(state), event.give(), convert::step(below));
        self.calls().call::<_, cases::Step>(package, Function::RefineStep, (view, event, below)).await
    }
}
