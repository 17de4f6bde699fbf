//! What the application for a drug licence asks.

use banshi_elements::applicant::Applicant;
use banshi_elements::drugs::DrugRetail;
use banshi_elements::drugs::Pharmacist;
use banshi_elements::people::QualityHead;
use banshi_elements::people::Staff;
use banshi_elements::premises::Storage;
use banshi_elements::premises::Tenure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 药品经营许可证申请表（零售）.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct DrugLicenceForm {
    /// Who applies.
    #[serde(flatten)]
    pub applicant: Applicant,
    /// The right to use the premises.
    #[serde(flatten)]
    pub tenure: Tenure,
    /// The staff.
    #[serde(flatten)]
    pub staff: Staff,
    /// Where goods are kept.
    #[serde(flatten)]
    pub storage: Storage,
    /// Who answers for quality.
    #[serde(flatten)]
    pub quality: QualityHead,
    /// What drugs are sold.
    #[serde(flatten)]
    pub drugs: DrugRetail,
    /// Who knows about them.
    #[serde(flatten)]
    pub pharmacist: Pharmacist,
}
