//! Limits on time, number and size, and what a panic becomes.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use banshi_engine::Engine;
use tokio::sync::Semaphore;

use super::settled::{is_keyed, settled};
use crate::problem::{BUSY, Problem, TIMEOUT};

/// What one request may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    /// How long it may take.
    pub(crate) time: Duration,
    /// How many bytes its body may have; none: as many as axum lets it.
    pub(crate) body_bytes: Option<usize>,
}

/// How many requests may be in work, and whose answers must be durable. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Bounds {
    places: Arc<Semaphore>,
    retry_after_seconds: u64,
    engine: Option<Engine>,
}

impl Bounds {
    /// So many requests at once. Without an engine nothing that is told rests on a store.
    pub(crate) fn new(requests_max: usize, retry_after_seconds: u64, engine: Option<Engine>) -> Self {
        let places = Semaphore::new(requests_max.min(Semaphore::MAX_PERMITS));
        Self { places: Arc::new(places), retry_after_seconds, engine }
    }
}

/// Answers 503 where as many requests are in work as may be, and holds an answer back until what it tells is durable.
pub(crate) async fn bounded(State(bounds): State<Bounds>, request: Request, next: Next) -> Response {
    let Ok(_place) = bounds.places.try_acquire() else {
        return Problem::bilingual(&BUSY, "同时处理的请求已达上限", "too many requests are in work")
            .retry_after(bounds.retry_after_seconds)
            .into_response();
    };
    let keyed = is_keyed(request.headers());
    let response = next.run(request).await;
    match &bounds.engine {
        Some(engine) => settled(engine, keyed, response).await,
        None => response,
    }
}

/// Answers 503 when a request takes longer than its share. A write that was begun goes on to its end.
pub(crate) async fn in_share(State(share): State<Share>, mut request: Request, next: Next) -> Response {
    if let Some(bytes) = share.body_bytes {
        DefaultBodyLimit::max(bytes).apply(&mut request);
    }
    match tokio::time::timeout(share.time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let ms = share.time.as_millis();
            Problem::bilingual(&TIMEOUT, format!("未能在 {ms} 毫秒内完成"), format!("not done within {ms} ms"))
                .retry_after(1)
                .into_response()
        }
    }
}

/// The answer to a request whose handler panicked. What the panic said is not repeated: it may be personal.
pub(super) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::internal().into_response()
}
