//! Who does the work, beside the legal representative.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::{CitizenId, Education, Mobile};

/// The staff of the shop, as the social insurance and health registers count it.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Staff {
    /// 从业人员人数 / Number of staff
    #[serde(rename = "staff.total")]
    #[schemars(range(min = 1, max = 5000), extend("sources" = ["shared:social-insurance/insured-staff?核验从业人员"]))]
    pub staff_total: u32,
    /// 持有效健康证明人数 / Staff with a valid health certificate
    #[serde(rename = "staff.health-certified")]
    #[schemars(range(min = 0, max = 5000), extend("sources" = ["shared:health-certificate/valid-holders?核验从业人员健康证明"]))]
    pub staff_health_certified: u32,
    /// 已完成岗前培训人数 / Staff trained before taking up work
    #[serde(rename = "staff.trained")]
    #[schemars(range(min = 0, max = 5000))]
    pub staff_trained: u32,
}

/// 质量负责人: answers for the quality of drugs and devices.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct QualityHead {
    /// 质量负责人姓名 / Name of the head of quality
    #[serde(rename = "person.quality.name")]
    #[schemars(length(min = 1, max = 50))]
    pub quality_name: String,
    /// 质量负责人身份证号 / Citizen number of the head of quality
    #[serde(rename = "person.quality.id-number")]
    pub quality_id_number: CitizenId,
    /// 质量负责人学历 / Education of the head of quality
    #[serde(rename = "person.quality.education")]
    pub quality_education: Education,
    /// 质量负责人所学专业 / Subject of study of the head of quality
    #[serde(rename = "person.quality.subject")]
    #[schemars(length(min = 2, max = 40))]
    pub quality_subject: String,
    /// 质量负责人移动电话 / Mobile number of the head of quality
    #[serde(rename = "person.quality.mobile")]
    pub quality_mobile: Mobile,
}
