//! A typed client of the API, used by the command line and the demo. One method a route; types are the engine's own.
//!
//! Every answer is bounded and every request has a timeout. A write carries an `Idempotency-Key`; one that got no
//! answer is sent again under the same key, so that "no answer" never means "perhaps twice".

mod cases;
mod problem;
mod registry;
mod send;

pub use problem::Problem;
pub use send::{Client, Key};
