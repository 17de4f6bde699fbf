//! What the commands do: each file is one word of the command line, its arguments and what it prints.

pub mod case;
pub mod clock;
pub mod config;
pub mod emergency;
pub mod enact;
pub mod enactment;
mod fits;
pub mod licence;
pub mod matter;
pub mod migration;
mod migration_report;
pub mod outbox;
pub mod package;
pub mod quarantine;
pub mod reason;
pub mod report;
pub mod shadow;
mod shadow_report;
pub mod task;
pub mod token;
pub mod trust;
pub mod wording;
