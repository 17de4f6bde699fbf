//! P03 酒类商品零售许可 from 2023-07-10 on: none is issued any more (沪市监规范〔2023〕7号); liquor is among the items
//! of the food licence P01. What is left is to cancel one from before (注销), as its holder asks.

use banshi_elements::applicant::Applicant;
use banshi_elements::paper;
use banshi_sdk::prelude::*;

const MERGER: &str = "沪市监规范〔2023〕7号";
/// A licence is cancelled when its holder gives it up.
const CANCELLATION: &str = "行政许可法 第七十条";

/// The matter.
pub struct LiquorRetail2023;

impl Matter for LiquorRetail2023 {
    fn spec(_: &Settings) -> Spec {
        Spec::new("酒类商品零售许可（注销） / Liquor retail licence (cancellation)", "市场监督管理局")
            .business([Business::Cancel])
            .statutory(working_days(20), "行政许可法 第四十二条")
            .promised(working_days(1))
            .fields::<Applicant>()
            .material(Material::new("application", "注销申请书 / Application for cancellation", CANCELLATION))
            .material(paper::former_liquor_licence(CANCELLATION))
            .flow(
                Flow::new()
                    .acceptance(Stage::new("accept", "受理 / Acceptance", "综合窗口").within(working_days(5)))
                    .verdict(Stage::new("verdict", "决定 / Decision", "市场监管·审批科").within(working_days(1))),
            )
            .sample(
                [
                    MERGER,
                    "施行后酒类并入食品经营许可；注销的字段、材料、环节与时限为示例 / Liquor went into the food licence; the fields, \
                     papers, stages and limits of the cancellation are a sample",
                ]
                .concat()
                .as_str(),
            )
    }
}

banshi_sdk::export_matter!(LiquorRetail2023);
