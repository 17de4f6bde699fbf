//! P03 as it ships, and one field and one paper more that nothing else in the convenience store asks for: what the
//! host counts as declared and as asked must grow by one each.

use banshi_elements::applicant::Applicant;
use banshi_elements::liquor::LiquorRetail;
use banshi_elements::premises::Tenure;
use banshi_elements::{licence_types, paper, rule};
use banshi_sdk::prelude::*;

const REGULATION: &str = "上海市酒类商品产销管理条例 [条款为示例 / clause: sample]";

/// 酒类商品零售许可证申请表, with one field more.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
struct Form {
    #[serde(flatten)]
    applicant: Applicant,
    #[serde(flatten)]
    tenure: Tenure,
    #[serde(flatten)]
    liquor: LiquorRetail,
    /// 酒窖温度（摄氏度） / Temperature of the cellar (degrees Celsius)
    #[serde(rename = "liquor.cellar-temperature")]
    #[schemars(range(min = 0, max = 40))]
    cellar_temperature: u32,
}

/// The matter.
pub struct OneMore;

impl Matter for OneMore {
    fn spec(_: &Settings) -> Spec {
        Spec::new("酒类商品零售许可 / Liquor retail licence", "市场监督管理局")
            .statutory(working_days(20), "行政许可法 第四十二条")
            .promised(working_days(10))
            .fields::<Form>()
            .material(Material::new(
                "application",
                "酒类商品零售许可证申请表 / Application for a liquor retail licence",
                REGULATION,
            ))
            .material(paper::business_licence(REGULATION))
            .material(paper::legal_identity(REGULATION))
            .material(paper::premises_proof(REGULATION))
            .material(paper::property_certificate(REGULATION))
            .material(Material::new(
                "liquor-system",
                "酒类进货查验与随附单溯源制度 / Rules on checking and tracing liquor",
                REGULATION,
            ))
            .material(paper::authorisation(REGULATION))
            .material(paper::agent_identity(REGULATION))
            .material(Material::new("cellar-record", "酒窖温度记录 / Record of the cellar's temperature", REGULATION))
            .check(rule::premises::all)
            .flow(flow())
            .sample("测试用 / For tests")
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

export_matter!(OneMore);
