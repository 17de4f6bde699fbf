//! `/healthz`, `/readyz` and `/metrics`: for machines that watch the host.

use axum::extract::FromRequestParts as _;
use axum::extract::{Request, State};
use axum::http::{HeaderName, StatusCode, header};
use banshi_engine::Role;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::extract::Caller;
use crate::problem::{FORBIDDEN, Problem, Problems};
use crate::state::AppState;

/// The media type of Prometheus's text format.
const EXPOSITION: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];

pub(crate) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz)).routes(routes!(metrics))
}

/// Whether the process answers at all.
#[utoipa::path(
    get, path = "/healthz", tag = "operation", operation_id = "healthz",
    responses((status = 200, description = "It does", body = String, content_type = "text/plain")),
    security(()),
)]
async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether the host takes work: the store takes writes, and the token file on disk reads. A second line says whether
/// packages are taken unsigned.
#[utoipa::path(
    get, path = "/readyz", tag = "operation", operation_id = "readyz",
    responses(
        (status = 200, description = "It does", body = String, content_type = "text/plain"),
        (status = 503, description = "It does not; the text says why", body = String, content_type = "text/plain"),
    ),
    security(()),
)]
async fn readyz(State(state): State<AppState>) -> (StatusCode, String) {
    if let Err(why) = state.engine.ready() {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n"));
    }
    match state.tokens.trouble() {
        // The file's own words may name a path; they are in the log.
        Some(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the token file does not read; the last good one is in force\n".to_owned(),
        ),
        None => {
            let note = state.engine.trust_note();
            (StatusCode::OK, format!("ready\n{} {}\n", note.zh, note.en.unwrap_or_default()))
        }
    }
}

/// Counters and times for Prometheus. Takes a platform token unless the option `metrics_without_token` is set.
#[utoipa::path(
    get, path = "/metrics", tag = "operation", operation_id = "metrics",
    responses((status = 200, description = "Prometheus's text format", body = String, content_type = "text/plain"), Problems),
)]
async fn metrics(
    State(state): State<AppState>,
    request: Request,
) -> Result<([(HeaderName, &'static str); 1], String), Problem> {
    if !state.options.metrics_without_token {
        let Caller(who) = Caller::from_request_parts(&mut request.into_parts().0, &state).await?;
        if who.role != Role::Platform {
            return Err(Problem::bilingual(
                &FORBIDDEN,
                "读取指标需要平台令牌",
                "reading metrics takes a platform token",
            ));
        }
    }
    sandbox(&state);
    Ok((EXPOSITION, state.exposition.render()))
}

/// The sandbox's own numbers, as they are now. Labels are the limits' own names, never a guest's text.
fn sandbox(state: &AppState) {
    let now = state.engine.runtime().metrics();
    let count = |number: usize| u32::try_from(number).map_or(f64::MAX, f64::from);
    metrics::counter!("banshi_plugin_calls_total").absolute(now.calls);
    for (code, number) in now.failures {
        metrics::counter!("banshi_plugin_failures_total", "code" => code).absolute(number);
    }
    metrics::gauge!("banshi_plugin_calls_queued").set(count(now.queued));
    metrics::gauge!("banshi_plugin_calls_running").set(count(now.running));
    metrics::gauge!("banshi_components_loaded").set(count(now.loaded));
    metrics::counter!("banshi_components_evicted_total").absolute(now.evicted);
    metrics::counter!("banshi_components_compiled_total").absolute(now.compiled);
    metrics::counter!("banshi_component_cache_hits_total").absolute(now.cache_hits);
    metrics::counter!("banshi_component_cache_refused_total").absolute(now.cache_refused);
    if let Some((version, expires)) = state.engine.trust_numbers() {
        metrics::gauge!("banshi_trust_root_version").set(u32::try_from(version).map_or(f64::MAX, f64::from));
        metrics::gauge!("banshi_trust_root_expires_hours").set(count(hours(expires)));
    }
    metrics::gauge!("banshi_quarantines").set(count(state.engine.quarantines_in_force()));
    metrics::gauge!("banshi_enactments_halted").set(count(state.engine.enactments_halted()));
}

/// Whole hours since 1970.
fn hours(at: jiff::Timestamp) -> usize {
    usize::try_from(at.as_second() / 3600).unwrap_or_default()
}
