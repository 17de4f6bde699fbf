//! The precheck: what a person should put right before handing in. Stores nothing, refuses nothing.

use std::collections::{BTreeMap, BTreeSet};

use banshi_model::draft::Draft;
use banshi_model::ids::{Division, MatterCode, Slug};
use banshi_model::text::{Finding, Severity};

use super::apply::check_subject;
use super::merge::{self, Merged};
use super::{Plan, checks, layers, part_draft, prepare};
use crate::Engine;
use crate::api::intake::{Application, FormMaterial, PrecheckAnswer};
use crate::error::Error;
use crate::principal::Principal;

impl Engine {
    /// Findings of the host about form and papers, then of the matter's rules, then of each part's.
    pub async fn precheck(
        &self,
        who: &Principal,
        division: &Division,
        code: &MatterCode,
        application: Application,
    ) -> Result<PrecheckAnswer, Error> {
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
            let wrong = Wrong::of(&merged, &missing);
            let declared = plan.effective.definition.modes.first();
            let mode = application.mode.as_ref().or(plan.modes().first()).or(declared).copied();
            let mode = mode.ok_or_else(|| Error::Internal(format!("matter {code} has no mode")))?;
            let draft = prepare::draft(application, &plan, mode, merged.values, documents, at);
            findings.extend(self.rules(&plan, &draft, &wrong).await?);
        } else {
            let open: Vec<String> = plan.next.iter().map(|question| question.id.to_string()).collect();
            findings.push(checks::open_questions(&open));
        }
        let complete = !findings.iter().any(|finding| finding.severity == Severity::Blocking);
        Ok(PrecheckAnswer { findings, complete })
    }

    /// What the matter's own rules find, and those of each chosen part on what it would be handed. Each
    /// finding once: parts that share a value find the same, and the host has told what is missing.
    async fn rules(&self, plan: &Plan, draft: &Draft, wrong: &Wrong) -> Result<Vec<Finding>, Error> {
        let finding = layers::findings(&self.inner.runtime, &plan.effective.chain.layers, draft);
        let mut found = self.charged(&plan.effective, &plan.division, finding).await?;
        found.retain(|finding| !wrong.told(&wrong.own, finding));
        for part in &plan.parts {
            let mode = part.guidance.modes.first().copied().unwrap_or(draft.mode);
            let own =
                part_draft(draft, &plan.effective.definition, &part.part.code, &part.effective, &part.guidance, mode);
            let finding = layers::findings(&self.inner.runtime, &part.effective.chain.layers, &own);
            for finding in self.charged(&part.effective, &plan.division, finding).await? {
                let told = wrong.parts.get(&part.part.code).is_some_and(|ids| wrong.told(ids, &finding));
                if !told && !found.contains(&finding) {
                    found.push(finding);
                }
            }
        }
        Ok(found)
    }
}

/// What the host has found missing or not in form, by the ids that the form has for it and those that each
/// part has. A plugin sees such a value as missing; the applicant is told once.
struct Wrong {
    own: BTreeSet<Slug>,
    parts: BTreeMap<MatterCode, BTreeSet<Slug>>,
}

impl Wrong {
    fn of(merged: &Merged<'_>, missing: &[&FormMaterial]) -> Self {
        let fields = merged.missing.iter().chain(merged.invalid.iter().map(|(field, _)| field));
        let fields = fields.map(|field| (&field.id, &field.serves));
        let papers = missing.iter().map(|material| (&material.id, &material.serves));
        let mut wrong = Self { own: BTreeSet::new(), parts: BTreeMap::new() };
        for (id, serves) in fields.chain(papers) {
            wrong.own.insert(id.clone());
            for served in serves {
                wrong.parts.entry(served.matter.clone()).or_default().insert(served.id.clone());
            }
        }
        wrong
    }

    /// Whether a finding says nothing but that these are missing.
    fn told(&self, ids: &BTreeSet<Slug>, finding: &Finding) -> bool {
        let evidence = &finding.reason.evidence;
        finding.severity == Severity::Blocking
            && !evidence.is_empty()
            && evidence.iter().all(|shown| ids.iter().any(|id| id.as_str() == shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use banshi_model::text::{Reason, Text};

    fn finding(severity: Severity, evidence: &[&str]) -> Finding {
        let evidence = evidence.iter().map(|id| (*id).to_owned()).collect();
        Finding {
            severity,
            reason: Reason { rule: "r".to_owned(), basis: "b".to_owned(), text: Text::new("缺", "lacks"), evidence },
        }
    }

    #[test]
    fn a_plugin_s_word_about_what_the_host_found_missing_is_not_repeated() {
        let ids: BTreeSet<Slug> = BTreeSet::from(["name".parse().unwrap()]);
        let wrong = Wrong { own: ids.clone(), parts: BTreeMap::new() };
        assert!(wrong.told(&ids, &finding(Severity::Blocking, &["name"])));
        assert!(!wrong.told(&ids, &finding(Severity::Warning, &["name"])), "it says something else");
        assert!(!wrong.told(&ids, &finding(Severity::Blocking, &["name", "area"])));
        assert!(!wrong.told(&ids, &finding(Severity::Blocking, &[])));
    }
}
