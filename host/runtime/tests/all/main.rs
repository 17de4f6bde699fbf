//! The runtime with real wasm: what is admitted, what calls do, what ends them, what the cache trusts.

// clippy.toml exempts test functions, not what they share.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod admission;
mod build;
mod cache;
mod calls;
mod child;
mod limits;
mod log;
mod queue;
mod support;
