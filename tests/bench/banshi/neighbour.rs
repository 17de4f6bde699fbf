//! `neighbour_p99_ratio`: what a quiet matter's callers notice while another matter's plugin spins in every step.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::approval_client::{Load, Loaded, Until};
use crate::approval_http::host_with_plain_approval;
use crate::context::Context;
use crate::plain;
use crate::role;
use crate::server::Server;
use crate::table::{Key, Measurement, Report, median};

/// What is measured here.
pub const MEASUREMENT: Measurement = Measurement {
    keys: &[Key {
        name: "neighbour_p99_ratio",
        goal: "reported",
        includes: "p99 of a write request of the plain approval, 4 clients, while 8 clients submit without end to a matter \
                   that spins until its deadline: less one deadline (200 ms), against the same seconds before; 0: the p99 \
                   stayed below one deadline. The breaker, which would end the attack after 20 steps, is switched off",
    }],
    run,
};

const ATTACKER: &str = "tests/bench/attacker";
const ATTACKED: &str = "X-SPIN";
/// What the attacker's form says, and no case that admission plays.
const WORD: &str = "spin-without-end";
const QUIET: usize = 4;
const ATTACKERS: usize = 8;

fn run(context: &Context, report: &mut Report) -> Result<()> {
    let (rounds, seconds) = (context.size(3, 1), context.size(10, 1) as f64);
    let attacker = context.package(ATTACKER)?;
    let deadline = banshi_runtime::Options::default().deadline_ms as f64;
    let (mut ratios, mut before, mut during, mut attacks) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        // Cases that an attack left parked are tried again: each round begins without them.
        let folder = context.fresh()?;
        let server =
            host_with_plain_approval(context, folder.path(), &json!({ "engine": { "breaker": { "failures": 0 } } }))?;
        server.put_in_force(&attacker)?;
        let alone: Loaded = role::play("approval-client", &quiet(&server, 0, seconds))?;
        let attack = role::start("approval-client", &attack(&server, seconds))?;
        let beside: Loaded = role::play("approval-client", &quiet(&server, 10_000_000, seconds))?;
        let attack: Loaded = attack.answer()?;
        let spun = attack.request_p50_ms;
        ensure!(spun > deadline / 2.0, "the attacker did not spin: its requests took {spun} ms");
        attacks.push(attack.cases as f64 / attack.wall_s);
        ratios.push((beside.request_p99_ms - deadline).max(0.0) / alone.request_p99_ms);
        before.push(alone.request_p99_ms);
        during.push(beside.request_p99_ms);
    }
    report.set("neighbour_p99_ratio", median(ratios));
    report.beside("neighbour_attacks_s", median(attacks));
    report.beside("neighbour_request_p99_ms", json!({ "alone": median(before), "attacked": median(during) }));
    Ok(())
}

fn quiet(server: &Server, first: u64, seconds: f64) -> Load {
    Load {
        url: server.url.clone(),
        pid: server.pid(),
        connections: QUIET,
        warm: 4 * QUIET,
        cases: 0,
        seconds,
        matter: plain::MATTER.to_owned(),
        values: Value::Null,
        until: Until::Closed,
        each: false,
        first,
    }
}

/// Begins before the quiet clients are warm and ends after them.
fn attack(server: &Server, seconds: f64) -> Load {
    let (matter, until, values) = (ATTACKED.to_owned(), Until::Submitted, json!({ "note": WORD }));
    let seconds = seconds * 1.5 + 2.0;
    Load { connections: ATTACKERS, warm: 0, matter, values, until, first: 20_000_000, ..quiet(server, 0, seconds) }
}
