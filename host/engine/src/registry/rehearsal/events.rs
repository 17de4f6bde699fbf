//! What happens to a case that is played: what the applicant, the officers and the partners answer, and one event of each
//! kind, in season or not.

use banshi_model::command::StepOutput;
use banshi_model::definition::{Mode, Span};
use banshi_model::draft::{Opinion, Outcome, PartResult, TaskResult};
use banshi_model::effect::{Effect, Outgoing};
use banshi_model::event::Event;
use banshi_model::guidance::Place;
use banshi_model::ids::{Digest, MatterCode, Slug};
use banshi_model::package::Kind;
use banshi_model::task::{Task, TaskStatus};
use banshi_model::text::{Reason, Text};
use banshi_model::time;
use banshi_runtime::CallError;
use serde_json::{Value, json};

use super::super::admission::values;
use super::application::subject;
use super::play::{Officer, Played, commands, states};
use super::{End, Rehearsal};
use crate::error::Error;

impl Played {
    /// What the host itself records of an event before the plugin is asked.
    pub(super) fn before(&mut self, event: &Event) {
        let effect = match event {
            Event::Supplemented => Effect::Supplemented { values: Vec::new(), documents: Vec::new() },
            Event::SpecialProcedureEnded(id) => Effect::ProcedureEnded { id: id.clone(), to: time::date_of(self.now) },
            Event::SupplementExpired => {
                let supplement = self.case.supplement.as_ref();
                let last = supplement.and_then(|asked| asked.deadline.as_ref()).map(|day| time::end_of(day.date));
                self.now = last.map_or(self.now, |last| self.now.max(last));
                return;
            }
            Event::TaskDone(_) => {
                self.tasks += 1;
                return;
            }
            _ => return,
        };
        self.case.apply(&effect, self.now);
    }

    /// Answers whatever an effect asks of somebody.
    pub(super) fn answer(&mut self, effect: &Effect) {
        let turn = self.officer.turn;
        let event = match effect {
            Effect::TaskOpened(task) if task.status == TaskStatus::Open => Event::TaskDone(self.result(task)),
            Effect::SignerAsked(signer) => Event::IdentityVerified(signer.person.clone()),
            // Whether the applicant answers or not, the case has to go on.
            Effect::SupplementAsked { .. } if turn.is_multiple_of(2) => Event::Supplemented,
            Effect::SupplementAsked { .. } => Event::SupplementExpired,
            Effect::ProcedureStarted { procedure, .. } => Event::SpecialProcedureEnded(procedure.id.clone()),
            Effect::PartOpened { part, .. } => Event::PartClosed(ended(part, turn)),
            Effect::EventSent { to, event } if *to == self.case.id => event.clone(),
            Effect::Sent(outgoing) => match partner(outgoing, turn) {
                Some(event) => event,
                None => return,
            },
            _ => return,
        };
        self.queue.push_back(event);
    }

    fn result(&self, task: &Task) -> TaskResult {
        let opened = self.case.tasks.len().saturating_sub(1);
        let objects = self.officer.objects_at == Some(opened);
        let turn = self.officer.turn;
        TaskResult {
            task: task.local.clone(),
            unit: task.unit.clone(),
            opinion: if objects { Opinion::Object } else { Opinion::Approve },
            by_silence: false,
            data: task.form.as_ref().and_then(|form| values::of(form, turn)).unwrap_or(Value::Null),
            reasons: vec![reason()],
        }
    }
}

fn reason() -> Reason {
    Reason {
        rule: "rehearsal".to_owned(),
        basis: "行政许可法 第三十八条".to_owned(),
        text: Text::new("试办", "a rehearsal"),
        evidence: Vec::new(),
    }
}

/// The outcome of a part: every third turn somebody refuses it.
fn ended(part: &MatterCode, turn: usize) -> PartResult {
    let granted = turn % 3 != 2;
    PartResult {
        part: part.clone(),
        outcome: if granted { Outcome::Granted } else { Outcome::Refused },
        licence: granted.then(|| format!("rehearsal-{part}")),
        reasons: vec![reason()],
    }
}

/// What a partner answers to a delivery, where one is awaited.
fn partner(outgoing: &Outgoing, turn: usize) -> Option<Event> {
    let (kind, id) = outgoing.answers.as_deref()?.split_once(':')?;
    let id: Slug = id.parse().ok()?;
    let well = turn.is_multiple_of(2);
    match kind {
        "lookup" => Some(Event::LookedUp { id, value: well.then(|| json!("示例")) }),
        "payment" => Some(Event::Payment { id, paid: well }),
        "parcel" => Some(Event::Delivered(id)),
        _ => None,
    }
}

