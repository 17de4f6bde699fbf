//! `POST /documents`: an uploaded paper, to be named in an application.

use axum::extract::State;
use axum::response::Response;
use banshi_engine::api::licences::DocumentView;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::answer::made;
use crate::extract::{IdempotencyHeader, Upload};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(upload))
}

/// Uploads a document: its bytes as the body, what it is as `Content-Type`. It is sealed until a case claims it.
#[utoipa::path(
    post, path = "/documents", tag = "cases", operation_id = "upload_document",
    params(IdempotencyHeader),
    request_body(content = Vec<u8>, content_type = "application/pdf", description = "The document; any media type"),
    responses((status = 201, description = "Kept; name its id in the application", body = DocumentView), Problems),
)]
async fn upload(State(state): State<AppState>, upload: Upload) -> Result<Response, Problem> {
    let engine = state.engine.clone();
    let Upload { who, key, media_type, bytes } = upload;
    let work = async move { engine.upload(&who, key.as_ref(), &media_type, bytes.into()).await };
    let done = state.write(work).await?;
    made(done)
}
