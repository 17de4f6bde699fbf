//! One call: its turn in the queue, a fresh instance, the answer in the model's words.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use banshi_model::ids::Digest;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};
use wasmtime::{Engine, Store};

use crate::convert::{Reader, Take};
use crate::error::CallError;
use crate::guest::{Matter, Variation, types};
use crate::metrics::{Counters, Present};
use crate::options::Options;
use crate::packages::{Entry, Packages, Plugin, blocking};
use crate::sandbox::{self, Sandbox};

/// What a guest's function returns: an answer, or the guest's own excuse.
pub(crate) type Answer<G> = wasmtime::Result<Result<G, types::Fault>>;

/// What a call has to be run with.
pub(crate) struct Calls {
    pub options: Arc<Options>,
    pub engine: Engine,
    pub packages: Arc<Packages>,
    pub counters: Arc<Counters>,
    /// Places for calls that run at once, over all packages.
    pub seats: Arc<Semaphore>,
}

/// The right to run one call. Held by whoever runs it, not by whoever waits for it, so that a caller who
/// went away does not make room for more than the limit.
pub(crate) struct Turn {
    entry: Arc<Entry>,
    _seat: OwnedSemaphorePermit,
    _gate: OwnedSemaphorePermit,
}

impl Calls {
    /// Calls a function of a matter.
    pub async fn matter<G>(
        self: &Arc<Self>,
        package: Digest,
        call: impl FnOnce(&Matter, &mut Store<Sandbox>) -> Answer<G> + Send + 'static,
    ) -> Result<G::Model, CallError>
    where
        G: Take<Model: Send> + 'static,
    {
        self.run(package, move |plugin, store| match plugin {
            Plugin::Matter(pre) => pre.instantiate(&mut *store).and_then(|matter| call(&matter, store)),
            Plugin::Variation(_) => Err(wrong_kind(package, "a variation and not a matter")),
        })
        .await
    }

    /// Calls a function of a code variation.
    pub async fn variation<G>(
        self: &Arc<Self>,
        package: Digest,
        call: impl FnOnce(&Variation, &mut Store<Sandbox>) -> Answer<G> + Send + 'static,
    ) -> Result<G::Model, CallError>
    where
        G: Take<Model: Send> + 'static,
    {
        self.run(package, move |plugin, store| match plugin {
            Plugin::Variation(pre) => pre.instantiate(&mut *store).and_then(|variation| call(&variation, store)),
            Plugin::Matter(_) => Err(wrong_kind(package, "a matter and not a variation")),
        })
        .await
    }

    async fn run<G>(
        self: &Arc<Self>,
        package: Digest,
        call: impl FnOnce(&Plugin, &mut Store<Sandbox>) -> Answer<G> + Send + 'static,
    ) -> Result<G::Model, CallError>
    where
        G: Take<Model: Send> + 'static,
    {
        self.counters.calls.fetch_add(1, Ordering::Relaxed);
        let result = match self.turn(package).await {
            Ok(turn) => {
                let shared = Arc::clone(self);
                blocking(move || shared.once(&turn, call))
                    .await
                    .unwrap_or_else(|what| Err(CallError::Unavailable { what }))
            }
            Err(error) => Err(error),
        };
        if let Err(error) = &result {
            self.counters.failed(error.code());
        }
        result
    }

    /// Waits for the package's own turn, then for its plugin, then for a seat: a package that is called
    /// much, or that has to be compiled, takes no seat from the others meanwhile.
    async fn turn(&self, package: Digest) -> Result<Turn, CallError> {
        let entry = self.packages.entry(package);
        let gate = self.wait(&entry.gate).await?;
        self.packages.load(&entry).await?;
        let seat = self.wait(&self.seats).await?;
        Ok(Turn { entry, _seat: seat, _gate: gate })
    }

    /// Waits in one queue, first come first served.
    pub async fn wait(&self, queue: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, CallError> {
        if let Ok(permit) = Arc::clone(queue).try_acquire_owned() {
            return Ok(permit);
        }
        let _queued = Present::in_count(&self.counters.queued);
        let patience = Duration::from_millis(self.options.queue_timeout_ms);
        match timeout_at(Instant::now() + patience, Arc::clone(queue).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(CallError::Unavailable { what: "the runtime is shutting down".to_owned() }),
            Err(_) => {
                let what = format!("no turn within {} ms (option `queue_timeout_ms`)", patience.as_millis());
                Err(CallError::Limit { name: "guest.queue", what })
            }
        }
    }

    /// On a thread that may block: a fresh store and instance, one call, and what came of it.
    fn once<G: Take>(
        &self,
        turn: &Turn,
        call: impl FnOnce(&Plugin, &mut Store<Sandbox>) -> Answer<G>,
    ) -> Result<G::Model, CallError> {
        let _running = Present::in_count(&self.counters.running);
        let Some(plugin) = turn.entry.plugin() else {
            return Err(CallError::Unavailable { what: format!("package {} is not loaded", turn.entry.package) });
        };
        let mut store = sandbox::store(&self.engine, &self.options, turn.entry.package);
        let answer = call(plugin, &mut store).map_err(|error| sandbox::failure(&error))?;
        drop(store);
        match answer {
            Ok(answer) => Ok(answer.take(&mut Reader::new(&self.options))?),
            Err(fault) => Err(Reader::fault(fault)),
        }
    }
}

fn wrong_kind(package: Digest, what: &str) -> wasmtime::Error {
    wasmtime::Error::new(CallError::Unavailable { what: format!("package {package} is {what}") })
}
