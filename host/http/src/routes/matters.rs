//! `/divisions/{division}/matters…`: what can be had where, and the way to an application.
//!
//! What is in force is public (行政许可法 第三十条 asks that it be shown); to be guided takes a token, because it
//! runs the matter's plugin.

use axum::Json;
use axum::extract::State;
use banshi_engine::api::Page;
use banshi_engine::api::intake::{
    Application, GuideAnswer, GuideRequest, PrecheckAnswer, PrefillAnswer, PrefillRequest,
};
use banshi_engine::api::registry::{EffectiveView, MatterSummary};
use banshi_model::ids::{Division, MatterCode};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::cursor::only_page;
use crate::extract::{Ask, InPath, InQuery};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(guide))
        .routes(routes!(prefill))
        .routes(routes!(precheck))
}

/// The matters in force in a division.
#[utoipa::path(
    get, path = "/divisions/{division}/matters", tag = "matters", operation_id = "list_matters",
    params(("division" = Division, Path, description = "6, 9 or 12 digits")),
    responses((status = 200, description = "All of them", body = Page<MatterSummary>), Problems),
    security(()),
)]
async fn list(
    State(state): State<AppState>,
    InPath(division): InPath<Division>,
) -> Result<Json<Page<MatterSummary>>, Problem> {
    Ok(Json(only_page(state.engine.matters(&division).await?)))
}

/// How a matter is to be shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ShowQuery {
    /// As those follow it who are in all gradual starts, instead of what holds for every new case.
    #[serde(default)]
    inside: bool,
}

/// A matter as it is in force in a division, each value with the layer that it comes from.
#[utoipa::path(
    get, path = "/divisions/{division}/matters/{code}", tag = "matters", operation_id = "show_matter",
    params(("division" = Division, Path, description = "6, 9 or 12 digits"), ("code" = MatterCode, Path, description = "The matter's code"), ShowQuery),
    responses((status = 200, description = "As it is in force now", body = EffectiveView), Problems),
    security(()),
)]
async fn show(
    State(state): State<AppState>,
    InPath((division, code)): InPath<(Division, MatterCode)>,
    InQuery(query): InQuery<ShowQuery>,
) -> Result<Json<EffectiveView>, Problem> {
    Ok(Json(state.engine.effective_view(&division, &code, query.inside).await?))
}

/// Asks the guide (情景引导): which questions come next, which parts the answers choose.
#[utoipa::path(
    post, path = "/divisions/{division}/matters/{code}/guide", tag = "matters", operation_id = "guide",
    params(("division" = Division, Path, description = "6, 9 or 12 digits"), ("code" = MatterCode, Path, description = "The matter's code")),
    request_body = GuideRequest,
    responses((status = 200, description = "What to ask next", body = GuideAnswer), Problems),
)]
async fn guide(
    State(state): State<AppState>,
    InPath((division, code)): InPath<(Division, MatterCode)>,
    ask: Ask<GuideRequest>,
) -> Result<Json<GuideAnswer>, Problem> {
    Ok(Json(state.engine.guide(&ask.who, &division, &code, ask.body).await?))
}

/// The form of a complete path, filled from what the state holds. Keeps a draft, so that what was shown stays bound.
#[utoipa::path(
    post, path = "/divisions/{division}/matters/{code}/prefill", tag = "matters", operation_id = "prefill",
    params(("division" = Division, Path, description = "6, 9 or 12 digits"), ("code" = MatterCode, Path, description = "The matter's code")),
    request_body = PrefillRequest,
    responses((status = 200, description = "The form and how each source did", body = PrefillAnswer), Problems),
)]
async fn prefill(
    State(state): State<AppState>,
    InPath((division, code)): InPath<(Division, MatterCode)>,
    ask: Ask<PrefillRequest>,
) -> Result<Json<PrefillAnswer>, Problem> {
    let engine = state.engine.clone();
    let answer = state.write(async move { engine.prefill(&ask.who, &division, &code, ask.body).await }).await?;
    Ok(Json(answer))
}

/// Checks an application without storing it.
#[utoipa::path(
    post, path = "/divisions/{division}/matters/{code}/precheck", tag = "matters", operation_id = "precheck",
    params(("division" = Division, Path, description = "6, 9 or 12 digits"), ("code" = MatterCode, Path, description = "The matter's code")),
    request_body = Application,
    responses((status = 200, description = "What was found", body = PrecheckAnswer), Problems),
)]
async fn precheck(
    State(state): State<AppState>,
    InPath((division, code)): InPath<(Division, MatterCode)>,
    ask: Ask<Application>,
) -> Result<Json<PrecheckAnswer>, Problem> {
    Ok(Json(state.engine.precheck(&ask.who, &division, &code, ask.body).await?))
}
