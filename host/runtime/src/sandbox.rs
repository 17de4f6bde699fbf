//! What surrounds one call: a store with its limits, the log, and the guest's failures in our words.

use std::sync::Arc;

use banshi_model::ids::Digest;
use wasmtime::{Engine, PoolConcurrencyLimitError, ResourceLimiter, Store, Trap, UpdateDeadline};

use crate::deadline::{Deadline, Go};
use crate::error::CallError;
use crate::guest::log;
use crate::metrics::{Counters, Present};
use crate::options::Options;

/// The host's side of one call; thrown away with it.
pub(crate) struct Sandbox {
    options: Arc<Options>,
    package: Digest,
    memory_bytes: usize,
    table_elements: usize,
    log_lines: usize,
    log_bytes: usize,
    _running: Present,
}

/// A fresh store for one call of this package. Its guest pauses once, at the engine's first tick: see
/// [`crate::threads::here_first`].
pub(crate) fn store(
    engine: &Engine,
    options: &Arc<Options>,
    counters: &Arc<Counters>,
    package: Digest,
) -> Store<Sandbox> {
    let sandbox = Sandbox {
        options: Arc::clone(options),
        package,
        memory_bytes: 0,
        table_elements: 0,
        log_lines: 0,
        log_bytes: 0,
        _running: Present::among(counters, |counters| &counters.running),
    };
    let mut store = Store::new(engine, sandbox);
    store.limiter(|sandbox| sandbox);
    store.set_hostcall_fuel(options.lifting_bytes);
    let mut deadline = Deadline::new(options);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |_| match deadline.check() {
        Ok(Go::On) => Ok(UpdateDeadline::Continue(1)),
        Ok(Go::Elsewhere) => Ok(UpdateDeadline::Yield(1)),
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
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
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

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
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

    /// Runs the function `f` of a core module in a sandbox with these limits.
    fn run(options: Options, module: &str) -> Result<(), CallError> {
        let engine = crate::engine::running(&options).unwrap();
        let options = Arc::new(options);
        let module = wasmtime::Module::new(&engine, wat::parse_str(module).unwrap()).unwrap();
        let mut store = store(&engine, &options, &Arc::default(), Digest::of(b"test"));
        let run = async {
            let instance = wasmtime::Instance::new_async(&mut store, &module, &[]).await?;
            instance.get_typed_func::<(), ()>(&mut store, "f")?.call_async(&mut store, ()).await
        };
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run).map_err(|error| failure(&error))
    }

    fn small() -> Options {
        Options { memory_bytes: 4 << 16, table_elements: 100, concurrent_calls: 1, ..Options::default() }
    }

    #[test]
    fn memories_are_added_up_and_a_growth_too_far_traps_instead_of_answering() {
        let grow = |pages: u32| {
            format!(
                "(module (memory $a 1) (memory $b 1)
                   (func (export \"f\") (drop (memory.grow $a (i32.const 1))) (drop (memory.grow $b (i32.const {pages})))))"
            )
        };
        assert_eq!(run(small(), &grow(1)), Ok(()));
        assert_eq!(run(small(), &grow(2)).unwrap_err().code(), "guest.memory");
        assert_eq!(run(small(), &grow(u32::MAX >> 16)).unwrap_err().code(), "guest.memory");
    }

    #[test]
    fn a_growth_beyond_the_modules_own_maximum_traps_too() {
        let module = "(module (memory 1 2) (func (export \"f\") (drop (memory.grow (i32.const 2)))))";
        assert_eq!(run(small(), module).unwrap_err().code(), "guest.memory");
    }

    #[test]
    fn memories_that_are_too_much_from_the_start_trap_too() {
        let module = "(module (memory 3) (memory 2) (func (export \"f\")))";
        assert_eq!(run(small(), module).unwrap_err().code(), "guest.memory");
    }

    #[test]
    fn tables_are_added_up_and_a_growth_too_far_traps_instead_of_answering() {
        let grow = |by: u32| {
            format!(
                "(module (table $a 40 funcref) (table $b 40 funcref)
                   (func (export \"f\") (drop (table.grow $b (ref.null func) (i32.const {by})))))"
            )
        };
        assert_eq!(run(small(), &grow(20)), Ok(()));
        assert_eq!(run(small(), &grow(21)).unwrap_err().code(), "guest.tables");
    }

    #[test]
    fn a_nan_has_one_bit_pattern_whatever_made_it() {
        let module = "(module (func (export \"f\")
            (if (i64.ne (i64.reinterpret_f64 (f64.div (f64.const 0) (f64.const 0)))
                        (i64.reinterpret_f64 (f64.add (f64.const -nan:0x123) (f64.const 1))))
              (then unreachable))))";
        assert_eq!(run(small(), module), Ok(()));
    }

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
