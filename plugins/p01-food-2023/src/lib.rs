//! P01 食品经营许可 from 2023-07-10 on: liquor is among the items of the food licence (沪市监规范〔2023〕7号).
//!
//! The matter of 2021, amended: who sells liquor says so, states the items 含酒类（批发）, 含酒类（零售） or
//! 含乙醇饮料, and hands in what the separate licence asked for; the certificate shows the items. Whoever holds a
//! liquor licence from before goes on under it until its last day and is asked for nothing about liquor till then.

use banshi_elements::liquor::LiquorInFood;
use banshi_elements::paper;
use banshi_p01_food::{certificate, licence};
use banshi_sdk::prelude::*;

/// The instrument that ended the separate licence. Its clauses are not cited: only what is said here was found.
pub const MERGER: &str = "沪市监规范〔2023〕7号";

/// The matter.
pub struct FoodBusiness2023;

impl Matter for FoodBusiness2023 {
    fn spec(settings: &Settings) -> Spec {
        questions(licence(settings, is("food-kind", "prepacked").and(!sells_liquor_anew()), certificate().more(items)))
            .fields_when::<LiquorInFood>(sells_liquor_anew())
            .material(
                Material::new("liquor-system", "酒类进货查验与随附单溯源制度 / Rules on checking and tracing liquor", MERGER)
                    .when(sells_liquor_anew()),
            )
            .material(paper::former_liquor_licence(MERGER).when(has_former_licence()))
            .sample(
                "酒类的表单字段和材料沿用原酒类商品零售许可，为示例；仅销售预包装食品的商店经营酒类须取得食品经营许可，亦为示例 / The \
                    fields and papers about liquor are those of the former liquor licence, a sample; that a shop of prepacked food \
                    needs the licence for liquor is a sample too",
            )
    }

    /// Open cases of 2021 go on here, stage by stage as they stand. Who sells liquor asked for it in a case of its own then:
    /// the form says nothing about liquor, and that case goes on beside this one. Both are finished as they began.
    fn migrate(view: &View, _from_digest: &str) -> Result<Step, Fault> {
        let liquor = view.draft.answered()?.yes("sells-liquor");
        if liquor && view.draft.value("food.liquor-items").is_none() {
            return Err(fault(
                "liquor-apart",
                "申请时酒类另案办理，本案按原规定办结 / liquor was applied for in a case of its own; this one ends as it began",
            ));
        }
        declared::migrate::<Self>(view, &Stages::unchanged())
    }
}

/// Liquor is sold, and no licence from before covers it: it becomes an item of the food licence.
pub fn sells_liquor_anew() -> Guard {
    yes("sells-liquor").and(!yes("holds-liquor-licence"))
}

/// A liquor licence from before covers it until its last day.
pub fn has_former_licence() -> Guard {
    yes("sells-liquor").and(yes("holds-liquor-licence"))
}

fn questions(spec: Spec) -> Spec {
    spec.question(Question::yes_no("sells-liquor", "是否经营酒类？ / Is liquor sold?")).question(
        Question::yes_no(
            "holds-liquor-licence",
            "是否持有仍在有效期内的酒类商品零售许可证？ / Is there a liquor licence from before 2023-07-10 that is still valid?",
        )
        .when(yes("sells-liquor")),
    )
}

/// 经营项目 on the certificate: those of the form, and the liquor among them.
fn items(view: &View) -> Vec<(String, Value)> {
    let list = |field: &str| match view.draft.value(field) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    let all = [list("food.items"), list("food.liquor-items")].concat();
    vec![("food.items".to_owned(), Value::Array(all))]
}

banshi_sdk::export_matter!(FoodBusiness2023);
