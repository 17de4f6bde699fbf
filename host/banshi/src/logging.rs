//! Where log lines go: standard error, as text or JSON. Which: `BANSHI_LOG` (a filter such as `info` or
//! `banshi_engine=debug`).
//!
//! A thread of its own writes them. Were they written by whoever logs, a reader that stopped reading would stop the host: a
//! pipe takes 64 KiB, and then every request waits in its own `write`. Lines that find no room wait for nobody; they are
//! lost, counted (`banshi_log_lines_lost_total`) and told of once there is room again. A process that is killed loses what
//! waits.

use std::convert::Infallible;
use std::io::{BufWriter, IsTerminal as _};
use std::sync::OnceLock;
use std::time::Duration;

use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

/// So many lines may wait to be written: about a second of a loaded host, and a megabyte.
const WAITING_LINES: usize = 4_096;
/// Lines that wait together are written together, up to so many bytes.
const WRITTEN_BYTES: usize = 64 << 10;

/// How often it is looked whether lines were lost.
const TOLD_EVERY: Duration = Duration::from_millis(500);

/// Lines that were lost since the process began.
static LOST: OnceLock<ErrorCounter> = OnceLock::new();

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For a person.
    Text,
    /// For a collector: one JSON object a line.
    Json,
}

/// Begins to log; `unless_said` is the filter without `BANSHI_LOG`. What still waits is written when the answer is dropped,
/// for a second at most; where nobody reads them even then, the library says so in a line on standard output.
pub fn start(format: LogFormat, unless_said: &str) -> WorkerGuard {
    let filter = EnvFilter::try_from_env("BANSHI_LOG").unwrap_or_else(|_| EnvFilter::new(unless_said));
    let (writer, written) = NonBlockingBuilder::default()
        .buffered_lines_limit(WAITING_LINES)
        .thread_name("banshi-log")
        .finish(BufWriter::with_capacity(WRITTEN_BYTES, std::io::stderr()));
    LOST.get_or_init(|| writer.error_counter());
    // A line that cannot be written is lost: on a full disk, saying so would be a second failure.
    let lines = fmt().with_env_filter(filter).with_writer(writer).log_internal_errors(false);
    // An error would only say that lines go somewhere already.
    let _ = match format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    written
}

/// Shows in the metrics how many lines were lost, and says so in the log. While nobody reads, what it says is lost, too, and
/// is said again the next time.
pub async fn tell_lost() -> Infallible {
    let mut told = 0;
    loop {
        tokio::time::sleep(TOLD_EVERY).await;
        let before = lost();
        metrics::counter!("banshi_log_lines_lost_total").absolute(before.try_into().unwrap_or(u64::MAX));
        if before > told {
            tracing::warn!(lines.lost = before - told, "log lines were lost: they were not read in time");
            if lost() == before {
                told = before;
            }
        }
    }
}

fn lost() -> usize {
    LOST.get().map_or(0, ErrorCounter::dropped_lines)
}
