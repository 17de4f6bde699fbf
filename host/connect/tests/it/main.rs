//! The connectors over real HTTP against a partner that does as told.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

mod delivery;
mod partner;
mod shared;

/// TLS must have a provider even where every address is plain: the client asks for one at start.
fn provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
