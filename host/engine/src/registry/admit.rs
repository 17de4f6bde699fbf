//! Admission: everything that is found out about a package before it may be enacted. Calls the sandbox;
//! publishes nothing.

use std::collections::BTreeMap;

use banshi_model::enactment::Layer;
use banshi_model::ids::{Digest, EnactmentId};
use banshi_model::package::{Kind, Manifest, Package};
use banshi_model::time;
use banshi_runtime::{AdmissionError, CallError};
use serde_json::Value;

use super::admission;
use super::findings::Findings;
use super::judge::Judged;
use crate::Engine;
use crate::api::registry::AdmissionReport;
use crate::error::Error;

/// A package that is looked at: its digest, what it says of itself, and the permissions that it would have.
pub(super) struct Candidate<'a> {
    pub digest: Digest,
    pub manifest: &'a Manifest,
    /// The layer that it would be.
    pub layer: Layer,
}

impl<'a> Candidate<'a> {
    /// As a layer of its own authority with all that it asks for.
    pub(super) fn new(digest: Digest, manifest: &'a Manifest) -> Self {
        let layer = Layer {
            enactment: EnactmentId::new([0; 10]),
            authority: manifest.authority.clone(),
            kind: manifest.kind,
            package: digest,
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            instrument: manifest.instrument.clone().unwrap_or_default(),
            permissions: manifest.permissions.clone(),
        };
        Self { digest, manifest, layer }
    }

    /// Its own settings, which no store has yet.
    pub(super) fn settings(&self) -> BTreeMap<Digest, BTreeMap<String, Value>> {
        BTreeMap::from([(self.digest, self.manifest.settings.clone())])
    }
}

/// What was found out about a package.
pub(super) struct Admitted {
    pub report: AdmissionReport,
    /// The text of its phrasebook.
    pub phrases: Vec<u8>,
}

impl Engine {
    /// Looks at a package. An error is the host's; what is wrong with the package is in the report. Nothing is kept: the
    /// sandbox is lent the component while this runs.
    pub(super) async fn admit(&self, digest: Digest, package: &Package) -> Result<Admitted, Error> {
        let manifest = &package.manifest;
        let mut findings = admission::manifest::check(manifest);
        let _lent = match manifest.kind {
            Kind::Settings => None,
            Kind::Matter | Kind::Code => {
                self.admit_component(package, &mut findings).await?;
                Some(self.inner.runtime.lend(digest, &package.component))
            }
        };
        let at = self.now();
        let mut judged = Judged::default();
        if !findings.blocks() {
            let candidate = Candidate::new(digest, manifest);
            judged = match manifest.kind {
                Kind::Matter => self.try_matter(&candidate, at).await?,
                Kind::Settings | Kind::Code => self.try_on_base(&candidate, at).await?,
            };
            findings.extend(std::mem::take(&mut judged.findings));
        }
        let report = AdmissionReport {
            digest: Digest([0; 32]),
            package: digest,
            admitted: !findings.blocks(),
            on: time::date_of(at),
            law: self.law().digest(),
            chain: judged.chain,
            manifest: manifest.clone(),
            findings: findings.into_inner(),
            tried: judged.tried,
            knobs: judged.knobs,
            component_bytes: package.component.len() as u64,
            signature: super::trust::told(None),
        };
        Ok(Admitted { report, phrases: judged.phrases })
    }

    /// The component by itself, without a call of what it exports.
    async fn admit_component(&self, package: &Package, findings: &mut Findings) -> Result<(), Error> {
        match self.inner.runtime.admit(package.manifest.kind, &package.component).await {
            Ok(_) => Ok(()),
            Err(AdmissionError::Unavailable { what }) => Err(Error::Internal(what)),
            Err(AdmissionError::Instantiate(error)) => passing(error).map(|error| {
                findings.block(
                    error.code(),
                    "component",
                    error.to_string(),
                    "make the component start within the limits",
                );
            }),
            Err(error) => {
                findings.block(
                    error.code(),
                    "component",
                    error.to_string(),
                    "build it again with `banshi package build DIR`",
                );
                Ok(())
            }
        }
    }
}

/// The error back, if the component is to blame; the host's own failures are the caller's to report.
fn passing(error: CallError) -> Result<CallError, Error> {
    match error {
        CallError::Limit { name: "guest.queue", .. } => Err(Error::Busy(1)),
        CallError::Unavailable { what } => Err(Error::Internal(what)),
        error => Ok(error),
    }
}
