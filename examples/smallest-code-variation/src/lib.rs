//! 徐汇区 (示例): the smallest code variation. A stall of at most 5 m² needs no plan of its site.

use banshi_sdk::prelude::*;

/// The variation.
pub struct SmallStalls;

/// Whether what the layer below asks for may be left out here.
fn small(answers: &Answers) -> bool {
    (!above("area", 5)).is_met(answers)
}

impl Variation for SmallStalls {
    fn refine_guidance(_: &Place, answers: &Answers, mut below: Guidance) -> Result<Guidance, Fault> {
        below.materials.retain(|material| material != "site-plan" || !small(answers));
        Ok(below)
    }

    fn refine_findings(draft: &Draft, mut below: Vec<Finding>) -> Result<Vec<Finding>, Fault> {
        let small = small(&draft.answered()?);
        below.retain(|finding| !small || !finding.reason.evidence.iter().any(|shown| shown == "site-plan"));
        Ok(below)
    }
}

export_variation!(SmallStalls);
