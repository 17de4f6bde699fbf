//! Limits on time and number, and what a panic becomes.

use std::any::Any;
use std::time::Duration;

use axum::BoxError;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::problem::{BUSY, Problem, TIMEOUT};

/// Answers 503 when a request takes longer than this. A write that was begun goes on to its end.
pub(crate) async fn in_time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let en = format!("not done within {} ms", limit.as_millis());
            Problem::bilingual(&TIMEOUT, format!("未能在 {} 毫秒内完成", limit.as_millis()), en)
                .retry_after(1)
                .into_response()
        }
    }
}

/// The answer where too many requests are in work.
pub(crate) fn overload(error: &BoxError, retry_after: u64) -> Response {
    if error.is::<tower::load_shed::error::Overloaded>() {
        return Problem::bilingual(&BUSY, "同时处理的请求已达上限", "too many requests are in work")
            .retry_after(retry_after)
            .into_response();
    }
    tracing::error!(error.text = %error, "a layer failed");
    Problem::internal().into_response()
}

/// The answer to a request whose handler panicked. What the panic said is not repeated: it may be personal.
pub(crate) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::internal().into_response()
}
