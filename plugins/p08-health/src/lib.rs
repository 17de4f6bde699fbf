//! P08 公共场所卫生许可: the health licence of a public place. Which places need it differs from city to city, so whoever
//! bundles it says when (`b14-bookstore`); here it is asked for and decided.

use banshi_elements::applicant::Applicant;
use banshi_elements::{licence_types, paper};
use banshi_sdk::prelude::*;

const REGULATION: &str = "公共场所卫生管理条例 [条款为示例 / clause: sample]";
const REVIEWERS: &str = "卫生监督·许可科";

/// The matter.
pub struct HealthLicence;

impl Matter for HealthLicence {
    fn spec(_: &Settings) -> Spec {
        Spec::new("公共场所卫生许可 / Health licence of a public place", "卫生健康委员会")
            .promised(working_days(10))
            .fields::<Applicant>()
            .material(Material::new("application", "申请书 / Application", REGULATION))
            .material(paper::business_licence(REGULATION))
            .material(paper::legal_identity(REGULATION))
            .material(paper::floor_plan(REGULATION))
            .flow(
                Flow::new()
                    .acceptance(Stage::new("accept", "受理 / Acceptance", "综合窗口").within(working_days(5)))
                    .onsite(Stage::new("onsite", "现场核查 / Check on the spot", REVIEWERS).within(working_days(5)))
                    .verdict(Stage::new("verdict", "决定 / Decision", REVIEWERS).within(working_days(3)))
                    .certificate(
                        Certificate::new(licence_types::HEALTH, "公共场所卫生许可证 / Health licence of a public place")
                            .shows(["org.name", "org.uscc", "person.legal.name", "premises.address"])
                            .valid_for(months(48)),
                    ),
            )
            .sample(
                "表单字段、材料清单、环节时限与承诺时限为示例，并非公布的数据 / The fields, the list of materials, the stages' limits and \
                    the promise are a sample, not published data",
            )
    }
}

banshi_sdk::export_matter!(HealthLicence);
