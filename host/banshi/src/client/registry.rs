//! Packages, enactments, what is in force at a place, the guide, and what an operator does: dead letters, calendar, clock.

use banshi_engine::Undelivered;
use banshi_engine::api::Page;
use banshi_engine::api::fits::LayerFit;
use banshi_engine::api::intake::{
    Application, GuideAnswer, GuideRequest, PrecheckAnswer, PrefillAnswer, PrefillRequest,
};
use banshi_engine::api::registry::{
    AdmissionReport, EffectiveView, EnactRequest, MatterSummary, PackageReport, PackageView, StandingFindings,
    TakenBack,
};
use banshi_model::enactment::Enactment;
use banshi_model::ids::{Digest, Division, EnactmentId, MatterCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Client, Key};
use crate::failure::Result;

/// The host's time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Clock {
    /// Now.
    pub now: Timestamp,
    /// Whether it is simulated.
    #[serde(default)]
    pub simulated: bool,
}

impl Client {
    /// Publishes a package file.
    pub async fn publish(&self, file: Vec<u8>, key: &Key) -> Result<AdmissionReport> {
        self.post_bytes(&["packages"], "application/octet-stream", file, key).await
    }

    /// Published packages, a page.
    pub async fn packages(&self, cursor: Option<String>) -> Result<Page<PackageView>> {
        self.get(&["packages"], &page(cursor)).await
    }

    /// The report of a package's admission, and what is found since.
    pub async fn package_report(&self, package: &Digest) -> Result<PackageReport> {
        self.get(&["packages", &package.to_string(), "report"], &[]).await
    }

    /// What is found since of packages in force, a page.
    pub async fn standing_findings(&self, cursor: Option<String>) -> Result<Page<StandingFindings>> {
        self.get(&["admission", "findings"], &page(cursor)).await
    }

    /// How the variations above a package would stand on it, a page.
    pub async fn package_fits(&self, package: &Digest, cursor: Option<String>) -> Result<Page<LayerFit>> {
        self.get(&["packages", &package.to_string(), "fits"], &page(cursor)).await
    }

    /// Puts a package in force.
    pub async fn enact(&self, request: &EnactRequest, key: &Key) -> Result<Enactment> {
        self.post(&["enactments"], request, Some(key)).await
    }

    /// What was enacted, of a matter, at a division.
    pub async fn enactments(&self, matter: Option<&MatterCode>, division: Option<&Division>) -> Result<Vec<Enactment>> {
        let filter = [("matter", matter.map(MatterCode::to_string)), ("division", division.map(Division::to_string))];
        let filter: Vec<_> = filter.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let page: Page<Enactment> = self.get(&["enactments"], &filter).await?;
        Ok(page.items)
    }

    /// Takes an enactment back: new cases follow what was in force before.
    pub async fn take_back(&self, id: &EnactmentId, key: &Key) -> Result<TakenBack> {
        self.post(&["enactments", id.as_str(), "take-back"], &json!({}), Some(key)).await
    }

    /// Matters that are in force at a place.
    pub async fn matters(&self, division: &Division) -> Result<Vec<MatterSummary>> {
        let page: Page<MatterSummary> = self.get(&["divisions", division.as_str(), "matters"], &[]).await?;
        Ok(page.items)
    }

    /// A matter as it is in force at a place, each value with its layer; `inside`: for those in all gradual starts.
    pub async fn matter(&self, division: &Division, code: &MatterCode, inside: bool) -> Result<EffectiveView> {
        let query = inside.then(|| ("inside", "true".to_owned()));
        self.get(&["divisions", division.as_str(), "matters", code.as_str()], query.as_slice()).await
    }

    /// Asks the guide.
    pub async fn guide(&self, division: &Division, code: &MatterCode, request: &GuideRequest) -> Result<GuideAnswer> {
        self.post(&["divisions", division.as_str(), "matters", code.as_str(), "guide"], request, None).await
    }

    /// Asks for the form, filled from what the state holds.
    pub async fn prefill(
        &self,
        division: &Division,
        code: &MatterCode,
        request: &PrefillRequest,
    ) -> Result<PrefillAnswer> {
        self.post(&["divisions", division.as_str(), "matters", code.as_str(), "prefill"], request, None).await
    }

    /// Checks an application without submitting it.
    pub async fn precheck(&self, application: &Application) -> Result<PrecheckAnswer> {
        let (division, code) = (application.division.as_str(), application.matter.as_str());
        self.post(&["divisions", division, "matters", code, "precheck"], application, None).await
    }

    /// Deliveries that were given up, a page.
    pub async fn dead_letters(&self, cursor: Option<String>) -> Result<Page<Undelivered>> {
        self.get(&["outbox", "dead"], &page(cursor)).await
    }

    /// Deliveries that wait for a partner, a page.
    pub async fn waiting_deliveries(&self, cursor: Option<String>) -> Result<Page<Undelivered>> {
        self.get(&["outbox", "waiting"], &page(cursor)).await
    }

    /// Sends a dead letter again.
    pub async fn revive(&self, letter: &str, key: &Key) -> Result {
        self.post(&["outbox", "dead", "revive"], &json!({ "key": letter }), Some(key)).await
    }

    /// Loads a year of the working-day calendar; answers how many open cases' provisional dates moved.
    pub async fn load_calendar(&self, year: &Value, key: &Key) -> Result<Value> {
        self.post(&["calendars"], year, Some(key)).await
    }

    /// Moves the host's simulated clock.
    pub async fn set_clock(&self, to: Timestamp) -> Result<Clock> {
        self.post(&["clock"], &json!({ "to": to }), Some(&Key::fresh()?)).await
    }
}

pub(super) fn page(cursor: Option<String>) -> Vec<(&'static str, String)> {
    cursor.map(|cursor| ("cursor", cursor)).into_iter().collect()
}
