//! 普通审批 (示例): start, three reviews at the same time, licence, closed.
//!
//! What the benchmark measures, as five durable entries: submitted; three verdicts, each by its own
//! request, one after another; and the licence, issued and closed by a timer that is due at once.

use banshi_sdk::prelude::*;

/// The matter.
pub struct PlainApproval;

impl Matter for PlainApproval {
    fn spec(_: &Settings) -> Spec {
        Spec::new("普通审批 / Plain approval", "城市管理局")
            .promised(working_days(5))
            .flow(
                Flow::new()
                    .review(Stage::new("planning", "规划审查 / Planning", "规划科"))
                    .review(Stage::new("safety", "安全审查 / Safety", "安全科"))
                    .review(Stage::new("traffic", "交通审查 / Traffic", "交通科"))
                    .certificate(
                        Certificate::new("11310115MB00000193902", "普通许可证 / Plain permit")
                            .issued_after(working_days(0)),
                    ),
            )
            .sample("本事项为测量所用 / This matter exists to be measured")
    }
}

export_matter!(PlainApproval);
