//! A code variation as a row of functions, so that a harness can hold several.

use crate::contract::cases::{Draft, Event, Guidance, Place, Step, View};
use crate::contract::matters::Definition;
use crate::contract::types::{Fault, Finding};
use crate::guard::Answers;
use crate::matter::Variation;
use crate::settings::Settings;

/// The refining functions of one variation.
pub(super) struct Layer {
    pub(super) definition: fn(&Settings, Definition) -> Result<Definition, Fault>,
    pub(super) guidance: fn(&Place, &Answers, Guidance) -> Result<Guidance, Fault>,
    pub(super) findings: fn(&Draft, Vec<Finding>) -> Result<Vec<Finding>, Fault>,
    pub(super) step: fn(&View, &Event, Step) -> Result<Step, Fault>,
}

impl Layer {
    pub(super) fn of<V: Variation>() -> Self {
        Self {
            definition: V::refine_definition,
            guidance: V::refine_guidance,
            findings: V::refine_findings,
            step: V::refine_step,
        }
    }
}
