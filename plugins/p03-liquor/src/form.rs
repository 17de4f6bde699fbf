//! What the application for a liquor licence asks.

use banshi_elements::applicant::Applicant;
use banshi_elements::liquor::LiquorRetail;
use banshi_elements::premises::Tenure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 酒类商品零售许可证申请表.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct LiquorLicenceForm {
    /// Who applies.
    #[serde(flatten)]
    pub applicant: Applicant,
    /// The right to use the premises.
    #[serde(flatten)]
    pub tenure: Tenure,
    /// What liquor is sold.
    #[serde(flatten)]
    pub liquor: LiquorRetail,
}
