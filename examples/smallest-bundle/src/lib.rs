//! 夜市一业一证 (示例): the smallest bundle. A stall and, where music is played, a plain approval beside it:
//! one application, one acceptance, one composite certificate where both are granted.

use banshi_sdk::prelude::*;

/// The bundle.
pub struct NightMarket;

impl Matter for NightMarket {
    fn spec(_: &Settings) -> Spec {
        Spec::new("夜市一业一证 / Night market stall", "城市管理局")
            .promised(working_days(5))
            .question(Question::number("area", "摊位占地多少平方米？ / How many square metres does it take?").cuts([5]))
            .question(Question::yes_no("music", "播放音乐吗？ / Will there be music?"))
            .part(Part::new("EX-STALL", "城市管理局").lead())
            .part(Part::new("EX-PLAIN", "城市管理局").when(yes("music")))
            .material(Material::new("plan", "场地图 / Plan of the place", "示例 / sample"))
            .cover("plan", "EX-STALL", "site-plan")
            .flow(Flow::new().acceptance(Stage::new("acceptance", "一口受理 / Acceptance", "综合窗口")).certificate(
                Certificate::new("11310115MB00000193903", "夜市综合许可证 / Composite permit").shows(["org.name"]),
            ))
            .sample("本事项为教学示例 / This matter is a teaching sample")
    }
}

export_matter!(NightMarket);
