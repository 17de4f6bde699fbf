//! The convenience store: what it asks, what it declares of its parts, and its ways.

// A test that cannot go on has failed; that holds for its functions too.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod asked;
mod dictionary;
mod manifests;
mod parts;
mod ways;
