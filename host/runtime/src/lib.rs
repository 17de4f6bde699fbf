//! The sandbox: admits, compiles, loads and calls plugins.
//!
//! The only crate that knows wasmtime. A plugin is a pure function: each call gets a fresh instance that
//! imports nothing but the log, runs within the limits of [`Options`], and is thrown away. What comes back
//! is converted into the model's words and checked for size and shape; whether it is lawful is not this
//! crate's business but the engine's.
//!
//! Must not: read a clock for a guest, keep anything between calls, or write a guest's text anywhere but
//! into the one field `guest.message` of a log event.

mod admission;
pub mod build;
mod cache;
mod calls;
mod compile;
mod convert;
mod deadline;
mod engine;
mod error;
mod exports;
mod guest;
mod loaded;
mod metrics;
mod migrate;
mod options;
mod packages;
mod ready;
mod runtime;
mod sandbox;
mod seen;
mod structure;
mod threads;
mod uncalled;

pub use compile::{Compiler, compile_child_main};
pub use error::{AdmissionError, CallError, Error};
pub use metrics::Snapshot;
pub use options::Options;
pub use packages::{Lent, Tried};
pub use runtime::{Admitted, ComponentSource, Runtime};
pub use seen::{Current, Seen};
