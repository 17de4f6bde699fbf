//! The convenience store: what it asks, what it declares of its parts, and its ways.

mod asked;
mod dictionary;
mod manifests;
mod parts;
mod ways;
