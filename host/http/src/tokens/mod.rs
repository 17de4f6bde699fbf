//! Who may call: tokens in a file that only the operator may read.
//!
//! A token is 256 random bits, shown once as 64 hexadecimal digits and kept only as the SHA-256 of those
//! digits (`printf TOKEN | sha256sum`). The file is TOML with mode 0600:
//!
//! ```toml
//! [[token]]
//! name = "pudong-food-window"           # not personal: it stands in journals and logs
//! sha256 = "6f3c…"
//! expires = "2027-01-01T00:00:00Z"      # optional
//! role = "officer"
//! division = "310115"
//! department = "市场监督管理局"
//! units = ["食品经营许可科"]
//! ```
//!
//! Roles and their bounds are `banshi_engine::Role`: `platform`, `publisher` (table `authority`), `officer`,
//! `partner` (`kind`, or none for a portal), `applicant` (table `subject`).
//!
//! A running host sees a changed file at the next request, so a revoked token stops at once. A file that no
//! longer reads leaves the last good one in force and makes `/readyz` say so: one typing error must not shut
//! out a city, and must not go unseen either.

mod bearer;
mod file;
mod watch;

use banshi_engine::Role;

pub(crate) use bearer::bearer;
pub use file::{Error, Token, TokenFile, new_token};
pub use watch::{Denied, Tokens};

#[cfg(test)]
mod tests;
