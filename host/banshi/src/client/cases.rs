//! Cases, tasks, documents, licences and certificates.

use banshi_engine::api::Page;
use banshi_engine::api::cases::{
    CaseSummary, CaseView, ExtendRequest, FinishRequest, JournalLine, SupplementRequest, WithdrawRequest,
};
use banshi_engine::api::intake::Application;
use banshi_engine::api::licences::{CertificateView, DocumentView, EndRequest, LicenceView, RegisterRequest};
use banshi_engine::api::tasks::{TaskView, VerdictAnswer, VerdictRequest};
use banshi_model::ids::{CaseId, Slug, TaskId};
use serde_json::json;

use super::registry::page;
use super::{Client, Key};
use crate::failure::Result;

impl Client {
    /// Submits an application.
    pub async fn submit(&self, application: &Application, key: &Key) -> Result<CaseView> {
        self.post(&["cases"], application, Some(key)).await
    }

    /// A case, whole.
    pub async fn case(&self, id: &CaseId) -> Result<CaseView> {
        self.get(&["cases", id.as_str()], &[]).await
    }

    /// Cases, a page; `filter` as the API names its parameters.
    pub async fn cases(&self, mut filter: Vec<(&str, String)>, cursor: Option<String>) -> Result<Page<CaseSummary>> {
        filter.extend(page(cursor));
        self.get(&["cases"], &filter).await
    }

    /// A case's journal, a page.
    pub async fn journal(&self, id: &CaseId, cursor: Option<String>) -> Result<Page<JournalLine>> {
        self.get(&["cases", id.as_str(), "journal"], &page(cursor)).await
    }

    /// Supplements an application.
    pub async fn supplement(&self, id: &CaseId, request: &SupplementRequest, key: &Key) -> Result<CaseView> {
        self.post(&["cases", id.as_str(), "supplement"], request, Some(key)).await
    }

    /// Withdraws an application or a part of it.
    pub async fn withdraw(&self, id: &CaseId, request: &WithdrawRequest, key: &Key) -> Result<CaseView> {
        self.post(&["cases", id.as_str(), "withdraw"], request, Some(key)).await
    }

    /// Extends a case's limit.
    pub async fn extend(&self, id: &CaseId, request: &ExtendRequest, key: &Key) -> Result<CaseView> {
        self.post(&["cases", id.as_str(), "extend"], request, Some(key)).await
    }

    /// Records that a special procedure has ended.
    pub async fn end_procedure(&self, id: &CaseId, procedure: &Slug, key: &Key) -> Result<CaseView> {
        let path = ["cases", id.as_str(), "procedures", procedure.as_str(), "end"];
        self.post(&path, &json!({}), Some(key)).await
    }

    /// Finishes a case by hand.
    pub async fn finish(&self, id: &CaseId, request: &FinishRequest, key: &Key) -> Result<CaseView> {
        self.post(&["cases", id.as_str(), "finish-by-hand"], request, Some(key)).await
    }

    /// Destroys a case's keys, on a lawful basis.
    pub async fn erase(&self, id: &CaseId, basis: &str, key: &Key) -> Result<serde_json::Value> {
        self.post(&["cases", id.as_str(), "erase"], &json!({ "basis": basis }), Some(key)).await
    }

    /// Uploads a document.
    pub async fn upload(&self, media_type: &str, bytes: Vec<u8>, key: &Key) -> Result<DocumentView> {
        self.post_bytes(&["documents"], media_type, bytes, key).await
    }

    /// Open tasks, a page.
    pub async fn tasks(&self, mut filter: Vec<(&str, String)>, cursor: Option<String>) -> Result<Page<TaskView>> {
        filter.extend(page(cursor));
        self.get(&["tasks"], &filter).await
    }

    /// One task.
    pub async fn task(&self, id: &TaskId) -> Result<TaskView> {
        self.get(&["tasks", id.as_str()], &[]).await
    }

    /// Says something to a task.
    pub async fn verdict(&self, id: &TaskId, request: &VerdictRequest, key: &Key) -> Result<VerdictAnswer> {
        self.post(&["tasks", id.as_str(), "verdict"], request, Some(key)).await
    }

    /// A licence.
    pub async fn licence(&self, id: &str) -> Result<LicenceView> {
        self.get(&["licences", id], &[]).await
    }

    /// Ends a licence.
    pub async fn end_licence(&self, id: &str, request: &EndRequest, key: &Key) -> Result<LicenceView> {
        self.post(&["licences", id, "end"], request, Some(key)).await
    }

    /// Puts another system's licence into the library.
    pub async fn register(&self, request: &RegisterRequest, key: &Key) -> Result<LicenceView> {
        self.post(&["licences"], request, Some(key)).await
    }

    /// A certificate as the public sees it.
    pub async fn certificate(&self, capability: &str) -> Result<CertificateView> {
        self.get(&["certificates", capability], &[]).await
    }
}
