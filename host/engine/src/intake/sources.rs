//! Asking what the state holds about a subject: the library, the record, and shared data, all of it at
//! once and each field of a service only once. A source that fails is told and passed over.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use banshi_model::definition::{SharedField, Source};
use banshi_model::licence::LicenceStatus;
use banshi_model::text::Subject;
use jiff::Timestamp;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::fill::{Filling, Held, SharedKey, fill, key, problem};
use crate::api::intake::{FormField, FormMaterial};
use crate::error::Error;
use crate::{Engine, SourceProblem};

/// What shared data answered, by service and field.
type Answers = BTreeMap<SharedKey, Result<Option<Value>, SourceProblem>>;

impl Engine {
    /// Fills a form from what the state holds about a subject. A source that fails is told and passed over.
    pub(super) async fn resolve(
        &self,
        fields: &[FormField],
        materials: &[FormMaterial],
        subject: &Subject,
        at: Timestamp,
    ) -> Result<Filling, Error> {
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
    fn held(
        &self,
        fields: &[FormField],
        materials: &[FormMaterial],
        subject: &Subject,
        at: Timestamp,
    ) -> Result<Held, Error> {
        let sources = || {
            fields
                .iter()
                .map(|field| &field.sources)
                .chain(materials.iter().map(|material| &material.sources))
                .flatten()
        };
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
    async fn ask(&self, wanted: &[SharedField], subject: &Subject, at: Timestamp) -> Answers {
        let until = Instant::now() + Duration::from_millis(self.inner.config.source_timeout_ms);
        let mut asked = JoinSet::new();
        for shared in wanted {
            let (port, shared, subject) = (Arc::clone(&self.inner.shared), shared.clone(), subject.clone());
            asked.spawn(async move {
                let answer = tokio::time::timeout_at(until, port.fetch(&shared, &subject, at)).await;
                (key(&shared), answer.unwrap_or(Err(SourceProblem::Timeout)))
            });
        }
        let mut answers: BTreeMap<_, _> =
            wanted.iter().map(|shared| (key(shared), Err(SourceProblem::Invalid))).collect();
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
