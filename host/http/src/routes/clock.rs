//! `POST /clock`: moves the simulated clock of a folder that was created with one.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::extract::{UnkeptKeyHeader, Write};
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

/// The clock.
#[derive(Debug, Serialize, ToSchema)]
struct ClockView {
    /// What it shows.
    now: Timestamp,
    /// Whether it is simulated.
    simulated: bool,
}

/// Moves the simulated clock. Every timer that comes due on the way fires, in order, before the answer.
#[utoipa::path(
    post, path = "/clock", tag = "operation", operation_id = "set_clock",
    params(UnkeptKeyHeader), request_body = ClockRequest,
    responses((status = 200, description = "What it shows now", body = ClockView), Problems),
)]
async fn set(State(state): State<AppState>, write: Write<ClockRequest>) -> Result<Json<ClockView>, Problem> {
    let engine = state.engine.clone();
    let Write { who, body, .. } = write;
    let now = state.write(async move { engine.set_clock(&who, body.to).await }).await?;
    Ok(Json(ClockView { now, simulated: state.engine.simulated() }))
}
