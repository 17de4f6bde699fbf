//! What leaves the host: identity checks, look-ups, payments, notices, parcels. To the case's own parties only.

use banshi_model::command::Recipient;
use banshi_model::draft::Signer;
use banshi_model::effect::{Effect, PartnerKind};
use banshi_model::ids::Slug;
use banshi_model::text::Subject;
use serde_json::{Value, json};

use super::{Deciding, Refused};

/// The word for a check that does not need presence, in what partners are asked.
pub(crate) const REMOTE: &str = "remote";

impl Deciding<'_> {
    /// Each of these has to prove who they are. They must be parties: the subject, the agent, or people
    /// whom the definition's signer rules find in the form. Stops a plugin that summons strangers.
    pub(super) fn verify_identity(&mut self, people: &[Subject]) -> Result<(), Refused> {
        for person in people {
            let Some(role) = self.role_of(person) else {
                return Err(Refused::rule(
                    "identity.party",
                    "verify-identity names somebody who is no party of this case",
                ));
            };
            let in_person = self.must_appear(person, &role);
            let signer = Signer { person: person.clone(), role, verified: false, in_person };
            self.emit(Effect::SignerAsked(signer));
            let data = match self.presence(in_person) {
                Some(presence) => json!({ "case": self.case.id, "person": person, "presence": presence }),
                None => json!({ "case": self.case.id, "person": person }),
            };
            self.send(PartnerKind::Identity, "verify", data, Some(person.id.clone()));
        }
        Ok(())
    }

    /// Whether a rule of the definition has them appear in person.
    fn must_appear(&self, person: &Subject, role: &str) -> bool {
        let form = self.case.draft.form();
        let rules = self.ctx.definition.signers.iter().filter(|rule| rule.in_person);
        rules.into_iter().any(|rule| rule.role == role || names(form.pointer(&rule.people), &person.id))
    }

    /// How who must appear is to be checked: here, or remotely where an emergency orders that.
    fn presence(&self, in_person: bool) -> Option<Value> {
        in_person.then(|| match self.case.remote_identity() {
            Some(bound) => json!({ "kind": REMOTE, "emergency": bound.id, "instrument": bound.instrument }),
            None => json!({ "kind": "in-person" }),
        })
    }

    fn role_of(&self, person: &Subject) -> Option<String> {
        let draft = &self.case.draft;
        if draft.subject.id == person.id {
            return Some("subject".to_owned());
        }
        if draft.agent.as_ref().is_some_and(|agent| agent.id == person.id) {
            return Some("agent".to_owned());
        }
        if let Some(signer) = self.case.signers.iter().find(|signer| signer.person.id == person.id) {
            return Some(signer.role.clone());
        }
        let form = draft.form();
        let rules = &self.ctx.definition.signers;
        rules.iter().find(|rule| names(form.pointer(&rule.people), &person.id)).map(|rule| rule.role.clone())
    }

    pub(super) fn look_up(
        &mut self,
        id: &Slug,
        service: &str,
        purpose: &str,
        arguments: &Value,
    ) -> Result<(), Refused> {
        let answers = format!("lookup:{id}");
        if self.case.pending.values().any(|pending| pending.answers.as_ref() == Some(&answers)) {
            return Err(Refused::rule("lookup.exists", format!("look-up `{id}` is under way")));
        }
        let subject = &self.case.draft.subject;
        let data = json!({ "case": self.case.id, "service": service, "purpose": purpose, "arguments": arguments, "subject": subject });
        self.send(PartnerKind::SharedData, "lookup", data, Some(answers));
        Ok(())
    }

    pub(super) fn request_payment(&mut self, id: &Slug, fee: &Slug, amount: u64) -> Result<(), Refused> {
        let Some(rule) = self.ctx.definition.fees.iter().find(|rule| &rule.id == fee) else {
            return Err(Refused::rule("payment.fee", format!("the definition has no fee `{fee}`")));
        };
        if amount > rule.at_most {
            let text = format!("{amount} fen is over the {} that fee `{fee}` allows", rule.at_most);
            return Err(Refused::rule("payment.amount", text));
        }
        let data = json!({ "case": self.case.id, "payment": id, "fee": fee, "basis": rule.basis, "fen": amount, "payer": self.case.draft.subject });
        self.send(PartnerKind::Payment, "pay", data, Some(format!("payment:{id}")));
        Ok(())
    }

    pub(super) fn refund(&mut self, id: &Slug) -> Result<(), Refused> {
        let data = json!({ "case": self.case.id, "payment": id });
        self.send(PartnerKind::Payment, "refund", data, None);
        Ok(())
    }

    pub(super) fn notify(&mut self, to: Recipient, template: &str, data: &Value) -> Result<(), Refused> {
        let draft = &self.case.draft;
        let people: Vec<Subject> = match to {
            Recipient::Subject => vec![draft.subject.clone()],
            Recipient::Agent => draft.agent.iter().cloned().collect(),
            Recipient::Signers => self.case.signers.iter().map(|signer| signer.person.clone()).collect(),
        };
        for person in people {
            let body = json!({ "to": to, "person": person, "template": template, "case": self.case.id, "data": data });
            self.send(PartnerKind::Notice, "notice", body, None);
        }
        Ok(())
    }

    pub(super) fn ship(&mut self, id: &Slug, what: &str) -> Result<(), Refused> {
        let data = json!({ "case": self.case.id, "parcel": id, "what": what, "to": self.case.draft.subject });
        self.send(PartnerKind::Courier, "ship", data, Some(format!("parcel:{id}")));
        Ok(())
    }
}

/// Whether a form value is, or lists, a subject with this id.
fn names(value: Option<&Value>, id: &str) -> bool {
    let is = |value: &Value| value.as_str() == Some(id) || value.get("id").and_then(Value::as_str) == Some(id);
    match value {
        Some(Value::Array(list)) => list.iter().any(is),
        Some(value) => is(value),
        None => false,
    }
}
