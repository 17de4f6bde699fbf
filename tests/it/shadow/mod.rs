//! Outcome diff on real history, against a running host.

mod found;
mod jobs;
mod policy;
mod support;
