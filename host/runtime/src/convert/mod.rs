//! Between the contract's types and the model's: pure, and complete.
//!
//! `Give` turns the host's words into a guest's and cannot fail. `Take` turns a guest's answer into the
//! host's words: it counts what the answer holds, parses every id, date and JSON text, and says where in
//! the answer something is wrong, without repeating what stands there.

mod both;
mod give_case;
mod give_definition;
mod give_step;
mod reader;
#[cfg(test)]
mod round_trip;
mod take_definition;
mod take_guidance;
mod take_step;

pub(crate) use both::Give;
pub(crate) use give_case::{json_object, see, view};
pub(crate) use give_step::step;
pub(crate) use reader::{Reader, Take};
