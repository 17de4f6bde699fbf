//! The floor of a plugin call: the same component and arguments on bare wasmtime, with the sandbox's own settings of
//! code, pool and epochs, a fresh instance a call, and the one function looked up that is called, as the sandbox does it
//! (the generated bindings would look up all, which costs a third of a call). The answer is lifted and dropped; nothing
//! is limited, checked or converted.

#![allow(ambiguous_associated_items, reason = "an enum of the contract has a case `lower`, which the macro confuses")]

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use banshi_runtime::Options;
use wasmtime::component::{Component, ComponentExportIndex, HasSelf, InstancePre, Linker, TypedFunc};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store};

use crate::bare_words::{event, view};
use crate::plain::Called;

/// The contract, generated.
#[allow(missing_docs, clippy::all)]
pub mod contract {
    wasmtime::component::bindgen!({ path: "../../wit", world: "banshi:matter/matter" });
}

use contract::banshi::matter::{cases, log, types};

/// The sandbox's tick.
const TICK: Duration = Duration::from_millis(10);
/// A call that takes so many ticks has hung.
const TICKS: u64 = 500;

/// A component that can be called.
pub struct Bare {
    engine: Engine,
    pre: InstancePre<Silent>,
    advance: ComponentExportIndex,
}

/// The function that is called.
type Advance<'a> = TypedFunc<(&'a cases::View, &'a cases::Event), (Result<cases::Step, types::Fault>,)>;

/// The host's side of a call: the log goes nowhere.
struct Silent;

impl log::Host for Silent {
    fn emit(&mut self, _: log::Level, _: String) {}
}

/// Arguments in the contract's words, made once.
pub struct Arguments {
    view: cases::View,
    event: cases::Event,
}

impl Bare {
    /// Compiles a component with the settings that the sandbox has by default.
    pub fn new(component: &[u8]) -> Result<Self> {
        let engine = Engine::new(&settings(&Options::default())).map_err(said)?;
        let weak = engine.weak();
        std::thread::spawn(move || {
            while let Some(engine) = weak.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        });
        let component = Component::new(&engine, component).map_err(said)?;
        let mut linker = Linker::new(&engine);
        log::add_to_linker::<_, HasSelf<Silent>>(&mut linker, |silent| silent).map_err(said)?;
        let pre = linker.instantiate_pre(&component).map_err(said)?;
        let workflow = component.get_export_index(None, "banshi:matter/workflow@0.1.0");
        let advance = workflow.and_then(|workflow| component.get_export_index(Some(&workflow), "advance"));
        Ok(Self { engine, pre, advance: advance.context("`advance` is not exported")? })
    }

    /// One step on a fresh instance.
    pub fn advance(&self, arguments: &Arguments) -> Result<()> {
        let mut store = Store::new(&self.engine, Silent);
        store.set_epoch_deadline(TICKS);
        let instance = self.pre.instantiate(&mut store).map_err(said)?;
        let advance: Advance<'_> = instance.get_typed_func(&mut store, self.advance).map_err(said)?;
        let (step,) = advance.call(&mut store, (&arguments.view, &arguments.event)).map_err(said)?;
        match step {
            Ok(step) => {
                std::hint::black_box(step);
                Ok(())
            }
            Err(fault) => Err(anyhow!("the plugin answers {}", fault.code)),
        }
    }
}

impl Arguments {
    /// What the matter was called with.
    pub fn of(called: &Called) -> Result<Self> {
        Ok(Self { view: view(&called.view, &called.state)?, event: event(&called.event)? })
    }
}

/// As `host/runtime/src/engine.rs` has it.
fn settings(options: &Options) -> Config {
    let calls = u32::try_from(options.calls()).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_core_instances(calls.saturating_mul(options.core_instances))
        .max_core_instances_per_component(options.core_instances)
        .total_memories(calls.saturating_mul(options.memories))
        .max_memories_per_component(options.memories)
        .max_memories_per_module(options.memories)
        .max_memory_size(options.memory_bytes)
        .total_tables(calls.saturating_mul(options.tables))
        .max_tables_per_component(options.tables)
        .max_tables_per_module(options.tables)
        .table_elements(options.table_elements)
        .linear_memory_keep_resident(512 << 10)
        .table_keep_resident(64 << 10)
        .pagemap_scan(Enabled::Auto);
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        .cranelift_nan_canonicalization(true)
        .epoch_interruption(true)
        .memory_init_cow(true)
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .max_wasm_stack(options.stack_bytes)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

fn said(error: wasmtime::Error) -> anyhow::Error {
    anyhow!("wasmtime: {error:#}")
}
