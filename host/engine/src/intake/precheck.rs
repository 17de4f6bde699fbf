//! The precheck: what a person should put right before handing in. Stores nothing, refuses nothing.

use banshi_model::draft::Draft;
use banshi_model::ids::{Division, MatterCode};
use banshi_model::text::{Finding, Severity};

use super::apply::check_subject;
use super::{Plan, checks, layers, merge, part_draft, prepare};
use crate::Engine;
use crate::api::intake::{Application, PrecheckAnswer};
use crate::error::Error;
use crate::principal::Principal;

impl Engine {
    /// Findings of the host about form and papers, then of the matter's rules, then of each part's.
    pub async fn precheck(&self, who: &Principal, division: &Division, code: &MatterCode, application: Application) -> Result<PrecheckAnswer, Error> {
        if application.matter != *code || application.division != *division {
            let what = "matter and division differ from the address";
            return Err(Error::invalid("intake.address", "/matter", what, "name the same matter and division in both"));
        }
        let at = self.now();
        let (application, plan) = self.filled_plan(who, application, at).await?;
        let mut findings = Vec::new();
        for (subject, place) in [(Some(&application.subject), "/subject"), (application.agent.as_ref(), "/agent")] {
            if let Some(subject) = subject
                && check_subject(subject, place)?.is_some()
            {
                findings.push(checks::doubtful_subject(place));
            }
        }
        if plan.next.is_empty() {
            let merged = merge::values(&plan.fields, &application.values, at, &self.inner.registry.validators)?;
            let uploads = self.uploads(who, &plan.materials, &application.documents)?;
            let (documents, missing) = merge::documents(&plan.materials, &uploads, at)?;
            findings.extend(checks::findings(&merged, &missing));
            let declared = plan.effective.definition.modes.first();
            let mode = application.mode.as_ref().or(plan.modes().first()).or(declared).copied();
            let mode = mode.ok_or_else(|| Error::Internal(format!("matter {code} has no mode")))?;
            let draft = prepare::draft(application, &plan, mode, merged.values, documents, at);
            findings.extend(self.rules(&plan, &draft).await?);
        } else {
            let open: Vec<String> = plan.next.iter().map(|question| question.id.to_string()).collect();
            findings.push(checks::open_questions(&open));
        }
        let complete = !findings.iter().any(|finding| finding.severity == Severity::Blocking);
        Ok(PrecheckAnswer { findings, complete })
    }

    /// What the matter's own rules find, and those of each chosen part on what it would be handed. Each
    /// finding once: parts that share a value find the same.
    async fn rules(&self, plan: &Plan, draft: &Draft) -> Result<Vec<Finding>, Error> {
        let mut found = layers::findings(&self.inner.runtime, &plan.effective.chain.layers, draft).await?;
        for part in &plan.parts {
            let mode = part.guidance.modes.first().copied().unwrap_or(draft.mode);
            let own = part_draft(draft, &plan.effective.definition, &part.part.code, &part.effective, &part.guidance, mode);
            for finding in layers::findings(&self.inner.runtime, &part.effective.chain.layers, &own).await? {
                if !found.contains(&finding) {
                    found.push(finding);
                }
            }
        }
        Ok(found)
    }
}
