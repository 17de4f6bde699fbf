//! Everything of a submission before its commit: the plan under what is in force now, the form filled and
//! checked, the papers, and what the case will be pinned to.

use std::collections::{BTreeMap, BTreeSet};

use banshi_model::case::Pin;
use banshi_model::definition::{Business, Mode, Source};
use banshi_model::draft::{Draft, FieldValue};
use banshi_model::ids::{CaseId, DocumentId, Slug};
use banshi_model::licence::LicenceStatus;
use banshi_model::time;
use banshi_store::SubjectValue;
use jiff::Timestamp;

use super::apply::{check_subject, may_apply};
use super::kept::completed;
use super::merge::{self, Upload};
use super::plan::Wish;
use super::{Plan, Prepared};
use crate::Engine;
use crate::api::intake::{Application, FormMaterial};
use crate::error::Error;
use crate::principal::Principal;
use crate::registry::Effective;

impl Engine {
    /// Checks and completes an application. Every error can be corrected by the caller, and names its
    /// place; none repeats a value.
    pub(crate) async fn prepare(&self, who: &Principal, application: Application) -> Result<Prepared, Error> {
        let at = self.now();
        let (application, plan) = self.filled_plan(who, application, at).await?;
        plan.complete()?;
        let mode = mode_of(&application, &plan)?;
        let merged = merge::values(&plan.fields, &application.values, at, &self.inner.registry.validators)?;
        if let Some(error) = merged.error() {
            return Err(error);
        }
        let uploads = self.uploads(who, &plan.materials, &application.documents)?;
        let (documents, missing) = merge::documents(&plan.materials, &uploads, at)?;
        if let Some(error) = merge::missing_papers(&missing) {
            return Err(error);
        }
        self.check_licence(&application, &plan, at)?;
        let draft_kept = application.draft.is_some();
        let id = match &application.draft {
            Some(id) => id.clone(),
            None => self.new_case(&application.division, at)?,
        };
        let subject_values = given(&plan, &merged.values, &id);
        let claimed: BTreeSet<DocumentId> = uploads.into_values().map(|upload| upload.id).collect();
        Ok(Prepared {
            id,
            draft_kept,
            pin: pin(&plan),
            documents: claimed.into_iter().collect(),
            counts: plan.counts(),
            subject_values,
            draft: draft(application, &plan, mode, merged.values, documents, at),
        })
    }

    /// An application with what its draft adds, and its plan with the form filled. For `prepare` and
    /// `precheck`; the path may be incomplete, and the form is then empty.
    pub(super) async fn filled_plan(
        &self,
        who: &Principal,
        application: Application,
        at: Timestamp,
    ) -> Result<(Application, Plan), Error> {
        may_apply(who, &application.subject, &application.division)?;
        check_subject(&application.subject, "/subject")?;
        let kept = self.kept_draft(who, &application, at)?;
        let application = completed(application, kept.as_ref());
        application.agent.as_ref().map(|agent| check_subject(agent, "/agent")).transpose()?;
        let wish = Wish {
            matter: application.matter.clone(),
            division: application.division.clone(),
            business: application.business,
            channel: application.channel.clone(),
            answers: application.answers.clone(),
            subject: Some(application.subject.id.clone()),
        };
        let mut plan = self.plan(wish, at).await?;
        if plan.next.is_empty() {
            self.fill_plan(&mut plan, kept.as_ref(), &application.subject, at).await?;
        }
        Ok((application, plan))
    }

    /// The uploaded documents that an application names: each is this caller's own and nobody's yet.
    pub(super) fn uploads(
        &self,
        who: &Principal,
        materials: &[FormMaterial],
        named: &BTreeMap<String, DocumentId>,
    ) -> Result<BTreeMap<Slug, Upload>, Error> {
        let mut uploads = BTreeMap::new();
        for (name, id) in named {
            let Some(material) = materials.iter().find(|material| material.id.as_str() == name) else {
                let fix = "use the material ids of the prefilled form";
                return Err(Error::invalid(
                    "intake.unknown-material",
                    "/documents",
                    "a document for no paper of this form",
                    fix,
                ));
            };
            let record = self.inner.store.document_record(id)?.filter(|record| record.by == who.name);
            let record = record.ok_or_else(|| Error::not_found("document", id))?;
            if record.case.is_some() {
                return Err(Error::conflict(
                    "document.claimed",
                    format!("document {id} belongs to another case; upload it again"),
                ));
            }
            uploads.insert(material.id.clone(), Upload { id: id.clone(), digest: record.digest });
        }
        Ok(uploads)
    }

