//! `ready_100k_s`, `idle_rss_mib`: how soon a host is ready again, and what it takes while nothing happens.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;

use crate::bundle_http::Shop;
use crate::context::Context;
use crate::growth::filled;
use crate::server::Server;
use crate::table::{Key, Measurement, Report, median};
use crate::{bare_store, role};

/// What is measured here.
pub const MEASUREMENT: Measurement = Measurement {
    keys: &[
        Key {
            name: "ready_100k_s",
            goal: "≤ 1",
            includes: "start of `banshi serve` to 200 from `/readyz` on a folder of 100,000 cases, every tenth open, less the \
                       time in which bare sled opens the same folder; files in the page cache for both",
        },
        Key {
            name: "idle_rss_mib",
            goal: "≤ 80",
            includes: "VmRSS of `banshi serve` two seconds after a restart, with the demo's ten packages in force and one \
                       convenience store done before; `idle_rss_after_case_mib`: after one more in the restarted host",
        },
    ],
    run,
};

/// Until what a start has begun is over.
const IDLE: Duration = Duration::from_secs(2);

fn run(context: &Context, report: &mut Report) -> Result<()> {
    if context.wants("ready_100k_s") {
        ready(context, report)?;
    }
    if context.wants("idle_rss_mib") {
        idle(context, report)?;
    }
    Ok(())
}

fn ready(context: &Context, report: &mut Report) -> Result<()> {
    let (cases, rounds) = (context.size(100_000, 1_000), context.size(5, 1));
    let folder = context.fresh()?;
    let loaded = filled(context, folder.path(), cases as u64)?;
    report.beside("ready_load_s", loaded.seconds);
    let (mut started, mut opened) = (Vec::new(), Vec::new());
    // The first of each brings the files into the page cache and is not counted.
    for round in 0..=rounds {
        let server = Server::start(folder.path(), &json!({}))?;
        let took = server.ready_in.as_secs_f64();
        server.stop()?;
        let sled: f64 = role::play("sled-open", &folder.path().join("data/store/sled"))?;
        if round > 0 {
            started.push(took);
            opened.push(sled);
        }
    }
    let (started, opened) = (median(started), median(opened));
    report.set("ready_100k_s", started - opened);
    report.beside("ready_s", json!({ "host": started, "sled_alone": opened }));
    Ok(())
}

/// How long sled takes to open a folder, in seconds.
pub fn open_sled(folder: PathBuf) -> Result<f64> {
    ensure!(folder.join("db").exists(), "no sled in {}", folder.display());
    let began = Instant::now();
    let db = bare_store::open(&folder)?;
    let took = began.elapsed().as_secs_f64();
    drop(db);
    Ok(took)
}

fn idle(context: &Context, report: &mut Report) -> Result<()> {
    let mut shop = Shop::open(context)?;
    shop.load(1, 1)?;
    shop.restart()?;
    std::thread::sleep(IDLE);
    report.set("idle_rss_mib", shop.host().rss_mib()?);
    shop.load(1, 1)?;
    report.beside("idle_rss_after_case_mib", shop.host().rss_mib()?);
    Ok(())
}
