//! What the trust root accepts and refuses: one test a rule, each with its code, place and text.

// Tests stop where something is not as it should be.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod chain;
mod packages;
mod rules;
mod scene;
mod vectors;
