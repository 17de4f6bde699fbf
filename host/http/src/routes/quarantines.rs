//! `/quarantines…`: packages that are not called where they failed too often.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use banshi_engine::api::Page;
use banshi_model::quarantine::Quarantine;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::answer::done;
use crate::cursor::only_page;
use crate::extract::{Caller, IdempotencyHeader, InPath, Nothing, Write};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(release))
}

/// Quarantines in force and the last hundred that were released, newest first: all for the platform, for a publisher those
/// of its packages and of its cases.
#[utoipa::path(
    get, path = "/quarantines", tag = "operation", operation_id = "list_quarantines",
    responses((status = 200, description = "All of them", body = Page<Quarantine>), Problems),
)]
async fn list(State(state): State<AppState>, Caller(who): Caller) -> Result<Json<Page<Quarantine>>, Problem> {
    Ok(Json(only_page(state.engine.quarantines(&who)?)))
}

/// Releases a quarantine before a trial does: the package is called again at once, and the cases that wait for it are
/// taken up at their next try.
#[utoipa::path(
    post, path = "/quarantines/{id}/release", tag = "operation", operation_id = "release_quarantine",
    params(("id" = String, Path, description = "The quarantine"), IdempotencyHeader), request_body = Nothing,
    responses((status = 200, description = "Released", body = Quarantine), Problems),
)]
async fn release(
    State(state): State<AppState>,
    InPath(id): InPath<String>,
    write: Write<Nothing>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body: Nothing {} } = write;
    done(state.write(async move { engine.release_quarantine(&who, key.as_ref(), &id).await }).await?)
}
