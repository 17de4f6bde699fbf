//! Who does the work, beside the legal representative.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::{CitizenId, Education, Mobile};

/// The staff of the shop, as the social insurance and health registers count it.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Staff {
    /// 从业人员人数 / Number of staff
    #[schemars(range(min = 1, max = 5000), extend("element" = "staff.total", "sources" = ["shared:social-insurance/insured-staff?核验从业人员"]))]
    pub staff_total: u32,
    /// 持有效健康证明人数 / Staff with a valid health certificate
    #[schemars(range(min = 0, max = 5000), extend("element" = "staff.health-certified", "sources" = ["shared:health-certificate/valid-holders?核验从业人员健康证明"]))]
    pub staff_health_certified: u32,
    /// 已完成岗前培训人数 / Staff trained before taking up work
    #[schemars(range(min = 0, max = 5000), extend("element" = "staff.trained"))]
    pub staff_trained: u32,
}

/// 质量负责人: answers for the quality of drugs and devices.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct QualityHead {
    /// 质量负责人姓名 / Name of the head of quality
    #[schemars(length(min = 1, max = 50), extend("element" = "person.quality.name"))]
    pub quality_name: String,
    /// 质量负责人身份证号 / Citizen number of the head of quality
    #[schemars(extend("element" = "person.quality.id-number"))]
    pub quality_id_number: CitizenId,
    /// 质量负责人学历 / Education of the head of quality
    #[schemars(extend("element" = "person.quality.education"))]
    pub quality_education: Education,
    /// 质量负责人所学专业 / Subject of study of the head of quality
    #[schemars(length(min = 2, max = 40), extend("element" = "person.quality.subject"))]
    pub quality_subject: String,
    /// 质量负责人移动电话 / Mobile number of the head of quality
    #[schemars(extend("element" = "person.quality.mobile"))]
    pub quality_mobile: Mobile,
}
