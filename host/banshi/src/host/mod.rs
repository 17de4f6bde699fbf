//! The host's parts put together: for `serve`, and for commands that look at a folder without serving it.
//!
//! A data folder holds `store/` (the cases, see the store's FORMAT.md) and `compiled/` (machine code, made again
//! when it is missing). Keys live in a file outside of it.

mod files;
pub mod offline;
mod open;
pub mod serve;
mod stop;

pub use open::{Folder, engine};
pub use stop::{ENDS_WITH_STDIN, asked as asked_to_stop};
