//! What the application for a tobacco licence asks.

use banshi_elements::applicant::Applicant;
use banshi_elements::premises::Tenure;
use banshi_elements::tobacco::TobaccoRetail;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 烟草专卖零售许可证申请表.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct TobaccoLicenceForm {
    /// Who applies.
    #[serde(flatten)]
    pub applicant: Applicant,
    /// The right to use the premises.
    #[serde(flatten)]
    pub tenure: Tenure,
    /// What tobacco is sold, and where.
    #[serde(flatten)]
    pub tobacco: TobaccoRetail,
}
