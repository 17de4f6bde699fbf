//! P02 仅销售预包装食品备案: the filing of who sells prepacked food only.
//!
//! Since the amendment of 2021-04-29 such a business needs no licence (食品安全法 第三十五条). It files,
//! and an officer registers the filing on review.

mod form;

pub use form::PrepackedFoodForm;

use banshi_elements::{licence_types, paper, rule};
use banshi_sdk::prelude::*;

const BASIS: &str = "食品安全法 第三十五条";

/// The matter.
pub struct PrepackedFood;

impl Matter for PrepackedFood {
    fn spec(_: &Settings) -> Spec {
        Spec::new("仅销售预包装食品备案 / Filing of prepacked food sales", "市场监督管理局")
            .filing()
            .statutory(working_days(5), "食品安全法 第三十五条（期限为示例） / limit: sample")
            .promised(working_days(0))
            .fields::<PrepackedFoodForm>()
            .material(Material::new("application", "仅销售预包装食品经营者备案信息采集表 / Filing form for prepacked food sales", BASIS))
            .material(paper::business_licence(BASIS))
            .material(paper::legal_identity("办事指南 [示例 / sample]"))
            .material(paper::authorisation("办事指南 [示例 / sample]"))
            .question(Question::one_of("food-kind", "销售哪些食品？ / Which food is sold?", FOOD_KINDS))
            .elsewhere(
                is("food-kind", "mixed"),
                "P01",
                "销售散装食品、热食或自制饮品的，需要取得食品经营许可 / Loose food, hot food or drinks made on the spot need a \
                    food business licence",
            )
            .check(rule::food::all)
            .flow(flow())
            .sample("表单字段、材料清单与期限为示例，并非公布的数据 / The fields, the list of materials and the limits are a \
                sample, not published data")
    }
}

const FOOD_KINDS: [(&str, &str); 2] = [
    ("prepacked", "仅预包装食品 / Prepacked food only"),
    ("mixed", "还有散装食品、热食或自制饮品 / Also loose food, hot food or drinks made on the spot"),
];

fn flow() -> Flow {
    Flow::new()
        .acceptance(Stage::new("accept", "收件 / Taking in", "综合窗口").within(working_days(5)))
        .review(
            Stage::new("register", "备案登记 / Registration of the filing", "市场监管·食品科").within(working_days(1)),
        )
        .certificate(
            Certificate::new(
                licence_types::PREPACKED_FOOD,
                "仅销售预包装食品备案凭证 / Filing certificate for prepacked food",
            )
            .shows(["org.name", "org.uscc", "person.legal.name", "premises.address", "food.items"]),
        )
}

banshi_sdk::export_matter!(PrepackedFood);
