//! A variation that may stand on itself, at several levels of one chain: each brings a stage of its own, counts in a state
//! of its own, and says in its tasks at which depth it stands and what it was told.
//!
//! It never promises less than two days, which settings above it may run into.

use banshi_sdk::contract::cases::Task;
use banshi_sdk::contract::matters::{Processing, Stage};
use banshi_sdk::prelude::{
    Command, Definition, Event, Fault, Settings, Step, Value, Variation, View, export_variation, fault, json, text,
    working_days,
};

const UNIT: &str = "规划科";
const STEM: &str = "layer-";

/// The variation.
pub struct Stacked;

/// The first depth that no layer below has taken.
fn free<'a>(taken: impl Iterator<Item = &'a str>) -> usize {
    taken.filter(|stage| stage.starts_with(STEM)).count() + 1
}

impl Variation for Stacked {
    fn refine_definition(_: &Settings, mut below: Definition) -> Result<Definition, Fault> {
        let depth = free(below.stages.iter().map(|stage| stage.id.as_str()));
        let title = text(&format!("第{depth}层的意见 / Opinion of layer {depth}"));
        let (id, unit) = (format!("{STEM}{depth}"), UNIT.to_owned());
        below.stages.push(Stage { id, title, after: vec![], unit, limit: None, mandatory: false });
        below.samples.push(text(&format!("第{depth}层为示例 / Layer {depth} is a sample")));
        if matches!(&below.promised, Processing::Promised(span) if span.count < 2) {
            below.promised = Processing::Promised(working_days(2));
        }
        Ok(below)
    }

    fn refine_step(view: &View, event: &Event, below: Step) -> Result<Step, Fault> {
        let state: Value = view.state.parse().map_err(|_| fault("state", "状态不可读 / the state does not read"))?;
        let number = |name: &str| state.get(name).and_then(Value::as_u64);
        let opened = below.commands.iter().filter_map(|command| match command {
            Command::OpenTask(task) => Some(task.stage.as_str()),
            _ => None,
        });
        let depth = number("depth").unwrap_or(free(opened) as u64);
        let calls = number("calls").unwrap_or(0) + 1;
        let mut commands = below.commands;
        let own = matches!(event, Event::TaskDone(result) if result.task.starts_with(STEM));
        if matches!(event, Event::Submitted | Event::TaskDone(_)) && !own {
            let promised = view.draft.settings()?.number_or("promised-days", 0);
            commands.push(Command::OpenTask(Task {
                id: format!("{STEM}{depth}-{calls}"),
                unit: UNIT.to_owned(),
                title: text(&format!(
                    "第{depth}层第{calls}次，承诺{promised}日 / layer {depth}, call {calls}, {promised} days"
                )),
                limit: Some(working_days(1)),
                form: None,
                stage: format!("{STEM}{depth}"),
                silence_consents: true,
            }));
        }
        Ok(Step { state: json!({ "depth": depth, "calls": calls }).to_string(), commands })
    }
}

export_variation!(Stacked);
