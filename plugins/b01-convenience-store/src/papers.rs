//! The bundle's papers: each declared once, and which papers of the parts it stands for.
//!
//! Where every source answers, ten are left to the applicant, who makes them; the rest come out of the
//! licence library and shared data. Every paper of every part is covered here: a test says so.

use banshi_elements::paper;
use banshi_sdk::prelude::*;

use crate::{LIQUOR, Permits};

/// The State's frame for 一业一证 in Shanghai.
const BASIS: &str = "沪府规〔2021〕5号";

/// Declares the papers and their covers.
pub(crate) fn declare(spec: Spec, permits: &Permits) -> Spec {
    let spec = made_by_the_applicant(spec, permits);
    let spec = held_by_the_state(spec, permits);
    let is_part = |part: &str| permits.liquor.is_some() || part != LIQUOR;
    COVERS.iter().fold(spec, |spec, (own, covered)| {
        let covered = covered.iter().filter(|(part, _)| is_part(part));
        covered.fold(spec, |spec, (part, theirs)| spec.cover(own, part, theirs))
    })
}

fn made_by_the_applicant(spec: Spec, permits: &Permits) -> Spec {
    let (food, medicine) = (|| permits.food.clone(), || yes("sells-medicine"));
    let rules = "经营管理制度汇编（食品安全、操作流程、酒类溯源） / Rules of the business (food safety, working process, liquor)";
    spec.material(Material::new("application", "一业一证联合申请书 / Joint application", BASIS))
        .material(paper::premises_proof(BASIS).when(permits.any_licence()))
        .material(paper::floor_plan(BASIS).when(food().or(medicine()).or(yes("sells-tobacco"))))
        .material(paper::equipment_list(BASIS).when(food().or(medicine())))
        .material(Material::new("business-rules", rules, BASIS).when(permits.any_rules()))
        .material(
            Material::new(
                "waste-contract",
                "餐厨废弃油脂收运协议 / Contract for the collection of kitchen waste",
                BASIS,
            )
            .when(food()),
        )
        .material(
            Material::new("shop-front-photos", "经营场所门面照片 / Photographs of the shop front", BASIS)
                .when(yes("sells-tobacco")),
        )
        .material(paper::quality_system(BASIS).when(medicine()))
        .material(
            Material::new("staff-roster", "组织机构与从业人员名册 / Organisation and roster of staff", BASIS)
                .when(medicine()),
        )
        .material(paper::authorisation(BASIS))
}

fn held_by_the_state(spec: Spec, permits: &Permits) -> Spec {
    let (food, medicine) = (|| permits.food.clone(), || yes("sells-medicine"));
    spec.material(paper::business_licence(BASIS))
        .material(paper::legal_identity(BASIS))
        .material(paper::agent_identity(BASIS).when(permits.any_licence()))
        .material(paper::property_certificate(BASIS).when(permits.any_licence()))
        .material(paper::health_certificates(BASIS).when(food().or(medicine())))
        .material(paper::training_certificate(BASIS).when(food()))
        .material(paper::pharmacist_certificate(BASIS).when(medicine()))
        .material(paper::quality_head_degree(BASIS).when(medicine()))
}

/// A paper of the bundle, and the papers that it stands for: part and paper.
type Covers = (&'static str, &'static [(&'static str, &'static str)]);

const COVERS: &[Covers] = &[
    (
        "application",
        &[
            ("P01", "application"),
            ("P02", "application"),
            ("P03", "application"),
            ("P04", "application"),
            ("P05", "application"),
            ("P06", "application"),
        ],
    ),
    (
        "premises-proof",
        &[
            ("P01", "premises-proof"),
            ("P03", "premises-proof"),
            ("P04", "premises-proof"),
            ("P05", "premises-proof"),
            ("P06", "premises-proof"),
        ],
    ),
    ("floor-plan", &[("P01", "floor-plan"), ("P04", "location-sketch"), ("P05", "floor-plan"), ("P06", "floor-plan")]),
    ("equipment-list", &[("P01", "equipment-list"), ("P05", "equipment-list")]),
    ("business-rules", &[("P01", "process-flow"), ("P01", "safety-system"), ("P03", "liquor-system")]),
    ("waste-contract", &[("P01", "waste-contract")]),
    ("shop-front-photos", &[("P04", "shop-front-photos")]),
    ("quality-system", &[("P05", "quality-system"), ("P06", "quality-system")]),
    ("staff-roster", &[("P05", "staff-roster")]),
    (
        "authorisation",
        &[
            ("P01", "authorisation"),
            ("P02", "authorisation"),
            ("P03", "authorisation"),
            ("P04", "authorisation"),
            ("P05", "authorisation"),
            ("P06", "authorisation"),
        ],
    ),
    (
        "business-licence",
        &[
            ("P01", "business-licence"),
            ("P02", "business-licence"),
            ("P03", "business-licence"),
            ("P04", "business-licence"),
            ("P05", "business-licence"),
            ("P06", "business-licence"),
        ],
    ),
    (
        "legal-identity",
        &[
            ("P01", "legal-identity"),
            ("P02", "legal-identity"),
            ("P03", "legal-identity"),
            ("P04", "legal-identity"),
            ("P05", "legal-identity"),
            ("P06", "legal-identity"),
        ],
    ),
    (
        "agent-identity",
        &[("P01", "agent-identity"), ("P03", "agent-identity"), ("P04", "agent-identity"), ("P05", "agent-identity")],
    ),
    (
        "property-certificate",
        &[
            ("P01", "property-certificate"),
            ("P03", "property-certificate"),
            ("P04", "property-certificate"),
            ("P05", "property-certificate"),
        ],
    ),
    ("health-certificates", &[("P01", "health-certificates"), ("P05", "health-certificates")]),
    ("training-certificate", &[("P01", "training-certificate")]),
    ("pharmacist-certificate", &[("P05", "pharmacist-certificate")]),
    ("quality-head-degree", &[("P05", "quality-head-degree"), ("P06", "quality-head-degree")]),
];
