//! `density_ready_s`, `density_rss_mib`, `cold_call_p99_ms`: a city's registry in one host.

use anyhow::Result;
use serde_json::{Value, json};

use crate::city::{City, chance};
use crate::context::Context;
use crate::server::Server;
use crate::table::{Key, Measurement, Report, median, percentile};
use crate::wire::{Wire, token};
use crate::{cpu, role};

/// What is measured here.
pub const MEASUREMENT: Measurement = Measurement {
    keys: &[
        Key {
            name: "density_ready_s",
            goal: "≤ 5",
            includes: "start of `banshi serve` to 200 from `/readyz`, files in the page cache: 38,400 variations (2,400 matters \
                       in 16 districts: 1,600 of code, the rest settings; 200 distinct components) and the 2,400 grounds \
                       that they stand on. The folder is made through the store, each chain worked out once before",
        },
        Key {
            name: "density_rss_mib",
            goal: "≤ 1,500",
            includes: "VmRSS of `banshi serve` after the guide of each variation was asked once over HTTP, in an order by chance",
        },
        Key {
            name: "cold_call_p99_ms",
            goal: "≤ 10",
            includes: "CPU of all threads of `banshi serve` during the first request to the guide of an enactment since the \
                       start: HTTP, the chain from the store, loading the component where no call of another enactment has \
                       loaded it, the calls. 99th percentile over all",
        },
    ],
    run,
};

fn run(context: &Context, report: &mut Report) -> Result<()> {
    let folder = context.fresh()?;
    let city = City::of(context, folder.path(), context.size(2_400, 12), 16)?;
    let made = city.make()?;
    report.beside("density_made", serde_json::to_value(&made)?);
    let (mut started, mut opened) = (Vec::new(), Vec::new());
    // The first start brings the files into the page cache and is not counted.
    for round in 0..=context.size(3, 1) {
        let server = Server::start(folder.path(), &json!({}))?;
        let took = server.ready_in.as_secs_f64();
        server.stop()?;
        let sled: f64 = role::play("sled-open", &folder.path().join("data/store/sled"))?;
        if round > 0 {
            started.push(took);
            opened.push(sled);
        }
    }
    report.set("density_ready_s", median(started));
    report.beside("density_sled_alone_s", median(opened));
    let server = Server::start(folder.path(), &json!({}))?;
    report.beside("density_rss_before_mib", server.rss_mib()?);
    let calls = ask_each(&server, &city)?;
    report.set("density_rss_mib", server.rss_mib()?);
    report.beside("cold_call_p50_ms", percentile(calls.clone(), 0.5));
    report.beside("cold_call_longest_ms", percentile(calls.clone(), 1.0));
    report.set("cold_call_p99_ms", percentile(calls, 0.99));
    server.stop()
}

/// Asks the guide of every variation once; the CPU of each request, in milliseconds.
fn ask_each(server: &Server, city: &City) -> Result<Vec<f64>> {
    let mut places: Vec<_> = city.places().into_iter().zip(0..).collect();
    places.sort_by_key(|(_, nth)| chance(*nth));
    let (mut wire, portal) = (Wire::connect(&server.url)?, token("portal"));
    let mut calls = Vec::with_capacity(places.len());
    let mut before = cpu::threads(server.pid())?;
    for (place, _) in places {
        let path = format!("/divisions/{}/matters/{}/guide", place.division, place.matter);
        let answer: Value = wire.ask(&portal, &path, &json!({}))?.read(200)?;
        anyhow::ensure!(answer["complete"] == true, "{path}: {answer}");
        let after = cpu::threads(server.pid())?;
        calls.push(cpu::between_ms(&before, &after));
        before = after;
    }
    Ok(calls)
}
