//! What surrounds one call: a store with its limits, the log, and the guest's failures in our words.

use std::sync::Arc;

use banshi_model::ids::Digest;
use wasmtime::{Engine, PoolConcurrencyLimitError, ResourceLimiter, Store, Trap, UpdateDeadline};

use crate::deadline::Deadline;
use crate::error::CallError;
use crate::guest::log;
use crate::options::Options;

/// The host's side of one call; thrown away with it.
pub(crate) struct Sandbox {
    options: Arc<Options>,
    package: Digest,
    memory_bytes: usize,
    table_elements: usize,
    log_lines: usize,
    log_bytes: usize,
}

/// A fresh store for one call of this package.
pub(crate) fn store(engine: &Engine, options: &Arc<Options>, package: Digest) -> Store<Sandbox> {
    let sandbox = Sandbox {
        options: Arc::clone(options),
        package,
        memory_bytes: 0,
        table_elements: 0,
        log_lines: 0,
        log_bytes: 0,
    };
    let mut store = Store::new(engine, sandbox);
    store.limiter(|sandbox| sandbox);
    store.set_hostcall_fuel(options.lifting_bytes);
    let mut deadline = Deadline::new(options);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |_| match deadline.check() {
        Ok(()) => Ok(UpdateDeadline::Continue(1)),
        Err(limit) => Err(wasmtime::Error::new(limit)),
    });
    store
}

impl Sandbox {
    fn memory_limit(&self) -> wasmtime::Error {
        let what = format!("{} bytes over all memories (option `memory_bytes`)", self.options.memory_bytes);
        wasmtime::Error::new(CallError::Limit { name: "guest.memory", what })
    }

    fn table_limit(&self) -> wasmtime::Error {
        let what = format!("{} elements over all tables (option `table_elements`)", self.options.table_elements);
        wasmtime::Error::new(CallError::Limit { name: "guest.tables", what })
    }
}

/// Adds up all memories and all tables. A growth that fails must trap: a guest that saw it fail would
/// answer differently on another machine, and a replay would differ.
impl ResourceLimiter for Sandbox {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self.memory_bytes.saturating_add(desired.saturating_sub(current));
        if total > self.options.memory_bytes || maximum.is_some_and(|maximum| desired > maximum) {
            return Err(self.memory_limit());
        }
        self.memory_bytes = total;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        Err(self.memory_limit())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self.table_elements.saturating_add(desired.saturating_sub(current));
        if total > self.options.table_elements || maximum.is_some_and(|maximum| desired > maximum) {
            return Err(self.table_limit());
        }
        self.table_elements = total;
        Ok(true)
    }

    fn table_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        Err(self.table_limit())
    }
}

impl log::Host for Sandbox {
    fn emit(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
        let message = harmless(&message, self.options.log_line_bytes);
        self.log_lines += 1;
        self.log_bytes = self.log_bytes.saturating_add(message.len());
        if self.log_lines > self.options.log_lines || self.log_bytes > self.options.log_bytes {
            let what = format!(
                "{} lines or {} bytes in one call (options `log_lines`, `log_bytes`)",
                self.options.log_lines, self.options.log_bytes
            );
            return Err(wasmtime::Error::new(CallError::Limit { name: "guest.log", what }));
        }
        let package = self.package;
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "banshi::guest",
                    { package.digest = %package, guest.message = message.as_str() },
                    "plugin says"
                )
            };
        }
        match level {
            log::Level::Debug => line!(debug),
            log::Level::Info => line!(info),
            log::Level::Warn => line!(warn),
            log::Level::Error => line!(error),
        }
        Ok(())
    }
}

/// A guest's text as one line of at most `limit` bytes: what would move a cursor, turn the direction of
/// writing or hide is written as an escape.
fn harmless(message: &str, limit: usize) -> String {
    let mut line = String::new();
    for character in message.chars() {
        let piece: String = match character {
            '"' | '\'' => character.to_string(),
            other => other.escape_debug().collect(),
        };
        if line.len() + piece.len() > limit {
            break;
        }
        line.push_str(&piece);
    }
    line
}

/// Why a call of a guest failed, in our words. None of the guest's own text passes.
pub(crate) fn failure(error: &wasmtime::Error) -> CallError {
    if let Some(limit) = error.downcast_ref::<CallError>() {
        return limit.clone();
    }
    if error.is::<PoolConcurrencyLimitError>() {
        let what = "no place left in the pool (option `concurrent_calls`)".to_owned();
        return CallError::Limit { name: "guest.queue", what };
    }
    let what = error.root_cause().to_string();
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => {
            let what = "machine stack (option `stack_bytes`)".to_owned();
            CallError::Limit { name: "guest.stack", what }
        }
        Some(_) => CallError::Trap { what },
        // wasmtime does not make the type of this error public; a test holds its words.
        None if what.contains("fuel allocated for hostcalls has been exhausted") => {
            let what = "bytes copied out at once (option `lifting_bytes`)".to_owned();
            CallError::Limit { name: "guest.lifting", what }
        }
        None => CallError::Trap { what },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guests_line_is_one_line_within_its_bytes() {
        for (message, line) in [
            ("受理 \"ok\" it's", "受理 \"ok\" it's"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("\u{202e}gpj", "\\u{202e}gpj"),
            ("back\\slash", "back\\\\slash"),
            ("一二三四五六七八九十", "一二三四五六"),
        ] {
            assert_eq!(harmless(message, 20), line);
        }
    }

    #[test]
    fn an_escape_is_never_cut_in_the_middle() {
        assert_eq!(harmless("aaaaaaaaaaaaaaaaa\u{1b}", 20), "aaaaaaaaaaaaaaaaa");
    }
}
