//! `/trust…`: the trust root, and what it has closed.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use banshi_engine::api::Page;
use banshi_engine::api::trust::{PinnedCase, SignedRoot, TrustView};
use banshi_model::ids::Digest;
use serde::Deserialize;
use serde_json::Value;
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
    OpenApiRouter::new().routes(routes!(show, install)).routes(routes!(cases))
}

/// Which page is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 unless said.
    limit: Option<usize>,
}

/// The trust root in force: keys (public halves only), roles, delegations, revocations, and what was closed by them. Where
/// none is installed, packages are accepted unsigned, and the answer says so.
#[utoipa::path(
    get, path = "/trust", tag = "registry", operation_id = "show_trust",
    responses((status = 200, description = "What is trusted", body = TrustView), Problems),
)]
async fn show(State(state): State<AppState>, Caller(who): Caller) -> Result<Json<TrustView>, Problem> {
    Ok(Json(state.engine.trust(&who)?))
}

/// Installs a trust root, as `banshi trust sign` made it. From then on every publish takes signatures that satisfy it.
/// Version n+1 is signed by the thresholds of n and of n+1; what it revokes takes no new cases from this instant on. The
/// same root again changes nothing. Platform tokens only.
#[utoipa::path(
    put, path = "/trust", tag = "registry", operation_id = "install_trust",
    params(IdempotencyHeader), request_body(content = SignedRoot, description = "The signed root"),
    responses((status = 200, description = "Installed: what is trusted now", body = TrustView), Problems),
)]
async fn install(State(state): State<AppState>, write: Write<Value>) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    let work = async move { engine.install_trust(&who, key.as_ref(), body.to_string().as_bytes()).await };
    done(state.write(work).await?)
}

/// Open cases that stay pinned to a package which takes no new ones. A page may hold fewer than asked, or none, while
/// there is a next. Platform tokens only; nothing in it is personal.
#[utoipa::path(
    get, path = "/trust/closed/{package}/cases", tag = "registry", operation_id = "list_closed_cases",
    params(("package" = String, Path, description = "The closed package's digest"), PageQuery),
    responses((status = 200, description = "A page", body = Page<PinnedCase>), Problems),
)]
async fn cases(
    State(state): State<AppState>,
    Caller(who): Caller,
    InPath(package): InPath<Digest>,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<Page<PinnedCase>>, Problem> {
    let list = List::new("closed-cases", &package)?;
    let wanted = list.wanted(query.cursor.as_deref(), query.limit)?;
    Ok(Json(list.page(state.engine.closed_cases(&who, &package, wanted)?)))
}
