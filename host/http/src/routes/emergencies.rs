//! `/emergencies…`: emergency enactments (应急措施), proposed by one person and confirmed by another.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use banshi_engine::api::Page;
use banshi_engine::api::emergencies::EmergencyRequest;
use banshi_model::emergency::Emergency;
use banshi_model::ids::EnactmentId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::answer::{done, made};
use crate::cursor::only_page;
use crate::extract::{Caller, IdempotencyHeader, InPath, Nothing, Write};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(list, propose)).routes(routes!(confirm)).routes(routes!(take_back))
}

/// Proposes an emergency enactment. It binds nobody before another person confirms it.
#[utoipa::path(
    post, path = "/emergencies", tag = "registry", operation_id = "propose_emergency",
    params(IdempotencyHeader), request_body = EmergencyRequest,
    responses((status = 201, description = "Proposed", body = Emergency), Problems),
)]
async fn propose(State(state): State<AppState>, write: Write<EmergencyRequest>) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    made(state.write(async move { engine.propose_emergency(&who, key.as_ref(), body).await }).await?)
}

/// Emergency enactments, also those that nobody confirmed, those that ended and those taken back.
#[utoipa::path(
    get, path = "/emergencies", tag = "registry", operation_id = "list_emergencies",
    responses((status = 200, description = "All of them", body = Page<Emergency>), Problems),
)]
async fn list(State(state): State<AppState>, Caller(who): Caller) -> Result<Json<Page<Emergency>>, Problem> {
    Ok(Json(only_page(state.engine.emergencies(&who))))
}

/// Confirms an emergency, as another person than who proposed it: from now on it binds every later step.
#[utoipa::path(
    post, path = "/emergencies/{id}/confirm", tag = "registry", operation_id = "confirm_emergency",
    params(("id" = EnactmentId, Path, description = "The emergency"), IdempotencyHeader), request_body = Nothing,
    responses((status = 200, description = "In force", body = Emergency), Problems),
)]
async fn confirm(
    State(state): State<AppState>,
    InPath(id): InPath<EnactmentId>,
    write: Write<Nothing>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body: Nothing {} } = write;
    done(state.write(async move { engine.confirm_emergency(&who, key.as_ref(), &id).await }).await?)
}

/// Takes an emergency back: the law is as it was from now on, and the next entry of each case that it bound says so.
#[utoipa::path(
    post, path = "/emergencies/{id}/take-back", tag = "registry", operation_id = "take_back_emergency",
    params(("id" = EnactmentId, Path, description = "The emergency"), IdempotencyHeader), request_body = Nothing,
    responses((status = 200, description = "Taken back", body = Emergency), Problems),
)]
async fn take_back(
    State(state): State<AppState>,
    InPath(id): InPath<EnactmentId>,
    write: Write<Nothing>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body: Nothing {} } = write;
    done(state.write(async move { engine.take_back_emergency(&who, key.as_ref(), &id).await }).await?)
}
