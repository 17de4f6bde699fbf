//! How routes and layers are put together.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::error_handling::HandleErrorLayer;
use axum::http::header;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::layers::{in_time, observe, overload, panicked, secure, settled};
use crate::openapi::{described, openapi};
use crate::options::HttpOptions;
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
        .layer(from_fn_with_state(options.request_timeout(), in_time));
    let told = api.merge(faces).layer(from_fn_with_state(state.clone(), settled));
    surround(told, probes.merge(reference()), &options).with_state(state)
}

/// Puts the layers around routes. `free` ones stay outside the limit on number: a busy host is alive, and its
/// probes must say so.
fn surround<S: Clone + Send + Sync + 'static>(bounded: Router<S>, free: Router<S>, options: &HttpOptions) -> Router<S> {
    let retry_after = options.retry_after_seconds;
    let limit = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(move |error| async move { overload(&error, retry_after) }))
        .load_shed()
        .layer(GlobalConcurrencyLimitLayer::new(options.requests_max));
    bounded
        .layer(limit)
        .merge(free)
        .fallback(|| async { Problem::bilingual(&NOT_FOUND, "没有这个地址", "there is no such address") })
        .method_not_allowed_fallback(|| async { Problem::bilingual(&METHOD, "见 /docs", "see `/docs`") })
        .layer(from_fn(secure))
        .layer(CatchPanicLayer::custom(panicked))
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
