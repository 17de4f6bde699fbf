//! How an enactment begins: its share, its watch, and the release of a halt.

use banshi_engine::api::gradual::ShareRequest;
use banshi_engine::api::watch::WatchView;
use banshi_model::enactment::Enactment;
use banshi_model::ids::EnactmentId;
use serde_json::json;

use super::{Client, Key};
use crate::failure::Result;

impl Client {
    /// Raises the share of new cases that a gradual start governs.
    pub async fn raise_share(&self, id: &EnactmentId, percent: u8, key: &Key) -> Result<Enactment> {
        self.post(&["enactments", id.as_str(), "share"], &ShareRequest { percent }, Some(key)).await
    }

    /// How the watch of an enactment stands.
    pub async fn watch(&self, id: &EnactmentId) -> Result<WatchView> {
        self.get(&["enactments", id.as_str(), "watch"], &[]).await
    }

    /// Releases an enactment that its watch has halted.
    pub async fn release_halt(&self, id: &EnactmentId, key: &Key) -> Result<Enactment> {
        self.post(&["enactments", id.as_str(), "release"], &json!({}), Some(key)).await
    }
}
