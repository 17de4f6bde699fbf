//! Attacks from outside the sandbox: on the folder, on capabilities and tokens, on the connection, and by whoever
//! does not read the log.

mod bodies;
mod cache;
mod capabilities;
mod connection;
mod log;
pub mod tokens;
