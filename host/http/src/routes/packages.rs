//! `/packages`: publishing, and what is published.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use banshi_engine::api::Page;
use banshi_engine::api::registry::{AdmissionReport, PackageView};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::answer::made;
use crate::cursor::{List, PageQuery};
use crate::extract::{Caller, IdempotencyHeader, InQuery, SignedPackage, SignedUpload};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(list, publish)).routes(routes!(check))
}

/// Publishes a package. The same bytes give the same report, also without a key. A package that is
/// not admitted is answered 422, with the report in the problem's `report`.
///
/// Where a trust root is installed, the package comes with its signature file: `multipart/form-data` with the parts
/// `package` and `signatures`, as `curl -F package=@FILE -F signatures=@FILE.sig` sends it. Signatures that do not satisfy
/// the root are answered 422 under a code `trust.…`, and nothing of the package is run.
#[utoipa::path(
    post, path = "/packages", tag = "registry", operation_id = "publish_package",
    params(IdempotencyHeader),
    request_body(
        content((Vec<u8> = "application/octet-stream"), (SignedPackage = "multipart/form-data")),
        description = "The package file, by itself or with its signature file",
    ),
    responses((status = 201, description = "Admitted: the report", body = AdmissionReport), Problems),
)]
async fn publish(State(state): State<AppState>, upload: SignedUpload) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let SignedUpload { who, key, package, signatures } = upload;
    let work = async move { engine.publish_signed(&who, key.as_ref(), package.into(), signatures.as_deref()).await };
    made(state.write(work).await?)
}

/// What publishing this package would answer now, and nothing of it is kept: the report, also of a package that would not be
/// admitted. What would be refused before a report is made (signatures, a version that is there already, a quota) is refused
/// here as well. Takes the body that publishing takes, and no `Idempotency-Key`.
#[utoipa::path(
    post, path = "/packages/check", tag = "registry", operation_id = "check_package",
    request_body(
        content((Vec<u8> = "application/octet-stream"), (SignedPackage = "multipart/form-data")),
        description = "The package file, by itself or with its signature file",
    ),
    responses((status = 200, description = "The report; `admitted` says whether it would be", body = AdmissionReport), Problems),
)]
async fn check(State(state): State<AppState>, upload: SignedUpload) -> Result<Json<AdmissionReport>, Problem> {
    let SignedUpload { who, key: _, package, signatures } = upload;
    Ok(Json(state.engine.check_package(&who, &package, signatures.as_deref()).await?))
}

/// The published packages, newest first.
#[utoipa::path(
    get, path = "/packages", tag = "registry", operation_id = "list_packages", params(PageQuery),
    responses((status = 200, description = "A page", body = Page<PackageView>), Problems),
)]
async fn list(
    State(state): State<AppState>,
    Caller(who): Caller,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<Page<PackageView>>, Problem> {
    let list = List::new("packages", &())?;
    let wanted = list.wanted(query.cursor.as_deref(), query.limit)?;
    Ok(Json(list.page(state.engine.packages(&who, wanted)?)))
}
