//! A case and an event in the words of the floor's own bindings: as far as the plain approval needs them. What it does
//! not need is refused and not left out, so that the floor never does less work than the host.

use std::collections::BTreeMap;

use anyhow::{Result, bail, ensure};
use banshi_model::definition::{Business, Mode};
use banshi_model::draft::{Draft, Opinion, TaskResult, View};
use banshi_model::event::Event;
use banshi_model::text::{Reason, Subject, SubjectKind};
use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::Value;

use crate::bare_plugin::contract::banshi::matter::{cases, matters, types};

/// A case with the layer's own state.
pub fn view(view: &View, state: &str) -> Result<cases::View> {
    ensure!(view.signers.is_empty() && view.parts.is_empty(), "the floor knows no signers and no parts");
    Ok(cases::View {
        id: view.id.to_string(),
        now: instant(view.now),
        draft: draft(&view.draft)?,
        received: instant(view.received),
        accepted: view.accepted.map(|date| date.to_string()),
        due: view.due.map(|date| date.to_string()),
        signers: Vec::new(),
        tasks: view.tasks.iter().map(|said| result(said)).collect(),
        parts: Vec::new(),
        state: state.to_owned(),
    })
}

/// An event.
pub fn event(event: &Event) -> Result<cases::Event> {
    Ok(match event {
        Event::Submitted => cases::Event::Submitted,
        Event::TaskDone(done) => cases::Event::TaskDone(result(done)),
        Event::TimerDue(id) => cases::Event::TimerDue(id.to_string()),
        other => bail!("the floor knows no `{}`", other.name()),
    })
}

fn draft(draft: &Draft) -> Result<cases::Draft> {
    ensure!(draft.values.is_empty() && draft.documents.is_empty(), "the floor knows no form");
    Ok(cases::Draft {
        licence: draft.licence.clone(),
        division: draft.division.to_string(),
        today: draft.today.to_string(),
        channel: draft.channel.clone(),
        business: match draft.business {
            Business::Establish => matters::Business::Establish,
            other => bail!("the floor knows no {other:?}"),
        },
        mode: match draft.mode {
            Mode::Approval => matters::Mode::Approval,
            other => bail!("the floor knows no {other:?}"),
        },
        subject: subject(&draft.subject),
        agent: draft.agent.as_ref().map(subject),
        answers: object(&draft.answers),
        values: Vec::new(),
        documents: Vec::new(),
        parts: draft.parts.iter().map(ToString::to_string).collect(),
        parameters: object(&draft.parameters),
    })
}

fn subject(subject: &Subject) -> types::Subject {
    let kind = match subject.kind {
        SubjectKind::NaturalPerson => types::SubjectKind::NaturalPerson,
        SubjectKind::LegalPerson => types::SubjectKind::LegalPerson,
        SubjectKind::OtherOrganisation => types::SubjectKind::OtherOrganisation,
    };
    types::Subject { kind, id: subject.id.clone(), name: subject.name.clone() }
}

fn result(result: &TaskResult) -> cases::TaskResult {
    cases::TaskResult {
        task: result.task.to_string(),
        unit: result.unit.clone(),
        opinion: match result.opinion {
            Opinion::Approve => cases::Opinion::Approve,
            Opinion::Object => cases::Opinion::Object,
            Opinion::Abstain => cases::Opinion::Abstain,
        },
        by_silence: result.by_silence,
        data: result.data.to_string(),
        reasons: result.reasons.iter().map(reason).collect(),
    }
}

fn reason(reason: &Reason) -> types::Reason {
    types::Reason {
        rule: reason.rule.clone(),
        basis: reason.basis.clone(),
        text: types::Text { zh: reason.text.zh.clone(), en: reason.text.en.clone() },
        evidence: reason.evidence.clone(),
    }
}

fn object(map: &BTreeMap<String, Value>) -> String {
    Value::Object(map.iter().map(|(key, value)| (key.clone(), value.clone())).collect()).to_string()
}

fn instant(at: Timestamp) -> String {
    format!("{}+08:00", Offset::constant(8).to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S"))
}
