//! Attacks from outside the sandbox: on the folder, on capabilities and tokens, and on the connection.

mod bodies;
mod cache;
mod capabilities;
mod connection;
pub mod tokens;
