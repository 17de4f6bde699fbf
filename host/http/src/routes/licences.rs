//! `/licences…`: the licence library.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use banshi_engine::api::Page;
use banshi_engine::api::licences::{EndRequest, LicenceView, RegisterRequest};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::answer::{created, done};
use crate::cursor::only_page;
use crate::extract::{Ask, Caller, IdempotencyHeader, InPath, Write};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(register)).routes(routes!(search)).routes(routes!(show)).routes(routes!(end))
}

/// Whose licences are wanted. A holder's id is personal: it comes in the body, because addresses are logged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LicenceSearch {
    /// The holder's citizen number or unified social credit code.
    holder: String,
    /// Only of this type (证照类型代码).
    #[serde(default)]
    licence_type: Option<String>,
}

/// Puts a licence into the library that another system issued, so that it can be a source.
#[utoipa::path(
    post, path = "/licences", tag = "licences", operation_id = "register_licence",
    params(IdempotencyHeader), request_body = RegisterRequest,
    responses((status = 201, description = "Registered", body = LicenceView), Problems),
)]
async fn register(State(state): State<AppState>, write: Write<RegisterRequest>) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    let done = state.write(async move { engine.register_licence(&who, key.as_ref(), body).await }).await?;
    created(done, |view: &LicenceView| format!("/api/v1/licences/{}", view.licence.id))
}

/// A holder's licences that the caller may see.
#[utoipa::path(
    post, path = "/licences/search", tag = "licences", operation_id = "search_licences", request_body = LicenceSearch,
    responses((status = 200, description = "All of them", body = Page<LicenceView>), Problems),
)]
async fn search(State(state): State<AppState>, ask: Ask<LicenceSearch>) -> Result<Json<Page<LicenceView>>, Problem> {
    let LicenceSearch { holder, licence_type } = ask.body;
    Ok(Json(only_page(state.engine.licences(&ask.who, &holder, licence_type.as_deref())?)))
}

/// A licence with where it stands today.
#[utoipa::path(
    get, path = "/licences/{id}", tag = "licences", operation_id = "show_licence",
    params(("id" = String, Path, description = "电子证照标识")),
    responses((status = 200, description = "As it stands", body = LicenceView), Problems),
)]
async fn show(
    State(state): State<AppState>,
    Caller(who): Caller,
    InPath(id): InPath<String>,
) -> Result<Json<LicenceView>, Problem> {
    Ok(Json(state.engine.licence(&who, &id)?))
}

/// Ends a licence before its time: 撤销, 撤回, 注销 or 吊销.
#[utoipa::path(
    post, path = "/licences/{id}/end", tag = "licences", operation_id = "end_licence",
    params(("id" = String, Path, description = "电子证照标识"), IdempotencyHeader), request_body = EndRequest,
    responses((status = 200, description = "The licence after it", body = LicenceView), Problems),
)]
async fn end(
    State(state): State<AppState>,
    InPath(id): InPath<String>,
    write: Write<EndRequest>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    done(state.write(async move { engine.end_licence(&who, key.as_ref(), &id, body).await }).await?)
}
