//! B02 药店: one certificate for a pharmacy, of the drug licence and the filing of medical devices.
//!
//! Each paper is declared once and stands for the parts' own. Two of those that the applicant makes may be taken from
//! shared data where a place shares it: the lease, and the roster of staff.

use banshi_elements::{licence_types, paper};
use banshi_sdk::prelude::*;

const BASIS: &str = "沪府规〔2021〕5号";
const MARKET: &str = "市场监督管理局";

/// The bundle.
pub struct Pharmacy;

impl Matter for Pharmacy {
    fn spec(_: &Settings) -> Spec {
        let spec = Spec::new("药店（一业一证） / Pharmacy (one certificate)", MARKET)
            .statutory(working_days(45), "行政许可法 第四十二条")
            .promised(working_days(20))
            .question(Question::yes_no(
                "sells-devices",
                "是否经营第二类医疗器械？ / Are medical devices of class II sold?",
            ))
            .part(Part::new("P05", MARKET).lead())
            .part(Part::new("P06", MARKET).filing().when(yes("sells-devices")));
        papers(spec)
            .flow(
                Flow::new()
                    .signers("法定代表人", "/person.legal")
                    .acceptance(
                        Stage::new("accept", "一口受理 / Acceptance for all parts", "综合窗口").within(working_days(5)),
                    )
                    .certificate(
                        Certificate::new(
                            licence_types::COMPOSITE,
                            "行业综合许可证（药店） / Composite licence (pharmacy)",
                        )
                        .fixed("industry", "药店"),
                    ),
            )
            .sample(
                "材料的拆分、环节与承诺时限为示例 / The split of the papers, the stages and the promise are a sample",
            )
    }
}

fn papers(spec: Spec) -> Spec {
    let roster = Material::new("staff-roster", "组织机构与从业人员名册 / Organisation and roster of staff", BASIS);
    let spec = spec
        .material(Material::new("application", "一业一证联合申请书 / Joint application", BASIS))
        .material(paper::premises_proof(BASIS))
        .material(paper::floor_plan(BASIS))
        .material(paper::equipment_list(BASIS))
        .material(paper::quality_system(BASIS))
        .material(roster.waivable("social-insurance/insured-staff?核验从业人员"))
        .material(paper::authorisation(BASIS))
        .material(paper::business_licence(BASIS))
        .material(paper::legal_identity(BASIS))
        .material(paper::agent_identity(BASIS))
        .material(paper::property_certificate(BASIS))
        .material(paper::health_certificates(BASIS))
        .material(paper::pharmacist_certificate(BASIS))
        .material(paper::quality_head_degree(BASIS));
    let spec = DRUGS.iter().fold(spec, |spec, paper| spec.cover(paper, "P05", paper));
    DEVICES.iter().fold(spec, |spec, paper| spec.cover(paper, "P06", paper))
}

/// The papers of the drug licence, each under the name that it has there.
const DRUGS: [&str; 14] = [
    "application",
    "premises-proof",
    "floor-plan",
    "equipment-list",
    "quality-system",
    "staff-roster",
    "authorisation",
    "business-licence",
    "legal-identity",
    "agent-identity",
    "property-certificate",
    "health-certificates",
    "pharmacist-certificate",
    "quality-head-degree",
];

/// Those of the filing of devices.
const DEVICES: [&str; 8] = [
    "application",
    "premises-proof",
    "floor-plan",
    "quality-system",
    "authorisation",
    "business-licence",
    "legal-identity",
    "quality-head-degree",
];

banshi_sdk::export_matter!(Pharmacy);
