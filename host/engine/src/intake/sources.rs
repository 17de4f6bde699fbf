//! What the state holds already: licences, what the subject gave before, shared data. `fill` is pure and
//! says what it would still have to ask; `resolve` asks, all of it at once, and fills again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use banshi_model::definition::{SharedField, Source};
use banshi_model::ids::{Digest, Slug};
use banshi_model::licence::{Licence, LicenceStatus};
use banshi_model::text::Subject;
use banshi_store::SubjectValue;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::api::intake::{Filled, FormField, FormMaterial, SourceReport};
use crate::error::Error;
use crate::registry::schema::Validators;
use crate::{Engine, SourceProblem};

/// A field of a service is asked once, whatever for: the first stated purpose is the one that is told.
type SharedKey = (String, String);

/// What is known so far.
#[derive(Default)]
pub(super) struct Held {
    /// The subject's licences that are valid today, the newest first.
    pub licences: Vec<Licence>,
    /// What the subject gave before.
    pub record: Vec<SubjectValue>,
    /// What shared data answered.
    pub shared: BTreeMap<SharedKey, Result<Option<Value>, SourceProblem>>,
    /// When it was asked.
    pub at: Option<Timestamp>,
}

/// What the sources gave.
#[derive(Debug, Default)]
pub(super) struct Filling {
    pub fields: BTreeMap<Slug, Filled>,
    pub materials: BTreeMap<Slug, Filled>,
    /// How each source did, in the order in which they were tried.
    pub reports: Vec<SourceReport>,
    /// What has to be asked before it can go on.
    pub wanted: Vec<SharedField>,
}

/// What one source says of one thing.
enum Said {
    Value(Value, Timestamp),
    /// In a fixed word, why not.
    Nothing(&'static str),
    /// It was not asked yet.
    NotYet,
}

const NO_RECORD: &str = "no-record";

fn problem(problem: SourceProblem) -> &'static str {
    match problem {
        SourceProblem::Timeout => "timeout",
        SourceProblem::Unreachable => "unreachable",
        SourceProblem::Refused => "refused",
        SourceProblem::Invalid => "invalid",
    }
}

/// Tries the sources of each field and paper in their order. What a source gives and the schema does not
/// allow counts as not given.
pub(super) fn fill(fields: &[FormField], materials: &[FormMaterial], held: &Held, validators: &Validators) -> Result<Filling, Error> {
    let mut filling = Filling::default();
    for field in fields {
        for source in &field.sources {
            let said = of_field(source, &field.element, held);
            let value = match said {
                Said::NotYet => {
                    filling.want(source);
                    break;
                }
                Said::Nothing(why) => Err(why),
                Said::Value(value, at) => {
                    let valid = validators.valid(&field.schema, &value).map_err(|error| Error::Internal(error.to_string()))?;
                    if valid { Ok(Filled { value, origin: source.clone(), at }) } else { Err("invalid") }
                }
            };
            if *source == Source::Applicant {
                break;
            }
            filling.report(source, value.as_ref().err().copied());
            if let Ok(filled) = value {
                filling.fields.insert(field.id.clone(), filled);
                break;
            }
        }
    }
    for material in materials {
        for source in &material.sources {
            let value = match of_material(source, held) {
                Said::NotYet => {
                    filling.want(source);
                    break;
                }
                Said::Nothing(why) => Err(why),
                Said::Value(value, at) => Ok(Filled { value, origin: source.clone(), at }),
            };
            if *source == Source::Applicant {
                break;
            }
            filling.report(source, value.as_ref().err().copied());
            if let Ok(filled) = value {
                filling.materials.insert(material.id.clone(), filled);
                break;
            }
        }
    }
    Ok(filling)
}

impl Filling {
    fn want(&mut self, source: &Source) {
        let Source::SharedData(wanted) = source else { return };
        if !self.wanted.iter().any(|known| key(known) == key(wanted)) {
            self.wanted.push(wanted.clone());
        }
    }

