//! What every handler has at hand.

use std::future::Future;
use std::sync::Arc;

use axum::extract::FromRef;
use banshi_engine::Engine;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::measure::Exposition;
use crate::options::{HttpOptions, OptionError};
use crate::problem::{INTERNAL, Problem};
use crate::tokens::Tokens;

/// What every handler has at hand. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// Does what is asked.
    pub engine: Engine,
    /// Says who asks.
    pub tokens: Tokens,
    /// How the HTTP face behaves.
    pub options: Arc<HttpOptions>,
    /// What `/metrics` shows.
    pub(crate) exposition: Exposition,
    writes: TaskTracker,
}

impl AppState {
    /// Puts the parts together; refuses options that cannot be.
    pub fn new(engine: Engine, tokens: Tokens, options: HttpOptions) -> Result<Self, OptionError> {
        options.check()?;
        let exposition = Exposition::install();
        Ok(Self { engine, tokens, options: Arc::new(options), exposition, writes: TaskTracker::new() })
    }

    /// Does a write to its end even when its caller hangs up or its time runs out: a dropped future would stop
    /// between the commit and what follows it. `serve` waits for these before it returns.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, banshi_engine::Error>> + Send + 'static,
    {
        match self.writes.spawn(work.in_current_span()).await {
            Ok(done) => done.map_err(Problem::from),
            Err(_) => {
                tracing::error!("a write panicked");
                Err(Problem::bilingual(&INTERNAL, "请向平台报告 X-Request-Id", "report `X-Request-Id` to the platform"))
            }
        }
    }

    /// Resolves when every accepted write has ended.
    pub(crate) async fn writes_done(&self) {
        self.writes.close();
        self.writes.wait().await;
    }
}

impl FromRef<AppState> for Tokens {
    fn from_ref(state: &AppState) -> Self {
        state.tokens.clone()
    }
}
