//! Given: an application, a case, an event, a place.

use std::collections::BTreeMap;

use banshi_model::draft::{Document, Draft, FieldValue, PartResult, Signer, TaskResult, View};
use banshi_model::event::Event;
use banshi_model::guidance::Place;
use banshi_model::ids::MatterCode;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::Value;

use super::both::Give;
use crate::guest::cases;
use crate::seen::Current;

/// A map as the text of a JSON object.
pub(crate) fn json_object(map: &BTreeMap<String, Value>) -> String {
    // Text keys and JSON values: nothing that could not be written.
    serde_json::to_string(map).unwrap_or_default()
}

/// A JSON value as text. Not by `to_string`, which goes through the formatter for every piece of it.
fn json(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// RFC 3339 in Asia/Shanghai, whole seconds, as the contract has it.
fn instant(at: Timestamp) -> String {
    let at = Offset::constant(8).to_datetime(at);
    let whole = at.with().subsec_nanosecond(0).build().unwrap_or(at);
    format!("{whole}+08:00")
}

fn codes(codes: &[MatterCode]) -> Vec<String> {
    codes.iter().map(ToString::to_string).collect()
}

/// A case as a layer sees it, with the layer's own state.
pub(crate) fn view(view: &View, state: &str) -> cases::View {
    cases::View {
        id: view.id.to_string(),
        now: instant(view.now),
        draft: view.draft.give(),
        received: instant(view.received),
        accepted: view.accepted.map(|date| date.to_string()),
        due: view.due.map(|date| date.to_string()),
        signers: view.signers.give(),
        tasks: view.tasks.give(),
        parts: view.parts.give(),
        state: state.to_owned(),
    }
}

/// What changes of it from step to step.
pub(crate) fn see(view: &mut cases::View, current: &Current<'_>) {
    view.now = instant(current.now);
    view.accepted = current.accepted.map(|date| date.to_string());
    view.due = current.due.map(|date| date.to_string());
    view.signers = current.signers.give();
    view.tasks = current.tasks.give();
    view.parts = current.parts.give();
}

impl Give for Draft {
    type Guest = cases::Draft;
    fn give(&self) -> cases::Draft {
        cases::Draft {
            licence: self.licence.clone(),
            division: self.division.to_string(),
            today: self.today.to_string(),
            channel: self.channel.clone(),
            business: self.business.give(),
            mode: self.mode.give(),
            subject: self.subject.give(),
            agent: self.agent.give(),
            answers: json_object(&self.answers),
            values: self.values.give(),
            documents: self.documents.give(),
            parts: codes(&self.parts),
            parameters: json_object(&self.parameters),
        }
    }
}

impl Give for FieldValue {
    type Guest = cases::Value;
    fn give(&self) -> cases::Value {
        cases::Value {
            field: self.field.to_string(),
            json: json(&self.value),
            origin: self.origin.give(),
            at: instant(self.at),
        }
    }
}

impl Give for Document {
    type Guest = cases::Document;
    fn give(&self) -> cases::Document {
        cases::Document {
            material: self.material.to_string(),
            digest: self.digest.to_string(),
            origin: self.origin.give(),
            at: instant(self.at),
        }
    }
}

impl Give for Signer {
    type Guest = cases::Signer;
    fn give(&self) -> cases::Signer {
        cases::Signer { person: self.person.give(), role: self.role.clone(), verified: self.verified }
    }
}

impl Give for TaskResult {
    type Guest = cases::TaskResult;
    fn give(&self) -> cases::TaskResult {
        cases::TaskResult {
            task: self.task.to_string(),
            unit: self.unit.clone(),
            opinion: self.opinion.give(),
            by_silence: self.by_silence,
            data: json(&self.data),
            reasons: self.reasons.give(),
        }
    }
}

impl Give for PartResult {
    type Guest = cases::PartResult;
    fn give(&self) -> cases::PartResult {
        cases::PartResult {
            part: self.part.to_string(),
            outcome: self.outcome.give(),
            licence: self.licence.clone(),
            reasons: self.reasons.give(),
        }
    }
}

impl Give for Place {
    type Guest = cases::Place;
    fn give(&self) -> cases::Place {
        cases::Place {
            division: self.division.to_string(),
            today: self.today.to_string(),
            channel: self.channel.clone(),
            business: self.business.give(),
            parameters: json_object(&self.parameters),
        }
    }
}

impl Give for Event {
    type Guest = cases::Event;
    fn give(&self) -> cases::Event {
        use cases::Event as Guest;
        match self {
            Self::Submitted => Guest::Submitted,
            Self::Supplemented => Guest::Supplemented,
            Self::SupplementExpired => Guest::SupplementExpired,
            Self::DeemedAccepted => Guest::DeemedAccepted,
            Self::DeemedGranted => Guest::DeemedGranted,
            Self::TaskDone(result) => Guest::TaskDone(result.give()),
            Self::TimerDue(id) => Guest::TimerDue(id.to_string()),
            Self::IdentityVerified(person) => Guest::IdentityVerified(person.give()),
            Self::IdentityFailed(person) => Guest::IdentityFailed(person.give()),
            Self::SignerReplaced(person) => Guest::SignerReplaced(person.give()),
            Self::LookedUp { id, value } => {
                Guest::LookedUp(cases::LookupResult { id: id.to_string(), value: value.as_ref().map(json) })
            }
            Self::Payment { id, paid } => Guest::Payment(cases::PaymentResult { id: id.to_string(), paid: *paid }),
            Self::Delivered(id) => Guest::Delivered(id.to_string()),
            Self::PartClosed(result) => Guest::PartClosed(result.give()),
            Self::SpecialProcedureEnded(id) => Guest::SpecialProcedureEnded(id.to_string()),
            Self::Extended(span) => Guest::Extended(span.give()),
            Self::Withdrawn => Guest::Withdrawn,
            Self::CommitmentChecked(kept) => Guest::CommitmentChecked(*kept),
            Self::LicenceEnded(licence) => Guest::LicenceEnded(licence.clone()),
            Self::FactHeard(fact) => Guest::FactHeard(json(fact)),
            Self::OfferConfirmed => Guest::OfferConfirmed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_whole_seconds_in_shanghai() {
        for (at, text) in [
            ("2021-04-26T01:02:03.999999999Z", "2021-04-26T09:02:03+08:00"),
            ("2021-12-31T16:00:00Z", "2022-01-01T00:00:00+08:00"),
            ("0999-01-01T00:00:00Z", "0999-01-01T08:00:00+08:00"),
            ("9999-12-30T15:59:59Z", "9999-12-30T23:59:59+08:00"),
        ] {
            assert_eq!(instant(at.parse().unwrap()), text);
        }
    }

    #[test]
    fn a_map_is_an_object_in_the_order_of_its_keys() {
        let map = BTreeMap::from([("b".to_owned(), 1.into()), ("a".to_owned(), "张".into())]);
        assert_eq!(json_object(&map), r#"{"a":"张","b":1}"#);
        assert_eq!(json_object(&BTreeMap::new()), "{}");
    }
}
