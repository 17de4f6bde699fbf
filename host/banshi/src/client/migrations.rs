//! Migrations: begin, look, list, sign, run, stop, undo.

use banshi_engine::api::Page;
use banshi_engine::api::migration::{
    MigrationId, MigrationLine, MigrationPass, MigrationRequest, MigrationRunRequest, MigrationUndoRequest,
    MigrationView,
};
use banshi_engine::api::shadow::SignOffRequest;
use serde_json::json;

use super::registry::page;
use super::{Client, Key};
use crate::failure::Result;

impl Client {
    /// Begins a migration with its dry run.
    pub async fn begin_migration(&self, request: &MigrationRequest, key: &Key) -> Result<MigrationView> {
        self.post(&["migrations"], request, Some(key)).await
    }

    /// A migration as it stands.
    pub async fn migration(&self, id: &MigrationId) -> Result<MigrationView> {
        self.get(&["migrations", id.as_str()], &[]).await
    }

    /// Migrations, a page, newest first.
    pub async fn migrations(&self, cursor: Option<String>) -> Result<Page<MigrationView>> {
        self.get(&["migrations"], &page(cursor)).await
    }

    /// The cases of a pass, a page.
    pub async fn migration_cases(
        &self,
        id: &MigrationId,
        of: MigrationPass,
        cursor: Option<String>,
    ) -> Result<Page<MigrationLine>> {
        let of = match of {
            MigrationPass::DryRun => "dry-run",
            MigrationPass::Run => "run",
            MigrationPass::Undo => "undo",
        };
        let mut query = page(cursor);
        query.push(("of", of.to_owned()));
        self.get(&["migrations", id.as_str(), "cases"], &query).await
    }

    /// Signs a dry run's report.
    pub async fn sign_off_migration(
        &self,
        id: &MigrationId,
        request: &SignOffRequest,
        key: &Key,
    ) -> Result<MigrationView> {
        self.post(&["migrations", id.as_str(), "sign-off"], request, Some(key)).await
    }

    /// Moves the cases.
    pub async fn run_migration(
        &self,
        id: &MigrationId,
        request: &MigrationRunRequest,
        key: &Key,
    ) -> Result<MigrationView> {
        self.post(&["migrations", id.as_str(), "run"], request, Some(key)).await
    }

    /// Stops a dry run or a run.
    pub async fn stop_migration(&self, id: &MigrationId, key: &Key) -> Result<MigrationView> {
        self.post(&["migrations", id.as_str(), "stop"], &json!({}), Some(key)).await
    }

    /// Undoes the moves.
    pub async fn undo_migration(
        &self,
        id: &MigrationId,
        request: &MigrationUndoRequest,
        key: &Key,
    ) -> Result<MigrationView> {
        self.post(&["migrations", id.as_str(), "undo"], request, Some(key)).await
    }
}
