//! `plugin_call_vs_bare`: a step through the sandbox, against the same component and arguments on bare wasmtime.

use anyhow::{Context as _, Result};
use banshi_model::package::Package;
use serde_json::json;

use crate::bare_plugin::{Arguments, Bare};
use crate::context::Context;
use crate::cpu;
use crate::plain::{self, Called, Driver, Plain};
use crate::table::{Key, Measurement, Report, median};

/// What is measured here.
pub const MEASUREMENT: Measurement = Measurement {
    keys: &[Key {
        name: "plugin_call_vs_bare",
        goal: "≤ 1.25",
        includes: "CPU of one step of the plain approval, mean over its five: the sandbox with its queue, both conversions \
                   and all checks, against bare wasmtime with the arguments made before",
    }],
    run,
};

/// A component with what it was called with, recorded from a real case.
pub struct Recorded {
    /// What it was called with.
    pub called: Vec<Called>,
    /// The same for bare wasmtime.
    pub arguments: Vec<Arguments>,
    /// Bare wasmtime.
    pub bare: Bare,
}

impl Recorded {
    /// Runs one case through an engine and reads its journal.
    pub async fn of(plain: &Plain, file: &[u8]) -> Result<Self> {
        let driver = Driver::start(&plain.engine);
        plain.load(0, 1, 1).await?;
        driver.end().await;
        let store = plain.engine.store();
        let case = store.all_cases(None, 1)?.items.first().cloned().context("no case was recorded")?;
        let called = plain.called(&case)?;
        let arguments = called.iter().map(Arguments::of).collect::<Result<_>>()?;
        Ok(Self { called, arguments, bare: Bare::new(&Package::decode(file)?.component)? })
    }

    /// CPU of one bare step in microseconds: the mean over so many times all five.
    pub fn bare_us(&self, times: usize) -> Result<f64> {
        let before = cpu::thread()?;
        for _ in 0..times {
            self.arguments.iter().try_for_each(|arguments| self.bare.advance(arguments))?;
        }
        let spent = cpu::thread()?.saturating_sub(before);
        Ok(spent.as_secs_f64() * 1e6 / (times * self.arguments.len()) as f64)
    }

    /// CPU of one step through the sandbox in microseconds, of the whole process: a call that moves to another thread
    /// counts there too.
    async fn sandbox_us(&self, plain: &Plain, times: usize) -> Result<f64> {
        let runtime = plain.engine.runtime();
        let before = cpu::process()?;
        for _ in 0..times {
            for called in &self.called {
                let step = runtime.advance(called.package, &called.view, &called.state, &called.event).await?;
                std::hint::black_box(step);
            }
        }
        let spent = cpu::process()?.saturating_sub(before);
        Ok(spent.as_secs_f64() * 1e6 / (times * self.called.len()) as f64)
    }
}

fn run(context: &Context, report: &mut Report) -> Result<()> {
    let file = context.package(plain::SOURCE)?;
    let folder = context.fresh()?;
    let (rounds, times) = (context.size(11, 2), context.size(1_000, 20));
    // One thread to call from, so that what is counted is work and not a search for work.
    let threads =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).max_blocking_threads(4).enable_all().build()?;
    let (mut sandbox, mut bare, mut ratio) = (Vec::new(), Vec::new(), Vec::new());
    threads.block_on(async {
        let plain = Plain::create(folder.path(), file.clone()).await?;
        let recorded = Recorded::of(&plain, &file).await?;
        recorded.sandbox_us(&plain, times).await?;
        recorded.bare_us(times)?;
        for _ in 0..rounds {
            let (ours, floor) = (recorded.sandbox_us(&plain, times).await?, recorded.bare_us(times)?);
            sandbox.push(ours);
            bare.push(floor);
            ratio.push(ours / floor);
        }
        anyhow::Ok(())
    })?;
    report.set("plugin_call_vs_bare", median(ratio));
    report.beside("plugin_call_us", json!({ "sandbox": median(sandbox), "bare": median(bare) }));
    Ok(())
}
