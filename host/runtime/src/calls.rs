//! One call: its turn in the queue, a fresh instance, the answer in the model's words.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use banshi_model::ids::Digest;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};
use wasmtime::{Engine, Store};

use crate::convert::{Reader, Take};
use crate::error::CallError;
use crate::guest::{Matter, Variation, types};
use crate::metrics::{Counters, Present};
use crate::options::Options;
use crate::packages::{Entry, Packages, Plugin};
use crate::sandbox::{self, Sandbox};
use crate::threads::here_first;

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

/// A function of a guest's instance that is running.
pub(crate) type Running<'a, G> = BoxFuture<'a, Answer<G>>;

/// One of the contract's worlds: what a package exports.
pub(crate) trait World: Sized + Send + Sync + 'static {
    /// An instance that is being made; or why this plugin has none of this world.
    fn instance<'a>(plugin: &'a Plugin, store: &'a mut Store<Sandbox>) -> Result<Made<'a, Self>, &'static str>;
}

/// An instance that is being made.
pub(crate) type Made<'a, W> = BoxFuture<'a, wasmtime::Result<W>>;

impl World for Matter {
    fn instance<'a>(plugin: &'a Plugin, store: &'a mut Store<Sandbox>) -> Result<Made<'a, Self>, &'static str> {
        match plugin {
            Plugin::Matter(pre) => Ok(pre.instantiate_async(store).boxed()),
            Plugin::Variation(_) => Err("is a variation and not a matter"),
        }
    }
}

impl World for Variation {
    fn instance<'a>(plugin: &'a Plugin, store: &'a mut Store<Sandbox>) -> Result<Made<'a, Self>, &'static str> {
        match plugin {
            Plugin::Variation(pre) => Ok(pre.instantiate_async(store).boxed()),
            Plugin::Matter(_) => Err("is a matter and not a variation"),
        }
    }
}

impl Calls {
    /// Calls a function of a package that is of this world.
    pub async fn call<W, G>(
        self: &Arc<Self>,
        package: Digest,
        call: impl for<'a> FnOnce(&'a W, &'a mut Store<Sandbox>) -> Running<'a, G> + Send + 'static,
    ) -> Result<G::Model, CallError>
    where
        W: World,
        G: Take<Model: Send> + Send + 'static,
    {
        let turn = self.admitted(package).await?;
        let shared = Arc::clone(self);
        let run = async move {
            // Whole: the run keeps its places until it has ended, also where its caller went away.
            let turn = turn;
            let plugin = turn.entry.plugin().ok_or_else(|| unfit(package, "is not loaded"))?;
            let mut store = shared.store(package);
            let instance = W::instance(plugin, &mut store).map_err(|why| unfit(package, why))?;
            let instance = instance.await.map_err(|error| sandbox::failure(&error))?;
            let answer = call(&instance, &mut store).await;
            shared.taken(store, answer)
        };
        self.ended(here_first(run.boxed()).await)
    }

    /// Counts a call and waits for its turn.
    async fn admitted(&self, package: Digest) -> Result<Turn, CallError> {
        self.counters.calls.fetch_add(1, Ordering::Relaxed);
        let turn = self.turn(package).await;
        turn.inspect_err(|error| self.counters.failed(error.code()))
    }

    /// Counts what failed.
    fn ended<T>(&self, run: Result<Result<T, CallError>, String>) -> Result<T, CallError> {
        let ended = run.unwrap_or_else(|what| Err(CallError::Unavailable { what }));
        ended.inspect_err(|error| self.counters.failed(error.code()))
    }

    /// A fresh store for one call.
    pub fn store(&self, package: Digest) -> Store<Sandbox> {
        sandbox::store(&self.engine, &self.options, &self.counters, package)
    }

    /// The answer in the model's words. The instance goes first: its place is free while the answer is read.
    fn taken<G: Take>(&self, store: Store<Sandbox>, answer: Answer<G>) -> Result<G::Model, CallError> {
        drop(store);
        match answer.map_err(|error| sandbox::failure(&error))? {
            Ok(answer) => Ok(answer.take(&mut Reader::new(&self.options))?),
            Err(fault) => Err(Reader::fault(fault)),
        }
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
        let _queued = Present::among(&self.counters, |counters| &counters.queued);
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
}

fn unfit(package: Digest, why: &str) -> CallError {
    CallError::Unavailable { what: format!("package {package} {why}") }
}
