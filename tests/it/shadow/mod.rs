//! Outcome diff on real history, against a running host.

mod events;
mod found;
mod jobs;
mod policy;
pub mod support;
