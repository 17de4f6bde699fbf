//! What surrounds every handler: observation, headers, and limits on time and number.

mod headers;
mod limits;
mod observe;

pub(crate) use headers::secure;
pub(crate) use limits::{in_time, overload, panicked};
pub(crate) use observe::observe;
