//! The simulated partners' HTTP face: one path a partner kind, one for questions, two for tests.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use banshi_connect::sign;
use banshi_model::ids::Digest;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::book::{Entry, Received};
use super::{Sim, callback, locked};

/// A message may have this many bytes.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The partners that there are.
const PARTNERS: [&str; 5] = ["identity", "shared-data", "notice", "payment", "courier"];

/// All paths.
pub fn router(sim: Arc<Sim>) -> Router {
    Router::new()
        .route("/received", get(received))
        .route("/failing", post(failing))
        .route("/shared-data/query", post(question))
        .route("/{partner}", post(message))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(sim)
}

/// A CloudEvents message, as far as it matters here.
#[derive(Deserialize)]
struct Message {
    specversion: String,
    id: String,
    #[serde(rename = "type")]
    kind: String,
    subject: String,
    data: Value,
}

/// A question of shared data.
#[derive(Deserialize)]
struct Question {
    service: String,
    field: String,
    purpose: String,
    subject: Value,
}

#[derive(Deserialize)]
struct Which {
    partner: Option<String>,
}

/// Takes a delivery: 202 and, where an answer is awaited, a callback later.
async fn message(
    State(sim): State<Arc<Sim>>,
    Path(partner): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !PARTNERS.contains(&partner.as_str()) {
        return said(StatusCode::NOT_FOUND, "no such partner");
    }
    if let Some(refused) = disbelieved(&sim, &headers, &body) {
        return refused;
    }
    if sim.fails(&partner) {
        return said(StatusCode::SERVICE_UNAVAILABLE, "told to fail");
    }
    let Ok(mut message) = serde_json::from_slice::<Message>(&body) else {
        return said(StatusCode::BAD_REQUEST, "not a structured CloudEvents message");
    };
    let Some(action) = action(&message, &partner) else {
        return said(StatusCode::BAD_REQUEST, "not a message for this partner");
    };
    let to = message.data.as_object_mut().and_then(|data| data.shift_remove("callback"));
    let answer = callback::answer(&sim, &partner, &action, &message.data);
    let entry = locked(&sim.book).enter(Received {
        id: message.id.clone(),
        partner: partner.clone(),
        kind: message.kind,
        subject: message.subject,
        data: message.data,
        times: 1,
        body: Digest::of(&body),
    });
    tracing::info!(event.id = %message.id, partner.kind = %partner, event.entry = ?entry, "received");
    match entry {
        Entry::Contradiction => return said(StatusCode::CONFLICT, "the id was used with another body"),
        Entry::Repeated => {}
        Entry::New => {
            if let (Some(Value::String(to)), Some(answer)) = (to, answer) {
                callback::later(&sim, message.id, to, answer);
            }
        }
    }
    StatusCode::ACCEPTED.into_response()
}

/// The type's word for what is asked, if the message is for this partner.
fn action(message: &Message, partner: &str) -> Option<String> {
    if message.specversion != "1.0" {
        return None;
    }
    let rest = message.kind.strip_prefix("cn.banshi.")?.strip_suffix(".v1")?;
    let (kind, action) = rest.split_once('.')?;
    (kind == partner).then(|| action.to_owned())
}

/// Answers a question of shared data: 200 with the value, or 404 where there is no record.
async fn question(State(sim): State<Arc<Sim>>, headers: HeaderMap, body: Bytes) -> Response {
    if let Some(refused) = disbelieved(&sim, &headers, &body) {
        return refused;
    }
    let Ok(question) = serde_json::from_slice::<Question>(&body) else {
        return said(StatusCode::BAD_REQUEST, "not a question");
    };
    if question.purpose.trim().is_empty() {
        return said(StatusCode::FORBIDDEN, "no purpose is stated");
    }
    if sim.fails(&question.service) || sim.fails("shared-data") {
        return said(StatusCode::SERVICE_UNAVAILABLE, "told to fail");
    }
    let subject = question.subject.get("id").and_then(Value::as_str);
    match sim.answers.field(subject, &question.service, &question.field) {
        Some(value) => Json(json!({ "value": value })).into_response(),
        None => said(StatusCode::NOT_FOUND, "no record"),
    }
}

/// What arrived, for tests.
async fn received(State(sim): State<Arc<Sim>>, Query(which): Query<Which>) -> Response {
    let book = locked(&sim.book);
    Json(book.all(which.partner.as_deref())).into_response()
}

/// What fails from now on, for tests: a list of names that replaces the one before.
async fn failing(State(sim): State<Arc<Sim>>, Json(names): Json<BTreeSet<String>>) -> StatusCode {
    *locked(&sim.failing) = names;
    StatusCode::NO_CONTENT
}

/// Why a message is refused, if it is.
fn disbelieved(sim: &Sim, headers: &HeaderMap, body: &[u8]) -> Option<Response> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (timestamp, signature) = (header(sign::TIMESTAMP), header(sign::SIGNATURE));
    let now = Timestamp::now().as_second();
    let forged = sign::verify(&sim.secret, timestamp, signature, body, now).err()?;
    tracing::warn!(problem = %forged, "a message is not believed");
    Some(said(StatusCode::UNAUTHORIZED, &forged.to_string()))
}

fn said(status: StatusCode, what: &str) -> Response {
    (status, Json(json!({ "error": what }))).into_response()
}
