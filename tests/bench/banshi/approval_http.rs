//! `approval_http_16`, `approval_http_64`: the plain approval over HTTP, with clients in another process.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use crate::approval_client::{Load, Loaded, Until};
use crate::context::Context;
use crate::plain::{self, STEPS, on_disk};
use crate::role;
use crate::server::Server;
use crate::table::{Key, Measurement, Report, median};

/// What is measured here.
pub const MEASUREMENT: Measurement = Measurement {
    keys: &[
        Key { name: "approval_http_16", goal: "see 64", includes: "the same with 16 clients" },
        Key {
            name: "approval_http_64",
            goal: "cpu ≤ 1.2, cases ≥ 600",
            includes: "64 clients on the same machine that take one case each from submission to closed: five steps, four writes with \
                       idempotency keys, and a look whether it is closed (counted in `looks_per_case`, its CPU included); \
                       p50 and p99 are a case's; CPU and RSS are `banshi serve`'s; disk is what data and keys \
                       have grown by when the host is stopped right after the load",
        },
    ],
    run,
};

/// A host on a real clock with the plain approval in force.
pub fn host_with_plain_approval(context: &Context, folder: &Path, config: &Value) -> Result<Server> {
    let server = Server::start(folder, config)?;
    server.put_in_force(&context.package(plain::SOURCE)?)?;
    Ok(server)
}

fn run(context: &Context, report: &mut Report) -> Result<()> {
    for (key, connections) in [("approval_http_16", 16), ("approval_http_64", 64)] {
        if context.wants(key) {
            report.set(key, measured(context, connections)?);
        }
    }
    Ok(())
}

fn measured(context: &Context, connections: usize) -> Result<Value> {
    let (rounds, cases) = (context.size(5, 1), context.size(3_000, 100));
    let folder = context.fresh()?;
    let server = host_with_plain_approval(context, folder.path(), &json!({}))?;
    let before = on_disk(folder.path())?;
    let (mut all, mut done) = (Vec::new(), 0);
    for _ in 0..rounds {
        let load = Load {
            url: server.url.clone(),
            pid: server.pid(),
            connections,
            warm: cases / 10,
            cases,
            seconds: 0.0,
            matter: plain::MATTER.to_owned(),
            values: Value::Null,
            until: Until::Closed,
            each: false,
            first: done,
        };
        done += (load.warm + load.cases) as u64;
        all.push(role::play::<Loaded>("approval-client", &load)?);
    }
    let rss = server.rss_mib()?;
    server.stop()?;
    let grown = on_disk(folder.path())?.saturating_sub(before);
    let middle = |of: fn(&Loaded) -> f64| median(all.iter().map(of).collect());
    let cases_s = middle(|round| round.cases as f64 / round.wall_s);
    Ok(json!({
        "cases_s": cases_s,
        "steps_s": cases_s * STEPS as f64,
        "p50_ms": middle(|round| round.p50_ms),
        "p99_ms": middle(|round| round.p99_ms),
        "cpu_ms_per_case": middle(|round| round.cpu_s * 1000.0 / round.cases as f64),
        "rss_mib": rss,
        "disk_bytes_per_case": grown as f64 / done as f64,
        "request_p50_ms": middle(|round| round.request_p50_ms),
        "request_p99_ms": middle(|round| round.request_p99_ms),
        "looks_per_case": middle(|round| round.looks as f64 / round.cases as f64),
    }))
}
