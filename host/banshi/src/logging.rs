//! Where log lines go: standard error, as text or JSON. Which: `BANSHI_LOG` (a filter such as `info` or
//! `banshi_engine=debug`).

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For a person.
    Text,
    /// For a collector: one JSON object a line.
    Json,
}

/// Begins to log; `unless_said` is the filter without `BANSHI_LOG`. A second call does nothing.
pub fn start(format: LogFormat, unless_said: &str) {
    let filter = EnvFilter::try_from_env("BANSHI_LOG").unwrap_or_else(|_| EnvFilter::new(unless_said));
    // A line that cannot be written is lost: on a full disk, saying so would be a second failure.
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    let _ = match format {
        LogFormat::Text => lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
}
