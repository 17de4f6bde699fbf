//! Packages that are not called where they failed too often.

use banshi_engine::api::Page;
use banshi_model::quarantine::Quarantine;
use serde_json::json;

use super::{Client, Key};
use crate::failure::Result;

impl Client {
    /// Quarantines in force and the last ones that were released.
    pub async fn quarantines(&self) -> Result<Vec<Quarantine>> {
        let page: Page<Quarantine> = self.get(&["quarantines"], &[]).await?;
        Ok(page.items)
    }

    /// Releases one.
    pub async fn release_quarantine(&self, id: &str, key: &Key) -> Result<Quarantine> {
        self.post(&["quarantines", id, "release"], &json!({}), Some(key)).await
    }
}
