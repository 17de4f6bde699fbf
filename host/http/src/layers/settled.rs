//! Nothing is told that a power cut could take back.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::answer::REPLAYED;
use crate::problem::Problem;
use crate::state::AppState;

/// Holds an answer back until what it was read from is durable. A write that was done needs not wait: its own commit
/// came after what it read. One that was refused, or done before, rests on what it read alone.
pub(crate) async fn settled(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = next.run(request).await;
    if !reads && response.status().is_success() && !response.headers().contains_key(REPLAYED) {
        return response;
    }
    match state.engine.settled().await {
        Ok(()) => response,
        Err(error) => Problem::from(error).into_response(),
    }
}
