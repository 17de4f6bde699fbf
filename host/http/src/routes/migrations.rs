//! `/migrations…`: open cases on their way to another chain, tried first, moved case by case, and back.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use banshi_engine::Done;
use banshi_engine::api::Page;
use banshi_engine::api::migration::{
    MigrationId, MigrationLine, MigrationPass, MigrationRequest, MigrationRunRequest, MigrationUndoRequest,
    MigrationView,
};
use banshi_engine::api::shadow::SignOffRequest;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::answer::done;
use crate::cursor::{List, PageQuery};
use crate::extract::{Caller, IdempotencyHeader, InPath, InQuery, Nothing, Write};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(list, begin))
        .routes(routes!(view))
        .routes(routes!(cases))
        .routes(routes!(sign_off))
        .routes(routes!(run))
        .routes(routes!(stop))
        .routes(routes!(undo))
}

/// Begins a migration with its dry run: every open case at an authority that is pinned to another chain is tried on the
/// one in force, in the background; no case is changed.
#[utoipa::path(
    post, path = "/migrations", tag = "registry", operation_id = "begin_migration",
    params(IdempotencyHeader), request_body = MigrationRequest,
    responses((status = 202, description = "Begun; `Location` says where it is", body = MigrationView), Problems),
)]
async fn begin(State(state): State<AppState>, write: Write<MigrationRequest>) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    match state.write(async move { engine.begin_migration(&who, key.as_ref(), body).await }).await? {
        Done::Fresh(view) => {
            let location = HeaderValue::try_from(format!("/api/v1/migrations/{}", view.id)).ok();
            let mut response = (StatusCode::ACCEPTED, Json(view)).into_response();
            if let Some(location) = location {
                response.headers_mut().insert(header::LOCATION, location);
            }
            Ok(response)
        }
        repeated => done(repeated),
    }
}

/// The migrations that this token may see, newest first, without samples.
#[utoipa::path(
    get, path = "/migrations", tag = "registry", operation_id = "list_migrations", params(PageQuery),
    responses((status = 200, description = "A page", body = Page<MigrationView>), Problems),
)]
async fn list(
    State(state): State<AppState>,
    Caller(who): Caller,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<Page<MigrationView>>, Problem> {
    let list = List::new("migrations", &())?;
    let wanted = list.wanted(query.cursor.as_deref(), query.limit)?;
    Ok(Json(list.page(state.engine.migrations(&who, wanted).await?)))
}

/// How far a migration is, and what its dry run found; once that is finished, with its digest.
#[utoipa::path(
    get, path = "/migrations/{id}", tag = "registry", operation_id = "migration",
    params(("id" = MigrationId, Path, description = "The migration")),
    responses((status = 200, description = "As it stands", body = MigrationView), Problems),
)]
async fn view(
    State(state): State<AppState>,
    Caller(who): Caller,
    InPath(id): InPath<MigrationId>,
) -> Result<Json<MigrationView>, Problem> {
    Ok(Json(state.engine.migration_view(&who, &id).await?))
}

/// Which pass over the cases.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CasesQuery {
    /// The dry run's cases, unless said.
    #[param(inline)]
    of: Option<MigrationPass>,
    /// Where the page before said to go on.
    cursor: Option<String>,
    /// Kept as they were found: a page may hold more or fewer.
    limit: Option<usize>,
}

/// The cases of a dry run, a run or an undoing, each with what becomes of it.
#[utoipa::path(
    get, path = "/migrations/{id}/cases", tag = "registry", operation_id = "migration_cases",
    params(("id" = MigrationId, Path, description = "The migration"), CasesQuery),
    responses((status = 200, description = "A page", body = Page<MigrationLine>), Problems),
)]
async fn cases(
    State(state): State<AppState>,
    Caller(who): Caller,
    InPath(id): InPath<MigrationId>,
    InQuery(query): InQuery<CasesQuery>,
) -> Result<Json<Page<MigrationLine>>, Problem> {
    let pass = query.of.unwrap_or(MigrationPass::DryRun);
    let list = List::new("migration-cases", &(&id, pass))?;
    let wanted = list.wanted(query.cursor.as_deref(), query.limit)?;
    Ok(Json(list.page(state.engine.migration_cases(&who, &id, pass, wanted).await?)))
}

/// A named person answers for what a finished dry run shows.
#[utoipa::path(
    post, path = "/migrations/{id}/sign-off", tag = "registry", operation_id = "sign_off_migration",
    params(("id" = MigrationId, Path, description = "The migration"), IdempotencyHeader), request_body = SignOffRequest,
    responses((status = 200, description = "Signed", body = MigrationView), Problems),
)]
async fn sign_off(
    State(state): State<AppState>,
    InPath(id): InPath<MigrationId>,
    write: Write<SignOffRequest>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    done(state.write(async move { engine.sign_off_migration(&who, key.as_ref(), &id, body).await }).await?)
}

/// Moves the cases, in the background: takes the digest of a finished dry run of these very packages, and a person's
/// signature under it where cases would be touched in effect.
#[utoipa::path(
    post, path = "/migrations/{id}/run", tag = "registry", operation_id = "run_migration",
    params(("id" = MigrationId, Path, description = "The migration"), IdempotencyHeader),
    request_body = MigrationRunRequest,
    responses((status = 200, description = "Begun", body = MigrationView), Problems),
)]
async fn run(
    State(state): State<AppState>,
    InPath(id): InPath<MigrationId>,
    write: Write<MigrationRunRequest>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    done(state.write(async move { engine.run_migration_of(&who, key.as_ref(), &id, body).await }).await?)
}

/// Stops a dry run or a run behind the case that it is at. What was moved stays moved, and can be undone.
#[utoipa::path(
    post, path = "/migrations/{id}/stop", tag = "registry", operation_id = "stop_migration",
    params(("id" = MigrationId, Path, description = "The migration"), IdempotencyHeader), request_body = Nothing,
    responses((status = 200, description = "Stopped", body = MigrationView), Problems),
)]
async fn stop(
    State(state): State<AppState>,
    InPath(id): InPath<MigrationId>,
    write: Write<Nothing>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body: Nothing {} } = write;
    done(state.write(async move { engine.stop_migration(&who, key.as_ref(), &id).await }).await?)
}

/// Undoes the moves, in the background, where the case has made no step since; the others are listed.
#[utoipa::path(
    post, path = "/migrations/{id}/undo", tag = "registry", operation_id = "undo_migration",
    params(("id" = MigrationId, Path, description = "The migration"), IdempotencyHeader),
    request_body = MigrationUndoRequest,
    responses((status = 200, description = "Begun", body = MigrationView), Problems),
)]
async fn undo(
    State(state): State<AppState>,
    InPath(id): InPath<MigrationId>,
    write: Write<MigrationUndoRequest>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    done(state.write(async move { engine.undo_migration(&who, key.as_ref(), &id, body).await }).await?)
}
