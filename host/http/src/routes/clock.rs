//! `POST /clock`: moves the simulated clock of a folder that was created with one.

use axum::extract::State;
use axum::response::Response;
use banshi_engine::api::operation::ClockView;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::answer::done;
use crate::extract::{IdempotencyHeader, Write};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(set))
}

/// Move the clock.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClockRequest {
    /// To when; never back.
    to: Timestamp,
}

/// Moves the simulated clock. Every timer that comes due on the way fires, in order, before the answer.
#[utoipa::path(
    post, path = "/clock", tag = "operation", operation_id = "set_clock",
    params(IdempotencyHeader), request_body = ClockRequest,
    responses((status = 200, description = "What it shows now", body = ClockView), Problems),
)]
async fn set(State(state): State<AppState>, write: Write<ClockRequest>) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    done(state.write(async move { engine.set_clock(&who, key.as_ref(), body.to).await }).await?)
}
