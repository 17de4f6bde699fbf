//! Loading a package before it is called, so that nobody waits for it.

use banshi_model::ids::Digest;

use crate::error::CallError;
use crate::runtime::Runtime;

impl Runtime {
    /// Compiles the package's component if no compiled one is in the cache, and loads it.
    pub async fn prepare(&self, package: Digest) -> Result<(), CallError> {
        let packages = &self.calls().packages;
        packages.load(&packages.entry(package)).await
    }
}