    /// A source that answered once has answered.
    fn report(&mut self, source: &Source, problem: Option<&'static str>) {
        let same = |report: &&mut SourceReport| match (&report.source, source) {
            (Source::SharedData(known), Source::SharedData(own)) => key(known) == key(own),
            (known, own) => known == own,
        };
        match self.reports.iter_mut().find(same) {
            Some(report) if problem.is_none() => {
                report.answered = true;
                report.problem = None;
            }
            Some(_) => {}
            None => {
                let problem = problem.map(str::to_owned);
                self.reports.push(SourceReport { source: source.clone(), answered: problem.is_none(), problem });
            }
        }
    }
}

fn key(shared: &SharedField) -> SharedKey {
    (shared.service.clone(), shared.field.clone())
}

fn of_field(source: &Source, element: &str, held: &Held) -> Said {
    let at = held.at.unwrap_or(Timestamp::UNIX_EPOCH);
    let given = |value: Option<&Value>, at| match value {
        Some(value) if !value.is_null() => Said::Value(value.clone(), at),
        _ => Said::Nothing(NO_RECORD),
    };
    match source {
        Source::Licence(kind) => given(held.licences.iter().filter(|l| l.licence_type == *kind).find_map(|l| l.content.get(element)), at),
        Source::SubjectRecord => {
            let latest = held.record.iter().filter(|value| value.element == element).max_by_key(|value| value.at);
            latest.map_or(Said::Nothing(NO_RECORD), |known| given(Some(&known.value), known.at))
        }
        Source::SharedData(shared) => of_shared(shared, held, |value| Said::Value(value.clone(), at)),
        Source::Applicant => Said::Nothing(NO_RECORD),
    }
}

/// A licence stands for a paper by being valid; shared data by saying anything but no. What was given
/// before are values, never papers.
fn of_material(source: &Source, held: &Held) -> Said {
    let at = held.at.unwrap_or(Timestamp::UNIX_EPOCH);
    match source {
        Source::Licence(kind) => match held.licences.iter().find(|licence| licence.licence_type == *kind) {
            Some(licence) => {
                let content = Digest::of(licence.content.to_string().as_bytes());
                Said::Value(json!({ "licence": licence.id, "content": content, "valid_until": licence.valid_until }), at)
            }
            None => Said::Nothing(NO_RECORD),
        },
        Source::SharedData(shared) => of_shared(shared, held, |value| match value {
            Value::Bool(false) => Said::Nothing(NO_RECORD),
            value => Said::Value(value.clone(), at),
        }),
        Source::SubjectRecord | Source::Applicant => Said::Nothing(NO_RECORD),
    }
}

fn of_shared(shared: &SharedField, held: &Held, said: impl Fn(&Value) -> Said) -> Said {
    match held.shared.get(&key(shared)) {
        None => Said::NotYet,
        Some(Err(why)) => Said::Nothing(problem(*why)),
        Some(Ok(None | Some(Value::Null))) => Said::Nothing(NO_RECORD),
        Some(Ok(Some(value))) => said(value),
    }
}

impl Engine {
    /// Fills a form from what the state holds about a subject. A source that fails is told and passed over.
    pub(super) async fn resolve(&self, fields: &[FormField], materials: &[FormMaterial], subject: &Subject, at: Timestamp) -> Result<Filling, Error> {
        let mut held = self.held(fields, materials, subject, at)?;
        loop {
            let filling = fill(fields, materials, &held, &self.inner.registry.validators)?;
            if filling.wanted.is_empty() {
                return Ok(filling);
            }
            // Every answer, also a failure, is kept, so that each round asks something new or is the last.
            held.shared.extend(self.ask(&filling.wanted, subject, at).await);
        }
    }

    /// What this host itself holds about a subject.
    fn held(&self, fields: &[FormField], materials: &[FormMaterial], subject: &Subject, at: Timestamp) -> Result<Held, Error> {
        let sources = || fields.iter().map(|field| &field.sources).chain(materials.iter().map(|material| &material.sources)).flatten();
        let today = banshi_model::time::date_of(at);
        let mut licences = Vec::new();
        if sources().any(|source| matches!(source, Source::Licence(_))) {
            licences = self.inner.store.licences_of(&subject.id, None)?;
            licences.retain(|licence| licence.status_on(today) == LicenceStatus::Valid);
            licences.sort_by_key(|licence| std::cmp::Reverse(licence.issued));
        }
        let mut record = Vec::new();
        if sources().any(|source| *source == Source::SubjectRecord) {
            record = self.inner.store.subject_values(&subject.id)?;
        }
        Ok(Held { licences, record, shared: BTreeMap::new(), at: Some(at) })
    }

