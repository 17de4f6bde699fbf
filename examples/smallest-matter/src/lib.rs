//! 临时摊位许可 (示例): the smallest matter. A form, a paper, a person who decides.

use banshi_sdk::prelude::*;

/// What is asked.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct Form {
    /// 摊主名称 / Name of the stallholder
    #[schemars(extend("element" = "org.name", "sources" = ["licence:11100000MB0143028R001", "subject-record"]))]
    name: String,
    /// 摊位地址 / Where the stall stands
    #[schemars(length(min = 1, max = 80), extend("element" = "stall.place"))]
    place: String,
}

/// The matter.
pub struct Stall;

impl Matter for Stall {
    fn spec(_: &Settings) -> Spec {
        Spec::new("临时摊位许可 / Permit for a street stall", "城市管理局")
            .statutory(working_days(20), "行政许可法 第四十二条")
            .promised(working_days(5))
            .fields::<Form>()
            .question(Question::number("area", "摊位占地多少平方米？ / How many square metres does it take?").cuts([5]))
            .material(
                Material::new("site-plan", "摊位位置图 / Plan of the site", "示例 / sample")
                    .waivable("city-map/stall-site?stall permit"),
            )
            .flow(
                Flow::new()
                    .acceptance(Stage::new("acceptance", "受理 / Acceptance", "综合窗口"))
                    .verdict(Stage::new("verdict", "审批 / Decision", "市容科"))
                    .certificate(
                        Certificate::new("11310115MB00000193901", "临时摊位许可证 / Stall permit")
                            .shows(["org.name", "stall.place"])
                            .valid_for(months(12)),
                    ),
            )
            .sample("本事项为教学示例 / This matter is a teaching sample")
    }
}

export_matter!(Stall);
