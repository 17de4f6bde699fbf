//! One call: its turn in the queue, a fresh instance, the answer in the model's words.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use banshi_model::ids::Digest;
use futures::FutureExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};
use wasmtime::component::{ComponentNamedList, Lift, Lower};
use wasmtime::{Engine, Store};

use crate::convert::{Reader, Take};
use crate::error::CallError;
use crate::exports::{self, Function};
use crate::guest::types;
use crate::metrics::{Counters, Present};
use crate::options::Options;
use crate::packages::{Entry, Packages};
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

impl Calls {
    /// Calls a function that answers, or says why it cannot.
    pub async fn call<P, G>(
        self: &Arc<Self>,
        package: Digest,
        function: Function,
        parameters: P,
    ) -> Result<G::Model, CallError>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        G: Take<Model: Send> + Lift + Send + Sync + 'static,
    {
        self.answered(package, function, parameters, |answer: Result<G, types::Fault>| answer).await
    }

    /// Calls a function that always answers.
    pub async fn call_sure<P, G>(
        self: &Arc<Self>,
        package: Digest,
        function: Function,
        parameters: P,
    ) -> Result<G::Model, CallError>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        G: Take<Model: Send> + Lift + Send + Sync + 'static,
    {
        self.answered(package, function, parameters, |answer: G| Ok(answer)).await
    }

    async fn answered<P, R, G>(
        self: &Arc<Self>,
        package: Digest,
        function: Function,
        parameters: P,
        answer: fn(R) -> Result<G, types::Fault>,
    ) -> Result<G::Model, CallError>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: Lift + Send + Sync + 'static,
        G: Take<Model: Send> + Send + 'static,
    {
        let turn = self.admitted(package).await?;
        let shared = Arc::clone(self);
        let run = async move {
            // Whole: the run keeps its places until it has ended, also where its caller went away.
            let turn = turn;
            let plugin = turn.entry.plugin().ok_or_else(|| unfit(package, "is not loaded"))?;
            let export = plugin.export(function).map_err(|why| unfit(package, why))?;
            let mut store = shared.store(package);
            let instance = plugin.instance(&mut store).await.map_err(|error| sandbox::failure(&error))?;
            let returned = exports::call(&mut store, &instance, export, parameters).await;
            shared.taken(store, returned.map(answer))
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
