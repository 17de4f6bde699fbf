//! `activation_p99_ratio`: what callers notice in the second in which something comes into force.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use banshi_model::package::{Manifest, Package};
use jiff::civil::date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use crate::approval_client::{Load, Loaded, Until, since_1970_ms};
use crate::context::Context;
use crate::plain;
use crate::role;
use crate::server::Server;
use crate::table::{Key, Measurement, Report, median, percentile};
use crate::wire::{Wire, token};

/// What is measured here.
pub const MEASUREMENT: Measurement = Measurement {
    keys: &[Key {
        name: "activation_p99_ratio",
        goal: "reported",
        includes: "p99 of submissions of the plain approval, 8 clients, that begin in the second after midnight of a simulated \
                   clock, when a district's layer of code comes into force for that matter, against those of the seconds \
                   before; with the moving of the clock, which a real one has not",
    }],
    run,
};

const CODE: &str = "examples/smallest-code-variation";
const CLIENTS: usize = 8;
/// Before the clients begin, and between their beginning and midnight.
const BEFORE: Duration = Duration::from_secs(3);

fn run(context: &Context, report: &mut Report) -> Result<()> {
    let rounds = context.size(5, 1);
    let (ground, code) = (context.package(plain::SOURCE)?, Package::decode(&context.package(CODE)?)?);
    let (mut ratios, mut before, mut during) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        let folder = context.fresh()?;
        let evening = instant(0)?.checked_sub(1.hour())?;
        let server = Server::start_at(folder.path(), &json!({}), Some(evening))?;
        server.put_in_force(&ground)?;
        server.put_in_force_from(&variation(&code, round)?, "2021-05-11")?;
        let clients = role::start("approval-client", &load(&server, 2.0 * BEFORE.as_secs_f64()))?;
        std::thread::sleep(BEFORE);
        let midnight = midnight(&server)?;
        let loaded: Loaded = clients.answer()?;
        let p99 = |from: f64, to: f64| {
            let within = loaded.each.iter().filter(|(began, _)| (from..to).contains(began));
            percentile(within.map(|(_, took)| *took).collect(), 0.99)
        };
        let (quiet, then) = (p99(midnight - 2_000.0, midnight), p99(midnight, midnight + 1_000.0));
        ensure!(layers(&server)? == 2, "the layer is not in force after midnight");
        ratios.push(then / quiet);
        before.push(quiet);
        during.push(then);
    }
    report.set("activation_p99_ratio", median(ratios));
    report.beside("activation_p99_ms", json!({ "before": median(before), "in_its_second": median(during) }));
    Ok(())
}

/// Midnight before the day of the activation, and hours after it.
fn instant(hours: i8) -> Result<Timestamp> {
    Ok(Offset::constant(8).to_timestamp(date(2021, 5, 11).at(hours, 0, 0, 0))?)
}

/// A layer of code for the plain approval; its bytes are another's in each round, so that nothing was compiled before.
fn variation(code: &Package, round: usize) -> Result<Vec<u8>> {
    let mut component = code.component.clone();
    // A custom section: its kind, its length, its name's length, its name, the round.
    component.extend([0, 6, 4, b'b', b'e', b'n', b'c', u8::try_from(round)?]);
    let manifest = Manifest {
        matter: plain::MATTER.parse()?,
        authority: serde_json::from_value(json!({ "department": "城市管理局", "division": plain::DIVISION }))?,
        ..code.manifest.clone()
    };
    Ok(Package { manifest, component }.encode()?)
}

fn load(server: &Server, seconds: f64) -> Load {
    Load {
        url: server.url.clone(),
        pid: server.pid(),
        connections: CLIENTS,
        warm: 4 * CLIENTS,
        cases: 0,
        seconds,
        matter: plain::MATTER.to_owned(),
        values: Value::Null,
        until: Until::Submitted,
        each: true,
        first: 0,
    }
}

/// Lets the day begin; when that was asked for, in milliseconds since 1970.
fn midnight(server: &Server) -> Result<f64> {
    let mut wire = Wire::connect(&server.url)?;
    let body = json!({ "to": instant(0)? }).to_string();
    let asked = since_1970_ms()?;
    wire.post(&token("platform"), "/clock", "midnight", body.as_bytes())?.read::<Value>(200)?;
    Ok(asked)
}

fn layers(server: &Server) -> Result<usize> {
    let path = format!("/divisions/{}/matters/{}", plain::DIVISION, plain::MATTER);
    let shown: Value = Wire::connect(&server.url)?.get(&token("portal"), &path)?.read(200)?;
    Ok(shown["layers"].as_array().context("no layers")?.len())
}
