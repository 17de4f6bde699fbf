//! Components that are loaded, each once however many packages have it: a city's matters share a few.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use banshi_model::ids::Digest;
use tokio::sync::OnceCell;

use crate::error::CallError;
use crate::exports::Plugin;

/// A component, and its plugin once it is loaded.
pub(crate) struct Loaded {
    /// The component's digest.
    pub component: Digest,
    plugin: OnceCell<Plugin>,
}

impl Loaded {
    /// The plugin; none before it is loaded.
    pub fn plugin(&self) -> Option<&Plugin> {
        self.plugin.get()
    }

    /// Loads the plugin if it is not loaded. Many at once load it once; a failure is not kept.
    pub async fn load(&self, load: impl Future<Output = Result<Plugin, CallError>>) -> Result<(), CallError> {
        self.plugin.get_or_try_init(|| load).await.map(drop)
    }
}

/// Every component that some package holds.
#[derive(Default)]
pub(crate) struct Components {
    held: Mutex<HashMap<Digest, Weak<Loaded>>>,
}

impl Components {
    /// The component of this digest, made if nobody holds it.
    pub fn of(&self, component: Digest) -> Arc<Loaded> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = held.get(&component).and_then(Weak::upgrade) {
            return known;
        }
        held.retain(|_, loaded| loaded.strong_count() > 0);
        let fresh = Arc::new(Loaded { component, plugin: OnceCell::new() });
        held.insert(component, Arc::downgrade(&fresh));
        fresh
    }

    /// How many are loaded.
    pub fn count(&self) -> usize {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.values().filter_map(Weak::upgrade).filter(|loaded| loaded.plugin().is_some()).count()
    }
}
