//! B01 便利店 from 2023-07-10 on: four permits instead of five, for liquor went into the food licence
//! (沪市监规范〔2023〕7号).
//!
//! The bundle of 2021, amended: P03 is no part of it any more, who sells liquor needs the food licence, and what
//! the liquor licence asked for is asked with that. A liquor licence from before is taken out of the library and
//! stands until its last day.

use banshi_b01_convenience_store::{Permits, mixed_food, store};
use banshi_elements::paper;
use banshi_sdk::prelude::*;

/// The instrument that ended the separate licence.
const MERGER: &str = "沪市监规范〔2023〕7号";

/// The bundle.
pub struct ConvenienceStore2023;

impl Matter for ConvenienceStore2023 {
    fn spec(_: &Settings) -> Spec {
        let anew = yes("sells-liquor").and(!yes("holds-liquor-licence"));
        let former = mixed_food().and(yes("sells-liquor")).and(yes("holds-liquor-licence"));
        store(&Permits { food: mixed_food().or(anew), liquor: None })
            // Under the same id as the food licence asks it, so that one answer is for both.
            .question(
                Question::yes_no(
                    "holds-liquor-licence",
                    "是否持有仍在有效期内的酒类商品零售许可证？ / Is there a liquor licence from before 2023-07-10 that is still valid?",
                )
                .when(yes("sells-liquor")),
            )
            .material(paper::former_liquor_licence(MERGER).when(former))
            .cover("business-rules", "P01", "liquor-system")
            .cover("former-liquor-licence", "P01", "former-liquor-licence")
            .sample(
                "四个许可之间的天数、材料与字段拆分为示例；2023年7月10日后的合计未公布 / The split of days, papers and fields over the \
                    four permits is a sample; sums from 2023-07-10 on are not published",
            )
    }
}

banshi_sdk::export_matter!(ConvenienceStore2023);
