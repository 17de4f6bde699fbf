//! Emergency enactments, and the cases of an enactment.

use banshi_engine::api::Page;
use banshi_engine::api::emergencies::EmergencyRequest;
use banshi_engine::api::registry::BegunCase;
use banshi_model::emergency::Emergency;
use banshi_model::ids::EnactmentId;
use serde_json::json;

use super::registry::page;
use super::{Client, Key};
use crate::failure::Result;

impl Client {
    /// Proposes an emergency.
    pub async fn propose_emergency(&self, request: &EmergencyRequest, key: &Key) -> Result<Emergency> {
        self.post(&["emergencies"], request, Some(key)).await
    }

    /// Confirms one, as the second person.
    pub async fn confirm_emergency(&self, id: &EnactmentId, key: &Key) -> Result<Emergency> {
        self.post(&["emergencies", id.as_str(), "confirm"], &json!({}), Some(key)).await
    }

    /// Takes one back.
    pub async fn take_back_emergency(&self, id: &EnactmentId, key: &Key) -> Result<Emergency> {
        self.post(&["emergencies", id.as_str(), "take-back"], &json!({}), Some(key)).await
    }

    /// All of them.
    pub async fn emergencies(&self) -> Result<Vec<Emergency>> {
        let page: Page<Emergency> = self.get(&["emergencies"], &[]).await?;
        Ok(page.items)
    }

    /// Open cases that are pinned to an enactment, a page.
    pub async fn enactment_cases(&self, id: &EnactmentId, cursor: Option<String>) -> Result<Page<BegunCase>> {
        self.get(&["enactments", id.as_str(), "cases"], &page(cursor)).await
    }
}
