//! A form that was prefilled and is kept until it is handed in, sealed under the future case's key. It
//! belongs to the principal who asked and the subject that it is about.

use std::collections::{BTreeMap, BTreeSet};

use banshi_model::definition::Business;
use banshi_model::ids::{CaseId, Division, MatterCode, Slug};
use banshi_model::text::Subject;
use banshi_store::Group;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Plan;
use super::fill::{Filling, put};
use crate::Engine;
use crate::api::intake::{Application, Filled};
use crate::error::Error;
use crate::principal::Principal;

/// What is kept. No `Debug`: it is personal throughout.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct KeptDraft {
    pub principal: String,
    pub subject: Subject,
    pub agent: Option<Subject>,
    pub matter: MatterCode,
    pub division: Division,
    pub business: Business,
    pub channel: String,
    pub answers: BTreeMap<String, Value>,
    /// What sources gave for the form's fields, and for its papers.
    pub fields: BTreeMap<Slug, Filled>,
    pub materials: BTreeMap<Slug, Filled>,
    /// What the form asked then, filled or not: sources are not asked for it again.
    pub seen_fields: BTreeSet<Slug>,
    pub seen_materials: BTreeSet<Slug>,
    pub expires: Timestamp,
}

impl KeptDraft {
    /// A prefilled form of a plan.
    pub(super) fn of(
        who: &Principal,
        plan: &Plan,
        subject: Subject,
        agent: Option<Subject>,
        filling: &Filling,
        expires: Timestamp,
    ) -> Self {
        Self {
            principal: who.name.clone(),
            subject,
            agent,
            matter: plan.matter().clone(),
            division: plan.division.clone(),
            business: plan.business,
            channel: plan.channel.clone(),
            answers: plan.answers.clone(),
            fields: filling.fields.clone(),
            materials: filling.materials.clone(),
            seen_fields: plan.fields.iter().map(|field| field.id.clone()).collect(),
            seen_materials: plan.materials.iter().map(|material| material.id.clone()).collect(),
            expires,
        }
    }
}

impl Engine {
    /// Keeps a form until it expires.
    pub(super) async fn keep_draft(&self, id: &CaseId, kept: &KeptDraft) -> Result<(), Error> {
        let value = serde_json::to_value(kept).map_err(|_| Error::Internal("a draft does not make JSON".to_owned()))?;
        let mut group = Group::new();
        group.open_case(id.clone());
        group.put_draft(id, &value, kept.expires);
        Ok(self.inner.store.commit(group).await?)
    }

    /// The form that an application names. Whoever did not ask for it is told that there is none.
    pub(super) fn kept_draft(
        &self,
        who: &Principal,
        application: &Application,
        at: Timestamp,
    ) -> Result<Option<KeptDraft>, Error> {
        let Some(id) = &application.draft else { return Ok(None) };
        let none = || Error::not_found("draft", id);
        let value = self.inner.store.draft(id)?.ok_or_else(none)?;
        let kept: KeptDraft =
            serde_json::from_value(value).map_err(|_| Error::Internal(format!("draft {id} does not read")))?;
        let own = kept.principal == who.name
            && kept.subject.kind == application.subject.kind
            && kept.subject.id == application.subject.id;
        if !own || kept.expires <= at {
            return Err(none());
        }
        if kept.matter != application.matter || kept.division != application.division {
            let what = "the draft is of another matter or place";
            return Err(Error::invalid(
                "intake.draft",
                "/draft",
                what,
                "prefill this matter here, or leave `draft` out",
            ));
        }
        Ok(Some(kept))
    }

    /// Fills a plan's form: from the kept draft what it saw, from the sources what is new since then.
    pub(super) async fn fill_plan(
        &self,
        plan: &mut Plan,
        kept: Option<&KeptDraft>,
        subject: &Subject,
        at: Timestamp,
    ) -> Result<(), Error> {
        let fields: Vec<_> = plan
            .fields
            .iter()
            .filter(|field| kept.is_none_or(|kept| !kept.seen_fields.contains(&field.id)))
            .cloned()
            .collect();
        let materials: Vec<_> = plan
            .materials
            .iter()
            .filter(|material| kept.is_none_or(|kept| !kept.seen_materials.contains(&material.id)))
            .cloned()
            .collect();
        let mut filling = self.resolve(&fields, &materials, subject, at).await?;
        if let Some(kept) = kept {
            // A chain that changed meanwhile may ask otherwise; what no longer fits its schema is asked.
            for field in &plan.fields {
                let Some(filled) = kept.fields.get(&field.id) else { continue };
                let valid = self.inner.registry.validators.valid(&field.schema, &filled.value);
                if valid.map_err(|error| Error::Internal(error.to_string()))? {
                    filling.fields.insert(field.id.clone(), filled.clone());
                }
            }
            filling.materials.extend(kept.materials.clone());
        }
        put(&mut plan.fields, &mut plan.materials, (&filling.fields, &filling.materials));
        Ok(())
    }
}

/// An application with what its draft says where it says nothing itself.
pub(super) fn completed(mut application: Application, kept: Option<&KeptDraft>) -> Application {
    if let Some(kept) = kept {
        application.business.get_or_insert(kept.business);
        application.channel.get_or_insert_with(|| kept.channel.clone());
        if application.agent.is_none() {
            application.agent.clone_from(&kept.agent);
        }
        if application.answers.is_empty() {
            application.answers.clone_from(&kept.answers);
        }
    }
    application
}
