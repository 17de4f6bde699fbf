//! `/enactments…`: what is put in force where, and taken back.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use banshi_engine::api::Page;
use banshi_engine::api::registry::{BegunCase, EnactRequest, TakenBack};
use banshi_model::enactment::Enactment;
use banshi_model::ids::{Division, EnactmentId, MatterCode};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use super::gradual;
use crate::answer::{done, made};
use crate::cursor::{List, only_page};
use crate::extract::{Caller, IdempotencyHeader, InPath, InQuery, Nothing, Write};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(list, enact))
        .routes(routes!(take_back))
        .routes(routes!(cases))
        .merge(gradual::routes())
}

/// Which enactments are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Of this matter.
    matter: Option<MatterCode>,
    /// Of authorities in this division.
    division: Option<Division>,
}

/// Which page is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CasesQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// Out of how many open cases, 1 to 200; 50 unless said.
    limit: Option<usize>,
}

/// Open cases that are pinned to an enactment, and what can be done with each. A page may be empty and have a next.
#[utoipa::path(
    get, path = "/enactments/{id}/cases", tag = "registry", operation_id = "list_enactment_cases",
    params(("id" = EnactmentId, Path, description = "The enactment"), CasesQuery),
    responses((status = 200, description = "A page", body = Page<BegunCase>), Problems),
)]
async fn cases(
    State(state): State<AppState>,
    Caller(who): Caller,
    InPath(id): InPath<EnactmentId>,
    InQuery(query): InQuery<CasesQuery>,
) -> Result<Json<Page<BegunCase>>, Problem> {
    let list = List::new("enactment.cases", &id)?;
    let wanted = list.wanted(query.cursor.as_deref(), query.limit)?;
    Ok(Json(list.page(state.engine.enactment_cases(&who, &id, wanted)?)))
}

/// Puts a package in force for one matter at one authority, from a day, on an instrument (文号).
#[utoipa::path(
    post, path = "/enactments", tag = "registry", operation_id = "enact",
    params(IdempotencyHeader), request_body = EnactRequest,
    responses((status = 201, description = "Enacted", body = Enactment), Problems),
)]
async fn enact(State(state): State<AppState>, write: Write<EnactRequest>) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    made(state.write(async move { engine.enact(&who, key.as_ref(), body).await }).await?)
}

/// Enactments, also those to come and those taken back.
#[utoipa::path(
    get, path = "/enactments", tag = "registry", operation_id = "list_enactments", params(ListQuery),
    responses((status = 200, description = "All of them", body = Page<Enactment>), Problems),
)]
async fn list(
    State(state): State<AppState>,
    Caller(who): Caller,
    InQuery(query): InQuery<ListQuery>,
) -> Result<Json<Page<Enactment>>, Problem> {
    let found = state.engine.enactments(&who, query.matter.as_ref(), query.division.as_ref())?;
    Ok(Json(only_page(found)))
}

/// Takes an enactment back: new cases follow what was in force before, running ones stay as they are pinned.
#[utoipa::path(
    post, path = "/enactments/{id}/take-back", tag = "registry", operation_id = "take_back",
    params(("id" = EnactmentId, Path, description = "The enactment"), IdempotencyHeader), request_body = Nothing,
    responses((status = 200, description = "Taken back, with the cases that began meanwhile", body = TakenBack), Problems),
)]
async fn take_back(
    State(state): State<AppState>,
    InPath(id): InPath<EnactmentId>,
    write: Write<Nothing>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body: Nothing {} } = write;
    done(state.write(async move { engine.take_back(&who, key.as_ref(), &id).await }).await?)
}
