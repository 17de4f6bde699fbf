//! Shared data (数据共享), asked while a person waits: one signed question, one answer, within a timeout.
//!
//! Asks `{"service", "field", "purpose", "subject"}` as JSON. 200 with `{"value": …}` is an answer (a `null` too is
//! "no record"), 404 is "no record", anything else is a problem: the engine then asks the applicant. Nothing is
//! kept here: what was answered is bound by the case.

use std::sync::Arc;

use banshi_engine::{SharedData, SourceAnswer, SourceProblem};
use banshi_model::definition::SharedField;
use banshi_model::text::Subject;
use jiff::Timestamp;
use reqwest::{Client, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::options::{Endpoint, Error, Options};
use crate::post::{Problem, client, post, read};

/// Shared data over HTTP. Without a configured partner every question is answered by `Unreachable`.
pub struct HttpSharedData {
    partner: Option<Asked>,
}

struct Asked {
    client: Client,
    endpoint: Endpoint,
    at_once: Arc<Semaphore>,
    answer_bytes_max: usize,
}

#[derive(Serialize)]
struct Question<'a> {
    service: &'a str,
    field: &'a str,
    purpose: &'a str,
    subject: &'a Subject,
}

#[derive(Deserialize)]
struct Answer {
    value: Value,
}

impl HttpSharedData {
    /// Checks section `[partners.shared_data]` and connects to nothing yet.
    pub fn new(options: &Options) -> Result<Self, Error> {
        let Some(partner) = &options.shared_data else {
            return Ok(Self { partner: None });
        };
        let asked = Asked {
            client: client(options)?,
            endpoint: partner.query()?,
            at_once: Arc::new(Semaphore::new(partner.query_concurrency)),
            answer_bytes_max: partner.answer_bytes_max,
        };
        Ok(Self { partner: Some(asked) })
    }
}

impl SharedData for HttpSharedData {
    fn fetch<'a>(&'a self, field: &'a SharedField, subject: &'a Subject, _now: Timestamp) -> SourceAnswer<'a> {
        Box::pin(async move {
            let answer = match &self.partner {
                None => Err(Problem::Unconfigured),
                // Waiting for a turn counts too: the person waits all the same.
                Some(asked) => tokio::time::timeout(asked.endpoint.timeout, asked.ask(field, subject))
                    .await
                    .unwrap_or(Err(Problem::Timeout)),
            };
            if let Err(problem) = &answer {
                // The service's name comes from a plugin: quoted and cut.
                let service: String = field.service.chars().take(64).collect();
                tracing::warn!(source.service = ?service, source.problem = %problem, "shared data did not answer");
            }
            answer.map_err(SourceProblem::from)
        })
    }
}

impl Asked {
    async fn ask(&self, field: &SharedField, subject: &Subject) -> Result<Option<Value>, Problem> {
        let _turn = self.at_once.acquire().await.map_err(|_| Problem::Unsendable)?;
        let (service, purpose) = (&field.service, &field.purpose);
        let question = Question { service, field: &field.field, purpose, subject };
        let body = serde_json::to_vec(&question).map_err(|_| Problem::Unsendable)?;
        let response = post(&self.client, &self.endpoint, "application/json", body).await?;
        match response.status() {
            StatusCode::OK => {
                let bytes = read(response, self.answer_bytes_max).await?;
                let answer: Answer = serde_json::from_slice(&bytes).map_err(|_| Problem::Answer)?;
                Ok(Some(answer.value).filter(|value| !value.is_null()))
            }
            StatusCode::NOT_FOUND => Ok(None),
            other => Err(Problem::Status(other.as_u16())),
        }
    }
}
