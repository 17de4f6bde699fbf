//! What a durable step costs: through the engine with 64 writers, on the floor (a bare plugin call and a bare commit of
//! what was recorded), and through HTTP. A round does all of it, one after another.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use banshi_store::Written;
use serde_json::json;

use crate::approval_client::{Load, Loaded, Until};
use crate::approval_http::host_with_plain_approval;
use crate::context::Context;
use crate::plain::{self, Driver, Plain, STEPS, on_threads};
use crate::plugin_call::Recorded;
use crate::table::{Key, Measurement, Report, median};
use crate::{bare_http, bare_store, cpu, role};

/// What is measured here.
pub const MEASUREMENT: Measurement = Measurement {
    keys: &[
        Key {
            name: "engine_cpu_us_per_step",
            goal: "≤ 200",
            includes: "CPU of the whole process a step, 64 writers: engine, sandbox, store, sled, timers, up to the last \
                       case's closing; with idempotency records, without HTTP",
        },
        Key {
            name: "engine_cpu_vs_floor",
            goal: "≤ 1.6",
            includes: "the same against the CPU of a bare plugin call and of bare sled writing the recorded commits",
        },
        Key {
            name: "engine_steps_vs_bare_store",
            goal: "≥ 0.5",
            includes: "durable steps a second against bare sled replaying the recorded commits with 64 writers, one sync \
                       a group",
        },
        Key {
            name: "http_cpu_us_per_request",
            goal: "≤ 60",
            includes: "CPU of `banshi serve` for the same cases over 64 connections, less the engine's, over four writes \
                       a case; clients look for the closing at the very end only; what bare axum takes for as many bytes, \
                       flat out, is `floor_http_us_per_request`",
        },
    ],
    run,
};

/// Writers, and connections.
const WRITERS: usize = 64;
/// Write requests of one case: the submission and three verdicts; the closing is a timer's.
const REQUESTS: f64 = 4.0;

/// What the engine did in one round.
struct Engine {
    cpu_us_per_step: f64,
    steps_s: f64,
}

/// All rounds.
#[derive(Default)]
struct Rounds {
    engine_us: Vec<f64>,
    floor_us: Vec<f64>,
    versus_floor: Vec<f64>,
    versus_store: Vec<f64>,
    http_us: Vec<f64>,
    bare_http_us: Vec<f64>,
    steps_s: Vec<f64>,
    store_steps_s: Vec<f64>,
}

fn run(context: &Context, report: &mut Report) -> Result<()> {
    let file = context.package(plain::SOURCE)?;
    let (rounds, cases) = (context.size(5, 1), context.size(3_000, 60));
    let (recorded, written) = on_threads(record(context, &file, cases))?;
    report.beside("bytes_written_per_step", written.iter().map(bytes).sum::<usize>() as f64 / written.len() as f64);
    report.beside("rows_written_per_step", rows(&written));
    let over_http = context.wants("http_cpu_us_per_request");
    let mut all = Rounds::default();
    for _ in 0..rounds {
        let folder = context.fresh()?;
        let engine = on_threads(through_engine(folder.path(), file.clone(), cases))?;
        if over_http {
            let per_case = through_http(context, cases)?.cpu_s * 1e6 / cases as f64;
            all.http_us.push((per_case - engine.cpu_us_per_step * STEPS as f64) / REQUESTS);
            all.bare_http_us.push(bare_http::us_per_request(context, WRITERS)?);
        }
        let folder = context.fresh()?;
        let store = bare_store::replay(folder.path(), &written, WRITERS)?;
        let floor = recorded.bare_us(context.size(400, 10))? + store.cpu.as_secs_f64() * 1e6 / written.len() as f64;
        let store_steps_s = written.len() as f64 / store.wall.as_secs_f64();
        all.engine_us.push(engine.cpu_us_per_step);
        all.floor_us.push(floor);
        all.versus_floor.push(engine.cpu_us_per_step / floor);
        all.versus_store.push(engine.steps_s / store_steps_s);
        all.steps_s.push(engine.steps_s);
        all.store_steps_s.push(store_steps_s);
    }
    report.set("engine_cpu_us_per_step", median(all.engine_us));
    report.set("engine_cpu_vs_floor", median(all.versus_floor));
    report.set("engine_steps_vs_bare_store", median(all.versus_store));
    report.beside("floor_cpu_us_per_step", median(all.floor_us));
    report.beside("steps_s", json!({ "engine": median(all.steps_s), "bare_store": median(all.store_steps_s) }));
    if over_http {
        report.set("http_cpu_us_per_request", median(all.http_us));
        report.beside("floor_http_us_per_request", median(all.bare_http_us));
    }
    Ok(())
}