impl Rehearsal<'_> {
    /// One event of each kind, told to a case that has just come in: whatever a host tells a plugin, it answers.
    pub(super) async fn tell_everything(&mut self, end: &End, mode: Mode) -> Result<(), Error> {
        let draft = self.application(end, mode, 0);
        let mut played = self.received(draft, Officer::agreeing());
        let Some(answers) = self.call(&played.case, &Event::Submitted, played.now).await? else {
            return Ok(());
        };
        played.case.apply(&Effect::StatesSet(states(&answers)), played.now);
        let task = commands(&answers).iter().find_map(|command| match command {
            banshi_model::command::Command::OpenTask(task) => Some((task.id.clone(), task.unit.clone())),
            _ => None,
        });
        self.out_of_season = true;
        for event in one_of_each(&self.candidate.manifest.matter.clone(), task) {
            if self.stops() {
                break;
            }
            self.call(&played.case, &event, played.now).await?;
        }
        self.out_of_season = false;
        Ok(())
    }

    /// The exports that no step calls. That a plugin makes no offer, or takes no case over, is an answer.
    pub(super) async fn call_the_rest(&mut self, end: &End) -> Result<(), Error> {
        let place = Place {
            division: self.division(),
            today: time::date_of(self.at),
            channel: crate::intake::PORTAL.to_owned(),
            business: end.business,
            parameters: self.effective.parameters.clone(),
        };
        let draft = self.application(end, Mode::Approval, 0);
        let view = self.received(draft, Officer::agreeing()).case.view(self.at);
        let (runtime, package) = (&self.engine.inner.runtime, self.candidate.digest);
        let from = Digest::of(b"rehearsal");
        let (export, called) = match self.candidate.manifest.kind {
            Kind::Settings => return Ok(()),
            Kind::Matter => {
                let judged = runtime.judge(package, &place, &json!({ "kind": "rehearsal" }), &Default::default()).await;
                self.refused_call("judge", judged.err())?;
                ("migrate", runtime.migrate(package, &view, "null", from).await)
            }
            Kind::Code => {
                let below = StepOutput { state: "null".to_owned(), commands: Vec::new() };
                ("refine-migrate", runtime.refine_migrate(package, &view, "null", Some(from), &below).await)
            }
        };
        self.refused_call(export, called.err())
    }

    fn refused_call(&mut self, export: &str, error: Option<CallError>) -> Result<(), Error> {
        match error {
            None | Some(CallError::Fault(_)) => Ok(()),
            Some(CallError::Limit { name: "guest.queue", .. }) => Err(Error::Busy(1)),
            Some(CallError::Unavailable { what }) => Err(Error::Internal(what)),
            Some(error) => {
                let what = (format!("`{export}` 未能作答：{error}"), format!("`{export}`: {error}"));
                let fix = ("使该接口作答，或自称无法办理", "let it answer, or say that it cannot");
                self.found.block(error.code(), export, what, fix);
                Ok(())
            }
        }
    }
}

/// Every kind of event of the contract, once.
fn one_of_each(matter: &MatterCode, task: Option<(Slug, String)>) -> Vec<Event> {
    let slug = || Slug::of_static("rehearsal");
    let (task, unit) = task.unwrap_or_else(|| (slug(), "窗口".to_owned()));
    let result = |opinion, by_silence| TaskResult {
        task: task.clone(),
        unit: unit.clone(),
        opinion,
        by_silence,
        data: Value::Null,
        reasons: vec![reason()],
    };
    vec![
        Event::Supplemented,
        Event::SupplementExpired,
        Event::DeemedAccepted,
        Event::DeemedGranted,
        Event::TaskDone(result(Opinion::Abstain, false)),
        Event::TaskDone(result(Opinion::Approve, true)),
        Event::TimerDue(slug()),
        Event::IdentityVerified(subject()),
        Event::IdentityFailed(subject()),
        Event::SignerReplaced(subject()),
        Event::LookedUp { id: slug(), value: None },
        Event::Payment { id: slug(), paid: false },
        Event::Delivered(slug()),
        Event::PartClosed(ended(matter, 2)),
        Event::SpecialProcedureEnded(slug()),
        Event::Extended(Span::working_days(10)),
        Event::Withdrawn,
        Event::CommitmentChecked(false),
        Event::LicenceEnded("rehearsal".to_owned()),
        Event::FactHeard(json!({ "kind": "rehearsal" })),
        Event::OfferConfirmed,
    ]
}
