//! A matter that does every wrong that it is told: `define` and `guide` by the knob `do`, `precheck` and
//! `advance` by the form's field `do`. One guest for many wrongs, so that the tests build fast and one host
//! serves them all.

wit_bindgen::generate!({ path: "../../../wit", world: "matter" });

mod definition;
mod run_away;
mod steps;

use banshi::matter::cases::{Direction, Draft, Event, Guidance, Knob, Mode, Offer, Place, Step, View};
use banshi::matter::matters::Definition;
use banshi::matter::types::{Fault, Finding, Text};
use exports::banshi::matter::workflow::Guest;

struct Wild;
export!(Wild);

/// What a settings variation may tell the matter to do when it is defined and when it guides.
const WRONGS: [&str; 27] = [
    "loop",
    "deep-loop",
    "memory",
    "stack",
    "trap",
    "log-flood",
    "fault",
    "alias",
    "huge",
    "output",
    "fifty-megabytes",
    "one-megabyte",
    "no-json",
    "deep-json",
    "remote-ref",
    "regex-nested",
    "regex-many",
    "enum-long",
    "enum-megabytes",
    "stages-circle",
    "parts-self",
    "guide.loop",
    "guide.trap",
    "guide.again",
    "guide.unknown",
    "guide.slow",
    "guide.alias",
];

/// The one wrong that the settings leave; none where they leave all.
fn chosen(parameters: &str) -> Option<&str> {
    let only = parameters.strip_prefix("{\"do\":[\"")?.strip_suffix("\"]}")?;
    (!only.contains('"')).then_some(only)
}

/// What the form's field `do` says.
fn told(draft: &Draft) -> &str {
    let value = draft.values.iter().find(|value| value.field == "do");
    value.map_or("", |value| value.json.trim_matches('"'))
}

fn text(zh: &str) -> Text {
    Text { zh: zh.to_owned(), en: None }
}

impl Guest for Wild {
    fn knobs() -> Vec<Knob> {
        let all: Vec<String> = WRONGS.iter().map(|wrong| format!("\"{wrong}\"")).collect();
        vec![Knob {
            id: "do".to_owned(),
            title: text("做什么"),
            schema: r#"{"type":"array"}"#.to_owned(),
            default: format!("[{}]", all.join(",")),
            narrows: Direction::Subset,
        }]
    }

    fn define(parameters: String) -> Result<Definition, Fault> {
        match chosen(&parameters) {
            Some(wrong) => {
                run_away::run(wrong)?;
                Ok(definition::wrong(wrong))
            }
            None => Ok(definition::ordinary()),
        }
    }

    fn guide(at: Place, answers: String) -> Result<Guidance, Fault> {
        let next = match chosen(&at.parameters) {
            Some("guide.again") => vec!["q-00".to_owned()],
            Some("guide.unknown") => vec!["nowhere".to_owned()],
            Some("guide.alias") => run_away::amplified(),
            Some("guide.slow") => {
                run_away::dawdle();
                definition::open_questions(&answers)
            }
            Some(wrong) => {
                if let Some(wrong) = wrong.strip_prefix("guide.") {
                    run_away::run(wrong)?;
                }
                vec![]
            }
            None => vec![],
        };
        let parts = definition::part().into_iter().map(|part| part.code).collect();
        let fields = vec!["do".to_owned(), "free".to_owned()];
        Ok(Guidance { next, fields, materials: vec![], parts, modes: vec![Mode::Approval], way: None })
    }

    fn precheck(draft: Draft) -> Result<Vec<Finding>, Fault> {
        if let Some(wrong) = told(&draft).strip_prefix("precheck.") {
            run_away::run(wrong)?;
        }
        Ok(vec![])
    }

    fn advance(current: View, event: Event) -> Result<Step, Fault> {
        let told = told(&current.draft).to_owned();
        match event {
            Event::Submitted => steps::submitted(&told),
            Event::TaskDone(result) => steps::task_done(&told, &result),
            Event::TimerDue(_) if told == "timer-again" => Ok(steps::of(vec![steps::timer_at_once()])),
            _ => Ok(steps::of(vec![])),
        }
    }

    fn judge(_: Place, _: String, _: String) -> Result<Option<Offer>, Fault> {
        Ok(None)
    }

    fn migrate(current: View, _: String) -> Result<Step, Fault> {
        Ok(Step { state: current.state, commands: vec![] })
    }
}
