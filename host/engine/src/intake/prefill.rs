//! Prefilling: the form with everything that the state holds already, kept so that what was shown is what
//! is bound when it is handed in.

use banshi_model::ids::{CaseId, Division, MatterCode};
use jiff::{SignedDuration, Timestamp};

use super::apply::{check_subject, may_apply};
use super::fill::put;
use super::form::whole_schema;
use super::guide::choices;
use super::kept::KeptDraft;
use super::plan::Wish;
use crate::Engine;
use crate::api::intake::{PrefillAnswer, PrefillRequest};
use crate::error::Error;
use crate::principal::Principal;

/// Two ids of one place and 2.6 seconds are the same once in 34 thousand million times: so many taken in a row mean that
/// the system's randomness is broken.
const TRIES_FOR_AN_ID: usize = 8;

impl Engine {
    /// The form of a complete path, filled, and kept as a draft.
    pub async fn prefill(
        &self,
        who: &Principal,
        division: &Division,
        code: &MatterCode,
        request: PrefillRequest,
    ) -> Result<PrefillAnswer, Error> {
        let PrefillRequest { subject, agent, answers, business, channel } = request;
        may_apply(who, &subject, division)?;
        check_subject(&subject, "/subject")?;
        agent.as_ref().map(|agent| check_subject(agent, "/agent")).transpose()?;
        let at = self.now();
        let number = Some(subject.id.clone());
        let wish =
            Wish { matter: code.clone(), division: division.clone(), business, channel, answers, subject: number };
        let mut plan = self.plan(wish, at).await?;
        plan.complete()?;
        let filling = self.resolve(&plan.fields, &plan.materials, &subject, at).await?;
        put(&mut plan.fields, &mut plan.materials, (&filling.fields, &filling.materials));
        let id = self.new_case(division, at)?;
        let expires = at + SignedDuration::from_hours(i64::from(self.inner.config.draft_hours));
        self.keep_draft(&id, &KeptDraft::of(who, &plan, subject, agent, &filling, expires)).await?;
        Ok(PrefillAnswer {
            draft: id,
            schema: whole_schema(&plan.fields),
            counts: plan.counts(),
            sources: filling.reports,
            parts: choices(&plan.parts),
            modes: plan.modes().to_vec(),
            fields: plan.fields,
            materials: plan.materials,
            expires,
        })
    }

    /// A new case's id, one that no case or form here has or had.
    pub(crate) fn new_case(&self, division: &Division, at: Timestamp) -> Result<CaseId, Error> {
        for _ in 0..TRIES_FOR_AN_ID {
            let mut random = [0; 7];
            getrandom::fill(&mut random).map_err(|error| Error::Internal(error.to_string()))?;
            let id = CaseId::new(division, at, random);
            if !self.inner.store.taken(&id)? {
                return Ok(id);
            }
        }
        Err(Error::Internal(format!("{TRIES_FOR_AN_ID} new case ids in a row were taken")))
    }
}
