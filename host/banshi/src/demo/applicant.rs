//! An applicant at the portal: guided, prefilled, prechecked, papers uploaded, submitted.

use std::collections::BTreeMap;

use banshi_engine::api::cases::CaseView;
use banshi_engine::api::intake::{Application, GuideAnswer, GuideRequest, PrefillAnswer, PrefillRequest};
use banshi_engine::api::licences::RegisterRequest;
use banshi_model::checkdigit::LicenceId;
use banshi_model::definition::Question;
use banshi_model::ids::{DocumentId, MatterCode};
use banshi_model::text::{Finding, Text};
use serde_json::{Map, Value};

use super::cast::{Cast, Shop};
use super::workspace::Samples;
use crate::client::{Client, Key};
use crate::failure::{Failure, Kind, OrFail, Result};

/// More questions than any guide asks.
const QUESTIONS_MAX: usize = 50;

/// An applicant on the way to a case.
pub struct Applicant<'a> {
    /// Who.
    pub shop: &'a Shop,
    /// The samples that they know.
    pub samples: &'a Samples,
    /// Their client.
    pub client: &'a Client,
    /// What they want.
    pub matter: &'a MatterCode,
}

/// The guide's way: each question with its answer, and where it led.
pub struct Guided {
    /// In the order in which they were asked.
    pub asked: Vec<(Question, Value)>,
    /// The answers by question id.
    pub answers: BTreeMap<String, Value>,
    /// What the guide said last.
    pub last: GuideAnswer,
}

/// What is handed in.
pub struct Ready {
    /// The application.
    pub application: Application,
    /// Titles of the papers that were uploaded.
    pub uploaded: Vec<Text>,
    /// What the precheck found.
    pub findings: Vec<Finding>,
}

impl Applicant<'_> {
    /// Answers the guide's questions until it has no more.
    pub async fn guided(&self) -> Result<Guided> {
        let (mut asked, mut answers) = (Vec::new(), BTreeMap::new());
        for _ in 0..QUESTIONS_MAX {
            let request = GuideRequest { answers: answers.clone(), business: None, channel: None, subject: None };
            let last = self.client.guide(&self.shop.division, self.matter, &request).await?;
            let Some(question) = last.next.first().cloned() else { return Ok(Guided { asked, answers, last }) };
            let answer = self.shop.answer(question.id.as_str(), self.samples)?;
            answers.insert(question.id.to_string(), answer.clone());
            asked.push((question, answer));
        }
        Err(Failure::new(Kind::Refused, format!("the guide still asks after {QUESTIONS_MAX} questions")))
    }

    /// The form with everything that the state holds already.
    pub async fn prefilled(&self, guided: &Guided) -> Result<PrefillAnswer> {
        let subject = self.shop.subject(self.samples)?;
        let request =
            PrefillRequest { subject, agent: None, answers: guided.answers.clone(), business: None, channel: None };
        self.client.prefill(&self.shop.division, self.matter, &request).await
    }

    /// Types in what is left, uploads the papers that are asked, and has everything checked.
    pub async fn ready(&self, guided: &Guided, form: &PrefillAnswer) -> Result<Ready> {
        let (documents, uploaded) = self.upload(form).await?;
        let application = Application {
            matter: self.matter.clone(),
            division: self.shop.division.clone(),
            draft: Some(form.draft.clone()),
            subject: self.shop.subject(self.samples)?,
            agent: None,
            business: None,
            mode: None,
            channel: None,
            answers: guided.answers.clone(),
            values: typed(form, &self.shop.typed(self.samples))?,
            documents,
            licence: None,
        };
        let precheck = self.client.precheck(&application).await?;
        if !precheck.complete {
            let found: Vec<&str> = precheck.findings.iter().map(|finding| finding.reason.text.zh.as_str()).collect();
            return Err(Failure::new(
                Kind::Refused,
                format!("the precheck found something blocking: {}", found.join("; ")),
            ));
        }
        Ok(Ready { application, uploaded, findings: precheck.findings })
    }

    /// Hands it in.
    pub async fn submit(&self, ready: &Ready) -> Result<CaseView> {
        self.client.submit(&ready.application, &Key::fresh()?).await
    }

    async fn upload(&self, form: &PrefillAnswer) -> Result<(BTreeMap<String, DocumentId>, Vec<Text>)> {
        let (mut documents, mut uploaded) = (BTreeMap::new(), Vec::new());
        for paper in form.materials.iter().filter(|paper| paper.filled.is_none()) {
            let text = format!("示例材料 sample paper\n{}\n{}\n", paper.title.zh, self.shop.name);
            let kept = self.client.upload("text/plain; charset=utf-8", text.into_bytes(), &Key::fresh()?).await?;
            documents.insert(paper.id.to_string(), kept.id);
            uploaded.push(paper.title.clone());
        }
        Ok((documents, uploaded))
    }
}

