//! `POST /calendars`: a published year of working days, loaded while cases run.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::extract::{UnkeptKeyHeader, Write};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(load))
}

/// What loading a year did.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarAnswer {
    /// How many open cases had provisional dates that moved.
    cases_recalculated: usize,
}

/// Loads a year, in the format of the files in `host/calendars`. Dates that were provisional are counted again.
#[utoipa::path(
    post, path = "/calendars", tag = "operation", operation_id = "load_calendar",
    params(UnkeptKeyHeader), request_body(content = Object, description = "One year"),
    responses((status = 200, description = "Loaded", body = CalendarAnswer), Problems),
)]
async fn load(State(state): State<AppState>, write: Write<Value>) -> Result<Json<CalendarAnswer>, Problem> {
    let engine = state.engine.clone();
    let Write { who, body, .. } = write;
    let work = async move { engine.load_calendar(&who, &body.to_string()).await };
    Ok(Json(CalendarAnswer { cases_recalculated: state.write(work).await? }))
}
