//! How long a call may take: by the processor, and by the clock on the wall.
//!
//! What counts is the time that the guest had a processor, so that a busy machine does not fail innocent
//! calls. The clock on the wall is the guard behind it.
//!
//! A call is asked at every tick of the engine. The first time it is sent to another thread; from there on its
//! processor time is counted. What it took before, at most a tick, is not.

use std::time::{Duration, Instant};

use crate::error::CallError;
use crate::options::Options;

/// How a call that may go on goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Go {
    /// As it is.
    On,
    /// After a pause, on another thread: it has taken long enough on its caller's.
    Elsewhere,
}

/// The deadline of one call. `check` must be called on the thread that runs the guest.
pub(crate) struct Deadline {
    processor: Duration,
    wall: Duration,
    started: Instant,
    /// Whether it was sent to another thread.
    moved: bool,
    /// Processor time of that thread at the first check there.
    baseline: Option<Duration>,
}

impl Deadline {
    /// Begins now.
    pub fn new(options: &Options) -> Self {
        Self {
            processor: Duration::from_millis(options.deadline_ms),
            wall: Duration::from_millis(options.deadline_wall_ms),
            started: Instant::now(),
            moved: false,
            baseline: None,
        }
    }

    /// Whether and where the call may go on.
    pub fn check(&mut self) -> Result<Go, CallError> {
        if !std::mem::replace(&mut self.moved, true) {
            return Ok(Go::Elsewhere);
        }
        let elapsed = self.started.elapsed();
        // Where the system does not tell, a thread counts as if it ran all the time.
        let now = processor_time().unwrap_or(elapsed);
        let used = now.saturating_sub(*self.baseline.get_or_insert(now));
        let what = if used >= self.processor {
            format!("{} ms of processor time (option `deadline_ms`)", self.processor.as_millis())
        } else if elapsed >= self.wall {
            format!("{} ms by the clock (option `deadline_wall_ms`)", self.wall.as_millis())
        } else {
            return Ok(Go::On);
        };
        Err(CallError::Limit { name: "guest.deadline", what })
    }
}

/// How long this thread has had a processor, as Linux tells it: nanoseconds, the first word of `schedstat`.
fn processor_time() -> Option<Duration> {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    line.split_ascii_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spin_until(mut done: impl FnMut() -> bool) {
        while !done() {
            std::hint::spin_loop();
        }
    }

    #[test]
    fn the_first_check_sends_it_elsewhere_and_no_other() {
        let mut deadline = Deadline::new(&Options::default());
        assert_eq!(deadline.check().unwrap(), Go::Elsewhere);
        assert_eq!(deadline.check().unwrap(), Go::On);
    }

    #[test]
    fn a_thread_that_spins_runs_out_of_processor_time() {
        let options = Options { deadline_ms: 20, deadline_wall_ms: 600_000, ..Options::default() };
        let mut deadline = Deadline::new(&options);
        let mut error = None;
        spin_until(|| {
            error = deadline.check().err();
            error.is_some()
        });
        let error = error.unwrap();
        assert_eq!(error.code(), "guest.deadline");
        assert!(error.to_string().contains("deadline_ms"), "{error}");
    }

    #[test]
    fn the_clock_on_the_wall_stands_behind_it() {
        let options = Options { deadline_ms: 600_000, deadline_wall_ms: 20, ..Options::default() };
        let mut deadline = Deadline::new(&options);
        let mut error = None;
        spin_until(|| {
            error = deadline.check().err();
            error.is_some()
        });
        assert!(error.unwrap().to_string().contains("deadline_wall_ms"));
    }
}
