//! What a caller is told when something was not done: `application/problem+json` (RFC 9457).
//!
//! The only file where an engine's error becomes an answer is `engine_error.rs`. A problem holds no personal
//! data: what was wrong with a value, never the value.

mod engine_error;
mod kinds;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use banshi_engine::api::registry::AdmissionReport;
use banshi_model::ids::Authority;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, ResponsesBuilder, response};

pub(crate) use kinds::*;
pub use kinds::{ALL, Kind};

/// The media type of a problem.
pub const MEDIA_TYPE_JSON: &str = "application/problem+json";

/// Why something was not done (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// `/problems#` and the kind's word.
    #[serde(rename = "type")]
    pub problem_type: String,
    /// What kind of problem it is, in Chinese.
    pub title: &'static str,
    /// What kind of problem it is, in English.
    pub title_en: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// A stable word: `task.revision`, `intake.incomplete`, the kind's own …
    pub code: String,
    /// What happened, for a person.
    pub detail: String,
    /// The same in English, where `detail` is Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail_en: Option<String>,
    /// A JSON pointer into the request, or a parameter's or header's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// Whether the same request may be sent again unchanged, a write with the same `Idempotency-Key`.
    pub retry_safe: bool,
    /// After how many seconds, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// The law row that forbids it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub law: Option<LawRow>,
    /// What the plugin or its limit said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<PluginFault>,
    /// The quota that is used up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<UsedUp>,
    /// The admission report of a package that is not admitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Box<AdmissionReport>>,
    /// The kind, for logs and tests.
    #[serde(skip)]
    #[schema(ignore)]
    kind: &'static Kind,
}

/// A law row that forbids something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LawRow {
    /// Its id in the law tables.
    pub row: String,
    /// Its clause.
    pub clause: String,
}

/// What a plugin or its limit said. Text of a guest: show it as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PluginFault {
    /// The limit's name (`guest.deadline` …) or the plugin's own word.
    pub code: String,
    /// What happened.
    pub text: String,
}

/// A quota that is used up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UsedUp {
    /// Which: `calls`, `cpu`, `storage` or `deliveries`.
    pub name: String,
    /// Whose.
    pub authority: Authority,
    /// When a request is let through again.
    pub until: Timestamp,
}

impl Problem {
    /// A problem of a kind, with what happened.
    pub(crate) fn new(kind: &'static Kind, detail: impl Into<String>) -> Self {
        Self {
            problem_type: format!("/problems#{}", kind.word),
            title: kind.title,
            title_en: kind.title_en,
            status: kind.status.as_u16(),
            code: kind.word.to_owned(),
            detail: detail.into(),
            detail_en: None,
            place: None,
            fix: None,
            retry_safe: kind.retry_safe,
            retry_after: None,
            law: None,
            plugin: None,
            quota: None,
            report: None,
            kind,
        }
    }

    /// With Chinese and English.
    pub(crate) fn bilingual(kind: &'static Kind, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { detail_en: Some(en.into()), ..Self::new(kind, zh) }
    }

    /// A request that does not read: where, what, and what to do.
    pub(crate) fn malformed(place: impl Into<String>, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(&MALFORMED, what).at(place, fix)
    }

    /// The host failed; what it said is in the log under the request's id.
    pub(crate) fn internal() -> Self {
        Self::bilingual(&INTERNAL, "请向平台报告 X-Request-Id", "report `X-Request-Id` to the platform")
    }

    /// With its place and what to do there.
    pub(crate) fn at(self, place: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { place: Some(place.into()), fix: Some(fix.into()), ..self }
    }

    /// With a more exact code than the kind's.
    pub(crate) fn code(self, code: impl Into<String>) -> Self {
        Self { code: code.into(), ..self }
    }

    /// To be tried again after so many seconds.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// The kind.
    pub(crate) fn kind(&self) -> &'static Kind {
        self.kind
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE_JSON));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if std::ptr::eq(self.kind, &raw const UNAUTHENTICATED) {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"banshi\""));
        }
        if std::ptr::eq(self.kind, &raw const TOO_LARGE) {
            // The body was not read, so the connection cannot go on; unsaid, a client would send its next request into it.
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        // Only strings, numbers and an admission report: this cannot fail, and an empty body would still carry the status.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        (self.kind.status, headers, body).into_response()
    }
}

/// The answers that any operation may give instead of its own, for the OpenAPI document.
pub(crate) struct Problems;

impl utoipa::IntoResponses for Problems {
    fn responses() -> std::collections::BTreeMap<String, RefOr<response::Response>> {
        let content = utoipa::openapi::ContentBuilder::new().schema(Some(Problem::schema_ref())).build();
        let answer = response::ResponseBuilder::new()
            .description("What went wrong, where, and what to do; see `/problems`")
            .content(MEDIA_TYPE_JSON, content)
            .build();
        ResponsesBuilder::new().response("default", answer).build().responses.into_iter().collect()
    }
}

impl Problem {
    fn schema_ref() -> RefOr<utoipa::openapi::Schema> {
        RefOr::Ref(utoipa::openapi::Ref::from_schema_name("Problem"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_kind_has_its_own_word_and_says_what_to_do_in_both_languages() {
        let words: HashSet<&str> = ALL.iter().map(|kind| kind.word).collect();
        assert_eq!(words.len(), ALL.len());
        for kind in ALL {
            assert!(kind.status.is_client_error() || kind.status.is_server_error(), "{}", kind.word);
            for text in [kind.title, kind.title_en, kind.advice, kind.advice_en] {
                assert!(!text.is_empty(), "{}", kind.word);
            }
        }
    }

    #[test]
    fn a_problem_is_its_own_media_type_and_says_when_to_try_again() {
        let response = Problem::new(&BUSY, "x").retry_after(7).into_response();
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()[header::CONTENT_TYPE], MEDIA_TYPE_JSON);
        assert_eq!(response.headers()[header::RETRY_AFTER], "7");
        assert!(!response.headers().contains_key(header::WWW_AUTHENTICATE));
    }

    #[test]
    fn only_a_missing_token_asks_for_one() {
        let response = Problem::new(&UNAUTHENTICATED, "x").into_response();
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer realm=\"banshi\"");
    }
}