    /// Asks shared data services at once; whoever has not answered in time has not answered.
    async fn ask(&self, wanted: &[SharedField], subject: &Subject, at: Timestamp) -> BTreeMap<SharedKey, Result<Option<Value>, SourceProblem>> {
        let until = Instant::now() + Duration::from_millis(self.inner.config.source_timeout_ms);
        let mut asked = JoinSet::new();
        for shared in wanted {
            let (port, shared, subject) = (Arc::clone(&self.inner.shared), shared.clone(), subject.clone());
            asked.spawn(async move {
                let answer = tokio::time::timeout_at(until, port.fetch(&shared, &subject, at)).await;
                (key(&shared), answer.unwrap_or(Err(SourceProblem::Timeout)))
            });
        }
        let mut answers: BTreeMap<_, _> = wanted.iter().map(|shared| (key(shared), Err(SourceProblem::Invalid))).collect();
        while let Some(done) = asked.join_next().await {
            // A port that panicked has not answered; what stands for it above is `invalid`.
            if let Ok((key, answer)) = done {
                answers.insert(key, answer);
            }
        }
        for ((service, _), answer) in &answers {
            let outcome = answer.as_ref().map_or_else(|why| problem(*why), |_| "answered");
            metrics::counter!("banshi_shared_data_total", "outcome" => outcome).increment(1);
            if answer.is_err() {
                tracing::debug!(shared.service = %service, shared.outcome = outcome, "shared data did not answer");
            }
        }
        answers
    }
}

