//! A matter that is admitted, because the cases of a rehearsal end well, and then traps in every step of a real one.

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

    /// Everybody in the tests is a sample (示例), and nobody in a rehearsal is.
    fn advance(current: &View, _: &Event) -> Result<Step, Fault> {
        assert!(!current.draft.subject.name.contains("示例"), "always");
        Ok(Step { state: "null".to_owned(), commands: Vec::new() })
    }
}

export_matter!(AlwaysTraps);
