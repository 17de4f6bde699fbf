//! The API under `/api/v1` and the pages: the only crate that knows axum.
//!
//! A handler does three things: take typed input (`extract`), call one method of the engine, answer
//! (`answer`, `problem`). What a caller may do is decided in the engine. A URL's handler is in the file of its
//! first word: `/api/v1/cases/…` in `routes/cases`.
//!
//! Nothing personal goes into an address, a log line, a metric's label or a problem: subjects' ids come in
//! bodies, addresses are logged as matched patterns only.

// A problem is made once for a refused request; boxing it everywhere would cost readers more than it saves.
#![allow(clippy::result_large_err)]

mod answer;
mod cursor;
mod extract;
mod layers;
mod measure;
mod negotiate;
mod openapi;
mod options;
mod pages;
pub mod problem;
mod qr;
mod router;
mod routes;
mod server;
mod state;
mod streams;
pub mod tokens;
mod wording;
mod writes;

pub use openapi::openapi;
pub use options::{HttpOptions, OptionError};
pub use router::router;
pub use server::serve;
pub use state::AppState;
