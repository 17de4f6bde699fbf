//! The one driver that acts: it loads, calls the layers, lets `decide` decide, and commits.
//!
//! A case's steps happen one after another under its lock; the store checks the expected sequence once
//! more. Locks are taken from a bundle to its parts, never the other way: a part speaks to its bundle only
//! through the inbox.

pub(crate) mod change;
mod commit;
mod composite;
pub(crate) mod context;
mod count;
mod host_acts;
mod inbox;
mod layers;
mod open;
pub(crate) mod run_again;
pub(crate) mod settle;
mod step;
mod timers;

/// Cases that the driver steps at once: enough to share a sync, few enough that requests keep most places of the sandbox.
const AT_ONCE: usize = 16;

pub(crate) use change::{Change, Work};
pub(crate) use commit::{first_stands, keep_reply};
pub(crate) use host_acts::{ending, notice};
pub(crate) use layers::{call_layers, call_layers_seen, check_layers, code_layers};
