//! The guide, one question after the other. Public: it stores nothing and knows nobody.

use banshi_model::command::WayForward;
use banshi_model::ids::{Division, MatterCode};

use super::plan::Wish;
use super::{Plan, PlannedPart};
use crate::Engine;
use crate::api::intake::{GuideAnswer, GuideRequest, PartChoice};
use crate::error::Error;

impl Engine {
    /// What to ask next, and what the path needs so far.
    pub async fn guide(
        &self,
        division: &Division,
        code: &MatterCode,
        request: GuideRequest,
    ) -> Result<GuideAnswer, Error> {
        let GuideRequest { answers, business, channel } = request;
        let wish = Wish { matter: code.clone(), division: division.clone(), business, channel, answers };
        let plan = self.plan(wish, self.now()).await?;
        Ok(GuideAnswer {
            complete: plan.next.is_empty(),
            parts: choices(&plan.parts),
            modes: plan.modes().to_vec(),
            way: way(&plan),
            counts: plan.counts(),
            next: plan.next,
        })
    }
}

/// The chosen parts, for people.
pub(super) fn choices(parts: &[PlannedPart]) -> Vec<PartChoice> {
    let choice = |part: &PlannedPart| PartChoice {
        code: part.part.code.clone(),
        title: part.effective.definition.title.clone(),
        department: part.effective.definition.department.clone(),
        modes: part.guidance.modes.clone(),
    };
    parts.iter().map(choice).collect()
}

/// Where it belongs, if elsewhere: the matter's own word first, then that of the first part that has one.
fn way(plan: &Plan) -> Option<WayForward> {
    let of_parts = plan.parts.iter().filter_map(|part| part.guidance.way.as_ref());
    plan.guidance.way.iter().chain(of_parts).next().cloned()
}
