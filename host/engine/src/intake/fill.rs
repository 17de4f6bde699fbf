//! What the state holds already, laid into a form: licences, what the subject gave before, shared data.
//! Pure: it says what it would still have to ask.

use std::collections::BTreeMap;

use banshi_model::definition::{SharedField, Source};
use banshi_model::ids::{Digest, Slug};
use banshi_model::licence::Licence;
use banshi_store::SubjectValue;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::SourceProblem;
use crate::api::intake::{Filled, FormField, FormMaterial, SourceReport};
use crate::error::Error;
use crate::registry::schema::Validators;

/// A field of a service is asked once, whatever for: the first stated purpose is the one that is told.
pub(super) type SharedKey = (String, String);

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

pub(super) fn problem(problem: SourceProblem) -> &'static str {
    match problem {
        SourceProblem::Timeout => "timeout",
        SourceProblem::Unreachable => "unreachable",
        SourceProblem::Refused => "refused",
        SourceProblem::Invalid => "invalid",
    }
}

/// Tries the sources of each field and paper in their order. What a source gives and the schema does not
/// allow counts as not given.
pub(super) fn fill(
    fields: &[FormField],
    materials: &[FormMaterial],
    held: &Held,
    validators: &Validators,
) -> Result<Filling, Error> {
    let mut filling = Filling::default();
    for field in fields {
        let valid =
            |value: &Value| validators.valid(&field.schema, value).map_err(|error| Error::Internal(error.to_string()));
        if let Some(filled) = filling.first(&field.sources, |source| of_field(source, &field.element, held), valid)? {
            filling.fields.insert(field.id.clone(), filled);
        }
    }
    for material in materials {
        if let Some(filled) = filling.first(&material.sources, |source| of_material(source, held), |_| Ok(true))? {
            filling.materials.insert(material.id.clone(), filled);
        }
    }
    Ok(filling)
}

impl Filling {
    /// What the first source gives that gives something valid. Stops at one that has to be asked first, and
    /// at the applicant, who is asked by the form.
    fn first(
        &mut self,
        sources: &[Source],
        said: impl Fn(&Source) -> Said,
        valid: impl Fn(&Value) -> Result<bool, Error>,
    ) -> Result<Option<Filled>, Error> {
        for source in sources.iter().take_while(|source| **source != Source::Applicant) {
            match said(source) {
                Said::NotYet => {
                    self.want(source);
                    return Ok(None);
                }
                Said::Value(value, at) if valid(&value)? => {
                    self.report(source, None);
                    return Ok(Some(Filled { value, origin: source.clone(), at }));
                }
                Said::Value(..) => self.report(source, Some("invalid")),
                Said::Nothing(why) => self.report(source, Some(why)),
            }
        }
        Ok(None)
    }

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

pub(super) fn key(shared: &SharedField) -> SharedKey {
    (shared.service.clone(), shared.field.clone())
}

fn of_field(source: &Source, element: &str, held: &Held) -> Said {
    let at = held.at.unwrap_or(Timestamp::UNIX_EPOCH);
    let given = |value: Option<&Value>, at| match value {
        Some(value) if !value.is_null() => Said::Value(value.clone(), at),
        _ => Said::Nothing(NO_RECORD),
    };
    match source {
        Source::Licence(kind) => {
            given(held.licences.iter().filter(|l| l.licence_type == *kind).find_map(|l| l.content.get(element)), at)
        }
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
                Said::Value(
                    json!({ "licence": licence.id, "content": content, "valid_until": licence.valid_until }),
                    at,
                )
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

/// Puts what was filled into the form.
pub(super) fn put(
    fields: &mut [FormField],
    materials: &mut [FormMaterial],
    filled: (&BTreeMap<Slug, Filled>, &BTreeMap<Slug, Filled>),
) {
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
    use banshi_model::licence::LicenceStatus;
    use banshi_model::text::{Subject, SubjectKind};

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
        FormMaterial {
            id: id.parse().unwrap(),
            title: text("材料"),
            issuer: None,
            required: true,
            sources,
            basis: "第一条".to_owned(),
            serves: vec![],
            filled: None,
        }
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
                (Source::SharedData(shared), why) => {
                    format!("{} {}", shared.service, why.as_deref().unwrap_or("answered"))
                }
                (source, why) => format!("{source:?} {}", why.as_deref().unwrap_or("answered")),
            })
            .collect();
        (ids(&filling.fields), ids(&filling.materials), reports)
    }

    #[test]
    fn sources_are_tried_in_order_and_the_next_only_when_one_failed() {
        let fields = [form_field(
            "name",
            vec![Source::Licence("L".to_owned()), Source::SharedData(shared("register", "核验")), Source::Applicant],
        )];
        let mut held =
            Held { licences: vec![licence("L", json!({ "name": "某店" }))], at: Some(at()), ..Held::default() };
        assert_eq!(
            check(&fields, &[], &held),
            (vec!["name".to_owned()], vec![], vec!["Licence(\"L\") answered".to_owned()])
        );
        held.licences = vec![licence("other", json!({ "name": "某店" }))];
        let filling = fill(&fields, &[], &held, &Validators::new(4)).unwrap();
        assert_eq!(filling.wanted, [shared("register", "核验")]);
        held.shared.insert(key(&shared("register", "")), Err(SourceProblem::Timeout));
        assert_eq!(
            check(&fields, &[], &held),
            (vec![], vec![], vec!["Licence(\"L\") no-record".to_owned(), "register timeout".to_owned()])
        );
    }

    #[test]
    fn a_service_s_field_is_asked_once_whoever_wants_it() {
        let fields = [
            form_field("a", vec![Source::SharedData(shared("map", "甲"))]),
            form_field("b", vec![Source::SharedData(shared("map", "乙"))]),
        ];
        let wanted = fill(&fields, &[], &Held::default(), &Validators::new(4)).unwrap().wanted;
        assert_eq!(wanted, [shared("map", "甲")]);
    }

    #[test]
    fn a_value_that_the_schema_does_not_allow_counts_as_not_given() {
        let fields = [form_field(
            "name",
            vec![Source::SharedData(shared("register", "核验")), Source::SubjectRecord, Source::Applicant],
        )];
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
        assert_eq!(
            (&filled.value, &filled.origin, filled.at),
            (&json!("新名"), &Source::SubjectRecord, Timestamp::from_second(9).unwrap())
        );
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
            shared: BTreeMap::from([
                (key(&shared("yes", "")), Ok(Some(json!("在册")))),
                (key(&shared("no", "")), Ok(Some(json!(false)))),
            ]),
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
        assert_eq!(
            check(&fields, &[], &held),
            (vec!["phone".to_owned()], vec![], vec!["Licence(\"L\") answered".to_owned()])
        );
    }
}
