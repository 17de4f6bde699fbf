//! P06 第二类医疗器械经营备案: the filing of a business in medical devices of class II.
//!
//! An officer registers the filing on review (医疗器械监督管理条例 第四十一条, in the text in force from
//! 2021-06-01; 第三十条 before).

mod form;

pub use form::DeviceFilingForm;

use banshi_elements::{licence_types, paper, rule};
use banshi_sdk::prelude::*;

/// The filing.
const FILING: &str = "医疗器械监督管理条例（国务院令第739号） 第四十一条";
/// What the business must have.
const CONDITIONS: &str = "医疗器械监督管理条例（国务院令第739号） 第四十条";

/// The matter.
pub struct DeviceFiling;

impl Matter for DeviceFiling {
    fn spec(_: &Settings) -> Spec {
        Spec::new("第二类医疗器械经营备案 / Filing of a business in class II medical devices", "市场监督管理局")
            .filing()
            .statutory(working_days(15), "医疗器械监督管理条例（期限为示例） / limit: sample")
            .promised(working_days(0))
            .fields::<DeviceFilingForm>()
            .material(Material::new("application", "第二类医疗器械经营备案表 / Filing form for class II medical devices", FILING))
            .material(paper::business_licence(FILING))
            .material(paper::legal_identity(FILING))
            .material(paper::premises_proof(CONDITIONS))
            .material(paper::floor_plan(CONDITIONS))
            .material(paper::quality_system(CONDITIONS))
            .material(paper::quality_head_degree(CONDITIONS))
            .material(paper::authorisation(FILING))
            .check(rule::medicine::all)
            .flow(flow())
            .sample("法定时限的拆分（实际为当场备案）、表单字段、材料清单与环节时限为示例，并非公布的数据 / The split of the statutory days \
                (in fact filed on the spot), the fields, the list of materials and the stages' limits are a sample, not \
                published data")
    }
}

fn flow() -> Flow {
    Flow::new()
        .acceptance(Stage::new("accept", "收件 / Taking in", "综合窗口").within(working_days(5)))
        .review(
            Stage::new("register", "备案登记 / Registration of the filing", "市场监管·药械科").within(working_days(1)),
        )
        .certificate(
            Certificate::new(
                licence_types::DEVICES,
                "第二类医疗器械经营备案凭证 / Filing certificate for class II medical devices",
            )
            .shows([
                "org.name",
                "org.uscc",
                "person.legal.name",
                "person.quality.name",
                "premises.address",
                "devices.business",
                "devices.categories",
            ]),
        )
}

banshi_sdk::export_matter!(DeviceFiling);
