//! What a plugin's call takes of a processor.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::{Duration, Instant};

/// A call that ran longer than this before it paused ran a guest: the sandbox sends such a call to another thread at the
/// engine's next tick. One that only waits for its turn pauses within microseconds.
const RAN: Duration = Duration::from_millis(1);

/// Does the work, and says for how long it ran: on this thread, and on the other one that the sandbox sends a long call to.
/// Time in a queue does not count.
pub(super) async fn metered<F: Future>(work: F) -> (F::Output, Duration) {
    let mut work = pin!(work);
    let mut spent = Duration::ZERO;
    let mut elsewhere: Option<Instant> = None;
    let output = poll_fn(|context| {
        let begun = Instant::now();
        spent += elsewhere.take().map_or(Duration::ZERO, |since| begun.duration_since(since));
        let polled = work.as_mut().poll(context);
        let ran = begun.elapsed();
        spent += ran;
        if polled.is_pending() && ran >= RAN {
            elsewhere = Some(Instant::now());
        }
        polled
    })
    .await;
    (output, spent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spin(time: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < time {
            std::hint::spin_loop();
        }
    }

    #[tokio::test]
    async fn what_runs_counts_and_what_waits_does_not() {
        let (_, ran) = metered(async { spin(Duration::from_millis(20)) }).await;
        assert!(ran >= Duration::from_millis(20), "{ran:?}");
        // A first pause that the machine itself stretched looks like a guest's; it does not five times in a row.
        let mut seen = Vec::new();
        for _ in 0..5 {
            let begun = Instant::now();
            let elsewhere = tokio::task::spawn_blocking(|| spin(Duration::from_millis(50)));
            let (_, waited) = metered(elsewhere).await;
            seen.push(waited * 2 < begun.elapsed());
        }
        assert!(seen.contains(&true), "waiting was counted as running");
    }

    #[tokio::test]
    async fn what_was_sent_to_another_thread_goes_on_counting() {
        let long = async {
            spin(Duration::from_millis(5));
            tokio::task::spawn_blocking(|| spin(Duration::from_millis(50))).await.unwrap();
        };
        let (_, ran) = metered(long).await;
        assert!(ran >= Duration::from_millis(50), "{ran:?}");
    }
}
