//! Nothing is told that a power cut could take back.

use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse as _, Response};
use banshi_engine::Engine;

use crate::answer::Fresh;
use crate::problem::Problem;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Holds an answer back until what it was read from is durable; where nothing is pending, that is at once. Only a keyed
/// write that was done needs not wait: its own commit, which keeps the answer under the key, came after what it read.
/// Whatever else is answered, to a POST that only reads too, rests on what was read alone.
pub(super) async fn settled(engine: &Engine, keyed: bool, response: Response) -> Response {
    if keyed && was_committed(&response) {
        return response;
    }
    match engine.settled().await {
        Ok(()) => response,
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Whether a request came with a key.
pub(super) fn is_keyed(headers: &HeaderMap) -> bool {
    headers.contains_key(KEY)
}

/// Whether a write answered, for the first time. A key alone does not tell: it may come with a request that writes nothing.
fn was_committed(response: &Response) -> bool {
    response.status().is_success() && response.extensions().get::<Fresh>().is_some()
}

#[cfg(test)]
mod tests {
    use axum::Json;
    use banshi_engine::Done;
    use serde_json::json;

    use super::*;
    use crate::answer::{created, done, made, nothing};

    #[test]
    fn a_write_done_now_needs_not_wait_and_a_read_or_a_repeated_write_does() {
        let fresh = || Done::Fresh(json!({}));
        let address = |_: &serde_json::Value| "/x".to_owned();
        for write in [done(fresh()), made(fresh()), created(fresh(), address), Ok(nothing(Done::Fresh(())))] {
            assert!(was_committed(&write.unwrap()));
        }
        let repeated = || Done::<serde_json::Value>::Repeated { status: 200, body: b"{}".to_vec() };
        for write in [done(repeated()), made(repeated()), created(repeated(), address)] {
            assert!(!was_committed(&write.unwrap()));
        }
        assert!(!was_committed(&nothing(Done::Repeated { status: 204, body: Vec::new() })));
        assert!(!was_committed(&Json(json!({ "findings": [] })).into_response()), "what a POST that reads answers");
    }
}
