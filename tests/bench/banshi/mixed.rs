//! `mixed_vs_one`: what it costs that every case is another enactment's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result};
use serde_json::json;
use tokio::task::JoinSet;

use crate::city::{City, Place, chance};
use crate::context::Context;
use crate::cpu;
use crate::plain::{Driver, Plain, STEPS, officer_at, on_threads};
use crate::table::{Key, Measurement, Report, median};

/// What is measured here.
pub const MEASUREMENT: Measurement = Measurement {
    keys: &[Key {
        name: "mixed_vs_one",
        goal: "≥ 0.5",
        includes: "durable steps a CPU second of the whole process, 16 writers taking plain approvals from submission to closed: \
                   each case at random of one of 2,000 variations (200 matters in 10 districts, 200 distinct components, one in \
                   24 with a layer of code of its own), against the same of one variation by settings; in one engine, after a \
                   round of each",
    }],
    run,
};

const WRITERS: u64 = 16;

fn run(context: &Context, report: &mut Report) -> Result<()> {
    let folder = context.fresh()?;
    let city = City::of(context, folder.path(), context.size(200, 6), context.size(10, 4))?;
    let made = city.make()?;
    let (rounds, cases) = (context.size(7, 1), context.size(2_000, 16) as u64);
    let places = Arc::new(city.places());
    // The first place has a layer of code.
    let one = Arc::new(vec![places.get(1).context("a city with one place")?.clone()]);
    let (mut mixed, mut alone) = (Vec::new(), Vec::new());
    on_threads(async {
        let plain = Plain::open(folder.path()).await?;
        let driver = Driver::start(&plain.engine);
        let mut first = 0;
        // The first round of each is not counted.
        for round in 0..=rounds {
            for (places, rates) in [(&places, &mut mixed), (&one, &mut alone)] {
                let rate = rate(&plain, places, first, cases).await?;
                first += cases;
                if round > 0 {
                    rates.push(rate);
                }
            }
        }
        driver.end().await;
        Ok(())
    })?;
    let ratios = mixed.iter().zip(&alone).map(|(mixed, alone)| mixed / alone).collect();
    report.set("mixed_vs_one", median(ratios));
    report.beside("mixed_enactments", made.enactments);
    report.beside("mixed_components", made.components);
    report.beside("steps_per_cpu_s", json!({ "mixed": median(mixed), "one": median(alone) }));
    Ok(())
}

/// Steps a CPU second of so many cases, from number `first` on.
async fn rate(plain: &Plain, places: &Arc<Vec<Place>>, first: u64, cases: u64) -> Result<f64> {
    let before = cpu::process()?;
    let next = Arc::new(AtomicU64::new(first));
    let mut running = JoinSet::new();
    for _ in 0..WRITERS {
        let (plain, places, next) = (plain.clone(), places.clone(), next.clone());
        running.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= first + cases {
                    return anyhow::Ok(());
                }
                let place = places.get((chance(number) % places.len() as u64) as usize).context("no place")?;
                let filed = plain.submit_at(&place.matter, place.division, number).await?;
                let officer = officer_at(place.division)?;
                plain.approve_all_as(&officer, &filed.case, &filed.tasks).await?;
            }
        });
    }
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    plain.all_closed().await?;
    let spent = cpu::process()?.saturating_sub(before);
    Ok(cases as f64 * STEPS as f64 / spent.as_secs_f64())
}
