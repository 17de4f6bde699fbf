//! Loaded components: found in the cache or compiled, kept while they are called, evicted when idle.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use banshi_model::ids::Digest;
use tokio::sync::{OnceCell, Semaphore};
use wasmtime::Engine;
use wasmtime::component::{Component, HasSelf, Linker};

use crate::cache::{Cache, Found};
use crate::compile::{Compiler, Failure, described};
use crate::error::CallError;
use crate::exports::Plugin;
use crate::guest::log;
use crate::loaded::{Components, Loaded};
use crate::metrics::Counters;
use crate::options::Options;
use crate::runtime::ComponentSource;
use crate::sandbox::Sandbox;
use crate::threads::blocking;

/// A linker that has the log and nothing else.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<Sandbox>> {
    let mut linker = Linker::new(engine);
    log::add_to_linker::<_, HasSelf<Sandbox>>(&mut linker, |sandbox| sandbox)?;
    Ok(linker)
}

/// One package: its place in the queue, and its component once it is loaded.
pub(crate) struct Entry {
    /// Its digest.
    pub package: Digest,
    /// How many of its calls may run at once.
    pub gate: Arc<Semaphore>,
    loaded: OnceCell<Arc<Loaded>>,
    last_used: AtomicU64,
}

impl Entry {
    /// The plugin; none before it is loaded.
    pub fn plugin(&self) -> Option<&Plugin> {
        self.loaded.get()?.plugin()
    }

    /// Its component; none before it is loaded.
    fn component(&self) -> Option<Digest> {
        Some(self.loaded.get()?.component)
    }
}

/// Entries of packages that are kept for each component that may be loaded: an entry is small, its component is not.
const PACKAGES_PER_COMPONENT: usize = 32;

/// All packages that were called lately.
pub(crate) struct Packages {
    pub cache: Cache,
    pub linker: Linker<Sandbox>,
    pub counters: Arc<Counters>,
    engine: Engine,
    options: Arc<Options>,
    compiler: Compiler,
    compiling: Semaphore,
    source: Arc<dyn ComponentSource>,
    components: Components,
    entries: Mutex<HashMap<Digest, Arc<Entry>>>,
    uses: AtomicU64,
    lent: Mutex<HashMap<Digest, Loan>>,
}

/// The component of a package that no store has, and how many hold on to it.
struct Loan {
    component: Arc<Vec<u8>>,
    holders: usize,
}

/// Lets a package be called that is not published, for as long as this is held.
#[must_use = "the package is forgotten when this is dropped"]
pub struct Lent {
    packages: Arc<Packages>,
    package: Digest,
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut lent = self.packages.lent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loan) = lent.get_mut(&self.package) {
            loan.holders -= 1;
            if loan.holders == 0 {
                lent.remove(&self.package);
            }
        }
    }
}

/// Leaves the folder of compiled components without one that is only tried, once this is dropped.
#[must_use = "the compiled form is removed when this is dropped"]
pub struct Tried {
    packages: Arc<Packages>,
    component: Digest,
    kept_before: bool,
}

impl Drop for Tried {
    fn drop(&mut self) {
        if !self.kept_before {
            self.packages.cache.forget(self.component);
        }
    }
}

impl Packages {
    /// None yet.
    pub fn new(
        options: Arc<Options>,
        engine: Engine,
        cache: Cache,
        linker: Linker<Sandbox>,
        compiler: Compiler,
        source: Arc<dyn ComponentSource>,
        counters: Arc<Counters>,
    ) -> Self {
        let compiling = Semaphore::new(options.concurrent_compiles);
        let (components, entries) = (Components::default(), Mutex::default());
        let (uses, lent) = (AtomicU64::new(0), Mutex::default());
        Self { cache, linker, counters, engine, options, compiler, compiling, source, components, entries, uses, lent }
    }

    /// Keeps a component at hand under its package's digest.
    pub fn lend(self: &Arc<Self>, package: Digest, component: &[u8]) -> Lent {
        let mut lent = self.lent.lock().unwrap_or_else(PoisonError::into_inner);
        let loan = lent.entry(package).or_insert_with(|| Loan { component: Arc::new(component.to_vec()), holders: 0 });
        loan.holders += 1;
        Lent { packages: Arc::clone(self), package }
    }

    /// Notes whether a component's compiled form is there before it is tried.
    pub fn try_out(self: &Arc<Self>, component: &[u8]) -> Tried {
        let component = Digest::of(component);
        Tried { packages: Arc::clone(self), component, kept_before: self.cache.has(component) }
    }

