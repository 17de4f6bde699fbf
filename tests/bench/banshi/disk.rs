//! `disk_vs_json`: what a closed case takes on disk, against what it says as JSON.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use banshi_model::case::Phase;
use banshi_model::entry::Cause;
use banshi_store::Options;
use serde_json::json;

use crate::bare_store;
use crate::bundle_http::bundles;
use crate::context::Context;
use crate::plain::{self, Driver, Plain, on_disk, on_threads, open_store};
use crate::table::{Key, Measurement, Report};

/// What is measured here.
pub const MEASUREMENT: Measurement = Measurement {
    keys: &[Key {
        name: "disk_vs_json",
        goal: "≤ 4",
        includes: "what data and keys of the host, at rest after the load, have grown by, a closed convenience store with its five parts, \
                   against the compact JSON of its form, answers, all verdicts and all licences; idempotency records, \
                   papers, drafts and the registered \
                   business licence are in the numerator only; the plain approval beside it, which has no form",
    }],
    run,
};

const WRITERS: usize = 16;
/// A folder that has not changed for so long has come to rest.
const UNCHANGED: Duration = Duration::from_secs(4);
/// And so long is waited at most.
const REST_AT_MOST: Duration = Duration::from_secs(60);

/// What closed cases take.
pub struct Written {
    /// On disk, for each.
    pub disk_bytes_per_case: f64,
    /// As JSON, for each.
    pub json_bytes_per_case: f64,
    /// Bytes of keys and values that are there, for each, by the number of their table (`FORMAT.md`).
    pub live: serde_json::Value,
    /// Plugin steps of a case, its parts' included.
    pub steps_per_case: f64,
}

impl Written {
    fn ratio(&self) -> f64 {
        self.disk_bytes_per_case / self.json_bytes_per_case
    }
}

fn run(context: &Context, report: &mut Report) -> Result<()> {
    let plain = plain_cases(context)?;
    report.beside("disk_vs_json_plain", plain.ratio());
    report.beside("plain_case_bytes", json!({ "disk": plain.disk_bytes_per_case, "json": plain.json_bytes_per_case }));
    let bundle = &bundles(context)?.written;
    report.set("disk_vs_json", bundle.ratio());
    report.beside("bundle_bytes", json!({ "disk": bundle.disk_bytes_per_case, "json": bundle.json_bytes_per_case }));
    report.beside("plain_live_bytes", plain.live);
    report.beside("bundle_live_bytes", bundle.live.clone());
    Ok(())
}

fn plain_cases(context: &Context) -> Result<Written> {
    let (folder, cases) = (context.fresh()?, context.size(5_000, 100));
    let file = context.package(plain::SOURCE)?;
    let grown = on_threads(async {
        let plain = Plain::create(folder.path(), file).await?;
        let before = on_disk(folder.path())?;
        let driver = Driver::start(&plain.engine);
        plain.load(0, cases, WRITERS).await?;
        let after = at_rest(folder.path())?;
        driver.end().await;
        Ok(after.saturating_sub(before))
    })?;
    written(folder.path(), grown)
}

/// Bytes on disk once the storage has given back what it can: when they have not changed for a while. Space is given back
/// beside the work and after it.
pub fn at_rest(folder: &Path) -> Result<u64> {
    let (mut bytes, mut since) = (on_disk(folder)?, Instant::now());
    let begun = Instant::now();
    while since.elapsed() < UNCHANGED && begun.elapsed() < REST_AT_MOST {
        std::thread::sleep(Duration::from_millis(250));
        let now = on_disk(folder)?;
        if now != bytes {
            (bytes, since) = (now, Instant::now());
        }
    }
    Ok(bytes)
}

/// Bytes of keys and values in a folder's storage, by table.
fn live(folder: &Path) -> Result<BTreeMap<u8, usize>> {
    let mut tables = BTreeMap::new();
    let storage = bare_store::open(&folder.join("data/store/sled"))?;
    for pair in storage.iter() {
        let (key, value) = pair?;
        *tables.entry(key.first().copied().unwrap_or_default()).or_default() += key.len() + value.len();
    }
    Ok(tables)
}

/// Reads every closed case that is no part, with its parts; `grown` is what all of them take on disk.
pub fn written(folder: &Path, grown: u64) -> Result<Written> {
    let live = live(folder)?;
    let store = open_store(folder, &Options::default())?;
    let (mut cases, mut json_bytes, mut steps) = (0_u64, 0, 0);
    let mut after = None;
    loop {
        let page = store.all_cases(after.as_ref(), 256)?;
        for id in &page.items {
            let Some(stored) = store.case(id)? else { continue };
            let case = &stored.case;
            let root = case.parent.is_none();
            ensure!(!root || case.phase == Phase::Closed, "{id} is not closed");
            cases += u64::from(root);
            // A part's form is its bundle's, cut to what it asks: it is counted once.
            let form = root.then(|| (case.draft.form(), &case.draft.answers));
            let verdicts = case.view(case.received).tasks;
            let licences = case.licences.iter().map(|id| store.licence(id)).collect::<Result<Vec<_>, _>>()?;
            for said in [json!(form), json!(verdicts), json!(licences)] {
                json_bytes += if said.is_null() { 0 } else { said.to_string().len() };
            }
            let entries = store.entries(id, 0, 10_000)?;
            steps += entries.iter().filter(|entry| matches!(entry.cause, Cause::Step { .. })).count();
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    ensure!(cases > 0, "no case is closed");
    let each = |sum: f64| sum / cases as f64;
    let live = live.into_iter().map(|(table, bytes)| (format!("{table:02x}"), json!(each(bytes as f64).round())));
    Ok(Written {
        disk_bytes_per_case: each(grown as f64),
        json_bytes_per_case: each(json_bytes as f64),
        live: serde_json::Value::Object(live.collect()),
        steps_per_case: each(steps as f64),
    })
}
