//! Signed packages: what the trust root refuses, what it lets in, what a revocation closes, and the walk from a key to a
//! package in force.

mod effects;
mod refused;
mod requirement;
mod roots;
pub mod scene;
mod walk;

use banshi_model::ids::Digest;

/// The digest of a package file.
fn digest(file: &[u8]) -> Digest {
    Digest::of(file)
}
