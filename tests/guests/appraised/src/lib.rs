//! A matter in which an officer may call for a review by experts (专家评审): the clock stands still until it has ended.

use banshi_sdk::prelude::*;

/// The matter.
pub struct Appraised;

impl Matter for Appraised {
    fn spec(_: &Settings) -> Spec {
        Spec::new("需专家评审的事项 / A matter with a review by experts", "城市管理局")
            .statutory(working_days(20), "行政许可法 第四十二条")
            .promised(working_days(5))
            .flow(
                Flow::new()
                    .special(
                        Stage::new("experts", "是否需要专家评审 / Whether experts review it", "安全科"),
                        SpecialKind::ExpertReview,
                        working_days(10),
                    )
                    .verdict(Stage::new("verdict", "决定 / Decision", "窗口").after(["experts"]))
                    .certificate(Certificate::new("11310115MB00000193905", "评审后的许可 / A permit after a review")),
            )
            .sample("测试用 / For tests")
    }
}

export_matter!(Appraised);
