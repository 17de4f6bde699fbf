//! One line in the log, one count and one time for every request.
//!
//! Fields are fixed: `http.method`, `http.route` (the matched pattern, never the address: addresses hold
//! capabilities and ids), `http.status`, `http.latency_ms`, `principal.name`, `request.id`. Nothing else of a
//! request is logged.

use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use futures::FutureExt as _;
use tracing::Instrument as _;
use tracing::field::Empty;

use super::headers::{of_reference, secure};
use super::limits::panicked;
use crate::measure;

/// The header that names a request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What stands for the route of an address that matches none.
const NO_ROUTE: &str = "(none)";

/// Names, logs, counts and times a request; sets the headers that every answer has, and answers for a handler that panics.
pub(crate) async fn observe(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = word(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or(NO_ROUTE, MatchedPath::as_str).to_owned();
    let id = given_id(request.headers()).unwrap_or_else(fresh_id);
    let span = tracing::info_span!(
        "request",
        http.method = method,
        http.route = route.as_str(),
        principal.name = Empty,
        request.id = id.as_str(),
    );
    let reference = of_reference(request.uri().path());
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    let mut response = match answered {
        Ok(response) => response,
        Err(panic) => span.in_scope(|| panicked(panic)),
    };
    secure(&mut response, reference);
    let took = begun.elapsed();
    let status = response.status().as_u16();
    let latency_ms = took.as_secs_f64() * 1000.0;
    span.in_scope(|| tracing::info!(http.status = status, http.latency_ms = latency_ms, "answered"));
    measure::request(method, &route, status, took);
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The method as a fixed word: a caller may send any other text as a method.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// The id that a gateway gave, if it is a UUID: anything freer could be somebody's number.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let given = headers.get(REQUEST_ID)?.to_str().ok()?;
    let groups: Vec<&str> = given.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let hex = groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()));
    (hex && lengths == [8, 4, 4, 4, 12]).then(|| given.to_ascii_lowercase())
}

/// An id of our own: unique in the process by its count, among processes by a random start.
fn fresh_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    static START: OnceLock<u64> = OnceLock::new();
    let start = START.get_or_init(|| getrandom::u64().unwrap_or_default());
    format!("{start:016x}-{:x}", COUNT.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_uuid_is_taken_over_as_request_id() {
        let id = |text: &str| given_id(&HeaderMap::from_iter([(REQUEST_ID, text.parse().unwrap())]));
        assert_eq!(id("5F0C7C9E-6c1b-4a53-9a0e-2f6f7f6f3f55").as_deref(), Some("5f0c7c9e-6c1b-4a53-9a0e-2f6f7f6f3f55"));
        for wrong in ["310115199003072518", "张三", "", "5f0c7c9e6c1b4a539a0e2f6f7f6f3f55", "a-b-c-d-e"] {
            assert_eq!(HeaderValue::from_str(wrong).ok().and(id(wrong)), None, "{wrong}");
        }
    }

    #[test]
    fn fresh_ids_differ() {
        assert_ne!(fresh_id(), fresh_id());
    }
}
