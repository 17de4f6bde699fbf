//! Every address has its handler in the file of its first word. Handlers are thin: typed input, one call of
//! the engine, an answer.
//!
//! Two groups of limits: JSON requests are small and quick; packages, documents, calendars and the clock are
//! large or slow.

mod admission;
mod calendars;
mod callbacks;
mod cases;
pub(crate) mod certificates;
mod clock;
mod documents;
mod emergencies;
mod enactments;
mod gradual;
mod licences;
mod matters;
mod migrations;
mod outbox;
mod packages;
pub(crate) mod probes;
mod quarantines;
mod shadows;
mod tasks;
mod trust;

use std::time::Duration;

use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;

use crate::layers::{Share, in_share};
use crate::options::HttpOptions;
use crate::state::AppState;

/// A group of routes with its description.
pub(crate) type Routes = OpenApiRouter<AppState>;

/// Everything under `/api/v1`.
pub(crate) fn api(options: &HttpOptions) -> Routes {
    let quick = |routes: Routes, bytes: usize| limited(routes, bytes, options.request_timeout());
    let slow = |routes: Routes, bytes: usize| limited(routes, bytes, options.slow_timeout());
    let json = matters::routes()
        .merge(cases::routes())
        .merge(tasks::routes())
        .merge(licences::routes())
        .merge(certificates::routes())
        .merge(enactments::routes())
        .merge(admission::routes())
        .merge(emergencies::routes())
        .merge(migrations::routes())
        .merge(outbox::routes())
        .merge(quarantines::routes())
        .merge(shadows::routes());
    quick(json, options.json_bytes_max)
        .merge(quick(callbacks::routes(), options.callback_bytes_max))
        .merge(slow(clock::routes(), options.json_bytes_max))
        .merge(slow(calendars::routes(), options.json_bytes_max))
        .merge(slow(documents::routes(), options.document_bytes_max))
        .merge(slow(trust::routes(), options.package_bytes_max))
        .merge(slow(packages::routes(), options.package_bytes_max))
}

fn limited(routes: Routes, bytes: usize, time: Duration) -> Routes {
    routes.layer(from_fn_with_state(Share { time, body_bytes: Some(bytes) }, in_share))
}
