//! What every handler has at hand.

use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use banshi_engine::Engine;

use crate::measure::Exposition;
use crate::options::{HttpOptions, OptionError};
use crate::problem::Problem;
use crate::streams::Streams;
use crate::tokens::Tokens;
use crate::writes::Writes;

/// What every handler has at hand. Cheap to clone: each request does it several times.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// The parts of it.
pub struct Parts {
    /// Does what is asked.
    pub engine: Engine,
    /// Says who asks.
    pub tokens: Tokens,
    /// How the HTTP face behaves.
    pub options: Arc<HttpOptions>,
    /// What `/metrics` shows.
    pub(crate) exposition: Exposition,
    /// Streams of events that are open.
    pub(crate) streams: Streams,
    /// Writes that were begun.
    pub(crate) writes: Writes,
}

impl Deref for AppState {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl AppState {
    /// Puts the parts together; refuses options that cannot be.
    pub fn new(engine: Engine, tokens: Tokens, options: HttpOptions) -> Result<Self, OptionError> {
        options.check()?;
        let exposition = Exposition::install();
        let streams = Streams::new(options.streams_max);
        let (options, writes) = (Arc::new(options), Writes::default());
        Ok(Self(Arc::new(Parts { engine, tokens, options, exposition, streams, writes })))
    }

    /// Does a write to its end, whatever becomes of its caller; see `writes`.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, banshi_engine::Error>> + Send + 'static,
    {
        self.writes.finish(work).await
    }
}

impl FromRef<AppState> for Tokens {
    fn from_ref(state: &AppState) -> Self {
        state.tokens.clone()
    }
}
