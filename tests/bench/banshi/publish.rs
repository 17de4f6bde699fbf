//! `publish_to_enacted_s`: from a package's file to its enactment, with everything that admission tries.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use banshi_model::package::Package;
use serde_json::json;

use crate::context::Context;
use crate::server::Server;
use crate::table::{Key, Measurement, Report, median};

/// What is measured here.
pub const MEASUREMENT: Measurement = Measurement {
    keys: &[Key {
        name: "publish_to_enacted_s",
        goal: "≤ 2",
        includes: "wall time on an idle host without a trust root (no signature is judged): upload of a matter of 90 KiB \
                   whose guide has 200 paths, its admission (structure, compiling in a child process, guide, cases that are \
                   played), and its enactment; a fresh component each round, so that nothing was compiled before",
    }],
    run,
};

const GUEST: &str = "tests/guests/misdeclared";
/// The marker over which the guest reads what to do, and what it is told.
const MARKER: &[u8] = b"the-wrong:----------------------";
const TOLD: &[u8] = b"the-wrong:two-hundred-paths-----";
/// The size of the component: what the guest lacks is a custom section.
const BYTES: usize = 90 * 1024;

fn run(context: &Context, report: &mut Report) -> Result<()> {
    let whole = Package::decode(&context.package(GUEST)?)?;
    let folder = context.fresh()?;
    let server = Server::start(folder.path(), &json!({}))?;
    let mut took = Vec::new();
    // The first round warms the host up and is not counted.
    for round in 0..=context.size(5, 1) {
        let file = fresh(&whole, round)?;
        let began = Instant::now();
        server.put_in_force(&file)?;
        if round > 0 {
            took.push(began.elapsed().as_secs_f64());
        }
    }
    server.stop()?;
    report.beside(
        "publish_component_bytes",
        json!(fresh(&whole, 0).and_then(|file| Ok(Package::decode(&file)?.component.len()))?),
    );
    report.set("publish_to_enacted_s", median(took));
    Ok(())
}

/// The package of this round: its own name, version and bytes.
fn fresh(whole: &Package, round: usize) -> Result<Vec<u8>> {
    let mut package = whole.clone();
    let component = &mut package.component;
    let at = component.windows(MARKER.len()).position(|bytes| bytes == MARKER).context("no marker in the guest")?;
    component.get_mut(at..at + TOLD.len()).context("the marker is cut")?.copy_from_slice(TOLD);
    pad(component, round);
    package.manifest.name = format!("tests/paths-{round}").parse()?;
    package.manifest.matter = format!("T-PATHS-{round}").parse()?;
    ensure!(package.component.len() >= BYTES, "the component has {} bytes", package.component.len());
    Ok(package.encode()?)
}

/// A custom section at the end, which no compiler reads; the round is in it, so that no cache knows the component.
fn pad(component: &mut Vec<u8>, round: usize) {
    let lacks = BYTES.saturating_sub(component.len()).max(16);
    let mut body = vec![3];
    body.extend(b"pad");
    body.extend(round.to_le_bytes());
    body.resize(lacks, 0);
    component.push(0);
    let mut length = body.len();
    while length >= 0x80 {
        component.push((length % 0x80) as u8 | 0x80);
        length /= 0x80;
    }
    component.push(length as u8);
    component.extend(body);
}
