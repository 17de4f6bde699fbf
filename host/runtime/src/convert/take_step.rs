//! Taken: a step, with its commands and its state.

use banshi_model::command::{Command, Decline, EndLicence, IssueLicence, StepOutput};

use super::reader::{Located, Problem, Reader, Take};
use crate::guest::cases;

impl Take for cases::Step {
    type Model = StepOutput;
    fn take(self, reader: &mut Reader<'_>) -> Result<StepOutput, Problem> {
        reader.count_commands(self.commands.len())?;
        Ok(StepOutput {
            state: reader.json_text(self.state).at("state")?,
            commands: self.commands.take(reader).at("commands")?,
        })
    }
}

impl Take for cases::Decline {
    type Model = Decline;
    fn take(self, reader: &mut Reader<'_>) -> Result<Decline, Problem> {
        Ok(Decline {
            ground: self.ground.take(reader)?,
            verdict: self.verdict.take(reader).at("verdict")?,
            way: self.way.take(reader).at("way")?,
            remedy: self.remedy.take(reader)?,
        })
    }
}

impl Take for cases::Licence {
    type Model = IssueLicence;
    fn take(self, reader: &mut Reader<'_>) -> Result<IssueLicence, Problem> {
        Ok(IssueLicence {
            licence_type: self.licence_type.take(reader)?,
            content: reader.json_object(self.content).at("content")?,
            valid_until: reader.date_if_any(self.valid_until).at("valid-until")?,
        })
    }
}

impl Take for cases::LicenceEnd {
    type Model = EndLicence;
    fn take(self, reader: &mut Reader<'_>) -> Result<EndLicence, Problem> {
        Ok(EndLicence {
            licence: self.licence.take(reader)?,
            ending: self.ending.take(reader)?,
            reason: self.reason.take(reader)?,
            verdict: self.verdict.take(reader).at("verdict")?,
        })
    }
}

impl Take for cases::Command {
    type Model = Command;
    fn take(self, reader: &mut Reader<'_>) -> Result<Command, Problem> {
        Ok(match self {
            Self::Accept(processing) => Command::Accept(processing.take(reader)?),
            Self::ShowWay(way) => Command::ShowWay(way.take(reader).at("show-way")?),
            Self::Decline(decline) => Command::Decline(decline.take(reader).at("decline")?),
            Self::RequestSupplement(findings) => Command::RequestSupplement(findings.take(reader)?),
            Self::OpenTask(task) => Command::OpenTask(task.take(reader).at("open-task")?),
            Self::CloseTask(id) => Command::CloseTask(reader.slug(id).at("close-task")?),
            Self::StartSpecialProcedure(procedure) => {
                Command::StartSpecialProcedure(procedure.take(reader).at("start-special-procedure")?)
            }
            Self::SetTimer(timer) => Command::SetTimer {
                id: reader.slug(timer.id).at("id").at("set-timer")?,
                due: timer.due.take(reader).at("due").at("set-timer")?,
            },
            Self::CancelTimer(id) => Command::CancelTimer(reader.slug(id).at("cancel-timer")?),
            Self::VerifyIdentity(people) => Command::VerifyIdentity(people.take(reader)?),
            Self::LookUp(lookup) => Command::LookUp {
                id: reader.slug(lookup.id).at("id").at("look-up")?,
                service: lookup.service.take(reader)?,
                purpose: lookup.purpose.take(reader)?,
                arguments: reader.json(lookup.arguments).at("arguments").at("look-up")?,
            },
            Self::RequestPayment(payment) => Command::RequestPayment {
                id: reader.slug(payment.id).at("id").at("request-payment")?,
                fee: reader.slug(payment.fee).at("fee").at("request-payment")?,
                amount: payment.amount,
            },
            Self::Refund(id) => Command::Refund(reader.slug(id).at("refund")?),
            Self::OpenPart(opening) => Command::OpenPart {
                part: reader.matter(opening.part).at("part").at("open-part")?,
                mode: opening.mode.take(reader)?,
            },
            Self::InspectJointly(id) => Command::InspectJointly(reader.slug(id).at("inspect-jointly")?),
            Self::Grant(verdict) => Command::Grant(verdict.take(reader).at("grant")?),
            Self::Refuse(refusal) => Command::Refuse {
                verdict: refusal.verdict.take(reader).at("verdict").at("refuse")?,
                remedy: refusal.remedy.take(reader)?,
            },
            Self::IssueLicence(licence) => Command::IssueLicence(licence.take(reader).at("issue-licence")?),
            Self::ReleaseParts(composite) => Command::ReleaseParts(composite.take(reader).at("release-parts")?),
            Self::EndLicence(end) => Command::EndLicence(end.take(reader).at("end-licence")?),
            Self::OpenAfterCheck(task) => Command::OpenAfterCheck(task.take(reader).at("open-after-check")?),
            Self::Notify(notice) => Command::Notify {
                to: notice.to.take(reader)?,
                template: notice.template.take(reader)?,
                data: reader.json(notice.data).at("data").at("notify")?,
            },
            Self::Ship(parcel) => {
                Command::Ship { id: reader.slug(parcel.id).at("id").at("ship")?, what: parcel.what.take(reader)? }
            }
            Self::PublishFact(fact) => Command::PublishFact(reader.json(fact).at("publish-fact")?),
            Self::Close => Command::Close,
        })
    }
}
