//! Every limit of the sandbox as an option: its default, its unit, and the name that it reports.
//!
//! Read from the host's configuration file. Unknown keys are refused, so that a misspelt limit is found
//! at start and not by a hostile guest.

use serde::Deserialize;

use crate::error::Error;

/// The limits of the sandbox. Where a call hits one, the error is a `CallError::Limit` with the name in
/// brackets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Processor time of one call, in milliseconds; looked at every 10 ms, so that a call may run up to
    /// 20 ms longer. Default 200. \[`guest.deadline`\]
    pub deadline_ms: u64,
    /// Time of one call by the clock on the wall, in milliseconds: a guard for a starved machine. Default
    /// 5,000. \[`guest.deadline`\]
    pub deadline_wall_ms: u64,
    /// Bytes over all linear memories of one call. Default 64 MiB. \[`guest.memory`\]
    pub memory_bytes: usize,
    /// Elements over all tables of one call. Default 20,000. \[`guest.tables`\]
    pub table_elements: usize,
    /// Bytes of the machine stack that one call may use; at most 1 MiB, because the calling threads have
    /// 2 MiB. Default 512 KiB. \[`guest.stack`\]
    pub stack_bytes: usize,
    /// Bytes that may be copied out of the guest at once, before anything else is looked at. Default
    /// 16 MiB. \[`guest.lifting`\]
    pub lifting_bytes: usize,
    /// Bytes of one answer: its texts and its elements. Default 4 MiB. \[`guest.output`\]
    pub output_bytes: usize,
    /// How deep JSON of an answer may nest; at most 120. Default 64. \[`guest.nesting`\]
    pub json_nesting: usize,
    /// Commands of one step. Default 256. \[`guest.commands`\]
    pub commands: usize,
    /// Log lines of one call. Default 100. \[`guest.log`\]
    pub log_lines: usize,
    /// Bytes of one log line; a longer one is cut, which is no error. Default 2 KiB.
    pub log_line_bytes: usize,
    /// Bytes of all log lines of one call, after the cut. Default 64 KiB. \[`guest.log`\]
    pub log_bytes: usize,
    /// Calls at once; 0: twice the number of processors. Default 0.
    pub concurrent_calls: usize,
    /// Calls at once of one package; 0: half of `concurrent_calls`, at least one. Default 0.
    pub concurrent_calls_per_package: usize,
    /// How long a call waits for its turn, in milliseconds. Default 10,000. \[`guest.queue`\]
    pub queue_timeout_ms: u64,
    /// Loaded components that are kept, each once however many packages have it; the one that was not called for longest
    /// is evicted. Each takes about 250 KiB and 3 memory maps. Default 500.
    pub loaded_components: usize,
    /// Bytes of a component file. Default 32 MiB. \[`package.size`\]
    pub component_bytes: usize,
    /// Core instances of a component. Default 32. \[`package.structure`\]
    pub core_instances: u32,
    /// Linear memories of a component. Default 2. \[`package.structure`\]
    pub memories: u32,
    /// Tables of a component. Default 32. \[`package.structure`\]
    pub tables: u32,
    /// Components that are compiled at once. Default 1.
    pub concurrent_compiles: usize,
    /// Address space of the compiling child process, in bytes. Default 2 GiB. \[`package.compile`\]
    pub compile_memory_bytes: u64,
    /// Processor time of the compiling child process, in seconds; three times as long by the clock on the
    /// wall. Default 60. \[`package.compile`\]
    pub compile_cpu_seconds: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            deadline_ms: 200,
            deadline_wall_ms: 5_000,
            memory_bytes: 64 << 20,
            table_elements: 20_000,
            stack_bytes: 512 << 10,
            lifting_bytes: 16 << 20,
            output_bytes: 4 << 20,
            json_nesting: 64,
            commands: 256,
            log_lines: 100,
            log_line_bytes: 2 << 10,
            log_bytes: 64 << 10,
            concurrent_calls: 0,
            concurrent_calls_per_package: 0,
            queue_timeout_ms: 10_000,
            loaded_components: 500,
            component_bytes: 32 << 20,
            core_instances: 32,
            memories: 2,
            tables: 32,
            concurrent_compiles: 1,
            compile_memory_bytes: 2 << 30,
            compile_cpu_seconds: 60,
        }
    }
}

/// A wasm page, the unit in which memories grow.
const PAGE: usize = 64 << 10;

impl Options {
    /// Calls at once, with 0 resolved.
    pub fn calls(&self) -> usize {
        match self.concurrent_calls {
            0 => std::thread::available_parallelism().map_or(2, |count| count.get() * 2),
            given => given,
        }
    }

    /// Calls at once of one package, with 0 resolved.
    pub fn calls_per_package(&self) -> usize {
        match self.concurrent_calls_per_package {
            0 => (self.calls() / 2).max(1),
            given => given,
        }
    }

    /// Fails at start on what could not work, naming the option.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let rules = [
            (self.deadline_ms >= 10, "deadline_ms", "at least 10, the step in which time is counted"),
            (self.deadline_wall_ms >= self.deadline_ms, "deadline_wall_ms", "at least `deadline_ms`"),
            ((2 * PAGE..=4 << 30).contains(&self.memory_bytes), "memory_bytes", "128 KiB to 4 GiB"),
            ((64 << 10..=1 << 20).contains(&self.stack_bytes), "stack_bytes", "64 KiB to 1 MiB"),
            (self.lifting_bytes >= self.output_bytes, "lifting_bytes", "at least `output_bytes`"),
            ((1..=120).contains(&self.json_nesting), "json_nesting", "1 to 120"),
            (self.calls_per_package() <= self.calls(), "concurrent_calls_per_package", "at most `concurrent_calls`"),
            (self.calls() <= 4_096, "concurrent_calls", "at most 4,096"),
            (self.loaded_components >= 1, "loaded_components", "at least 1"),
            ((1..=256).contains(&self.core_instances), "core_instances", "1 to 256"),
            ((1..=16).contains(&self.memories), "memories", "1 to 16"),
            ((1..=256).contains(&self.tables), "tables", "1 to 256"),
            (self.concurrent_compiles >= 1, "concurrent_compiles", "at least 1"),
            (self.compile_cpu_seconds >= 1, "compile_cpu_seconds", "at least 1"),
        ];
        match rules.into_iter().find(|(holds, _, _)| !holds) {
            None => Ok(()),
            Some((_, option, allowed)) => Err(Error::Option { option, allowed }),
        }
    }
}
