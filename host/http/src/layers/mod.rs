//! What surrounds every handler: observation, headers, limits on time and number, and that what is told is durable.

mod headers;
mod limits;
mod observe;
mod settled;

pub(crate) use headers::secure;
pub(crate) use limits::{in_time, overload, panicked};
pub(crate) use observe::observe;
pub(crate) use settled::settled;