/// What the store writes for so many cases, commit by commit, and what the matter is called with.
async fn record(context: &Context, file: &[u8], cases: usize) -> Result<(Recorded, Vec<Written>)> {
    let folder = context.fresh()?;
    let plain = Plain::create(folder.path(), file.to_vec()).await?;
    let recorded = Recorded::of(&plain, file).await?;
    let listening = plain.engine.store().tap();
    let driver = Driver::start(&plain.engine);
    plain.load(1, cases, WRITERS).await?;
    driver.end().await;
    // A case is seen closed before its group is told of.
    plain.engine.settled().await?;
    let late = Duration::from_secs(5);
    let written: Vec<Written> = (0..cases * STEPS).map_while(|_| listening.recv_timeout(late).ok()).collect();
    ensure!(written.len() == cases * STEPS, "{} commits for {cases} cases of {STEPS} steps", written.len());
    Ok((recorded, written))
}

fn bytes(written: &Written) -> usize {
    written.pairs.iter().map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len)).sum()
}

/// Rows that a commit puts and removes, and the bytes of their keys and values, by the number of their table (`FORMAT.md`).
fn rows(written: &[Written]) -> serde_json::Value {
    let mut tables: BTreeMap<u8, (usize, usize, usize)> = BTreeMap::new();
    for (key, value) in written.iter().flat_map(|commit| &commit.pairs) {
        let (put, removed, bytes) = tables.entry(key.first().copied().unwrap_or_default()).or_default();
        *(if value.is_some() { put } else { removed }) += 1;
        *bytes += key.len() + value.as_ref().map_or(0, Vec::len);
    }
    let a_step = |sum: usize| (100.0 * sum as f64 / written.len() as f64).round() / 100.0;
    let rows = tables.into_iter().map(|(table, (put, removed, bytes))| {
        (format!("{table:02x}"), json!({ "put": a_step(put), "removed": a_step(removed), "bytes": a_step(bytes) }))
    });
    serde_json::Value::Object(rows.collect())
}

/// A fresh folder, warmed by some cases, then measured.
async fn through_engine(folder: &std::path::Path, file: Vec<u8>, cases: usize) -> Result<Engine> {
    let plain = Plain::create(folder, file).await?;
    let driver = Driver::start(&plain.engine);
    let warm = cases / 10;
    plain.load(0, warm, WRITERS).await?;
    let (before, began) = (cpu::process()?, Instant::now());
    plain.load(warm as u64, cases, WRITERS).await?;
    let (cpu, wall) = (cpu::process()?.saturating_sub(before), began.elapsed());
    driver.end().await;
    let steps = (cases * STEPS) as f64;
    Ok(Engine { cpu_us_per_step: cpu.as_secs_f64() * 1e6 / steps, steps_s: steps / wall.as_secs_f64() })
}

/// The same cases over HTTP.
fn through_http(context: &Context, cases: usize) -> Result<Loaded> {
    let folder = context.fresh()?;
    let server = host_with_plain_approval(context, folder.path(), &json!({}))?;
    let load = Load {
        url: server.url.clone(),
        pid: server.pid(),
        connections: WRITERS,
        warm: cases / 10,
        cases,
        seconds: 0.0,
        matter: plain::MATTER.to_owned(),
        values: serde_json::Value::Null,
        until: Until::LastClosed,
        each: false,
        first: 0,
    };
    let loaded = role::play("approval-client", &load)?;
    server.stop()?;
    Ok(loaded)
}
