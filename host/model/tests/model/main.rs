//! Tests of the model from outside: days, clocks, identifiers and law rows. One binary, so that it links once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod calendar;
mod clock;
mod law_files;
mod law_rows;
mod vectors;
