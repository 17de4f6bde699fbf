//! The HTTP face from outside: its description, and its router over a real engine with a store in memory.
//! What matters do is tested in the top-level `tests`; here nothing is published.

mod documents;
mod host;
mod licences;
mod openapi;
mod operation;
mod pages;
mod support;
