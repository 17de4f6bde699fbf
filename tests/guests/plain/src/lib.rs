//! A well-behaved matter with something of everything in it: what the contract can say, and what a call
//! gets to see. It knows the contract only, not the SDK.

wit_bindgen::generate!({ path: "../../../wit", world: "matter" });

use banshi::matter::cases::{
    Command, Direction, Draft, Due, Event, Guidance, Knob, Offer, Place, Signpost, Step, Task, Timer, View, WayForward,
};
use banshi::matter::log::{Level, emit};
use banshi::matter::matters::{
    Answers, Business, Choice, Definition, Field, Issuance, Material, MatterType, Mode, Processing, Question, Source,
    Stage,
};
use banshi::matter::types::{Fault, Finding, Reason, Severity, Span, SpanUnit, Text};
use exports::banshi::matter::workflow::Guest;

struct Plain;
export!(Plain);

fn text(zh: &str, en: &str) -> Text {
    Text { zh: zh.to_owned(), en: Some(en.to_owned()) }
}

fn working_days(count: u16) -> Span {
    Span { count, unit: SpanUnit::WorkingDays }
}

impl Guest for Plain {
    fn knobs() -> Vec<Knob> {
        vec![Knob {
            id: "promised-days".to_owned(),
            title: text("承诺工作日", "promised working days"),
            schema: r#"{"type":"integer","minimum":1}"#.to_owned(),
            default: "5".to_owned(),
            narrows: Direction::Lower,
        }]
    }

    fn define(parameters: String) -> Result<Definition, Fault> {
        emit(Level::Info, "defining");
        Ok(Definition {
            title: text("食品经营许可", "food business licence"),
            department: "市场监督管理局".to_owned(),
            matter_type: MatterType::Licence,
            business: vec![Business::Establish, Business::Renew],
            modes: vec![Mode::Approval, Mode::Commitment],
            statutory: working_days(20),
            statutory_basis: "行政许可法 第四十二条".to_owned(),
            promised: Processing::Promised(working_days(5)),
            fields: vec![Field {
                id: "shop-name".to_owned(),
                element: "DE0001".to_owned(),
                title: text("店名", "name of the shop"),
                schema: r#"{"type":"string","maxLength":60}"#.to_owned(),
                required: true,
                sources: vec![Source::SubjectRecord, Source::Applicant],
            }],
            materials: vec![Material {
                id: "floor-plan".to_owned(),
                title: text("平面图", "floor plan"),
                issuer: None,
                required: true,
                sources: vec![Source::Applicant],
                basis: "食品经营许可管理办法 第十二条".to_owned(),
            }],
            questions: vec![
                Question {
                    id: "kind".to_owned(),
                    text: text("经营什么", "what is sold"),
                    answers: Answers::OneOf(vec![Choice { value: "food".to_owned(), text: text("食品", "food") }]),
                },
                Question {
                    id: "area".to_owned(),
                    text: text("面积", "floor area"),
                    answers: Answers::NumberWithCuts(vec![50, 200]),
                },
            ],
            bundle: None,
            stages: vec![Stage {
                id: "review".to_owned(),
                title: text("审查", "review"),
                after: vec![],
                unit: "审批科".to_owned(),
                limit: Some(working_days(3)),
                mandatory: true,
            }],
            issues: vec![Issuance {
                licence_type: "11100000000013127D001".to_owned(),
                title: text("许可证", "licence"),
            }],
            triggers: vec![],
            signers: vec![],
            fees: vec![],
            // What it was called with, so that a test sees what arrives.
            samples: vec![Text { zh: parameters, en: None }],
        })
    }

    fn guide(at: Place, answers: String) -> Result<Guidance, Fault> {
        let answered = answers.contains("\"kind\"");
        let way = (at.channel == "elsewhere").then(|| {
            WayForward::Signpost(Signpost {
                matter: "other-matter".to_owned(),
                division: at.division.clone(),
                text: text("请到别处", "please go there"),
            })
        });
        Ok(Guidance {
            next: if answered { vec![] } else { vec!["kind".to_owned()] },
            fields: vec!["shop-name".to_owned()],
            materials: vec!["floor-plan".to_owned()],
            parts: vec![],
            modes: vec![Mode::Approval],
            way,
        })
    }

    fn precheck(draft: Draft) -> Result<Vec<Finding>, Fault> {
        let missing = draft.values.iter().all(|value| value.field != "shop-name");
        Ok(missing
            .then(|| Finding {
                severity: Severity::Blocking,
                reason: Reason {
                    rule: "name-missing".to_owned(),
                    basis: "食品经营许可管理办法 第十二条".to_owned(),
                    text: text("缺店名", "the shop has no name"),
                    evidence: vec!["shop-name".to_owned()],
                },
            })
            .into_iter()
            .collect())
    }

    /// Counts its steps in its state, and shows in it what it saw.
    fn advance(current: View, event: Event) -> Result<Step, Fault> {
        let steps = current.state.trim_start_matches("{ \"steps\" : ").split(',').next().unwrap_or_default();
        let steps: u32 = steps.parse().unwrap_or(0) + 1;
        let state = format!(
            "{{ \"steps\" : {steps}, \"now\" : \"{}\", \"received\" : \"{}\", \"values\" : {} }}",
            current.now,
            current.received,
            current.draft.values.first().map_or("null", |value| value.json.as_str()),
        );
        let commands = match event {
            Event::Submitted => vec![
                Command::Accept(Processing::Promised(working_days(5))),
                Command::OpenTask(Task {
                    id: "review".to_owned(),
                    unit: "审批科".to_owned(),
                    title: text("审查", "review"),
                    limit: Some(working_days(3)),
                    form: Some(r#"{"type":"object"}"#.to_owned()),
                    stage: "review".to_owned(),
                    silence_consents: false,
                }),
                Command::SetTimer(Timer { id: "remind".to_owned(), due: Due::On("2021-05-06".to_owned()) }),
            ],
            Event::TimerDue(id) => vec![Command::CancelTimer(id)],
            Event::Withdrawn => {
                return Err(Fault { code: "no-way-back".to_owned(), text: "不能撤回".to_owned() });
            }
            _ => vec![],
        };
        Ok(Step { state, commands })
    }

    fn judge(_: Place, _: String, _: String) -> Result<Option<Offer>, Fault> {
        Ok(None)
    }

    fn migrate(current: View, _: String) -> Result<Step, Fault> {
        Ok(Step { state: current.state, commands: vec![] })
    }
}
