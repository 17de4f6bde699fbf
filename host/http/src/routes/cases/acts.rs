//! `POST /cases/{id}/…`: what applicants, officers and the platform do to a case.

use axum::extract::State;
use axum::response::Response;
use banshi_engine::api::cases::{CaseView, ExtendRequest, FinishRequest, SupplementRequest, WithdrawRequest};
use banshi_model::ids::{CaseId, Slug};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::answer::{done, nothing};
use crate::extract::{IdempotencyHeader, InPath, Nothing, Write};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(supplement))
        .routes(routes!(withdraw))
        .routes(routes!(extend))
        .routes(routes!(end_procedure))
        .routes(routes!(finish_by_hand))
        .routes(routes!(erase))
}

/// Erase a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EraseRequest {
    /// On which law or decision; stays in the clear with the case's tombstone, so nothing personal.
    basis: String,
}

/// Supplements an application (补正).
#[utoipa::path(
    post, path = "/cases/{id}/supplement", tag = "cases", operation_id = "supplement_case",
    params(("id" = CaseId, Path, description = "The case"), IdempotencyHeader), request_body = SupplementRequest,
    responses((status = 200, description = "The case after it", body = CaseView), Problems),
)]
async fn supplement(
    State(state): State<AppState>,
    InPath(id): InPath<CaseId>,
    write: Write<SupplementRequest>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    done(state.write(async move { engine.supplement(&who, key.as_ref(), &id, body).await }).await?)
}

/// Withdraws an application (撤回申请), or one part of a bundle.
#[utoipa::path(
    post, path = "/cases/{id}/withdraw", tag = "cases", operation_id = "withdraw_case",
    params(("id" = CaseId, Path, description = "The case"), IdempotencyHeader), request_body = WithdrawRequest,
    responses((status = 200, description = "The case after it", body = CaseView), Problems),
)]
async fn withdraw(
    State(state): State<AppState>,
    InPath(id): InPath<CaseId>,
    write: Write<WithdrawRequest>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    done(state.write(async move { engine.withdraw(&who, key.as_ref(), &id, body).await }).await?)
}

/// Extends the limit, on an approval (行政许可法 第四十二条).
#[utoipa::path(
    post, path = "/cases/{id}/extend", tag = "cases", operation_id = "extend_case",
    params(("id" = CaseId, Path, description = "The case"), IdempotencyHeader), request_body = ExtendRequest,
    responses((status = 200, description = "The case after it", body = CaseView), Problems),
)]
async fn extend(
    State(state): State<AppState>,
    InPath(id): InPath<CaseId>,
    write: Write<ExtendRequest>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    done(state.write(async move { engine.extend(&who, key.as_ref(), &id, body).await }).await?)
}

/// Records that a special procedure (特别程序) has ended; the clock goes on.
#[utoipa::path(
    post, path = "/cases/{id}/procedures/{procedure}/end", tag = "cases", operation_id = "end_procedure",
    params(
        ("id" = CaseId, Path, description = "The case"), ("procedure" = Slug, Path, description = "The procedure's id in the case"),
        IdempotencyHeader,
    ),
    request_body = Nothing,
    responses((status = 200, description = "The case after it", body = CaseView), Problems),
)]
async fn end_procedure(
    State(state): State<AppState>,
    InPath((id, procedure)): InPath<(CaseId, Slug)>,
    write: Write<Nothing>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body: Nothing {} } = write;
    done(state.write(async move { engine.end_procedure(&who, key.as_ref(), &id, &procedure).await }).await?)
}

/// Finishes a case lawfully where its plugin cannot.
#[utoipa::path(
    post, path = "/cases/{id}/finish-by-hand", tag = "cases", operation_id = "finish_case_by_hand",
    params(("id" = CaseId, Path, description = "The case"), IdempotencyHeader), request_body = FinishRequest,
    responses((status = 200, description = "The case after it", body = CaseView), Problems),
)]
async fn finish_by_hand(
    State(state): State<AppState>,
    InPath(id): InPath<CaseId>,
    write: Write<FinishRequest>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    done(state.write(async move { engine.finish_by_hand(&who, key.as_ref(), &id, body).await }).await?)
}

/// Erases a closed case by law (个人信息保护法 第四十七条): its keys are destroyed, its chain stays whole.
#[utoipa::path(
    post, path = "/cases/{id}/erase", tag = "cases", operation_id = "erase_case",
    params(("id" = CaseId, Path, description = "The case"), IdempotencyHeader), request_body = EraseRequest,
    responses((status = 204, description = "Erased; a second time too"), Problems),
)]
async fn erase(
    State(state): State<AppState>,
    InPath(id): InPath<CaseId>,
    write: Write<EraseRequest>,
) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Write { who, key, body } = write;
    Ok(nothing(state.write(async move { engine.erase(&who, key.as_ref(), &id, &body.basis).await }).await?))
}
