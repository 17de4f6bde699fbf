//! Given: guidance and a step, to the code variation that refines them.

use banshi_model::command::{Command, Decline, EndLicence, IssueLicence, StepOutput};
use banshi_model::guidance::Guidance;

use super::both::Give;
use super::give_definition::ids;
use crate::guest::cases;

/// What the layer below answered.
pub(crate) fn step(output: &StepOutput) -> cases::Step {
    cases::Step { state: output.state.clone(), commands: output.commands.give() }
}

impl Give for Guidance {
    type Guest = cases::Guidance;
    fn give(&self) -> cases::Guidance {
        cases::Guidance {
            next: ids(&self.next),
            fields: ids(&self.fields),
            materials: ids(&self.materials),
            parts: self.parts.iter().map(ToString::to_string).collect(),
            modes: self.modes.give(),
            way: self.way.give(),
        }
    }
}

impl Give for Decline {
    type Guest = cases::Decline;
    fn give(&self) -> cases::Decline {
        cases::Decline {
            ground: self.ground.give(),
            verdict: self.verdict.give(),
            way: self.way.give(),
            remedy: self.remedy.give(),
        }
    }
}

impl Give for IssueLicence {
    type Guest = cases::Licence;
    fn give(&self) -> cases::Licence {
        cases::Licence {
            licence_type: self.licence_type.clone(),
            content: self.content.to_string(),
            valid_until: self.valid_until.map(|date| date.to_string()),
        }
    }
}

impl Give for EndLicence {
    type Guest = cases::LicenceEnd;
    fn give(&self) -> cases::LicenceEnd {
        cases::LicenceEnd {
            licence: self.licence.clone(),
            ending: self.ending.give(),
            reason: self.reason.give(),
            verdict: self.verdict.give(),
        }
    }
}

impl Give for Command {
    type Guest = cases::Command;
    fn give(&self) -> cases::Command {
        use cases::Command as Guest;
        match self {
            Self::Accept(processing) => Guest::Accept(processing.give()),
            Self::ShowWay(way) => Guest::ShowWay(way.give()),
            Self::Decline(decline) => Guest::Decline(decline.give()),
            Self::RequestSupplement(findings) => Guest::RequestSupplement(findings.give()),
            Self::OpenTask(task) => Guest::OpenTask(task.give()),
            Self::CloseTask(id) => Guest::CloseTask(id.to_string()),
            Self::StartSpecialProcedure(procedure) => Guest::StartSpecialProcedure(procedure.give()),
            Self::SetTimer { id, due } => Guest::SetTimer(cases::Timer { id: id.to_string(), due: due.give() }),
            Self::CancelTimer(id) => Guest::CancelTimer(id.to_string()),
            Self::VerifyIdentity(people) => Guest::VerifyIdentity(people.give()),
            Self::LookUp { id, service, purpose, arguments } => Guest::LookUp(cases::Lookup {
                id: id.to_string(),
                service: service.clone(),
                purpose: purpose.clone(),
                arguments: arguments.to_string(),
            }),
            Self::RequestPayment { id, fee, amount } => {
                Guest::RequestPayment(cases::Payment { id: id.to_string(), fee: fee.to_string(), amount: *amount })
            }
            Self::Refund(id) => Guest::Refund(id.to_string()),
            Self::OpenPart { part, mode } => {
                Guest::OpenPart(cases::PartOpening { part: part.to_string(), mode: mode.give() })
            }
            Self::InspectJointly(id) => Guest::InspectJointly(id.to_string()),
            Self::Grant(verdict) => Guest::Grant(verdict.give()),
            Self::Refuse { verdict, remedy } => {
                Guest::Refuse(cases::Refusal { verdict: verdict.give(), remedy: remedy.give() })
            }
            Self::IssueLicence(licence) => Guest::IssueLicence(licence.give()),
            Self::ReleaseParts(composite) => Guest::ReleaseParts(composite.give()),
            Self::EndLicence(end) => Guest::EndLicence(end.give()),
            Self::OpenAfterCheck(task) => Guest::OpenAfterCheck(task.give()),
            Self::Notify { to, template, data } => {
                Guest::Notify(cases::Notice { to: to.give(), template: template.clone(), data: data.to_string() })
            }
            Self::Ship { id, what } => Guest::Ship(cases::Parcel { id: id.to_string(), what: what.clone() }),
            Self::PublishFact(fact) => Guest::PublishFact(fact.to_string()),
            Self::Close => Guest::Close,
        }
    }
}
