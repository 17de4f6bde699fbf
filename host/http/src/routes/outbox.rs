//! `/outbox/dead…`: deliveries to partners that were given up.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use banshi_engine::DeadLetter;
use banshi_engine::api::Page;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::answer::nothing;
use crate::cursor::{List, PageQuery};
use crate::extract::{Caller, IdempotencyHeader, InQuery, Write};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(revive))
}

/// Send a dead letter again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReviveRequest {
    /// Its key.
    key: String,
}

/// Dead letters: to whom, what was asked, how often, and what the last try said; nothing of their contents.
#[utoipa::path(
    get, path = "/outbox/dead", tag = "operation", operation_id = "list_dead_letters", params(PageQuery),
    responses((status = 200, description = "A page", body = Page<DeadLetter>), Problems),
)]
async fn list(
    State(state): State<AppState>,
    Caller(who): Caller,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<Page<DeadLetter>>, Problem> {
    let list = List::new("outbox.dead", &())?;
    let wanted = list.wanted(query.cursor.as_deref(), query.limit)?;
    Ok(Json(list.page(state.engine.outbox_dead(&who, wanted)?)))
}

/// Sends a dead letter again, under its old key: a partner that got it before knows it.
#[utoipa::path(
    post, path = "/outbox/dead/revive", tag = "operation", operation_id = "revive_dead_letter",
    params(IdempotencyHeader), request_body = ReviveRequest,
    responses((status = 204, description = "It is due again"), Problems),
)]
async fn revive(State(state): State<AppState>, write: Write<ReviveRequest>) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    Ok(nothing(state.write(async move { engine.outbox_revive(&who, key.as_ref(), &body.key).await }).await?))
}
