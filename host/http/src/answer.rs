//! How a write answers: the first time, and when it is sent again under the same key.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use banshi_engine::Done;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::problem::{INTERNAL, Problem};

/// Set where the answer is that of an earlier request with the same key.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Marks the answer of a write that was done by this very request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fresh;

/// The answer to a write that made nothing new: 200.
pub(crate) fn done<T: Serialize>(done: Done<T>) -> Result<Response, Problem> {
    match done {
        Done::Fresh(value) => Ok((Extension(Fresh), Json(value)).into_response()),
        Done::Repeated { status, body } => repeated(status, body),
    }
}

/// The answer to a write that made something: 201 with its address, also when it is repeated.
pub(crate) fn created<T>(done: Done<T>, address: impl Fn(&T) -> String) -> Result<Response, Problem>
where
    T: Serialize + DeserializeOwned,
{
    let (location, mut response) = match done {
        Done::Fresh(value) => {
            (Some(address(&value)), (StatusCode::CREATED, Extension(Fresh), Json(value)).into_response())
        }
        Done::Repeated { status, body } => {
            let first = serde_json::from_slice::<T>(&body).ok().filter(|_| status == StatusCode::CREATED);
            (first.as_ref().map(address), repeated(status, body)?)
        }
    };
    if let Some(location) = location.and_then(|location| HeaderValue::try_from(location).ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// The answer to a write that made something without an address of its own: 201.
pub(crate) fn made<T: Serialize>(done: Done<T>) -> Result<Response, Problem> {
    match done {
        Done::Fresh(value) => Ok((StatusCode::CREATED, Extension(Fresh), Json(value)).into_response()),
        Done::Repeated { status, body } => repeated(status, body),
    }
}

/// The answer to a write of which there is nothing to say: 204.
pub(crate) fn nothing(done: Done<()>) -> Response {
    match done {
        Done::Fresh(()) => (StatusCode::NO_CONTENT, Extension(Fresh)).into_response(),
        Done::Repeated { .. } => {
            (StatusCode::NO_CONTENT, [(REPLAYED, HeaderValue::from_static("true"))]).into_response()
        }
    }
}

fn repeated(status: u16, body: Vec<u8>) -> Result<Response, Problem> {
    let status = StatusCode::from_u16(status)
        .map_err(|_| Problem::new(&INTERNAL, "the kept answer has no HTTP status; report `X-Request-Id`"))?;
    let json = HeaderValue::from_static("application/json");
    Ok((status, [(header::CONTENT_TYPE, json), (REPLAYED, HeaderValue::from_static("true"))], body).into_response())
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use serde_json::{Value, json};

    use super::*;

    async fn body(response: Response) -> Value {
        serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
    }

    fn address(value: &Value) -> String {
        format!("/api/v1/cases/{}", value["id"].as_str().unwrap())
    }

    #[tokio::test]
    async fn what_was_made_is_answered_with_201_and_its_address() {
        let response = created(Done::Fresh(json!({ "id": "c1" })), address).unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()[header::LOCATION], "/api/v1/cases/c1");
        assert!(!response.headers().contains_key(REPLAYED));
    }

    #[tokio::test]
    async fn a_repeated_write_answers_as_the_first_did_and_says_so() {
        let kept = Done::<Value>::Repeated { status: 201, body: br#"{"id":"c1"}"#.to_vec() };
        let response = created(kept, address).unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()[REPLAYED], "true");
        assert_eq!(response.headers()[header::LOCATION], "/api/v1/cases/c1");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
        assert_eq!(body(response).await, json!({ "id": "c1" }));
    }

    #[tokio::test]
    async fn a_repeated_write_that_made_nothing_keeps_its_200() {
        let response = done(Done::<Value>::Repeated { status: 200, body: b"{}".to_vec() }).unwrap();
        assert_eq!((response.status().as_u16(), response.headers()[REPLAYED].to_str().unwrap()), (200, "true"));
    }
}
