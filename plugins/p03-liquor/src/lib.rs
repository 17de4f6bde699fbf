//! P03 酒类商品零售许可: the licence to retail liquor in Shanghai, as of 2021.
//!
//! Reviewed on the documents, then decided. The separate licence ended on 2023-07-10 and went into the
//! food licence (沪市监规范〔2023〕7号); this matter is kept as it was before.

mod form;

pub use form::LiquorLicenceForm;

use banshi_elements::{licence_types, paper, rule};
use banshi_sdk::prelude::*;

const REGULATION: &str = "上海市酒类商品产销管理条例 [条款为示例 / clause: sample]";

/// The matter.
pub struct LiquorRetail;

impl Matter for LiquorRetail {
    fn spec(_: &Settings) -> Spec {
        Spec::new("酒类商品零售许可 / Liquor retail licence", "市场监督管理局")
            .statutory(working_days(20), "行政许可法 第四十二条")
            .promised(working_days(10))
            .fields::<LiquorLicenceForm>()
            .material(Material::new("application", "酒类商品零售许可证申请表 / Application for a liquor retail licence", REGULATION))
            .material(paper::business_licence(REGULATION))
            .material(paper::legal_identity(REGULATION))
            .material(paper::premises_proof(REGULATION))
            .material(paper::property_certificate(REGULATION))
            .material(Material::new("liquor-system", "酒类进货查验与随附单溯源制度 / Rules on checking and tracing liquor", REGULATION))
            .material(paper::authorisation(REGULATION))
            .material(paper::agent_identity(REGULATION))
            .check(rule::premises::all)
            .flow(flow())
            .sample("本许可自2023年7月10日起并入食品经营许可，此处为2021年的状态 / This licence was merged into the food licence on \
                2023-07-10; shown here as of 2021")
            .sample("法定时限的拆分、表单字段、材料清单与环节时限为示例，并非公布的数据 / The split of the statutory days, the fields, \
                the list of materials and the stages' limits are a sample, not published data")
    }
}

fn flow() -> Flow {
    Flow::new()
        .acceptance(Stage::new("accept", "受理 / Acceptance", "综合窗口").within(working_days(5)))
        .review(Stage::new("document-review", "材料审查 / Document review", "市场监管·食品科").within(working_days(3)))
        .verdict(Stage::new("verdict", "决定 / Decision", "市场监管·审批科").within(working_days(3)))
        .certificate(
            Certificate::new(licence_types::LIQUOR, "酒类商品零售许可证 / Liquor retail licence")
                .shows(["org.name", "org.uscc", "person.legal.name", "premises.address", "liquor.kinds"])
                .valid_for(months(36)),
        )
}

banshi_sdk::export_matter!(LiquorRetail);
