//! `cargo bench --bench banshi -- --json`: what the host costs, against the bare libraries in the same run.
//!
//! Each measurement is a file here with the keys that it gives. A key that could not be measured is null, with the
//! reason in `notes`. Some measurements start this program again as a client or a loader, so that the processor time
//! of the host is its own.

#![allow(clippy::indexing_slicing, reason = "only JSON values are indexed: they answer null for what they have not")]

mod activation;
mod approval_client;
mod approval_http;
mod arguments;
mod bare_http;
mod bare_plugin;
mod bare_store;
mod bare_words;
mod bundle_client;
// The least that an officer's form takes: pure, and the demo's officers fill theirs in with it.
#[allow(unused_imports, reason = "its tests' imports; the tests run in the binary's own")]
#[path = "../../../host/banshi/src/demo/form.rs"]
mod bundle_form;
mod bundle_http;
mod city;
mod context;
mod cpu;
mod density;
mod disk;
mod engine_step;
mod force;
mod growth;
mod growth_load;
mod layers;
mod mixed;
mod neighbour;
mod plain;
mod plugin_call;
mod publish;
mod ready;
mod role;
mod server;
mod shadow;
mod table;
mod wire;

use anyhow::{Context as _, Result, ensure};

use arguments::Arguments;
use context::Context;
use table::{Measurement, Report};

/// Everything that is measured, in this order: what needs a quiet machine first.
const MEASUREMENTS: [Measurement; 15] = [
    plugin_call::MEASUREMENT,
    layers::MEASUREMENT,
    engine_step::MEASUREMENT,
    approval_http::MEASUREMENT,
    bundle_http::MEASUREMENT,
    shadow::MEASUREMENT,
    publish::MEASUREMENT,
    force::MEASUREMENT,
    mixed::MEASUREMENT,
    density::MEASUREMENT,
    disk::MEASUREMENT,
    neighbour::MEASUREMENT,
    activation::MEASUREMENT,
    ready::MEASUREMENT,
    growth::MEASUREMENT,
];

/// The host's own.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> Result<()> {
    let mut given = std::env::args().skip(1);
    let first = given.next();
    if first.as_deref() == Some(role::FLAG) {
        let name = given.next().context("which role?")?;
        let order = given.next().context("with which order?")?;
        return role::run(&name, &order);
    }
    let arguments = Arguments::read(first.into_iter().chain(given))?;
    let Some(arguments) = arguments else { return Ok(()) };
    let context = Context::new(&arguments)?;
    let mut report = Report::new(&context)?;
    for measurement in &MEASUREMENTS {
        report.take(measurement, &context);
    }
    let missing = report.print(arguments.json)?;
    // The JSON object says it for itself, and is the last line.
    ensure!(arguments.json || missing.is_empty(), "could not be measured: {}", missing.join(", "));
    Ok(())
}
