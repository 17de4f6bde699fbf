//! A matter about which admission finds nothing, or with the one thing wrong whose name a test writes over the dashes
//! of the marker: one component for a test of each rule.

wit_bindgen::generate!({ path: "../../../wit", world: "matter" });

mod definition;

use banshi::matter::cases::{
    Command, Direction, Draft, Event, Guidance, Knob, Mode, Offer, Opinion, Parcel, Place, Refusal, Signpost, Step,
    Task, Verdict, View, WayForward,
};
use banshi::matter::matters::{Definition, Processing};
use banshi::matter::types::{Fault, Finding, Reason, Span, SpanUnit, Text};
use exports::banshi::matter::workflow::Guest;

struct Misdeclared;
export!(Misdeclared);

/// A test writes the name of a wrong over the dashes.
#[used]
static WRONG: [u8; 32] = *b"the-wrong:----------------------";

/// The wrong that is to be done; empty: none.
pub fn wrong() -> String {
    // SAFETY: a static of this size; volatile, so that what is written over it later counts.
    let marker = unsafe { std::ptr::read_volatile(&raw const WRONG) };
    String::from_utf8_lossy(&marker[10..]).trim_end_matches('-').to_owned()
}

pub fn text(zh: &str) -> Text {
    Text { zh: zh.to_owned(), en: None }
}

pub fn working_days(count: u16) -> Span {
    Span { count, unit: SpanUnit::WorkingDays }
}

fn verdict(task: &str, reasons: Vec<Reason>) -> Verdict {
    Verdict { task: task.to_owned(), reasons }
}

fn review() -> Command {
    task("review")
}

fn task(id: &str) -> Command {
    Command::OpenTask(Task {
        id: id.to_owned(),
        unit: "窗口".to_owned(),
        title: text("审查"),
        limit: None,
        form: None,
        stage: "review".to_owned(),
        silence_consents: false,
    })
}

/// A number for every path: one for each pair of the two questions of the guide with two hundred paths.
fn next(answers: &str) -> Vec<String> {
    let open = definition::questions().into_iter().find(|known| !answers.contains(&format!("\"{}\"", known.id)));
    open.map(|question| question.id).into_iter().collect()
}

impl Guest for Misdeclared {
    fn knobs() -> Vec<Knob> {
        let default = if wrong() == "knobs" { "0" } else { "5" };
        vec![Knob {
            id: "days".to_owned(),
            title: text("承诺工作日"),
            schema: r#"{"type":"integer","minimum":1}"#.to_owned(),
            default: default.to_owned(),
            narrows: Direction::Lower,
        }]
    }

    fn define(parameters: String) -> Result<Definition, Fault> {
        let days = parameters.trim_start_matches("{\"days\":").trim_end_matches('}').parse().unwrap_or(5);
        // The wrong default is to be the only wrong.
        let days = if days == 0 { 5 } else { days };
        Ok(definition::of(&wrong(), days))
    }

    fn guide(_: Place, answers: String) -> Result<Guidance, Fault> {
        let next = match wrong().as_str() {
            "guide-again" => vec!["kind".to_owned()],
            "guide-unknown" => vec!["colour".to_owned()],
            _ => next(&answers),
        };
        let modes = if wrong() == "guide-end" { vec![] } else { vec![Mode::Approval] };
        let fields = if wrong() == "guide-field" { "nowhere" } else { "name" };
        Ok(Guidance { next, fields: vec![fields.to_owned()], materials: vec![], parts: vec![], modes, way: None })
    }

    fn precheck(_: Draft) -> Result<Vec<Finding>, Fault> {
        assert!(wrong() != "trap-precheck");
        Ok(vec![])
    }

    fn advance(current: View, event: Event) -> Result<Step, Fault> {
        let wrong = wrong();
        let commands = match event {
            Event::Submitted => match wrong.as_str() {
                "trap-submitted" => panic!("as told"),
                "fault" => return Err(Fault { code: "tired".to_owned(), text: "不办".to_owned() }),
                "uses" => vec![Command::Ship(Parcel { id: "p".to_owned(), what: "everything".to_owned() })],
                "step" => vec![Command::Grant(verdict("review", vec![]))],
                "waits" => vec![task("take")],
                "way" => {
                    let elsewhere = Signpost {
                        matter: "EX-STALL".to_owned(),
                        division: "310115".to_owned(),
                        text: text("请向城管窗口申请"),
                    };
                    vec![Command::ShowWay(WayForward::Signpost(elsewhere)), Command::Close]
                }
                _ => vec![Command::Accept(Processing::Promised(working_days(1))), review()],
            },
            Event::TaskDone(result) if result.task == "take" => {
                vec![Command::Accept(Processing::Promised(working_days(1))), review()]
            }
            Event::TaskDone(result) if !current.tasks.is_empty() && !result.by_silence => {
                let mut reasons = result.reasons.clone();
                if wrong == "no-basis" {
                    reasons.iter_mut().for_each(|reason| reason.basis.clear());
                }
                let verdict = verdict(&result.task, reasons);
                let decision = match result.opinion {
                    Opinion::Object => Command::Refuse(Refusal { verdict, remedy: text("可以申请行政复议") }),
                    _ => Command::Grant(verdict),
                };
                vec![decision, Command::Close]
            }
            Event::Withdrawn if wrong == "trap-withdrawn" => panic!("as told"),
            _ => vec![],
        };
        Ok(Step { state: "null".to_owned(), commands })
    }

    fn judge(_: Place, _: String, _: String) -> Result<Option<Offer>, Fault> {
        assert!(wrong() != "trap-judge");
        Ok(None)
    }

    fn migrate(current: View, _: String) -> Result<Step, Fault> {
        assert!(wrong() != "trap-migrate");
        Ok(Step { state: current.state, commands: vec![] })
    }
}
