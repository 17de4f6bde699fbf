//! P04 烟草专卖零售许可: the licence to retail tobacco, as of 2021.
//!
//! The distances of the plan of retail points (合理布局) are measured on the spot; meanwhile the market
//! inspectors are asked for an opinion, which their silence gives too. Then the verdict.

mod form;

pub use form::TobaccoLicenceForm;

use banshi_elements::{licence_types, paper, rule};
use banshi_sdk::prelude::*;

/// The conditions of a retail licence.
const CONDITIONS: &str = "烟草专卖法实施条例 第九条";
/// The measures on tobacco licences, cited as a whole because the list of papers is a sample.
const MEASURES: &str = "烟草专卖许可证管理办法 [条款为示例 / clause: sample]";
const LICENSING: &str = "烟草专卖·许可科";

/// The matter.
pub struct TobaccoRetail;

impl Matter for TobaccoRetail {
    fn spec(_: &Settings) -> Spec {
        Spec::new("烟草专卖零售许可 / Tobacco retail licence", "烟草专卖局")
            .statutory(working_days(20), "行政许可法 第四十二条")
            .promised(working_days(10))
            .fields::<TobaccoLicenceForm>()
            .material(Material::new("application", "烟草专卖零售许可证申请表 / Application for a tobacco retail licence", MEASURES))
            .material(paper::business_licence(MEASURES))
            .material(paper::legal_identity(MEASURES))
            .material(paper::premises_proof(CONDITIONS))
            .material(paper::property_certificate(CONDITIONS))
            .material(Material::new("shop-front-photos", "经营场所门面照片 / Photographs of the shop front", MEASURES))
            .material(Material::new("location-sketch", "经营场所位置示意图 / Sketch of the location", MEASURES))
            .material(paper::authorisation(MEASURES))
            .material(paper::agent_identity(MEASURES))
            .check(rule::premises::all)
            .check(rule::tobacco::all)
            .knob(rule::tobacco::SPACING)
            .flow(flow())
            .sample("零售点间距、表单字段、材料清单、环节时限与承诺时限为示例，并非公布的数据 / The distances between retail points, the \
                fields, the list of materials, the stages' limits and the promise are a sample, not published data")
    }
}

/// 合理布局核查: what the inspector measured.
#[derive(JsonSchema, Serialize, Deserialize)]
pub struct SpacingCheck {
    /// 与最近零售点距离（米） / Distance to the nearest tobacco retailer (metres)
    pub nearest_retailer: u32,
    /// 与最近中小学校距离（米） / Distance to the nearest school (metres)
    pub nearest_school: u32,
    /// 备注 / Remarks
    #[schemars(length(max = 500))]
    pub remarks: Option<String>,
}

fn flow() -> Flow {
    Flow::new()
        .acceptance(Stage::new("accept", "受理 / Acceptance", "综合窗口").within(working_days(5)))
        .onsite(
            Stage::new("spacing-check", "合理布局现场核查 / Check of the spacing on the spot", LICENSING)
                .within(working_days(5))
                .form::<SpacingCheck>(),
        )
        .consultation(
            Stage::new("market-opinion", "征求市场监管意见 / Opinion of the market inspectors", "烟草专卖·稽查科")
                .within(working_days(2)),
        )
        .verdict(Stage::new("verdict", "决定 / Decision", LICENSING).within(working_days(3)))
        .certificate(
            Certificate::new(licence_types::TOBACCO, "烟草专卖零售许可证 / Tobacco retail licence")
                .shows(["org.name", "org.uscc", "person.legal.name", "premises.address", "tobacco.products"])
                .valid_for(months(60)),
        )
}

banshi_sdk::export_matter!(TobaccoRetail);
