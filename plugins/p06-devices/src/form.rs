//! What the filing of a business in devices asks.

use banshi_elements::applicant::Applicant;
use banshi_elements::devices::DeviceRetail;
use banshi_elements::people::QualityHead;
use banshi_elements::premises::Storage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 第二类医疗器械经营备案表.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct DeviceFilingForm {
    /// Who applies.
    #[serde(flatten)]
    pub applicant: Applicant,
    /// Where goods are kept.
    #[serde(flatten)]
    pub storage: Storage,
    /// Who answers for quality.
    #[serde(flatten)]
    pub quality: QualityHead,
    /// What devices are sold.
    #[serde(flatten)]
    pub devices: DeviceRetail,
}
