//! P12 出版物零售许可: the licence to retail publications.

use banshi_elements::applicant::Applicant;
use banshi_elements::{licence_types, paper};
use banshi_sdk::prelude::*;

const REGULATION: &str = "出版管理条例 [条款为示例 / clause: sample]";
const REVIEWERS: &str = "文旅·许可科";

/// The matter.
pub struct Publications;

impl Matter for Publications {
    fn spec(_: &Settings) -> Spec {
        Spec::new("出版物零售许可 / Licence to retail publications", "文化和旅游局")
            .promised(working_days(10))
            .fields::<Applicant>()
            .material(Material::new("application", "申请书 / Application", REGULATION))
            .material(paper::business_licence(REGULATION))
            .material(paper::legal_identity(REGULATION))
            .material(paper::floor_plan(REGULATION))
            .flow(
                Flow::new()
                    .acceptance(Stage::new("accept", "受理 / Acceptance", "综合窗口").within(working_days(5)))
                    .review(Stage::new("document-review", "材料审查 / Document review", REVIEWERS).within(working_days(3)))
                    .verdict(Stage::new("verdict", "决定 / Decision", REVIEWERS).within(working_days(3)))
                    .certificate(
                        Certificate::new(licence_types::PUBLICATIONS, "出版物经营许可证 / Publications licence")
                            .shows(["org.name", "org.uscc", "person.legal.name", "premises.address"])
                            .valid_for(months(60)),
                    ),
            )
            .sample(
                "表单字段、材料清单、环节时限与承诺时限为示例，并非公布的数据 / The fields, the list of materials, the stages' limits and \
                    the promise are a sample, not published data",
            )
    }
}

banshi_sdk::export_matter!(Publications);
