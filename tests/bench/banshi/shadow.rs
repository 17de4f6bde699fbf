//! `shadow_steps_per_cpu_s`: recorded steps of a permit of the convenience store, compared with what its package does.
//!
//! A few stores are taken from prefill to closed over HTTP; one of their food permits (P01) is then copied under other
//! ids, through the store's own commit. Every recorded step is compared: a step behind a difference would be none.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use banshi_engine::api::shadow::{ShadowRequest, ShadowState, ShadowView};
use banshi_engine::{Engine, Principal, Role};
use banshi_model::case::Phase;
use banshi_model::entry::Entry;
use banshi_model::ids::CaseId;
use banshi_store::{Group, Store};

use crate::bundle_http::Shop;
use crate::context::Context;
use crate::cpu;
use crate::growth_load::{folded, id};
use crate::plain::{Plain, on_threads};
use crate::table::{Key, Measurement, Report, median};

/// What is measured here.
pub const MEASUREMENT: Measurement = Measurement {
    keys: &[Key {
        name: "shadow_steps_per_cpu_s",
        goal: "≥ 6,000",
        includes: "recorded steps a CPU second of the whole process, over 10,000 closed cases of the food permit (P01) as \
                   the convenience store has it: reading and unsealing journals, folding, calls, checks, comparison, the \
                   job's record and its signature",
    }],
    run,
};

/// The permit.
const PERMIT: &str = "P01";
/// Cases in one commit.
const CASES_PER_COMMIT: u64 = 64;
/// The copies' numbers begin here: no other load has them.
const FIRST: u64 = 900_000_000;

fn run(context: &Context, report: &mut Report) -> Result<()> {
    let (rounds, cases) = (context.size(3, 1), context.size(10_000, 100));
    let mut shop = Shop::open(context)?;
    shop.load(2, 2)?;
    shop.stop()?;
    let (rate, steps) = on_threads(async {
        let plain = Plain::open(shop.folder()).await?;
        let store = plain.engine.store();
        let original = original(store)?;
        copy(store, &original, cases as u64).await?;
        let mut rates = Vec::new();
        let mut steps = 0;
        for _ in 0..rounds {
            let before = cpu::process()?;
            let found = shadow(&plain.engine).await?;
            let spent = cpu::process()?.saturating_sub(before);
            ensure!(found.report.cases.compared > cases as u64, "{:?} of {cases} were compared", found.report.cases);
            ensure!(found.report.steps.unknown == 0, "a package differs from itself: {:?}", found.report.steps);
            steps = found.report.steps.same;
            rates.push(steps as f64 / spent.as_secs_f64());
        }
        Ok((median(rates), steps))
    })?;
    report.set("shadow_steps_per_cpu_s", rate);
    report.beside("shadow_steps", steps);
    Ok(())
}

/// The journal of a closed case of the permit.
fn original(store: &Store) -> Result<(CaseId, String)> {
    let mut after = None;
    loop {
        let page = store.all_cases(after.as_ref(), 64)?;
        for id in &page.items {
            let Some(stored) = store.case(id)? else { continue };
            if stored.case.phase == Phase::Closed && stored.case.pin.chain.matter.as_str() == PERMIT {
                return Ok((id.clone(), serde_json::to_string(&store.entries(id, 0, 1_000)?)?));
            }
        }
        after = page.next;
        ensure!(after.is_some(), "no closed case of {PERMIT} was made");
    }
}

async fn copy(store: &Store, (original, entries): &(CaseId, String), cases: u64) -> Result<()> {
    let mut next = 0;
    while next < cases {
        let mut group = Group::new();
        for number in next..(next + CASES_PER_COMMIT).min(cases) {
            let own = id(FIRST + number)?;
            let mut entries: Vec<Entry> = serde_json::from_str(&entries.replace(original.as_str(), own.as_str()))?;
            let case = folded(&mut entries)?.context("the original has no entry")?;
            group.open_case(own);
            group.append(Arc::new(case), 0, entries);
        }
        store.commit(group).await?;
        next += CASES_PER_COMMIT;
    }
    Ok(())
}

/// The package that is in force against the history that it made.
async fn shadow(engine: &Engine) -> Result<ShadowView> {
    let platform = Principal { name: "platform".to_owned(), role: Role::Platform };
    let enacted = engine.enactments(&platform, Some(&PERMIT.parse()?), None)?;
    let enacted = enacted.into_iter().next().context("the permit is not in force")?;
    let request =
        ShadowRequest { package: enacted.package, at: enacted.authority, since: None, open: false, samples: None };
    let begun = engine.begin_shadow(&platform, None, request).await?.fresh().context("begun before")?;
    loop {
        let now = engine.shadow_view(&platform, &begun.id).await?;
        match now.state {
            ShadowState::Running => tokio::time::sleep(Duration::from_millis(50)).await,
            ShadowState::Finished => return Ok(now),
            _ => anyhow::bail!("{:?}: {:?}", now.state, now.fault),
        }
    }
}
