//! The runtime with real wasm: what is admitted, what calls do, what ends them, what the cache trusts.

mod admission;
mod cache;
mod calls;
mod child;
mod limits;
mod log;
mod queue;
mod support;
