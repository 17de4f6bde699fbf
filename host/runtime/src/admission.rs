//! Admission: what is looked at before a component is published.

use std::sync::Arc;

use banshi_model::ids::Digest;
use banshi_model::package::Kind;
use futures::FutureExt as _;

use crate::calls::Calls;
use crate::compile::{Failure, described};
use crate::error::AdmissionError;
use crate::exports::Plugin;
use crate::runtime::Admitted;
use crate::sandbox;
use crate::structure;
use crate::threads::{blocking, here_first};

/// Size, structure, compilation, linking, one instance; in this order, so that nothing of the component
/// is compiled that should not be there, and nothing runs that does not fit.
pub(crate) async fn admit(calls: &Arc<Calls>, kind: Kind, bytes: &[u8]) -> Result<Admitted, AdmissionError> {
    let limit = calls.options.component_bytes;
    if bytes.len() > limit {
        return Err(AdmissionError::Size { bytes: bytes.len(), limit });
    }
    let (component, size) = (Arc::new(bytes.to_vec()), bytes.len());
    let read = Arc::clone(&component);
    let unavailable = |what| AdmissionError::Unavailable { what };
    let inspect = move || structure::inspect(kind, &read).map(|found| (found, Digest::of(&read)));
    let (found, digest) = blocking(inspect).await.map_err(unavailable)??;
    let bytes = Arc::unwrap_or_clone(component);
    let component = calls.packages.component(digest, bytes).await.map_err(|failure| match failure {
        Failure::Component(what) => AdmissionError::Compile { what },
        Failure::Structure(what) => AdmissionError::Structure { what },
        Failure::Host(what) => AdmissionError::Unavailable { what },
    })?;
    let plugin = Plugin::link(&calls.packages.linker, &component)
        .map_err(|error| AdmissionError::Structure { what: described(&error) })?;
    try_once(calls, digest, plugin).await?;
    Ok(Admitted { component: digest, bytes: size, imports: found.imports, exports: found.exports })
}

/// Makes one instance, under all limits: it shows that the component starts, and that what it exports has
/// the contract's types.
async fn try_once(calls: &Arc<Calls>, digest: Digest, plugin: Plugin) -> Result<(), AdmissionError> {
    let seat =
        calls.wait(&calls.seats).await.map_err(|error| AdmissionError::Unavailable { what: error.to_string() })?;
    let shared = Arc::clone(calls);
    let run = async move {
        let _seat = seat;
        let mut store = shared.store(digest);
        let instance = plugin.instance(&mut store).await;
        let instance = instance.map_err(|error| AdmissionError::Instantiate(sandbox::failure(&error)))?;
        plugin.check_types(&mut store, &instance).map_err(|error| AdmissionError::Structure { what: described(&error) })
    };
    here_first(run.boxed()).await.map_err(|what| AdmissionError::Unavailable { what })?
}
