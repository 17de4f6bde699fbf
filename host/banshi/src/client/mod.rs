//! A typed client of the API, used by the command line and the demo. One method a route; types are the engine's own.
//!
//! Every answer is bounded and every request has a timeout. A write carries an `Idempotency-Key`; one that got no
//! answer is sent again under the same key, so that "no answer" never means "perhaps twice".

mod cases;
mod emergencies;
mod events;
mod gradual;
mod migrations;
mod problem;
mod quarantines;
mod registry;
mod send;
mod shadows;
#[cfg(test)]
mod tests;
mod trust;

use banshi_engine::api::Page;

use crate::failure::Result;

pub use problem::Problem;
pub use send::{Client, Key};
pub use shadows::Followed;

/// Every item of a list, page after page.
pub async fn every<T>(mut page: impl AsyncFnMut(Option<String>) -> Result<Page<T>>) -> Result<Vec<T>> {
    let (mut items, mut cursor) = (Vec::new(), None);
    loop {
        let read = page(cursor).await?;
        items.extend(read.items);
        cursor = read.next;
        if cursor.is_none() {
            return Ok(items);
        }
    }
}
