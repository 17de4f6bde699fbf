//! `POST /calendars`: a published year of working days, loaded while cases run.

use axum::extract::State;
use axum::response::Response;
use banshi_engine::api::operation::CalendarAnswer;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::answer::done;
use crate::extract::{IdempotencyHeader, Write};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(load))
}

/// Loads a year, in the format of the files in `host/calendars`. Dates that were provisional are counted again.
#[utoipa::path(
    post, path = "/calendars", tag = "operation", operation_id = "load_calendar",
    params(IdempotencyHeader), request_body(content = Object, description = "One year"),
    responses((status = 200, description = "Loaded", body = CalendarAnswer), Problems),
)]
async fn load(State(state): State<AppState>, write: Write<Value>) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    let work = async move { engine.load_calendar(&who, key.as_ref(), &body.to_string()).await };
    done(state.write(work).await?)
}
