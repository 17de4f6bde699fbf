//! What a case is, how it evolves, and how the law's days are counted: plain data and pure functions.
//!
//! Nothing here is async, reads a clock, draws a random number or touches a file. Time, ids and tables
//! are arguments. JSON made of these types uses `snake_case` for members and `kebab-case` for enum values.

pub mod calendar;
pub mod case;
pub mod checkdigit;
pub mod clock;
pub mod command;
pub mod definition;
pub mod draft;
pub mod effect;
pub mod emergency;
pub mod enactment;
pub mod entry;
pub mod event;
mod evolve;
pub mod frozen;
pub mod gradual;
pub mod guidance;
pub mod ids;
pub mod law;
pub mod licence;
pub mod migration;
pub mod package;
pub mod quarantine;
pub mod release;
pub mod task;
pub mod text;
pub mod time;
pub mod watch;
