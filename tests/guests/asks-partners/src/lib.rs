//! A matter that asks every partner at once, tells the subject of each answer by a notice, and ends when the
//! parcel with the licence has arrived. What is still awaited then comes too late.

use banshi_sdk::contract::cases::{
    Due, Licence, Lookup, Notice, Parcel, Payment, Recipient, Step, Task, Timer, Verdict, View,
};
use banshi_sdk::contract::matters::{Fee, Processing};
use banshi_sdk::declared;
use banshi_sdk::prelude::*;

const LICENCE: &str = "11310115MB00000193902";

/// The matter.
pub struct AsksPartners;

impl Matter for AsksPartners {
    fn spec(_: &Settings) -> Spec {
        Spec::new("每个外部系统都问一遍的事项 / A matter that asks every partner", "城市管理局")
            .promised(working_days(5))
            .flow(
                Flow::new()
                    .review(Stage::new("check", "核对 / Check", "窗口"))
                    .certificate(Certificate::new(LICENCE, "示例证 / Sample")),
            )
    }

    fn define(settings: &Settings) -> Result<Definition, Fault> {
        let mut definition = declared::define::<Self>(settings)?;
        definition.fees.push(Fee { id: "fee".to_owned(), basis: "示例 / A sample".to_owned(), at_most: 100 });
        Ok(definition)
    }

    fn advance(view: &View, event: &Event) -> Result<Step, Fault> {
        let mut state = view.state.clone();
        let commands = match event {
            Event::Submitted => ask_everyone(view),
            Event::IdentityVerified(_) => vec![tell("identity", json!(true))],
            Event::IdentityFailed(_) => vec![tell("identity", json!(false))],
            Event::LookedUp(found) => vec![tell("looked-up", json!(found.value))],
            Event::Payment(payment) => vec![tell("payment", json!(payment.paid))],
            Event::TimerDue(_) => {
                state = "\"reminded\"".to_owned();
                vec![tell("reminder", Value::Null)]
            }
            Event::TaskDone(result) => vec![
                Command::Grant(Verdict { task: result.task.clone(), reasons: result.reasons.clone() }),
                Command::IssueLicence(Licence {
                    licence_type: LICENCE.to_owned(),
                    content: "{}".to_owned(),
                    valid_until: None,
                }),
                Command::Ship(Parcel { id: "licence".to_owned(), what: LICENCE.to_owned() }),
            ],
            Event::Delivered(_) => {
                let mut commands = vec![tell("delivered", Value::Null)];
                if view.state == "null" {
                    commands.push(Command::CancelTimer("remind".to_owned()));
                }
                commands.push(Command::Close);
                commands
            }
            _ => Vec::new(),
        };
        Ok(Step { state, commands })
    }
}

fn ask_everyone(view: &View) -> Vec<Command> {
    vec![
        Command::Accept(Processing::Promised(working_days(5))),
        Command::VerifyIdentity(vec![view.draft.subject.clone()]),
        Command::LookUp(Lookup {
            id: "record".to_owned(),
            service: "registry".to_owned(),
            purpose: "核对登记 / to check the registration".to_owned(),
            arguments: "{}".to_owned(),
        }),
        Command::RequestPayment(Payment { id: "fee".to_owned(), fee: "fee".to_owned(), amount: 100 }),
        tell("received", Value::Null),
        Command::SetTimer(Timer { id: "remind".to_owned(), due: Due::After(days(1)) }),
        Command::OpenTask(Task {
            id: "check".to_owned(),
            unit: "窗口".to_owned(),
            title: text("核对 / Check"),
            limit: None,
            form: None,
            stage: "check".to_owned(),
            silence_consents: false,
        }),
    ]
}

/// A notice to the subject.
fn tell(template: &str, said: Value) -> Command {
    Command::Notify(Notice {
        to: Recipient::Subject,
        template: template.to_owned(),
        data: json!({ "said": said }).to_string(),
    })
}

export_matter!(AsksPartners);
