//! The guide, one question after the other. It stores nothing.

use banshi_model::command::WayForward;
use banshi_model::ids::{Division, MatterCode};
use banshi_model::text::Subject;

use super::apply::{check_subject, may_apply};
use super::plan::Wish;
use super::{Plan, PlannedPart};
use crate::Engine;
use crate::api::intake::{GuideAnswer, GuideRequest, PartChoice};
use crate::error::Error;
use crate::principal::{Principal, Role};

impl Engine {
    /// What to ask next, and what the path needs so far.
    ///
    /// Where a gradual start divides new cases, it takes the applicant's number to say which rules hold: an applicant's own
    /// token has it, everybody else names it as for an application.
    pub async fn guide(
        &self,
        who: &Principal,
        division: &Division,
        code: &MatterCode,
        request: GuideRequest,
    ) -> Result<GuideAnswer, Error> {
        let GuideRequest { answers, business, channel, subject } = request;
        let subject = asks_for(who, subject, division)?;
        let number = subject.map(|subject| subject.id);
        let gradual = |plan: &Plan| {
            let parts = plan.parts.iter().map(|part| &part.part.code);
            let matters = std::iter::once(plan.matter()).chain(parts);
            matters.flat_map(|code| self.gradual_starts(code, division, number.as_deref())).collect()
        };
        let wish = Wish {
            matter: code.clone(),
            division: division.clone(),
            business,
            channel,
            answers,
            subject: number.clone(),
        };
        let plan = self.plan(wish, self.now()).await?;
        Ok(GuideAnswer {
            complete: plan.next.is_empty(),
            parts: choices(&plan.parts),
            modes: plan.modes().to_vec(),
            way: way(&plan),
            counts: plan.counts(),
            gradual: gradual(&plan),
            next: plan.next,
        })
    }
}

/// Whom the guide is asked for: the applicant who asks, or whom a portal or an officer names; none: nobody in particular.
fn asks_for(who: &Principal, named: Option<Subject>, division: &Division) -> Result<Option<Subject>, Error> {
    let own = match &who.role {
        Role::Applicant { subject } => Some(subject.clone()),
        _ => None,
    };
    let Some(named) = named else { return Ok(own) };
    may_apply(who, &named, division)?;
    check_subject(&named, "/subject")?;
    Ok(Some(named))
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
