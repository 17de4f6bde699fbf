//! `POST /callbacks/{token}`: what partners answer. The token is the authority: a MAC bound to partner, kind
//! and pending command, which the engine checks.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use banshi_engine::CallbackBody;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::extract::{InPath, json, whole};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

pub(super) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(receive))
}

/// Takes a partner's answer. The same answer twice changes nothing; after the case has ended it is 409.
#[utoipa::path(
    post, path = "/callbacks/{token}", tag = "connectors", operation_id = "callback",
    params(("token" = String, Path, description = "From the delivery that is answered")),
    request_body = CallbackBody,
    responses((status = 204, description = "Taken"), Problems),
    security(()),
)]
async fn receive(
    State(state): State<AppState>,
    InPath(token): InPath<String>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let (parts, body) = request.into_parts();
    let bytes = whole(Request::from_parts(parts.clone(), body)).await?;
    let body: CallbackBody = json(&parts, &bytes)?;
    let engine = state.engine.clone();
    state.write(async move { engine.callback(&token, body).await }).await?;
    Ok(StatusCode::NO_CONTENT)
}
