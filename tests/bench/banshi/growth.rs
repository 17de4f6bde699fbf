//! `step_growth_1m`, `page_growth_1m`: whether a large store makes a step or a page dearer. Both stores are filled by
//! another process and opened again in a fresh one, which measures them in turn.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use banshi_engine::api::PageRequest;
use banshi_engine::api::cases::CaseFilter;
use banshi_model::frozen::Frozen;
use banshi_model::ids::CaseId;
use banshi_model::task::Task;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::task::JoinSet;

use crate::context::Context;
use crate::growth_load::{self, Filled, OPEN_EVERY};
use crate::plain::{self, DIVISION, Plain, REVIEWS, on_threads};
use crate::table::{Key, Measurement, Report, median};
use crate::{cpu, role};

/// What is measured here.
pub const MEASUREMENT: Measurement = Measurement {
    keys: &[
        Key {
            name: "step_growth_1m",
            goal: "≤ 1.3",
            includes: "CPU of a verdict's step on 1,000 hot cases with 64 writers, in a reopened store of `--cases` \
                       cases against one of 1,000; on random open cases: `step_random_vs_hot` beside it",
        },
        Key {
            name: "page_growth_1m",
            goal: "≤ 1.3",
            includes: "CPU of a page of 50 cases of a division as an officer sees it, the newest 1,000 cases, likewise",
        },
    ],
    run: measure,
};

/// Open cases that are stepped, the same in both stores.
const HOT: u64 = 1_000;
const WRITERS: usize = 64;
const PAGE: usize = 50;
/// What a loaded case takes on disk at most; seen were 10,600.
const DISK_BYTES_PER_CASE: u64 = 14_000;
/// Pages that are walked: the newest thousand cases.
const PAGES: usize = 20;

/// What the fresh process is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    small: PathBuf,
    large: PathBuf,
    cases: u64,
    hot: u64,
    rounds: u64,
}

/// What it measured, in microseconds of processor time: each the median over rounds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Measured {
    small_step: f64,
    large_step: f64,
    random_step: f64,
    step_ratio: f64,
    small_page: f64,
    large_page: f64,
    page_ratio: f64,
}

fn measure(context: &Context, report: &mut Report) -> Result<()> {
    let folder = context.fresh()?;
    let package = folder.path().join("package.banshi");
    std::fs::write(&package, context.package(plain::SOURCE)?)?;
    let hot = if context.quick { 100 } else { HOT };
    let fill = |name: &str, cases: u64| -> Result<(PathBuf, Filled)> {
        let to = folder.path().join(name);
        std::fs::create_dir_all(&to)?;
        let order = growth_load::Order { folder: to.clone(), package: package.clone(), cases, hot };
        Ok((to, role::play("loader", &order)?))
    };
    ensure!(context.cases >= 2 * hot, "--cases {} is too few to be a large store", context.cases);
    let (needed, free) = (context.cases * DISK_BYTES_PER_CASE, cpu::free_bytes(folder.path())?);
    ensure!(free > needed, "{free} bytes are free in {}, some {needed} are needed", folder.path().display());
    let (small, _) = fill("small", hot)?;
    let (large, filled) = fill("large", context.cases)?;
    report.beside("growth_cases", context.cases);
    report.beside("growth_load_s", filled.seconds);
    report.beside("growth_disk_bytes_per_case", plain::on_disk(&large)? as f64 / context.cases as f64);
    let order = Order { small, large, cases: context.cases, hot, rounds: if context.quick { 2 } else { 5 } };
    let measured: Measured = role::play("growth", &order)?;
    report.set("step_growth_1m", measured.step_ratio);
    report.set("page_growth_1m", measured.page_ratio);
    report.beside("step_random_vs_hot", measured.random_step / measured.large_step);
    report.beside("growth_step_us", json!({ "small": measured.small_step, "large": measured.large_step }));
    report.beside("growth_page_us", json!({ "small": measured.small_page, "large": measured.large_page }));
    Ok(())
}

/// Measures, in the fresh process.
pub fn run(order: Order) -> Result<Measured> {
    on_threads(async {
        let (small, large) = (Plain::open(&order.small).await?, Plain::open(&order.large).await?);
        let mut seen = Seen::default();
        let slice = order.hot / order.rounds;
        for round in 0..order.rounds {
            let hot = (round * slice..(round + 1) * slice).map(growth_load::id).collect::<Result<Vec<_>>>()?;
            let tasks = warm(&small, &hot).await?;
            let in_small = step_us(&small, &hot, &tasks).await?;
            warm(&large, &hot).await?;
            let in_large = step_us(&large, &hot, &tasks).await?;
            let random = random_open(&order, round, slice)?;
            seen.random_step.push(step_us(&large, &random, &tasks).await?);
            seen.step_ratio.push(in_large / in_small);
            seen.small_step.push(in_small);
            seen.large_step.push(in_large);
        }
        let (pages_small, pages_large) = (pages(&order, order.hot), pages(&order, order.cases));
        page_us(&small, pages_small).await?;
        page_us(&large, pages_large).await?;
        for _ in 0..order.rounds {
            let (in_small, in_large) = (page_us(&small, pages_small).await?, page_us(&large, pages_large).await?);
            seen.page_ratio.push(in_large / in_small);
            seen.small_page.push(in_small);
            seen.large_page.push(in_large);
        }
        Ok(seen.middle())
    })
}