/// What the applicant types in: every field that no source filled, by what they know of its data element.
fn typed(form: &PrefillAnswer, knows: &Map<String, Value>) -> Result<BTreeMap<String, Value>> {
    let mut values = BTreeMap::new();
    for field in form.fields.iter().filter(|field| field.filled.is_none()) {
        match knows.get(&field.element) {
            Some(value) => drop(values.insert(field.id.to_string(), value.clone())),
            None if !field.required => {}
            None => {
                let what = format!(
                    "nothing fills `{}` and no sample knows it; add it to plugins/samples/applicant.json",
                    field.element
                );
                return Err(Failure::new(Kind::Refused, what));
            }
        }
    }
    Ok(values)
}

/// A shop's business licence, as another system hands it to the licence library.
pub fn business_licence(shop: &Shop, samples: &Samples, cast: &Cast) -> Result<RegisterRequest> {
    let kind = &cast.business_licence;
    let issuer = cast.issuer(&kind.department, &shop.division)?;
    let id = LicenceId::new(&kind.licence_type, issuer, &shop.serial, 1)
        .or_fail(Kind::Failed, "cast.toml: business licence")?;
    Ok(RegisterRequest {
        id: id.to_string(),
        licence_type: kind.licence_type.clone(),
        title: kind.title.clone(),
        division: shop.division.clone(),
        department: kind.department.to_string(),
        holder: shop.subject(samples)?,
        content: Value::Object(shop.licence_content(samples)),
        valid_until: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn form(fields: Value) -> PrefillAnswer {
        serde_json::from_value(json!({
            "draft": "310115-210422-7K3M9QX2TR", "fields": fields, "materials": [], "schema": {}, "sources": [], "parts": [], "modes": [],
            "counts": { "fields_declared": 0, "fields_distinct": 0, "fields_asked": 0, "materials_declared": 0, "materials_asked": 0, "days_declared": 0 },
            "expires": "2021-04-23T00:00:00Z",
        }))
        .unwrap()
    }

    fn field(id: &str, required: bool, filled: Value) -> Value {
        json!({ "id": id, "element": id, "title": { "zh": id }, "schema": {}, "required": required, "sources": [], "serves": [], "filled": filled })
    }

    #[test]
    fn only_what_no_source_filled_is_typed_in() {
        let filled = json!({ "value": "甲", "origin": "subject-record", "at": "2021-04-22T00:00:00Z" });
        let form =
            form(json!([field("a", true, filled), field("b", true, Value::Null), field("c", false, Value::Null)]));
        let knows = json!({ "a": "乙", "b": "丙", "d": "丁" });
        assert_eq!(typed(&form, knows.as_object().unwrap()).unwrap(), BTreeMap::from([("b".to_owned(), json!("丙"))]));
    }

    #[test]
    fn a_field_that_nobody_knows_is_named_with_what_to_do() {
        let form = form(json!([field("store.colour", true, Value::Null)]));
        let failure = typed(&form, &Map::new()).unwrap_err();
        assert!(format!("{:#}", failure.error).contains("store.colour"));
    }
}
