//! P09 公众聚集场所投入使用、营业前消防安全检查: on a commitment it is had on the spot at the counter and within one working day
//! online, and checked within 20 working days after; without a commitment it is checked first, within 10 working days.
//!
//! These four numbers are published for one place (see `VARIATIONS.md`); the rest is a sample.

use banshi_elements::applicant::Applicant;
use banshi_elements::{licence_types, paper};
use banshi_sdk::prelude::*;

const LAW: &str = "消防法 第十五条";
const INSPECTORS: &str = "消防救援·监督科";

/// The matter.
pub struct FireCheck;

impl Matter for FireCheck {
    fn spec(_: &Settings) -> Spec {
        Spec::new(
            "公众聚集场所投入使用、营业前消防安全检查 / Fire safety check of a public place before it opens",
            "消防救援总队",
        )
        .statutory(working_days(10), LAW)
        .promised(working_days(10))
        .commitment(
            Commitment::always()
                .promised(working_days(1))
                .promised_at("window", working_days(0))
                .after_check(after_check(), days(30)),
        )
        .fields::<Applicant>()
        .material(Material::new("application", "申请书 / Application", LAW))
        .material(paper::business_licence(LAW))
        .material(paper::legal_identity(LAW))
        .material(paper::floor_plan(LAW))
        .flow(
            Flow::new()
                .acceptance(Stage::new("accept", "受理 / Acceptance", "综合窗口").within(working_days(5)))
                .onsite(Stage::new("onsite", "消防安全检查 / Fire safety check", INSPECTORS).within(working_days(7)))
                .verdict(Stage::new("verdict", "决定 / Decision", INSPECTORS).within(working_days(3)))
                .certificate(
                    Certificate::new(licence_types::FIRE, "消防安全检查合格证 / Certificate of the fire safety check")
                        .shows(["org.name", "org.uscc", "premises.address"]),
                ),
        )
        .sample("表单字段、材料清单与环节时限为示例，并非公布的数据 / The fields, the list of materials and the stages' limits are a sample")
    }
}

/// 承诺后核查: within 20 working days.
fn after_check() -> Stage {
    Stage::new("after-check", "承诺后消防安全核查 / Fire safety check after a commitment", INSPECTORS)
        .within(working_days(20))
}

banshi_sdk::export_matter!(FireCheck);
