//! What a step may do: pure decisions over a case, its definition, the law rows and what its layers ask.
//!
//! Nothing here reads a clock, the store or a plugin. A command that may not be done refuses the whole
//! step: the event is parked with the rule's or the law row's own name, and nothing of it is committed.

mod acceptance;
pub(crate) mod arrive;
pub(crate) mod licences;
pub(crate) mod limits;
pub(crate) mod narrowing;
mod outgoing;
mod parts;
pub(crate) mod permissions;
mod refused;
mod verdict;
mod work;

#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeMap;

use banshi_model::calendar::Calendar;
use banshi_model::case::Case;
use banshi_model::command::Command;
use banshi_model::definition::{Definition, JointInspection, Mode};
use banshi_model::effect::{DueDate, Effect, Outgoing, PartnerKind, TimerKind};
use banshi_model::event::Event;
use banshi_model::ids::{CaseId, MatterCode};
use banshi_model::law::Table;
use banshi_model::licence::Licence;
use banshi_model::task::Task;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

pub(crate) use outgoing::REMOTE;
pub(crate) use parts::part_result_of;
pub(crate) use refused::Refused;
pub(crate) use work::part_result;

/// Everything that a decision reads beside the case.
pub(crate) struct Context<'a> {
    /// The instant of the step.
    pub now: Timestamp,
    /// Its civil date.
    pub today: Date,
    /// The entry that is being written.
    pub seq: u64,
    /// The case's effective definition.
    pub definition: &'a Definition,
    /// The law rows.
    pub law: &'a Table,
    /// The calendar.
    pub calendar: &'a Calendar,
    /// For a part: what its bundle has to say.
    pub bundle: Option<&'a BundleView>,
    /// For a bundle: the chosen parts' definitions.
    pub parts: &'a BTreeMap<MatterCode, PartView>,
    /// Licences of this case, of its parts, and any that its commands name.
    pub licences: &'a [Licence],
    /// Who issues: the authority's 18-character code, or its division.
    pub issuer: &'a str,
    /// Makes a licence's public capability out of its identifier.
    pub capability: &'a dyn Fn(&str) -> String,
}

/// What a part's step may know of its bundle.
pub(crate) struct BundleView {
    /// The bundle's own due date.
    pub due: Option<DueDate>,
    /// Joint inspections that were opened, with their tasks.
    pub inspections: Vec<(JointInspection, Task)>,
}

/// What a bundle's step may know of a chosen part.
pub(crate) struct PartView {
    /// How it may be had here.
    pub modes: Vec<Mode>,
}

/// A part that a step opens: its case is created in the same commit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OpenedPart {
    /// Which.
    pub part: MatterCode,
    /// Its case.
    pub case: CaseId,
    /// How.
    pub mode: Mode,
}

/// What a step does.
#[derive(Debug, Default)]
pub(crate) struct Decision {
    /// Facts about the case.
    pub effects: Vec<Effect>,
    /// Parts to open.
    pub parts: Vec<OpenedPart>,
    /// Licences to write, new or changed.
    pub licences: Vec<Licence>,
}

/// A decision in the making: each command sees what those before it did.
pub(crate) struct Deciding<'a> {
    ctx: &'a Context<'a>,
    case: Case,
    out: Decision,
    sent: usize,
}

/// Decides the commands of one step on a case as it is after the event's arrival.
pub(crate) fn decide(ctx: &Context<'_>, case: &Case, commands: &[Command]) -> Result<Decision, Refused> {
    let mut deciding = Deciding { ctx, case: case.clone(), out: Decision::default(), sent: 0 };
    for command in commands {
        deciding.command(command)?;
    }
    deciding.tell_decided();
    Ok(deciding.out)
}

/// A step that a timer caused sets none that is due at once: it would go round for ever, and no time and
/// nobody would come between.
pub(crate) fn waits(event: &Event, decision: &Decision, now: Timestamp) -> Result<(), Refused> {
    let due = |effect: &&Effect| matches!(effect, Effect::TimerSet { timer: TimerKind::Plugin(_), at } if *at <= now);
    match (event, decision.effects.iter().find(due)) {
        (Event::TimerDue(_), Some(Effect::TimerSet { timer: TimerKind::Plugin(id), .. })) => {
            let text = format!("timer `{id}` is due at once in a step that a timer caused; let a day pass");
            Err(Refused::rule("timer.at-once", text))
        }
        _ => Ok(()),
    }
}

impl Deciding<'_> {
    fn command(&mut self, command: &Command) -> Result<(), Refused> {
        if self.case.outcome.is_some() {
            return Err(Refused::rule(
                "case.closed",
                format!("`{}` after `close`: the case has ended", command.name()),
            ));
        }
        match command {
            Command::Accept(processing) => self.accept(*processing),
            Command::ShowWay(way) => self.show_way(way),
            Command::Decline(decline) => self.decline(decline),
            Command::RequestSupplement(findings) => self.request_supplement(findings),
            Command::OpenTask(task) => self.open_task(task, false),
            Command::OpenAfterCheck(task) => self.open_after_check(task),
            Command::CloseTask(task) => self.close_task(task),
            Command::StartSpecialProcedure(procedure) => self.start_special_procedure(procedure),
            Command::SetTimer { id, due } => self.set_timer(id, due),
            Command::CancelTimer(id) => self.cancel_timer(id),
            Command::VerifyIdentity(people) => self.verify_identity(people),
            Command::LookUp { id, service, purpose, arguments } => self.look_up(id, service, purpose, arguments),
            Command::RequestPayment { id, fee, amount } => self.request_payment(id, fee, *amount),
            Command::Refund(id) => self.refund(id),
            Command::OpenPart { part, mode } => self.open_part(part, *mode),
            Command::InspectJointly(id) => self.inspect_jointly(id),
            Command::Grant(verdict) => self.grant(verdict),
            Command::Refuse { verdict, remedy } => self.refuse(verdict, remedy),
            Command::IssueLicence(licence) => self.issue_licence(licence),
            Command::ReleaseParts(composite) => self.release_parts(composite.as_ref()),
            Command::EndLicence(end) => self.end_licence(end),
            Command::Notify { to, template, data } => self.notify(*to, template, data),
            Command::Ship { id, what } => self.ship(id, what),
            Command::PublishFact(fact) => {
                self.emit(Effect::FactPublished(fact.clone()));
                Ok(())
            }
            Command::Close => self.close(),
        }
    }

    /// Records an effect, and lets the commands after it see it.
    fn emit(&mut self, effect: Effect) {
        self.case.apply(&effect, self.ctx.now);
        self.out.effects.push(effect);
    }

    /// Sends something out under a key of its own: case, entry, ordinal.
    fn send(&mut self, partner: PartnerKind, action: &str, data: Value, answers: Option<String>) {
        self.sent += 1;
        let key = format!("{}/{}/{}", self.case.id, self.ctx.seq, self.sent);
        let outgoing = Outgoing { key, partner, action: action.to_owned(), data, answers };
        self.emit(Effect::Sent(outgoing));
    }
}
