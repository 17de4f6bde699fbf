//! The next version of the plain approval, for migrations: one review is called otherwise, one came new. Whose name says so
//! is taken over badly, each in a way of its own, so that failures stand exactly where a test put them.

#![allow(clippy::panic, reason = "one of its plants is a trap")]

use banshi_sdk::contract::cases::{Notice, Recipient, Task};
use banshi_sdk::prelude::*;

/// How long it takes over a slow case: some milliseconds.
const TURNS: u64 = 4_000_000;

/// The matter.
pub struct PlainAnew;

impl Matter for PlainAnew {
    fn spec(_: &Settings) -> Spec {
        Spec::new("普通审批 / Plain approval", "城市管理局")
            .promised(working_days(4))
            .flow(
                Flow::new()
                    .review(Stage::new("plan-review", "规划审查 / Planning", "规划科"))
                    .review(Stage::new("safety", "安全审查 / Safety", "安全科"))
                    .review(Stage::new("traffic", "交通审查 / Traffic", "交通科"))
                    .review(Stage::new("fire", "消防审查 / Fire safety", "市容科"))
                    .certificate(
                        Certificate::new("11310115MB00000193902", "普通许可证 / Plain permit")
                            .issued_after(working_days(0)),
                    ),
            )
            .sample("测试用 / For tests")
    }

    fn advance(view: &View, event: &Event) -> Result<Step, Fault> {
        if view.draft.subject.name == "plant-step" {
            return Err(fault("no-step", "此版本办不了 / this version cannot"));
        }
        declared::advance::<Self>(view, event)
    }

    fn migrate(view: &View, _from_digest: &str) -> Result<Step, Fault> {
        let mut step = declared::migrate::<Self>(view, &Stages::unchanged().renamed("planning", "plan-review"))?;
        match view.draft.subject.name.as_str() {
            "plant-fault" => return Err(fault("not-this-one", "此件不接管 / not this one")),
            "plant-trap" => panic!("it was told to"),
            "plant-notify" => step.commands.push(Command::Notify(Notice {
                to: Recipient::Subject,
                template: "moved".to_owned(),
                data: "{}".to_owned(),
            })),
            // As if nothing were called otherwise.
            "plant-stage" => return Ok(Step { state: view.state.clone(), commands: Vec::new() }),
            "plant-stuck" => {
                let all = ["planning", "safety", "traffic"].map(|task| Command::CloseTask(task.to_owned()));
                step.commands = all.into();
            }
            "plant-unit" => step.commands.push(Command::OpenTask(Task {
                id: "elsewhere".to_owned(),
                unit: "别处的科室".to_owned(),
                title: text("别处 / Elsewhere"),
                limit: None,
                form: None,
                stage: "fire".to_owned(),
                silence_consents: false,
            })),
            "slow" => {
                let turned = (0..TURNS).fold(1_u64, |sum, turn| std::hint::black_box(sum.wrapping_mul(31) ^ turn));
                std::hint::black_box(turned);
            }
            _ => {}
        }
        Ok(step)
    }
}

export_matter!(PlainAnew);
