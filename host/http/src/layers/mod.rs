//! What surrounds every handler: observation, headers, limits on time, number and size, and that what is told is durable.
//!
//! Three layers and not one a concern: each is a copy of all that is below it, and a box, for every request.

mod headers;
mod limits;
mod observe;
mod settled;

pub(crate) use limits::{Bounds, Share, bounded, in_share};
pub(crate) use observe::observe;