    fn lent(&self, package: Digest) -> Option<Arc<Vec<u8>>> {
        let lent = self.lent.lock().unwrap_or_else(PoisonError::into_inner);
        lent.get(&package).map(|loan| Arc::clone(&loan.component))
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<Digest, Arc<Entry>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many components are loaded.
    pub fn loaded(&self) -> usize {
        self.components.count()
    }

    /// The package's entry, made if it is not there; this counts as a use. Whoever holds it keeps it from
    /// being evicted.
    pub fn entry(&self, package: Digest) -> Arc<Entry> {
        let now = self.uses.fetch_add(1, Ordering::Relaxed);
        let mut entries = self.entries();
        let entry = entries.entry(package).or_insert_with(|| {
            let gate = Arc::new(Semaphore::new(self.options.calls_per_package()));
            Arc::new(Entry { package, gate, loaded: OnceCell::new(), last_used: AtomicU64::new(now) })
        });
        entry.last_used.store(now, Ordering::Relaxed);
        Arc::clone(entry)
    }

    /// Loads the plugin if it is not loaded. Many calls at once load it once; a failure is not kept.
    pub async fn load(self: &Arc<Self>, entry: &Entry) -> Result<(), CallError> {
        if entry.plugin().is_none() {
            // In a box: it is seldom needed, and large in the future of every call.
            entry.loaded.get_or_try_init(|| Box::pin(self.fetch(entry.package))).await?;
            self.evict();
        }
        Ok(())
    }

    /// Forgets the components that were not called for longest, as many as there are too many, with every package that
    /// has them; and packages, where there are very many to few components. Never what is in use.
    fn evict(&self) {
        let mut entries = self.entries();
        while let Some(component) = self.component_too_many(&entries) {
            entries.retain(|_, entry| entry.component() != Some(component));
            self.counters.evicted.fetch_add(1, Ordering::Relaxed);
        }
        let kept = self.options.loaded_components.saturating_mul(PACKAGES_PER_COMPONENT);
        if entries.len() > kept {
            let mut idle: Vec<(u64, Digest)> = entries
                .values()
                .filter(|entry| Arc::strong_count(entry) == 1)
                .map(|entry| (entry.last_used.load(Ordering::Relaxed), entry.package))
                .collect();
            idle.sort_unstable();
            // An eighth at once, so that not every further package looks at all of them.
            let over = entries.len() - kept + kept / 8;
            idle.iter().take(over).for_each(|(_, package)| drop(entries.remove(package)));
        }
    }

    /// Of more loaded components than may be, the one that no package was called with for longest and none is now.
    fn component_too_many(&self, entries: &HashMap<Digest, Arc<Entry>>) -> Option<Digest> {
        let mut last_used: HashMap<Digest, u64> = HashMap::new();
        for entry in entries.values() {
            let Some(component) = entry.component() else { continue };
            let used = match Arc::strong_count(entry) {
                1 => entry.last_used.load(Ordering::Relaxed),
                _ => u64::MAX,
            };
            let latest = last_used.entry(component).or_default();
            *latest = used.max(*latest);
        }
        if last_used.len() <= self.options.loaded_components {
            return None;
        }
        last_used.into_iter().filter(|(_, used)| *used < u64::MAX).min_by_key(|(_, used)| *used).map(|(one, _)| one)
    }

    async fn fetch(self: &Arc<Self>, package: Digest) -> Result<Arc<Loaded>, CallError> {
        let unavailable = |what: String| CallError::Unavailable { what: format!("package {package}: {what}") };
        let shared = Arc::clone(self);
        let read = move || {
            let lent = shared.lent(package).map(Arc::unwrap_or_clone);
            lent.or_else(|| shared.source.component(package)).map(|bytes| (Digest::of(&bytes), bytes))
        };
        let (digest, bytes) = blocking(read)
            .await
            .map_err(unavailable)?
            .ok_or_else(|| unavailable("the store has no component of it".to_owned()))?;
        let loaded = self.components.of(digest);
        loaded
            .load(async {
                let component = self.component(digest, bytes).await.map_err(|failure| match failure {
                    Failure::Component(what) | Failure::Structure(what) | Failure::Host(what) => unavailable(what),
                })?;
                Plugin::link(&self.linker, &component).map_err(|error| unavailable(described(&error)))
            })
            .await?;
        Ok(loaded)
    }

    /// The compiled component, from the cache or from the compiler.
    pub async fn component(self: &Arc<Self>, digest: Digest, bytes: Vec<u8>) -> Result<Component, Failure> {
        let shared = Arc::clone(self);
        match blocking(move || shared.cache.load(digest)).await.map_err(Failure::Host)? {
            Found::Component(component) => {
                self.counters.cache_hits.fetch_add(1, Ordering::Relaxed);
                return Ok(component);
            }
            Found::Nothing => {}
            Found::DoesNotFit(what) => return Err(Failure::Structure(what)),
            Found::Refused => {
                self.counters.cache_refused.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(
                    component.digest = %digest,
                    "a file in the folder of compiled components is not what this host wrote; compiling again"
                );
            }
        }
        let turn = self.compiling.acquire().await.map_err(|error| Failure::Host(error.to_string()))?;
        let code = self.compiler.compile(&self.engine, &self.options, bytes).await?;
        drop(turn);
        self.counters.compiled.fetch_add(1, Ordering::Relaxed);
        let shared = Arc::clone(self);
        let keep = move || {
            if let Err(error) = shared.cache.keep(digest, &code) {
                tracing::warn!(component.digest = %digest, %error, "compiled component is not kept");
            }
            shared.cache.deserialize(&code)
        };
        let component = blocking(keep).await.map_err(Failure::Host)?;
        component.map_err(|error| Failure::Structure(described(&error)))
    }
}
