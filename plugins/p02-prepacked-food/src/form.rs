//! What the filing of who sells prepacked food only asks.

use banshi_elements::applicant::Applicant;
use banshi_elements::food::FoodSales;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 仅销售预包装食品经营者备案信息采集表.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct PrepackedFoodForm {
    /// Who applies.
    #[serde(flatten)]
    pub applicant: Applicant,
    /// What is sold.
    #[serde(flatten)]
    pub sales: FoodSales,
}
