//! The wasm engine: what a guest may be made of, and the ticker that ends endless guests.
//!
//! Whoever compiles and whoever runs must agree on the code that is made; both configurations start from
//! `code`, and a compiled component is named by the engine's compatibility hash.

use std::hash::{Hash, Hasher};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::error::Error;
use crate::options::Options;

/// How often the engine's epoch rises, and so how finely time is counted.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// What the host has left of a call's stack when the guest has used all of its own: lifting and the log run there.
const HOST_STACK_BYTES: usize = 1 << 20;

/// Memories beyond those that calls at once take. A memory is made ready for one module and goes on being ready for it; for
/// another it is mapped anew, which costs as much as a small call. So as many modules as this may take turns. Each takes
/// what a call has touched of it, at most [`RESIDENT_BYTES`].
const WARM_MEMORIES: u32 = 256;

/// How much of a memory, and of what a call wrote to it, is kept and wiped instead of given back to the system.
const RESIDENT_BYTES: usize = 512 << 10;

/// What decides the code that is made. Deterministic by construction: NaN has one bit pattern, and what a
/// processor may decide for itself (relaxed SIMD, threads) is off.
fn code() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        .cranelift_nan_canonicalization(true)
        .epoch_interruption(true)
        .memory_init_cow(true)
        // Names of a guest's functions are a guest's text; nobody would read them.
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false);
    config
}

/// An engine that compiles and runs nothing; it reserves no address space.
pub(crate) fn compiling() -> Result<Engine, Error> {
    let mut config = code();
    // Threads would each take address space, which is limited.
    config.parallel_compilation(false);
    Engine::new(&config).map_err(|error| Error::Engine(format!("{error:#}")))
}

/// The engine that runs, with a pool that has a place for every call at once, and its ticker.
pub(crate) fn running(options: &Options) -> Result<Engine, Error> {
    let calls = u32::try_from(options.calls()).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_core_instances(calls.saturating_mul(options.core_instances))
        .max_core_instances_per_component(options.core_instances)
        .total_memories(calls.saturating_mul(options.memories).saturating_add(WARM_MEMORIES))
        .max_unused_warm_slots(WARM_MEMORIES)
        .max_memories_per_component(options.memories)
        .max_memories_per_module(options.memories)
        .max_memory_size(options.memory_bytes)
        .total_tables(calls.saturating_mul(options.tables))
        .max_tables_per_component(options.tables)
        .max_tables_per_module(options.tables)
        .table_elements(options.table_elements)
        .total_stacks(calls)
        .linear_memory_keep_resident(RESIDENT_BYTES)
        .table_keep_resident(64 << 10)
        .pagemap_scan(Enabled::Auto);
    let mut config = code();
    config
        .max_wasm_stack(options.stack_bytes)
        .async_stack_size(options.stack_bytes + HOST_STACK_BYTES)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    let engine = Engine::new(&config).map_err(|error| Error::Engine(format!("{error:#}")))?;
    tick(&engine)?;
    Ok(engine)
}

/// One thread for each engine; it ends when the engine is gone.
fn tick(engine: &Engine) -> Result<(), Error> {
    let weak = engine.weak();
    let run = move || {
        while let Some(engine) = weak.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    };
    match std::thread::Builder::new().name("banshi-epoch".to_owned()).spawn(run) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::Engine(format!("no thread for the ticker: {error}"))),
    }
}

/// Names the code that this engine makes and takes: its version, its settings and the processor's features.
pub(crate) fn compatibility(engine: &Engine) -> String {
    /// `Hash` wants 64 bits; the name wants more, so that no two engines ever share one.
    struct Wide(Sha256);
    impl Hasher for Wide {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut hasher = Wide(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hex::encode(hasher.0.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiling_engine_makes_the_code_that_the_running_one_takes() {
        let running = running(&Options { concurrent_calls: 1, ..Options::default() }).unwrap();
        assert_eq!(compatibility(&compiling().unwrap()), compatibility(&running));
    }

    #[test]
    fn an_engine_with_other_code_has_another_name() {
        let mut config = code();
        config.cranelift_nan_canonicalization(false);
        assert_ne!(compatibility(&Engine::new(&config).unwrap()), compatibility(&compiling().unwrap()));
    }
}
