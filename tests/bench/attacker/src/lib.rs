//! A matter that is admitted and then spins in every step until its deadline ends it.

use banshi_sdk::contract::cases::{Event, Step, View};
use banshi_sdk::contract::types::Fault;
use banshi_sdk::prelude::*;

/// The matter.
pub struct Attacker;

impl Matter for Attacker {
    fn spec(_: &Settings) -> Spec {
        Spec::new("永不应答的事项 / A matter that never answers", "城市管理局").promised(working_days(5)).flow(
            Flow::new()
                .acceptance(Stage::new("acceptance", "受理 / Acceptance", "窗口"))
                .verdict(Stage::new("verdict", "审批 / Decision", "窗口"))
                .certificate(Certificate::new("11310115MB00000193902", "示例证 / Sample")),
        )
    }

    fn advance(_: &View, _: &Event) -> Result<Step, Fault> {
        loop {
            std::hint::black_box(());
        }
    }
}

export_matter!(Attacker);
