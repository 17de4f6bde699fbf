//! Opens a folder: store, sandbox, engine.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use banshi_engine::{Engine, Principal, Role, SharedData};
use banshi_model::ids::Digest;
use banshi_model::package::Package;
use banshi_runtime::{Compiler, ComponentSource, Runtime};
use banshi_store::Store;
use jiff::Timestamp;

use crate::config::Config;
use crate::failure::{Failure, Kind, OrFail, Result};

/// Where a host keeps its things.
#[derive(Debug, Clone)]
pub struct Folder {
    /// The data folder.
    pub data: PathBuf,
    /// The key file, outside of it.
    pub keys: PathBuf,
}

impl Folder {
    /// The store's own folder within the data folder.
    pub fn store(&self) -> PathBuf {
        self.data.join("store")
    }

    /// Whether there is a store already.
    pub fn exists(&self) -> bool {
        self.store().exists()
    }

    /// Refuses a key file inside the data folder: a copy of the folder would then hold the keys to it, and an erased
    /// case could be brought back.
    fn check_apart(&self) -> Result {
        let absolute = |path: &Path| std::path::absolute(path).or_fail(Kind::Usage, path.display());
        if absolute(&self.keys)?.starts_with(absolute(&self.data)?) {
            let (keys, data) = (self.keys.display(), self.data.display());
            return Err(Failure::usage(format!(
                "--keys {keys} lies inside --data {data}; keep keys elsewhere, on another backup"
            )));
        }
        Ok(())
    }

    /// Opens the store, and creates it if it is not there; `simulated` only matters then.
    pub fn open(&self, config: &Config, simulated: bool) -> Result<Store> {
        self.check_apart()?;
        DirBuilder::new().recursive(true).mode(0o700).create(&self.data).or_fail(Kind::Failed, self.data.display())?;
        let options = banshi_store::Options { create_simulated: simulated, ..config.store.clone() };
        Ok(Store::open(&self.store(), &self.keys, &options)?)
    }
}

/// Compiles components in a child process of this very binary.
fn compiler() -> Result<Compiler> {
    let program = std::env::current_exe().or_fail(Kind::Failed, "cannot tell where this binary is")?;
    Ok(Compiler::Child { program, args: vec!["compile-component".to_owned()] })
}

/// The engine over a store. `compiled` is the folder of machine code; `starts` sets a simulated clock that was never
/// set.
pub async fn engine(
    config: &Config,
    store: Store,
    compiled: &Path,
    shared: Arc<dyn SharedData>,
    starts: Option<Timestamp>,
) -> Result<Engine> {
    let source = Arc::new(Components(store.clone()));
    let key = store.derive_key("compiled-components");
    let runtime = Runtime::new(config.runtime.clone(), compiled, key, compiler()?, source)?;
    let engine = Engine::open(config.engine.clone(), store, runtime, shared, config.law()?, config.calendar()?).await?;
    if let Some(starts) = starts.filter(|_| engine.simulated() && engine.now() == Timestamp::UNIX_EPOCH) {
        let host = Principal { name: "host".to_owned(), role: Role::Platform };
        engine.set_clock(&host, None, starts).await?;
    }
    Ok(engine)
}

/// Finds components in the packages that the store keeps.
struct Components(Store);

impl ComponentSource for Components {
    fn component(&self, package: Digest) -> Option<Vec<u8>> {
        let bytes = match self.0.blob(&package) {
            Ok(bytes) => bytes?,
            Err(error) => {
                tracing::error!(package.digest = %package, error.text = %error, "a package cannot be read");
                return None;
            }
        };
        Package::decode(&bytes).ok().map(|package| package.component).filter(|component| !component.is_empty())
    }
}
