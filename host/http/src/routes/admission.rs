//! `/packages/{digest}/report`, `/packages/{digest}/fits` and `/admission/findings`: what admission found, what today's
//! law finds beyond it, and how the variations above a package would stand on it.

use axum::Json;
use axum::extract::State;
use banshi_engine::api::Page;
use banshi_engine::api::fits::LayerFit;
use banshi_engine::api::registry::{PackageReport, StandingFindings};
use banshi_model::ids::Digest;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::cursor::{List, PageQuery};
use crate::extract::{Caller, InPath, InQuery};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(report)).routes(routes!(fits)).routes(routes!(standing))
}

/// The report of a package's admission, as it was kept, and what today's law rows find beyond it where the package is in
/// force.
#[utoipa::path(
    get, path = "/packages/{digest}/report", tag = "registry", operation_id = "package_report",
    params(("digest" = Digest, Path, description = "The package")),
    responses((status = 200, description = "The report", body = PackageReport), Problems),
)]
async fn report(
    State(state): State<AppState>,
    InPath(digest): InPath<Digest>,
    Caller(who): Caller,
) -> Result<Json<PackageReport>, Problem> {
    Ok(Json(state.engine.package_report(&who, &digest).await?))
}

/// How each variation in force above a published package would stand if the package were enacted at its own authority: it
/// fits, fits with differences, or conflicts. By enactment; nothing is written.
#[utoipa::path(
    get, path = "/packages/{digest}/fits", tag = "registry", operation_id = "package_fits",
    params(("digest" = Digest, Path, description = "The package"), PageQuery),
    responses((status = 200, description = "Of the enactments looked at, those above it", body = Page<LayerFit>), Problems),
)]
async fn fits(
    State(state): State<AppState>,
    InPath(digest): InPath<Digest>,
    Caller(who): Caller,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<Page<LayerFit>>, Problem> {
    let list = List::new("package-fits", &digest)?;
    let wanted = list.wanted(query.cursor.as_deref(), query.limit)?;
    Ok(Json(list.page(state.engine.package_fits(&who, &digest, wanted).await?)))
}

/// Packages in force for which today's law rows find something that their reports do not hold. It stops nothing.
#[utoipa::path(
    get, path = "/admission/findings", tag = "registry", operation_id = "standing_findings", params(PageQuery),
    responses((status = 200, description = "Of the packages looked at, those with findings", body = Page<StandingFindings>), Problems),
)]
async fn standing(
    State(state): State<AppState>,
    Caller(who): Caller,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<Page<StandingFindings>>, Problem> {
    let list = List::new("admission-findings", &())?;
    let wanted = list.wanted(query.cursor.as_deref(), query.limit)?;
    Ok(Json(list.page(state.engine.standing_findings(&who, wanted).await?)))
}
