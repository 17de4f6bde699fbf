//! On which thread something runs: on the caller's as long as it is quick, and on one of its own where it may take
//! long.

use std::panic::AssertUnwindSafe;
use std::task::Poll;

use futures::FutureExt as _;
use futures::future::{BoxFuture, poll_fn};
use tokio::runtime::Handle;

/// Runs what may block where it may; a panic there is an error here.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    tokio::task::spawn_blocking(work).await.map_err(|error| format!("a task of the host failed: {error}"))
}

/// Runs a guest's call: on the caller's thread up to its first pause, which the sandbox makes at the engine's next
/// tick, and from there on a thread of its own.
///
/// Nearly every call ends before a tick, and a hop to another thread and back costs as much as the call itself. One
/// that does not must not keep a thread that answers requests: that is how an endless guest would starve its
/// neighbours. A panic is an error here, so that a fault of the host in one call stays in that call.
pub(crate) async fn here_first<T: Send + 'static>(call: BoxFuture<'static, T>) -> Result<T, String> {
    let mut call = AssertUnwindSafe(call).catch_unwind().boxed();
    let begun = poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await;
    let ended = match begun {
        Poll::Ready(ended) => ended,
        Poll::Pending => {
            let runtime = Handle::current();
            blocking(move || runtime.block_on(call)).await?
        }
    };
    ended.map_err(|_| "the host failed in a guest's call".to_owned())
}

#[cfg(test)]
mod tests {
    use std::thread::{ThreadId, current};

    use super::*;

    async fn threads_of(pauses: usize) -> Vec<ThreadId> {
        let call = async move {
            let mut seen = vec![current().id()];
            for _ in 0..pauses {
                tokio::task::yield_now().await;
                seen.push(current().id());
            }
            seen
        };
        here_first(call.boxed()).await.unwrap()
    }

    #[tokio::test]
    async fn what_is_quick_stays_on_the_callers_thread() {
        assert_eq!(threads_of(0).await, [current().id()]);
    }

    #[tokio::test]
    async fn what_pauses_goes_on_elsewhere_and_stays_there() {
        let seen = threads_of(2).await;
        assert_eq!(seen[0], current().id());
        assert_ne!(seen[1], current().id());
        assert_eq!(seen[1], seen[2]);
    }

    #[tokio::test]
    async fn a_panic_before_or_after_the_pause_is_an_error() {
        for pauses in 0..2 {
            let call = async move {
                threads_of(0).await;
                for _ in 0..pauses {
                    tokio::task::yield_now().await;
                }
                panic!("a fault of the host")
            };
            assert!(here_first::<()>(call.boxed()).await.is_err());
        }
    }
}
