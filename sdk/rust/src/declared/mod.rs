//! What a declaration gives: the functions behind [`crate::Matter`]'s defaults, each under the name of the
//! function that it serves. A matter that overrides one calls it here for the rest.

mod define;
mod guide;
mod precheck;

use crate::contract::cases::{Draft, Event, Guidance, Knob, Place, Step, View};
use crate::contract::matters::Definition;
use crate::contract::types::{Fault, Finding};
use crate::flow::Stages;
use crate::guard::Answers;
use crate::matter::Matter;
use crate::settings::Settings;

pub(crate) use define::{fields, promise};
pub(crate) use guide::chosen_parts;

/// The standard knobs that are not switched off, and the matter's own.
pub fn knobs<M: Matter>() -> Vec<Knob> {
    define::knobs(&M::spec(&Settings::default()))
}

/// The definition. Faults with `spec` where the declaration contradicts itself, naming every place.
pub fn define<M: Matter>(settings: &Settings) -> Result<Definition, Fault> {
    define::definition(&M::spec(settings), settings)
}

/// The guidance: `next` are the open questions whose guards hold, the rest is what certainly is needed.
pub fn guide<M: Matter>(at: &Place, answers: &Answers) -> Result<Guidance, Fault> {
    let settings = Settings::parse(&at.parameters)?;
    guide::guidance(&M::spec(&settings), &settings, at, answers)
}

/// What is missing on the chosen path, and what the declared checks find.
pub fn precheck<M: Matter>(draft: &Draft) -> Result<Vec<Finding>, Fault> {
    precheck::findings(&M::spec(&draft.settings()?), draft)
}

/// An open case of a former version, taken over where it stands: what people said stands, stages that came new are opened,
/// and those that are called otherwise now are found by `stages`. Faults with `migrate.stage` where a task waits for a stage
/// that this version does not have.
pub fn migrate<M: Matter>(view: &View, stages: &Stages) -> Result<Step, Fault> {
    let settings = view.draft.settings()?;
    crate::flow::take_over(&M::spec(&settings), &settings, view, stages)
}

/// One step of the declared flow.
pub fn advance<M: Matter>(view: &View, event: &Event) -> Result<Step, Fault> {
    let settings = view.draft.settings()?;
    crate::flow::step(&M::spec(&settings), &settings, view, event)
}
