//! `/packages`: publishing, and what is published.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use banshi_engine::api::Page;
use banshi_engine::api::registry::{AdmissionReport, PackageView};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::cursor::List;
use crate::extract::{Caller, InQuery, UnkeptKeyHeader, Upload};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(list, publish))
}

/// Which page is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 unless said.
    limit: Option<usize>,
}

/// Publishes a package. The same bytes give the same report, so that a retry needs no key. A package that is
/// not admitted is answered 422, with the report in the problem's `report`.
#[utoipa::path(
    post, path = "/packages", tag = "registry", operation_id = "publish_package",
    params(UnkeptKeyHeader),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The package file"),
    responses((status = 201, description = "Admitted: the report", body = AdmissionReport), Problems),
)]
async fn publish(
    State(state): State<AppState>,
    upload: Upload,
) -> Result<(StatusCode, Json<AdmissionReport>), Problem> {
    let engine = state.engine.clone();
    let Upload { who, bytes, .. } = upload;
    let report = state.write(async move { engine.publish(&who, bytes.into()).await }).await?;
    Ok((StatusCode::CREATED, Json(report)))
}

/// The published packages, newest first.
#[utoipa::path(
    get, path = "/packages", tag = "registry", operation_id = "list_packages", params(ListQuery),
    responses((status = 200, description = "A page", body = Page<PackageView>), Problems),
)]
async fn list(
    State(state): State<AppState>,
    Caller(who): Caller,
    InQuery(query): InQuery<ListQuery>,
) -> Result<Json<Page<PackageView>>, Problem> {
    let list = List::new("packages", &())?;
    let wanted = list.wanted(query.cursor.as_deref(), query.limit)?;
    Ok(Json(list.page(state.engine.packages(&who, wanted)?)))
}
