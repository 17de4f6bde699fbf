//! The two traits that a package implements, and the shape that the contract asks for.

use serde_json::Value;

use crate::contract::cases::{Draft, Event, Guidance, Knob, Offer, Place, Step, View};
use crate::contract::matters::Definition;
use crate::contract::types::{Fault, Finding};
use crate::declared;
use crate::flow::Stages;
use crate::guard::Answers;
use crate::settings::Settings;
use crate::spec::Spec;

/// A matter. [`Matter::spec`] is enough; each other function has what the declaration gives as its
/// default. Whoever needs more overrides one and calls its namesake in [`declared`] for the rest.
///
/// Every function is pure: the same arguments give the same answer, always.
pub trait Matter: Sized {
    /// What the matter is under these settings. For the knobs' own defaults it is called with none set.
    fn spec(settings: &Settings) -> Spec;

    /// The settings that a variation may turn.
    fn knobs() -> Vec<Knob> {
        declared::knobs::<Self>()
    }

    /// What the matter is, as applicants and officers see it.
    fn define(settings: &Settings) -> Result<Definition, Fault> {
        declared::define::<Self>(settings)
    }

    /// What to ask next, and what a complete path needs.
    fn guide(at: &Place, answers: &Answers) -> Result<Guidance, Fault> {
        declared::guide::<Self>(at, answers)
    }

    /// What a person should put right before submitting.
    fn precheck(draft: &Draft) -> Result<Vec<Finding>, Fault> {
        declared::precheck::<Self>(draft)
    }

    /// One step: what happened, and what is to be done.
    fn advance(view: &View, event: &Event) -> Result<Step, Fault> {
        declared::advance::<Self>(view, event)
    }

    /// Whether a fact concerns this subject (无感审批). Nothing does, unless overridden.
    fn judge(at: &Place, fact: &Value, subject_record: &Value) -> Result<Option<Offer>, Fault> {
        let _ = (at, fact, subject_record);
        Ok(None)
    }

    /// Takes over an open case from another version: this layer's new state, and the tasks and timers to open or close.
    /// Only a person's migration calls it, and it can be undone until the case's next step, so nothing may be asked for that
    /// leaves the host. A fault leaves the case where it is.
    fn migrate(view: &View, from_digest: &str) -> Result<Step, Fault> {
        let _ = from_digest;
        declared::migrate::<Self>(view, &Stages::unchanged())
    }
}

/// A code variation: a few refining functions over what the layer below answered. Each hands on what lies
/// below, unless overridden. The host refuses an answer that loosens it.
pub trait Variation: Sized {
    /// The definition that is to stand.
    fn refine_definition(settings: &Settings, below: Definition) -> Result<Definition, Fault> {
        let _ = settings;
        Ok(below)
    }

    /// The guidance that is to stand.
    fn refine_guidance(at: &Place, answers: &Answers, below: Guidance) -> Result<Guidance, Fault> {
        let _ = (at, answers);
        Ok(below)
    }

    /// The findings that are to stand.
    fn refine_findings(draft: &Draft, below: Vec<Finding>) -> Result<Vec<Finding>, Fault> {
        let _ = draft;
        Ok(below)
    }

    /// The step that is to stand: all commands, those of the layer below among them. `view.state` is this
    /// layer's own state, `below.state` that of the layer below, for reading; the answer's state is kept
    /// as this layer's own. Start from [`Step::keeping`].
    fn refine_step(view: &View, event: &Event, below: Step) -> Result<Step, Fault> {
        let _ = event;
        Ok(below.keeping(view))
    }

    /// The migration that is to stand, over what the layer below made of it. `view.state` is what the former version of this
    /// layer left; `null`, and `from_digest` empty, where the layer is new to the case.
    fn refine_migrate(view: &View, from_digest: &str, below: Step) -> Result<Step, Fault> {
        let _ = from_digest;
        Ok(below.keeping(view))
    }
}

impl Step {
    /// This step of the layer below, with this layer's own state left as it was.
    pub fn keeping(self, view: &View) -> Step {
        Step { state: view.state.clone(), commands: self.commands }
    }
}