/// All rounds.
#[derive(Default)]
struct Seen {
    small_step: Vec<f64>,
    large_step: Vec<f64>,
    random_step: Vec<f64>,
    step_ratio: Vec<f64>,
    small_page: Vec<f64>,
    large_page: Vec<f64>,
    page_ratio: Vec<f64>,
}

impl Seen {
    fn middle(self) -> Measured {
        Measured {
            small_step: median(self.small_step),
            large_step: median(self.large_step),
            random_step: median(self.random_step),
            step_ratio: median(self.step_ratio),
            small_page: median(self.small_page),
            large_page: median(self.large_page),
            page_ratio: median(self.page_ratio),
        }
    }
}

/// Full pages that a store of so many cases has, at most `PAGES`.
fn pages(order: &Order, cases: u64) -> usize {
    let full = usize::try_from(cases.min(order.hot)).unwrap_or(usize::MAX) / PAGE;
    full.clamp(1, PAGES)
}

/// Open cases behind the hot ones, spread over the whole store; no round has those of another.
fn random_open(order: &Order, round: u64, count: u64) -> Result<Vec<CaseId>> {
    let first = order.hot.div_ceil(OPEN_EVERY);
    let places = (order.cases.div_ceil(OPEN_EVERY)).saturating_sub(first) / order.rounds;
    ensure!(places > 0, "too few open cases to take random ones");
    // A stride that shares no factor with the number of places visits each once, far apart.
    let stride = (0..).map(|more| places * 5 / 8 + 1 + more).find(|stride| coprime(*stride, places));
    let stride = stride.context("no stride")?;
    let place = |index: u64| (index * stride) % places;
    (0..count.min(places))
        .map(|index| growth_load::id((first + place(index) * order.rounds + round) * OPEN_EVERY))
        .collect()
}

fn coprime(a: u64, b: u64) -> bool {
    let (mut a, mut b) = (a, b);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a == 1
}

/// Reads cases once, so that they are hot. Their tasks are alike: those of the last.
async fn warm(plain: &Plain, cases: &[CaseId]) -> Result<Vec<Frozen<Task>>> {
    let mut tasks = Vec::new();
    for case in cases {
        tasks = plain.engine.case(plain.officer(), case).await?.tasks;
    }
    Ok(tasks)
}

/// CPU of one step: three verdicts on each of these cases.
async fn step_us(plain: &Plain, cases: &[CaseId], tasks: &[Frozen<Task>]) -> Result<f64> {
    let tasks: Arc<[Frozen<Task>]> = tasks.into();
    let before = cpu::process()?;
    let mut running = JoinSet::new();
    for case in cases {
        if running.len() >= WRITERS {
            running.join_next().await.context("nothing runs")???;
        }
        let (plain, case, tasks) = (plain.clone(), case.clone(), tasks.clone());
        running.spawn(async move { plain.approve_all(&case, &tasks).await });
    }
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    let spent = cpu::process()?.saturating_sub(before);
    Ok(spent.as_secs_f64() * 1e6 / (cases.len() * REVIEWS.len()) as f64)
}

/// CPU of one page: the newest cases of the division, page after page.
async fn page_us(plain: &Plain, pages: usize) -> Result<f64> {
    let filter = CaseFilter { division: Some(DIVISION.parse()?), ..CaseFilter::default() };
    let before = cpu::process()?;
    let mut cursor = None;
    for _ in 0..pages {
        let request = PageRequest { cursor, limit: PAGE };
        let page = plain.engine.cases(plain.officer(), filter.clone(), request).await?;
        ensure!(page.items.len() == PAGE, "a page of {} cases", page.items.len());
        cursor = page.next;
    }
    let spent = cpu::process()?.saturating_sub(before);
    Ok(spent.as_secs_f64() * 1e6 / pages as f64)
}

/// Fills a folder with so many cases, as `growth` does.
pub fn filled(context: &Context, to: &Path, cases: u64) -> Result<Filled> {
    let package = to.join("package.banshi");
    std::fs::write(&package, context.package(plain::SOURCE)?)?;
    let hot = HOT.min(cases);
    role::play("loader", &growth_load::Order { folder: to.to_owned(), package, cases, hot })
}
