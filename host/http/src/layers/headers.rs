//! Headers that every answer has, so that a browser does nothing with it that was not meant.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;

/// What an answer that is no page may load and run: nothing.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
/// What the reference page may: its own scripts and styles, which are in the binary. Swagger UI writes style
/// attributes and shows a data image.
const REFERENCE: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Whether an address is of the reference page.
pub(super) fn of_reference(path: &str) -> bool {
    path.starts_with("/docs")
}

/// Sets what the handler did not set itself.
pub(super) fn secure(response: &mut Response, reference: bool) {
    let headers = response.headers_mut();
    or_set(headers, X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    or_set(headers, REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    or_set(headers, CONTENT_SECURITY_POLICY, if reference { REFERENCE } else { NOTHING });
    if !reference {
        // Answers hold people's papers: no browser and no proxy keeps them.
        or_set(headers, CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

fn or_set(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    headers.entry(name).or_insert(value);
}