/// Puts what was filled into the form.
pub(super) fn put(fields: &mut [FormField], materials: &mut [FormMaterial], filled: (&BTreeMap<Slug, Filled>, &BTreeMap<Slug, Filled>)) {
    for field in fields {
        field.filled = filled.0.get(&field.id).cloned();
    }
    for material in materials {
        material.filled = filled.1.get(&material.id).cloned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::sample::text;
    use banshi_model::text::SubjectKind;

    fn at() -> Timestamp {
        banshi_model::time::parse("2021-04-26T09:00:00+08:00").unwrap()
    }

    fn shared(service: &str, purpose: &str) -> SharedField {
        SharedField { service: service.to_owned(), field: "address".to_owned(), purpose: purpose.to_owned() }
    }

    fn form_field(id: &str, sources: Vec<Source>) -> FormField {
        FormField {
            id: id.parse().unwrap(),
            element: id.to_owned(),
            title: text("名称"),
            schema: json!({ "type": "string" }),
            required: true,
            sources,
            serves: vec![],
            filled: None,
        }
    }

    fn form_material(id: &str, sources: Vec<Source>) -> FormMaterial {
        FormMaterial { id: id.parse().unwrap(), title: text("材料"), issuer: None, required: true, sources, basis: "第一条".to_owned(), serves: vec![], filled: None }
    }

    fn licence(kind: &str, content: Value) -> Licence {
        Licence {
            id: "1.2.156".to_owned(),
            licence_type: kind.to_owned(),
            title: text("营业执照"),
            matter: "P00".parse().unwrap(),
            case: "310115-210101-0000000000".parse().unwrap(),
            division: "310115".parse().unwrap(),
            department: "市场监督管理局".to_owned(),
            holder: Subject { kind: SubjectKind::LegalPerson, id: "x".to_owned(), name: "某店".to_owned() },
            content,
            members: vec![],
            issued: Timestamp::UNIX_EPOCH,
            valid_until: None,
            status: LicenceStatus::Valid,
            ended: None,
            capability: None,
        }
    }

    fn check(fields: &[FormField], materials: &[FormMaterial], held: &Held) -> (Vec<String>, Vec<String>, Vec<String>) {
        let filling = fill(fields, materials, held, &Validators::new(4)).unwrap();
        let ids = |map: &BTreeMap<Slug, Filled>| map.keys().map(Slug::to_string).collect();
        let reports = filling
            .reports
            .iter()
            .map(|report| match (&report.source, &report.problem) {
                (Source::SharedData(shared), why) => format!("{} {}", shared.service, why.as_deref().unwrap_or("answered")),
                (source, why) => format!("{source:?} {}", why.as_deref().unwrap_or("answered")),
            })
            .collect();
        (ids(&filling.fields), ids(&filling.materials), reports)
    }

    #[test]
    fn sources_are_tried_in_order_and_the_next_only_when_one_failed() {
        let fields = [form_field("name", vec![Source::Licence("L".to_owned()), Source::SharedData(shared("register", "核验")), Source::Applicant])];
        let mut held = Held { licences: vec![licence("L", json!({ "name": "某店" }))], at: Some(at()), ..Held::default() };
        assert_eq!(check(&fields, &[], &held), (vec!["name".to_owned()], vec![], vec!["Licence(\"L\") answered".to_owned()]));
        held.licences = vec![licence("other", json!({ "name": "某店" }))];
        let filling = fill(&fields, &[], &held, &Validators::new(4)).unwrap();
        assert_eq!(filling.wanted, [shared("register", "核验")]);
        held.shared.insert(key(&shared("register", "")), Err(SourceProblem::Timeout));
        assert_eq!(check(&fields, &[], &held), (vec![], vec![], vec!["Licence(\"L\") no-record".to_owned(), "register timeout".to_owned()]));
    }

    #[test]
    fn a_service_s_field_is_asked_once_whoever_wants_it() {
        let fields = [form_field("a", vec![Source::SharedData(shared("map", "甲"))]), form_field("b", vec![Source::SharedData(shared("map", "乙"))])];
        let wanted = fill(&fields, &[], &Held::default(), &Validators::new(4)).unwrap().wanted;
        assert_eq!(wanted, [shared("map", "甲")]);
    }

    #[test]
    fn a_value_that_the_schema_does_not_allow_counts_as_not_given() {
        let fields = [form_field("name", vec![Source::SharedData(shared("register", "核验")), Source::SubjectRecord, Source::Applicant])];
        let record = |value: &str, seconds| SubjectValue {
            element: "name".to_owned(),
            value: json!(value),
            at: Timestamp::from_second(seconds).unwrap(),
            case: "310115-210101-0000000000".parse().unwrap(),
        };
        let held = Held {
            record: vec![record("新名", 9), record("旧名", 5)],
            shared: BTreeMap::from([(key(&shared("register", "")), Ok(Some(json!(4711))))]),
            at: Some(at()),
            ..Held::default()
        };
        let filling = fill(&fields, &[], &held, &Validators::new(4)).unwrap();
        let filled = &filling.fields[&"name".parse().unwrap()];
        assert_eq!((&filled.value, &filled.origin, filled.at), (&json!("新名"), &Source::SubjectRecord, Timestamp::from_second(9).unwrap()));
        assert_eq!(filling.reports[0].problem.as_deref(), Some("invalid"));
    }

    #[test]
    fn a_paper_is_waived_by_a_valid_licence_or_by_shared_data_that_does_not_say_no() {
        let papers = [
            form_material("licence", vec![Source::Licence("L".to_owned()), Source::Applicant]),
            form_material("yes", vec![Source::SharedData(shared("yes", "核验"))]),
            form_material("no", vec![Source::SharedData(shared("no", "核验"))]),
            form_material("given-before", vec![Source::SubjectRecord, Source::Applicant]),
        ];
        let held = Held {
            licences: vec![licence("L", json!({}))],
            shared: BTreeMap::from([(key(&shared("yes", "")), Ok(Some(json!("在册")))), (key(&shared("no", "")), Ok(Some(json!(false))))]),
            at: Some(at()),
            ..Held::default()
        };
        assert_eq!(check(&[], &papers, &held).1, ["licence", "yes"]);
    }

    #[test]
    fn a_source_that_answered_for_one_field_has_answered() {
        let from_licence = || vec![Source::Licence("L".to_owned())];
        let fields = [form_field("name", from_licence()), form_field("phone", from_licence())];
        let held = Held { licences: vec![licence("L", json!({ "phone": "1" }))], at: Some(at()), ..Held::default() };
        assert_eq!(check(&fields, &[], &held), (vec!["phone".to_owned()], vec![], vec!["Licence(\"L\") answered".to_owned()]));
    }
}
