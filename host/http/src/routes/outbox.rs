//! `/outbox…`: deliveries to partners that were given up, or that wait for a partner.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use banshi_engine::Undelivered;
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
    OpenApiRouter::new().routes(routes!(dead)).routes(routes!(revive)).routes(routes!(waiting))
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
    responses((status = 200, description = "A page", body = Page<Undelivered>), Problems),
)]
async fn dead(
    State(state): State<AppState>,
    Caller(who): Caller,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<Page<Undelivered>>, Problem> {
    let list = List::new("outbox.dead", &())?;
    let wanted = list.wanted(query.cursor.as_deref(), query.limit)?;
    Ok(Json(list.page(state.engine.outbox_dead(&who, wanted)?)))
}

/// Deliveries that wait because no partner of their kind is configured, likewise. They are due at the next start with one.
#[utoipa::path(
    get, path = "/outbox/waiting", tag = "operation", operation_id = "list_waiting_deliveries", params(PageQuery),
    responses((status = 200, description = "A page", body = Page<Undelivered>), Problems),
)]
async fn waiting(
    State(state): State<AppState>,
    Caller(who): Caller,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<Page<Undelivered>>, Problem> {
    let list = List::new("outbox.waiting", &())?;
    let wanted = list.wanted(query.cursor.as_deref(), query.limit)?;
    Ok(Json(list.page(state.engine.outbox_unserved(&who, wanted)?)))
}

/// Sends a dead letter again, under its old key: a partner that got it before knows it.
#[utoipa::path(
    post, path = "/outbox/dead/revive", tag = "operation", operation_id = "revive_dead_letter",
    params(IdempotencyHeader), request_body = ReviveRequest,
    responses((status = 204, description = "It is due again, or waits where no partner of its kind is configured"), Problems),
)]
async fn revive(State(state): State<AppState>, write: Write<ReviveRequest>) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    Ok(nothing(state.write(async move { engine.outbox_revive(&who, key.as_ref(), &body.key).await }).await?))
}
