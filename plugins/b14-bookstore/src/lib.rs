//! B14 书店: one certificate for a bookstore, of the licence to retail publications and, where it is needed, the health
//! licence.
//!
//! Places differ in two things, so both are knobs: which bookstores are out of scope and apply for single permits, and by
//! which criteria the health licence is needed. What is out of scope is never without a way.

use banshi_elements::{licence_types, paper};
use banshi_sdk::prelude::*;

const BASIS: &str = "沪府规〔2021〕5号";
const CULTURE: &str = "文化和旅游局";

/// Kinds of shop that a place leaves to the single permits.
const OUT_OF_SCOPE: ListKnob = ListKnob::superset(
    "out-of-scope",
    "不适用一业一证的书店 / Bookstores that apply for single permits",
    &["mall-corner"],
);
/// By which criteria the health licence is needed; fewer asks for it less.
const HEALTH_CRITERIA: ListKnob = ListKnob::subset(
    "health-criteria",
    "须办卫生许可的情形 / When the health licence is needed",
    &["above-1000-square-metres", "central-air-conditioning"],
);

/// The bundle.
pub struct Bookstore;

impl Matter for Bookstore {
    fn spec(settings: &Settings) -> Spec {
        let kinds =
            [("standalone", "独立书店 / A shop of its own"), ("mall-corner", "商场内的书籍专区 / A corner of a mall")];
        let spec = Spec::new("书店（一业一证） / Bookstore (one certificate)", CULTURE)
            .statutory(working_days(45), "行政许可法 第四十二条")
            .promised(working_days(10))
            .question(Question::one_of("shop-kind", "是哪一种书店？ / What kind of bookstore is it?", kinds))
            .question(
                Question::number("area", "经营面积是多少平方米？ / How large is the shop in square metres?")
                    .cuts([1000]),
            )
            .question(Question::yes_no(
                "central-air",
                "是否使用集中空调通风系统？ / Is there central air-conditioning?",
            ))
            .part(Part::new("P12", CULTURE).lead())
            .part(Part::new("P08", "卫生健康委员会").when(health(settings)));
        let spec = match settings.list(&OUT_OF_SCOPE).is_empty() {
            true => spec,
            false => spec.elsewhere(
                is("shop-kind", "mall-corner"),
                "P12",
                "请办理单项许可 / Please apply for the single permits",
            ),
        };
        papers(spec)
            .flow(
                Flow::new()
                    .acceptance(
                        Stage::new("accept", "一口受理 / Acceptance for all parts", "综合窗口").within(working_days(5)),
                    )
                    .certificate(
                        Certificate::new(
                            licence_types::COMPOSITE,
                            "行业综合许可证（书店） / Composite licence (bookstore)",
                        )
                        .fixed("industry", "书店"),
                    ),
            )
            .knob(OUT_OF_SCOPE)
            .knob(HEALTH_CRITERIA)
            .sample("材料、环节与承诺时限为示例 / The papers, the stages and the promise are a sample")
    }
}

/// When the health licence is needed here.
fn health(settings: &Settings) -> Guard {
    let criteria = settings.list(&HEALTH_CRITERIA);
    let has = |criterion: &str| criteria.iter().any(|one| one == criterion);
    match (has("above-1000-square-metres"), has("central-air-conditioning")) {
        (true, true) => above("area", 1000).or(yes("central-air")),
        (true, false) => above("area", 1000),
        (false, true) => yes("central-air"),
        (false, false) => !always(),
    }
}

const COVERED: [&str; 4] = ["application", "business-licence", "legal-identity", "floor-plan"];

fn papers(spec: Spec) -> Spec {
    let spec = spec
        .material(Material::new("application", "一业一证联合申请书 / Joint application", BASIS))
        .material(paper::business_licence(BASIS))
        .material(paper::legal_identity(BASIS))
        .material(paper::floor_plan(BASIS));
    COVERED.iter().fold(spec, |spec, paper| spec.cover(paper, "P12", paper).cover(paper, "P08", paper))
}

banshi_sdk::export_matter!(Bookstore);
