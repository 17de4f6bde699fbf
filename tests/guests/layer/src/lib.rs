//! A code variation that lets pass what lies below, changed in one visible place each. Whatever goes
//! through it unchanged has crossed the border in both directions.

wit_bindgen::generate!({ path: "../../../wit", world: "variation" });

use banshi::matter::cases::{Draft, Event, Guidance, Place, Step, View};
use banshi::matter::matters::{Definition, Processing};
use banshi::matter::types::{Fault, Finding, Span, SpanUnit};
use exports::banshi::matter::refinement::Guest;

struct Layer;
export!(Layer);

impl Guest for Layer {
    fn refine_definition(_: String, mut below: Definition) -> Result<Definition, Fault> {
        below.promised = Processing::Promised(Span { count: 3, unit: SpanUnit::WorkingDays });
        Ok(below)
    }

    fn refine_guidance(_: Place, _: String, mut below: Guidance) -> Result<Guidance, Fault> {
        below.materials.retain(|id| id != "floor-plan");
        Ok(below)
    }

    fn refine_findings(_: Draft, mut below: Vec<Finding>) -> Result<Vec<Finding>, Fault> {
        below.reverse();
        Ok(below)
    }

    fn refine_step(current: View, _: Event, below: Step) -> Result<Step, Fault> {
        Ok(Step { state: format!("[{}, {}]", current.state, below.state), commands: below.commands })
    }

    fn refine_migrate(current: View, _: String, below: Step) -> Result<Step, Fault> {
        Ok(Step { state: current.state, commands: below.commands })
    }
}
