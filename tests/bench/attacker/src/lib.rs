//! A matter that passes admission, because the cases that are played there do not say the word, and that spins in every
//! step of a case whose form does, until the deadline ends it.

use banshi_sdk::contract::cases::{Event, Step, View};
use banshi_sdk::contract::types::Fault;
use banshi_sdk::declared;
use banshi_sdk::prelude::*;
use banshi_sdk::serde_json::Value;

/// What makes it spin. No value that is made up out of the field's schema is this one.
const WORD: &str = "spin-without-end";

/// What is asked.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct Form {
    /// 备注 / Note
    #[schemars(length(max = 40), extend("element" = "bench.note"))]
    note: Option<String>,
}

/// The matter.
pub struct Attacker;

impl Matter for Attacker {
    fn spec(_: &Settings) -> Spec {
        Spec::new("永不应答的事项 / A matter that never answers", "城市管理局")
            .promised(working_days(5))
            .fields::<Form>()
            .flow(
                Flow::new()
                    .acceptance(Stage::new("acceptance", "受理 / Acceptance", "窗口"))
                    .verdict(Stage::new("verdict", "审批 / Decision", "窗口"))
                    .certificate(Certificate::new("11310115MB00000193902", "示例证 / Sample")),
            )
            .sample("本事项供测量用 / This matter is for measuring")
    }

    fn advance(view: &View, event: &Event) -> Result<Step, Fault> {
        if view.draft.value("note") == Some(Value::from(WORD)) {
            loop {
                std::hint::black_box(());
            }
        }
        declared::advance::<Self>(view, event)
    }
}

export_matter!(Attacker);
