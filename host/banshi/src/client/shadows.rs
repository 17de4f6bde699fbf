//! Shadows: begin, look, list, cancel, sign, and the key that reports are checked with.

use banshi_engine::api::Page;
use banshi_engine::api::shadow::{Sample, ShadowId, ShadowKey, ShadowRequest, ShadowView, SignOffRequest};
use banshi_engine::api::shadow_events::ShadowProgress;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::registry::page;
use super::{Client, Key};
use crate::failure::{Kind, OrFail, Result};

/// What somebody who follows a shadow is told.
#[derive(Debug)]
pub enum Followed {
    /// How far it is.
    Progress(ShadowProgress),
    /// A step that differs.
    Difference(Box<Sample>),
}

fn read<T: DeserializeOwned>(data: &str) -> Result<T> {
    serde_json::from_str(data).or_fail(Kind::Failed, "an event does not read; is this a banshi host of this version?")
}

impl Client {
    /// Begins a shadow.
    pub async fn begin_shadow(&self, request: &ShadowRequest, key: &Key) -> Result<ShadowView> {
        self.post(&["shadows"], request, Some(key)).await
    }

    /// A shadow as it stands.
    pub async fn shadow(&self, id: &ShadowId) -> Result<ShadowView> {
        self.get(&["shadows", id.as_str()], &[]).await
    }

    /// Follows a shadow to its end. `told` gets each event as it comes.
    pub async fn follow_shadow(&self, id: &ShadowId, mut told: impl FnMut(Followed)) -> Result {
        self.listen(&["shadows", id.as_str(), "events"], |event| {
            match event.name.as_str() {
                "progress" => told(Followed::Progress(read(&event.data)?)),
                "difference" => told(Followed::Difference(read(&event.data)?)),
                "end" => return Ok(true),
                // A later host may tell more.
                _ => {}
            }
            Ok(false)
        })
        .await
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
