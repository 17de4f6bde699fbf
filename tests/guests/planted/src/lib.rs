//! A variation with planted differences, for the outcome diff. Each task's title says all that is personal in the
//! application. What else it does wrong an officer's verdict tells it, by the rule that it names: so that differences
//! stand exactly where a test put them.

#![allow(clippy::panic, reason = "one of its plants is a trap")]

use banshi_sdk::contract::cases::{Notice, Recipient};
use banshi_sdk::prelude::*;

/// Whose applications take long.
const SLOW: &str = "91310104MA1K00023G";
/// How long: some ten milliseconds.
const TURNS: u64 = 8_000_000;

/// The variation.
pub struct Planted;

/// Everything personal that the application says, as one text.
fn personal(view: &View) -> String {
    let subject = &view.draft.subject;
    let values: Vec<&str> = view.draft.values.iter().map(|value| value.json.as_str()).collect();
    format!("{} {} {}", subject.name, subject.id, values.join(" "))
}

impl Variation for Planted {
    fn refine_step(view: &View, event: &Event, below: Step) -> Result<Step, Fault> {
        let mut step = below.keeping(view);
        for command in &mut step.commands {
            if let Command::OpenTask(task) = command {
                task.title.zh = format!("{}：{}", task.title.zh, personal(view));
            }
        }
        let told = match event {
            Event::TaskDone(result) => result.reasons.first().map_or("", |reason| reason.rule.as_str()),
            Event::Submitted if view.draft.subject.id == SLOW => "slow",
            _ => "",
        };
        match told {
            "plant-trap" => panic!("{}", personal(view)),
            "plant-fault" => return Err(fault("planted", &personal(view))),
            "plant-drop" => step.commands.retain(|command| !matches!(command, Command::Grant(_) | Command::Refuse(_))),
            "plant-notice" => step.commands.push(Command::Notify(Notice {
                to: Recipient::Subject,
                template: personal(view),
                data: json!({ personal(view): personal(view) }).to_string(),
            })),
            "slow" => {
                let turned = (0..TURNS).fold(1_u64, |sum, turn| std::hint::black_box(sum.wrapping_mul(31) ^ turn));
                std::hint::black_box(turned);
            }
            _ => {}
        }
        Ok(step)
    }

    fn refine_migrate(view: &View, _from_digest: &str, below: Step) -> Result<Step, Fault> {
        let mut step = below.keeping(view);
        if view.draft.subject.name == "plant-drop" {
            step.commands.retain(|command| !matches!(command, Command::OpenTask(_)));
        }
        Ok(step)
    }
}

export_variation!(Planted);
