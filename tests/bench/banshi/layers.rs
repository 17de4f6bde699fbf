//! `layers_call_vs_sum`, `settings_call_vs_base`: what a chain of layers costs at a step beyond the calls of its components.
//!
//! Three cases of the plain approval are recorded at one place: on the base alone, on the base under settings, and on a
//! chain of four. Their steps are then asked of the engine again, as a step asks its layers, and nothing is written.

use anyhow::{Context as _, Result, ensure};
use banshi_model::case::{Case, Pin};
use banshi_model::draft::View;
use banshi_model::entry::Cause;
use banshi_model::event::Event;
use banshi_model::ids::{Authority, Digest};
use banshi_model::package::{CONTRACT, Kind, Manifest, Package, Permissions};
use banshi_model::text::Text;
use banshi_store::fold;
use serde_json::json;

use crate::context::Context;
use crate::cpu;
use crate::plain::{self, Driver, Plain, STEPS};
use crate::table::{Key, Measurement, Report, median};

/// What is measured here.
pub const MEASUREMENT: Measurement = Measurement {
    keys: &[
        Key {
            name: "layers_call_vs_sum",
            goal: "≤ 1.2",
            includes: "CPU of one step of the plain approval through a chain of base, two settings and one code, with the \
                       chain's reading and the checks of every layer, against the sandbox's calls of base and code alone",
        },
        Key {
            name: "settings_call_vs_base",
            goal: "≤ 1.05",
            includes: "CPU of one step through base and one settings variation, against the same step through the base",
        },
    ],
    run,
};

/// The code of the chain.
const CODE: &str = "examples/smallest-code-variation";

/// One step of a recorded case as its layers were asked.
struct Step {
    view: View,
    states: Vec<String>,
    event: Event,
}

/// A recorded case.
struct Recorded {
    pin: Pin,
    steps: Vec<Step>,
}

fn run(context: &Context, report: &mut Report) -> Result<()> {
    let (base, code) = (context.package(plain::SOURCE)?, context.package(CODE)?);
    let folder = context.fresh()?;
    let (rounds, times) = (context.size(11, 2), context.size(1_000, 20));
    // One thread to call from and one to run on, so that what is counted is work and not a search for work.
    let threads =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).max_blocking_threads(4).enable_all().build()?;
    let (mut layers, mut settings) = (Vec::new(), Vec::new());
    threads.block_on(async {
        let plain = Plain::create(folder.path(), base).await?;
        let [alone, turned, four] = record(&plain, &code).await?;
        chain_us(&plain, &four, times).await?;
        for _ in 0..rounds {
            layers.push(chain_us(&plain, &four, times).await? / calls_us(&plain, &four, times).await?);
            settings.push(chain_us(&plain, &turned, times).await? / chain_us(&plain, &alone, times).await?);
        }
        anyhow::Ok(())
    })?;
    report.set("layers_call_vs_sum", median(layers));
    report.set("settings_call_vs_base", median(settings));
    Ok(())
}

/// A case on the base, one under settings, and one on a chain of four, each from submission to closing.
async fn record(plain: &Plain, code: &[u8]) -> Result<[Recorded; 3]> {
    let driver = Driver::start(&plain.engine);
    plain.load(0, 1, 1).await?;
    plain.put_in_force(settings("first", 4)?).await?;
    plain.load(1, 1, 1).await?;
    plain.put_in_force(settings("second", 3)?).await?;
    let mut code = Package::decode(code)?;
    code.manifest.matter = plain::MATTER.parse()?;
    code.manifest.authority = authority()?;
    plain.put_in_force(code.encode()?).await?;
    plain.load(2, 1, 1).await?;
    driver.end().await;
    Ok([recorded(plain, 1)?, recorded(plain, 2)?, recorded(plain, 4)?])
}

fn authority() -> Result<Authority> {
    Ok(serde_json::from_value(json!({ "department": "城市管理局", "division": plain::DIVISION }))?)
}

/// A settings variation of the plain approval.
fn settings(name: &str, days: u8) -> Result<Vec<u8>> {
    let manifest = Manifest {
        name: format!("bench/{name}").parse()?,
        version: "1.0.0".to_owned(),
        kind: Kind::Settings,
        contract: CONTRACT.to_owned(),
        matter: plain::MATTER.parse()?,
        authority: authority()?,
        title: Text::new("测量", "a measurement"),
        base: None,
        instrument: None,
        changelog: Vec::new(),
        authors: Vec::new(),
        sample: None,
        permissions: Permissions::default(),
        settings: [("promised-days".to_owned(), json!(days))].into(),
    };
    Ok(Package { manifest, component: Vec::new() }.encode()?)
}

/// The case on a chain of so many layers, from its journal.
fn recorded(plain: &Plain, layers: usize) -> Result<Recorded> {
    let store = plain.engine.store();
    for id in store.all_cases(None, 10)?.items {
        let stored = store.case(&id)?.context("a case that is listed and not there")?;
        if stored.case.pin.chain.layers.len() != layers {
            continue;
        }
        let (mut steps, mut folded) = (Vec::new(), None);
        for entry in store.entries(&id, 0, 100)? {
            if let (Cause::Step { event, arrived, .. }, Some(before)) = (&entry.cause, &folded) {
                let mut at_call: Case = Clone::clone(before);
                entry.effects.iter().take(*arrived).for_each(|effect| at_call.apply(effect, entry.at));
                let view = at_call.view(entry.at);
                steps.push(Step { view, states: at_call.states, event: (**event).clone() });
            }
            folded = fold(folded, &entry);
        }
        ensure!(steps.len() == STEPS, "{id} has {} steps, not {STEPS}", steps.len());
        return Ok(Recorded { pin: (*stored.case.pin).clone(), steps });
    }
    anyhow::bail!("no case was recorded on a chain of {layers}")
}

/// CPU of one step through a case's chain, in microseconds.
async fn chain_us(plain: &Plain, case: &Recorded, times: usize) -> Result<f64> {
    let before = cpu::process()?;
    for _ in 0..times {
        for step in &case.steps {
            let answers = plain.engine.layer_answers(&case.pin, &step.view, &step.states, &step.event).await?;
            std::hint::black_box(answers);
        }
    }
    mean(before, times, case)
}

/// CPU of the calls of its components at one step, one by one, in microseconds.
async fn calls_us(plain: &Plain, case: &Recorded, times: usize) -> Result<f64> {
    let code: Vec<Digest> =
        case.pin.chain.layers.iter().filter(|layer| layer.kind != Kind::Settings).map(|layer| layer.package).collect();
    let [base, above] = code.as_slice() else { anyhow::bail!("the chain has {} components, not 2", code.len()) };
    let runtime = plain.engine.runtime();
    let before = cpu::process()?;
    for _ in 0..times {
        for step in &case.steps {
            let state = |nth: usize| step.states.get(nth).map_or("null", String::as_str);
            let below = runtime.advance(*base, &step.view, state(0), &step.event).await?;
            std::hint::black_box(runtime.refine_step(*above, &step.view, state(1), &step.event, &below).await?);
        }
    }
    mean(before, times, case)
}

fn mean(before: std::time::Duration, times: usize, case: &Recorded) -> Result<f64> {
    let spent = cpu::process()?.saturating_sub(before);
    Ok(spent.as_secs_f64() * 1e6 / (times * case.steps.len()) as f64)
}
