//! Packages on the author's machine: from a folder to a file, and whether a host would admit it.

pub mod build;
pub mod check;
pub mod keygen;
pub mod new;
pub mod sign;
mod source;
