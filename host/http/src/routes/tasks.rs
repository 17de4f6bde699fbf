//! `/tasks…`: an officer's inbox, and verdicts.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use banshi_engine::api::Page;
use banshi_engine::api::tasks::{TaskFilter, TaskView, VerdictAnswer, VerdictRequest};
use banshi_model::ids::{Division, TaskId};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::answer::done;
use crate::cursor::List;
use crate::extract::{Caller, IdempotencyHeader, InPath, InQuery, Write};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(verdict))
}

/// Which tasks are wanted, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// In this division and those within it; the officer's own unless said.
    division: Option<Division>,
    /// Of this unit; all of the officer's unless said.
    unit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 unless said.
    limit: Option<usize>,
}

/// Open tasks of the caller's units, the earliest due first.
#[utoipa::path(
    get, path = "/tasks", tag = "tasks", operation_id = "list_tasks", params(ListQuery),
    responses((status = 200, description = "A page", body = Page<TaskView>), Problems),
)]
async fn list(
    State(state): State<AppState>,
    Caller(who): Caller,
    InQuery(query): InQuery<ListQuery>,
) -> Result<Json<Page<TaskView>>, Problem> {
    let list = List::new("tasks", &(&query.division, &query.unit))?;
    let wanted = list.wanted(query.cursor.as_deref(), query.limit)?;
    let filter = TaskFilter { division: query.division, unit: query.unit };
    Ok(Json(list.page(state.engine.tasks(&who, filter, wanted).await?)))
}

/// A task, with the revision that a verdict names.
#[utoipa::path(
    get, path = "/tasks/{id}", tag = "tasks", operation_id = "show_task",
    params(("id" = TaskId, Path, description = "The task")),
    responses((status = 200, description = "As it stands", body = TaskView), Problems),
)]
async fn show(
    State(state): State<AppState>,
    Caller(who): Caller,
    InPath(id): InPath<TaskId>,
) -> Result<Json<TaskView>, Problem> {
    Ok(Json(state.engine.task(&who, &id).await?))
}

/// Records what the officer says to a task. Names the revision that was read: a second verdict is a conflict.
#[utoipa::path(
    post, path = "/tasks/{id}/verdict", tag = "tasks", operation_id = "give_verdict",
    params(("id" = TaskId, Path, description = "The task"), IdempotencyHeader), request_body = VerdictRequest,
    responses((status = 200, description = "What became of it", body = VerdictAnswer), Problems),
)]
async fn verdict(
    State(state): State<AppState>,
    InPath(id): InPath<TaskId>,
    write: Write<VerdictRequest>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    done(state.write(async move { engine.verdict(&who, key.as_ref(), &id, body).await }).await?)
}
