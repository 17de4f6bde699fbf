//! Typed extractors: what a handler takes is already parsed, bounded and attributed to a caller.
//!
//! A rejection is a `Problem` that names the place and never repeats a value: ids and forms may be personal.

mod body;
mod caller;
mod idempotency;
mod parameters;
mod signed;

pub(crate) use body::{Ask, Nothing, Upload, Write, json, whole};
pub(crate) use caller::Caller;
pub(crate) use idempotency::IdempotencyHeader;
pub(crate) use parameters::{InPath, InQuery};
pub(crate) use signed::{SignedPackage, SignedUpload};

#[cfg(test)]
mod tests;
