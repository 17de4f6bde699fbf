//! A matter that is admitted and then traps in every step.

use banshi_sdk::contract::cases::{Event, Step, View};
use banshi_sdk::contract::types::Fault;
use banshi_sdk::prelude::*;

/// The matter.
pub struct AlwaysTraps;

impl Matter for AlwaysTraps {
    fn spec(_: &Settings) -> Spec {
        Spec::new("总是崩溃的事项 / A matter that always traps", "城市管理局").promised(working_days(5)).flow(
            Flow::new()
                .acceptance(Stage::new("acceptance", "受理 / Acceptance", "窗口"))
                .verdict(Stage::new("verdict", "审批 / Decision", "窗口"))
                .certificate(Certificate::new("11310115MB00000193902", "示例证 / Sample")),
        )
    }

    fn advance(_: &View, _: &Event) -> Result<Step, Fault> {
        panic!("always")
    }
}

export_matter!(AlwaysTraps);
