//! Whole-system tests: the real binary, real wasm, over HTTP and the command line.
//!
//! One binary, so that everything is linked once. Each test starts a host of its own on a folder of its own.

// Tests stop where something is not as it should be.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod access;
mod admission;
mod api_fuzz;
mod attacks;
mod breaker;
mod bundle;
mod by_hand;
mod cli;
mod counts;
mod crash;
mod deemed;
mod demo;
mod enactments;
mod erasure;
mod exact;
mod first_permit;
mod gradual;
mod hostile;
mod idempotent;
mod invariants;
mod layers;
mod limits;
mod liquor;
mod live_change;
mod migration;
mod operate;
mod pages;
mod partners;
mod races;
mod refusals;
mod restart;
mod shadow;
mod support;
mod trap;
mod trust;
mod variations;
