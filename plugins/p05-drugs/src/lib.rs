//! P05 药品经营许可（零售，仅乙类非处方药）: the licence to retail over-the-counter drugs of class B, as of 2021.
//!
//! Document review, then a check on the spot of the pharmacist, the area for drugs and the equipment
//! (药品管理法 第五十二条), then the verdict; the licence runs for five years.

mod form;

pub use form::DrugLicenceForm;

use banshi_elements::{licence_types, paper, rule};
use banshi_sdk::prelude::*;

/// A licence is needed.
const LICENCE: &str = "药品管理法 第五十一条";
/// Its conditions.
const CONDITIONS: &str = "药品管理法 第五十二条";
const REVIEWERS: &str = "市场监管·药械科";

/// The matter.
pub struct DrugRetail;

impl Matter for DrugRetail {
    fn spec(_: &Settings) -> Spec {
        materials(Spec::new("药品经营许可（零售，乙类非处方药） / Licence to retail over-the-counter drugs", "市场监督管理局"))
            .statutory(working_days(20), "行政许可法 第四十二条")
            .promised(working_days(15))
            .fields::<DrugLicenceForm>()
            .check(rule::premises::all)
            .check(rule::medicine::all)
            .flow(flow())
            .sample("法定时限的拆分、表单字段、材料清单、环节时限与承诺时限为示例，并非公布的数据 / The split of the statutory days, the \
                fields, the list of materials, the stages' limits and the promise are a sample, not published data")
    }
}

fn materials(spec: Spec) -> Spec {
    spec.material(Material::new("application", "药品经营许可证申请表 / Application for a drug licence", LICENCE))
        .material(paper::business_licence(LICENCE))
        .material(paper::legal_identity(LICENCE))
        .material(paper::premises_proof(CONDITIONS))
        .material(paper::property_certificate(CONDITIONS))
        .material(paper::floor_plan(CONDITIONS))
        .material(paper::equipment_list(CONDITIONS))
        .material(paper::quality_system(CONDITIONS))
        .material(paper::pharmacist_certificate(CONDITIONS))
        .material(paper::quality_head_degree(CONDITIONS))
        .material(paper::health_certificates("办事指南 [示例 / sample]"))
        .material(Material::new(
            "staff-roster",
            "组织机构与从业人员名册 / Organisation and roster of staff",
            CONDITIONS,
        ))
        .material(paper::authorisation(LICENCE))
        .material(paper::agent_identity(LICENCE))
}

fn flow() -> Flow {
    Flow::new()
        .acceptance(Stage::new("accept", "受理 / Acceptance", "综合窗口").within(working_days(5)))
        .review(Stage::new("document-review", "材料审查 / Document review", REVIEWERS).within(working_days(3)))
        .onsite(
            Stage::new(
                "onsite",
                "现场核查（药学技术人员、设施） / Check on the spot (pharmacist, facilities)",
                REVIEWERS,
            )
            .after(["document-review"])
            .within(working_days(7)),
        )
        .verdict(Stage::new("verdict", "决定 / Decision", "市场监管·审批科").within(working_days(5)))
        .certificate(
            Certificate::new(licence_types::DRUGS, "药品经营许可证 / Drug licence")
                .shows([
                    "org.name",
                    "org.uscc",
                    "person.legal.name",
                    "person.quality.name",
                    "premises.address",
                    "drugs.business",
                    "drugs.class",
                    "drugs.scope",
                ])
                .valid_for(months(60)),
        )
}

banshi_sdk::export_matter!(DrugRetail);