    /// A change, renewal, reissue or cancellation is of a licence that the subject holds and the matter
    /// issues; an establishment is of none.
    fn check_licence(&self, application: &Application, plan: &Plan, at: Timestamp) -> Result<(), Error> {
        let invalid = |what: &str, fix: &str| Error::invalid("intake.licence", "/licence", what, fix);
        let Some(id) = &application.licence else {
            return match plan.business {
                Business::Establish => Ok(()),
                _ => Err(invalid("this business is of a licence", "name the licence")),
            };
        };
        if plan.business == Business::Establish {
            return Err(invalid(
                "an establishment is of no licence",
                "leave `licence` out, or choose another business",
            ));
        }
        let (matter, issues) = (plan.matter(), &plan.effective.definition.issues);
        // One that an earlier version of the matter issued is of the matter too, where none is issued any more.
        let own = self.inner.store.licence(id)?.filter(|licence| {
            let open = matches!(licence.status_on(time::date_of(at)), LicenceStatus::Valid | LicenceStatus::Expired);
            let of_matter =
                licence.matter == *matter || issues.iter().any(|kind| kind.licence_type == licence.licence_type);
            open && licence.holder.id == application.subject.id && of_matter
        });
        own.map(drop).ok_or_else(|| {
            invalid(
                "the subject holds no such licence of this matter",
                "name a licence of the subject that is not ended",
            )
        })
    }
}

/// How it is applied for: what was said, or what the guide proposes.
fn mode_of(application: &Application, plan: &Plan) -> Result<Mode, Error> {
    let offered = plan.modes();
    let proposed = offered.first().or(plan.effective.definition.modes.first()).copied();
    let mode = application
        .mode
        .or(proposed)
        .ok_or_else(|| Error::Internal(format!("matter {} has no mode", plan.matter())))?;
    if !offered.is_empty() && !offered.contains(&mode) {
        let list: Vec<String> = offered.iter().map(|mode| format!("{mode:?}").to_lowercase()).collect();
        return Err(Error::invalid(
            "intake.mode",
            "/mode",
            "it may not be had so on this path",
            format!("use one of: {}", list.join(", ")),
        ));
    }
    Ok(mode)
}

/// The draft as plugins see it.
pub(super) fn draft(
    application: Application,
    plan: &Plan,
    mode: Mode,
    values: Vec<FieldValue>,
    documents: Vec<banshi_model::draft::Document>,
    at: Timestamp,
) -> Draft {
    Draft {
        licence: application.licence,
        division: application.division,
        today: time::date_of(at),
        channel: plan.channel.clone(),
        business: plan.business,
        mode,
        subject: application.subject,
        agent: application.agent,
        answers: application.answers,
        values,
        documents,
        parts: plan.parts.iter().map(|part| part.part.code.clone()).collect(),
        parameters: plan.effective.parameters.clone(),
    }
}

/// What the applicant gave, by data element.
fn given(plan: &Plan, values: &[FieldValue], case: &CaseId) -> Vec<SubjectValue> {
    let own = values.iter().filter(|value| value.origin == Source::Applicant);
    own.filter_map(|value| {
        let field = plan.fields.iter().find(|field| field.id == value.field)?;
        Some(SubjectValue {
            element: field.element.clone(),
            value: value.value.clone(),
            at: value.at,
            case: case.clone(),
        })
    })
    .collect()
}

/// What the case is pinned to, with its chosen parts.
fn pin(plan: &Plan) -> Pin {
    let of = |effective: &Effective| Pin {
        chain: effective.chain.clone(),
        digest: effective.digest,
        definition: effective.definition_digest,
        parameters: effective.parameters.clone(),
        parts: BTreeMap::new(),
    };
    let parts = plan.parts.iter().map(|part| (part.part.code.clone(), of(&part.effective))).collect();
    Pin { parts, ..of(&plan.effective) }
}
