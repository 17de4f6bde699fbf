//! What the application for a food business licence asks.

use banshi_elements::applicant::Applicant;
use banshi_elements::food::{
    FoodEquipment, FoodMaking, FoodPremises, FoodSafetyManager, FoodSafetyPractice, FoodSales,
};
use banshi_elements::people::Staff;
use banshi_elements::premises::Tenure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 食品经营许可申请表.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct FoodLicenceForm {
    /// Who applies.
    #[serde(flatten)]
    pub applicant: Applicant,
    /// The right to use the premises.
    #[serde(flatten)]
    pub tenure: Tenure,
    /// The staff.
    #[serde(flatten)]
    pub staff: Staff,
    /// What is sold.
    #[serde(flatten)]
    pub sales: FoodSales,
    /// What is made.
    #[serde(flatten)]
    pub making: FoodMaking,
    /// Who answers for food safety.
    #[serde(flatten)]
    pub manager: FoodSafetyManager,
    /// The rooms.
    #[serde(flatten)]
    pub rooms: FoodPremises,
    /// The equipment.
    #[serde(flatten)]
    pub equipment: FoodEquipment,
    /// How safety is kept.
    #[serde(flatten)]
    pub practice: FoodSafetyPractice,
}
