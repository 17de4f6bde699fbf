//! Applications that nobody handed in: a form's least or fullest values, a document for each paper.

use banshi_model::definition::{Business, Field, Mode, Source};
use banshi_model::draft::{Document, Draft, FieldValue};
use banshi_model::enactment::Chain;
use banshi_model::ids::{CaseId, Digest, Division};
use banshi_model::licence::{Licence, LicenceStatus};
use banshi_model::text::{Subject, SubjectKind};
use banshi_model::time;
use serde_json::json;

use super::super::admission::values;
use super::{End, Rehearsal};

/// The number of the licence that a change, a renewal or an ending is about.
const LICENCE: &str = "1.2.156.3005.2.00000000000000000000.SAMPLE";

impl Rehearsal<'_> {
    /// Where the cases are played: the place of the topmost layer.
    pub(super) fn division(&self) -> Division {
        self.candidate.layer.authority.division.clone()
    }

    /// An application at this end of the guide.
    pub(super) fn application(&mut self, end: &End, mode: Mode, turn: usize) -> Draft {
        let definition = &self.effective.definition;
        let own = definition.fields.iter().filter(|field| end.guidance.fields.contains(&field.id));
        let fields: Vec<Field> = own.chain(&self.of_parts).cloned().collect();
        Draft {
            licence: (end.business != Business::Establish).then(|| LICENCE.to_owned()),
            division: self.division(),
            today: time::date_of(self.at),
            channel: crate::intake::PORTAL.to_owned(),
            business: end.business,
            mode,
            subject: subject(),
            agent: None,
            answers: end.answers.clone(),
            values: fields.iter().filter_map(|field| self.value(field, turn)).collect(),
            documents: end.guidance.materials.iter().map(|material| self.document(material)).collect(),
            parts: end.guidance.parts.clone(),
            parameters: self.effective.parameters.clone(),
        }
    }

    fn value(&mut self, field: &Field, turn: usize) -> Option<FieldValue> {
        if !field.required && turn == 0 {
            return None;
        }
        let made = values::of(&field.schema, turn);
        if made.is_none() && field.required {
            let what = (
                "没有生成出符合数据模式的值，试办时此项为空",
                "no value was found that the schema allows; cases were played without it",
            );
            let fix = ("加上 `enum`、`format` 或更宽的模式", "give an `enum`, a `format`, or a wider pattern");
            self.found.warn("admission.trial", format!("definition.fields.{}.schema", field.id), what, fix);
        }
        made.map(|value| FieldValue { field: field.id.clone(), value, origin: Source::Applicant, at: self.at })
    }

    fn document(&self, material: &banshi_model::ids::Slug) -> Document {
        let digest = Digest::of(material.as_str().as_bytes());
        Document { material: material.clone(), digest, origin: Source::Applicant, at: self.at }
    }

    /// The licence that the application names.
    pub(super) fn licence(&self, draft: &Draft, case: &CaseId, chain: &Chain) -> Option<Licence> {
        let definition = &self.effective.definition;
        let issued = definition.issues.first().map(|issued| issued.licence_type.clone());
        let read = || self.candidate.manifest.permissions.licences.first().cloned();
        Some(Licence {
            id: draft.licence.clone()?,
            licence_type: issued.or_else(read).unwrap_or_default(),
            title: definition.title.clone(),
            matter: chain.matter.clone(),
            case: case.derive("before"),
            division: draft.division.clone(),
            department: definition.department.clone(),
            holder: draft.subject.clone(),
            content: json!({}),
            members: Vec::new(),
            issued: self.at,
            valid_until: None,
            status: LicenceStatus::Valid,
            ended: None,
            capability: None,
        })
    }
}

/// Who applies in a rehearsal.
pub(super) fn subject() -> Subject {
    Subject { kind: SubjectKind::LegalPerson, id: values::FIRM.to_owned(), name: "试办主体".to_owned() }
}
