//! `/enactments/{id}/share`, `/watch` and `/release`: how an enactment begins, and what its first cases come to.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use banshi_engine::api::gradual::ShareRequest;
use banshi_engine::api::watch::WatchView;
use banshi_model::enactment::Enactment;
use banshi_model::ids::EnactmentId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::answer::done;
use crate::extract::{Caller, IdempotencyHeader, InPath, Nothing, Write};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(share)).routes(routes!(watch)).routes(routes!(release))
}

/// Raises the share of new cases that a gradual start governs; 100 completes it. Whoever was in stays in.
#[utoipa::path(
    post, path = "/enactments/{id}/share", tag = "registry", operation_id = "raise_share",
    params(("id" = EnactmentId, Path, description = "The enactment"), IdempotencyHeader), request_body = ShareRequest,
    responses((status = 200, description = "Raised", body = Enactment), Problems),
)]
async fn share(
    State(state): State<AppState>,
    InPath(id): InPath<EnactmentId>,
    write: Write<ShareRequest>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    done(state.write(async move { engine.raise_share(&who, key.as_ref(), &id, body).await }).await?)
}

/// How the watch of an enactment stands: its counts and thresholds, and where it is halted, the cases that began under it
/// and what can be done with each.
#[utoipa::path(
    get, path = "/enactments/{id}/watch", tag = "registry", operation_id = "show_watch",
    params(("id" = EnactmentId, Path, description = "The enactment")),
    responses((status = 200, description = "As it stands", body = WatchView), Problems),
)]
async fn watch(
    State(state): State<AppState>,
    Caller(who): Caller,
    InPath(id): InPath<EnactmentId>,
) -> Result<Json<WatchView>, Problem> {
    Ok(Json(state.engine.watch_view(&who, &id).await?))
}

/// Releases an enactment that its watch has halted: it takes new cases again at once, and its watch begins anew.
#[utoipa::path(
    post, path = "/enactments/{id}/release", tag = "registry", operation_id = "release_halt",
    params(("id" = EnactmentId, Path, description = "The enactment"), IdempotencyHeader), request_body = Nothing,
    responses((status = 200, description = "Released", body = Enactment), Problems),
)]
async fn release(
    State(state): State<AppState>,
    InPath(id): InPath<EnactmentId>,
    write: Write<Nothing>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body: Nothing {} } = write;
    done(state.write(async move { engine.release_halt(&who, key.as_ref(), &id).await }).await?)
}
