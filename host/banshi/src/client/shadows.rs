//! Shadows: begin, look, list, cancel, sign, and the key that reports are checked with.

use banshi_engine::api::Page;
use banshi_engine::api::shadow::{ShadowId, ShadowKey, ShadowRequest, ShadowView, SignOffRequest};
use serde_json::json;

use super::registry::page;
use super::{Client, Key};
use crate::failure::Result;

impl Client {
    /// Begins a shadow.
    pub async fn begin_shadow(&self, request: &ShadowRequest, key: &Key) -> Result<ShadowView> {
        self.post(&["shadows"], request, Some(key)).await
    }

    /// A shadow as it stands.
    pub async fn shadow(&self, id: &ShadowId) -> Result<ShadowView> {
        self.get(&["shadows", id.as_str()], &[]).await
    }

    /// Shadows, a page, newest first.
    pub async fn shadows(&self, cursor: Option<String>) -> Result<Page<ShadowView>> {
        self.get(&["shadows"], &page(cursor)).await
    }

    /// Stops a shadow.
    pub async fn cancel_shadow(&self, id: &ShadowId, key: &Key) -> Result<ShadowView> {
        self.post(&["shadows", id.as_str(), "cancel"], &json!({}), Some(key)).await
    }

    /// Signs a report.
    pub async fn sign_off_shadow(&self, id: &ShadowId, request: &SignOffRequest, key: &Key) -> Result<ShadowView> {
        self.post(&["shadows", id.as_str(), "sign-off"], request, Some(key)).await
    }

    /// The host's public key.
    pub async fn shadow_key(&self) -> Result<ShadowKey> {
        self.get(&["shadow-key"], &[]).await
    }
}
