//! The HTTP face from outside: its description, and its router over a real engine with a store in memory.
//! What matters do is tested in the top-level `tests`; here nothing is published.

// Tests stop where something is not as it should be.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod documents;
mod host;
mod licences;
mod openapi;
mod operation;
mod pages;
mod support;
