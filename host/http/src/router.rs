//! How routes and layers are put together.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::layers::{Bounds, Share, bounded, in_share, observe};
use crate::openapi::{described, openapi};
use crate::pages;
use crate::problem::{METHOD, NOT_FOUND, Problem};
use crate::routes::{certificates, probes};
use crate::state::AppState;

/// The whole HTTP face over an engine.
pub fn router(state: AppState) -> Router {
    let options = Arc::clone(&state.options);
    let (api, _) = described(&options).split_for_parts();
    let (printed, _) = certificates::routes().split_for_parts();
    let (probes, _) = probes::routes().split_for_parts();
    let faces = Router::new()
        .merge(printed)
        .merge(pages::routes())
        .layer(from_fn_with_state(Share { time: options.request_timeout(), body_bytes: None }, in_share));
    let bounds = Bounds::new(options.requests_max, options.retry_after_seconds, Some(state.engine.clone()));
    surround(api.merge(faces), probes.merge(reference()), bounds).with_state(state)
}

/// Puts the layers around routes. `free` ones stay outside the limit on number: a busy host is alive, and its
/// probes must say so.
fn surround<S: Clone + Send + Sync + 'static>(within: Router<S>, free: Router<S>, bounds: Bounds) -> Router<S> {
    within
        .layer(from_fn_with_state(bounds, bounded))
        .merge(free)
        .fallback(|| async { Problem::bilingual(&NOT_FOUND, "没有这个地址", "there is no such address") })
        .method_not_allowed_fallback(|| async { Problem::bilingual(&METHOD, "见 /docs", "see `/docs`") })
        .layer(from_fn(observe))
}

/// `/openapi.json` and, over it, `/docs`: a page for people with all its assets in the binary.
fn reference() -> Router<AppState> {
    // Maps and texts only: this cannot fail, and the snapshot test reads the same text.
    let description = Bytes::from(openapi().to_json().unwrap_or_default());
    let document = move || async move { ([(header::CONTENT_TYPE, "application/json")], description) };
    // No validator: it would send the description to a server of somebody else.
    let page =
        SwaggerUi::new("/docs").config(Config::from("/openapi.json").validator_url("none").doc_expansion("none"));
    Router::new().route("/openapi.json", get(document)).merge(page)
}

#[cfg(test)]
mod tests;
