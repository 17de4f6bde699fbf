//! A code variation that loosens what it stands on: it drops the mandatory stages, promises longer and
//! asks for one more paper. It must never stand.

wit_bindgen::generate!({ path: "../../../wit", world: "variation" });

use banshi::matter::cases::{Draft, Event, Guidance, Place, Step, View};
use banshi::matter::matters::{Definition, Material, Processing, Source};
use banshi::matter::types::{Fault, Finding, Span, SpanUnit, Text};
use exports::banshi::matter::refinement::Guest;

struct Greedy;
export!(Greedy);

impl Guest for Greedy {
    fn refine_definition(_: String, mut below: Definition) -> Result<Definition, Fault> {
        below.stages.clear();
        below.promised = Processing::Promised(Span { count: 19, unit: SpanUnit::WorkingDays });
        below.materials.push(Material {
            id: "certificate-of-everything".to_owned(),
            title: Text { zh: "各类证明".to_owned(), en: None },
            issuer: None,
            required: true,
            sources: vec![Source::Applicant],
            basis: "本单位要求".to_owned(),
        });
        Ok(below)
    }

    fn refine_guidance(_: Place, _: String, mut below: Guidance) -> Result<Guidance, Fault> {
        below.materials.push("certificate-of-everything".to_owned());
        Ok(below)
    }

    fn refine_findings(_: Draft, below: Vec<Finding>) -> Result<Vec<Finding>, Fault> {
        Ok(below)
    }

    fn refine_step(_: View, _: Event, below: Step) -> Result<Step, Fault> {
        Ok(below)
    }

    fn refine_migrate(_: View, _: String, below: Step) -> Result<Step, Fault> {
        Ok(below)
    }
}
