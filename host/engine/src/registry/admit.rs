//! Admission: everything that is found out about a package before it may be enacted. Calls the sandbox;
//! publishes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use banshi_model::definition::Definition;
use banshi_model::enactment::{Chain, Layer};
use banshi_model::guidance::{Knob, Place};
use banshi_model::ids::{Digest, EnactmentId};
use banshi_model::package::{Kind, Manifest, Package};
use banshi_model::text::Text;
use banshi_model::time;
use banshi_runtime::{AdmissionError, CallError};
use banshi_store::Group;
use jiff::Timestamp;
use serde_json::Value;

use super::admission::{self, walk::Walk};
use super::compute::{Computed, Fallen};
use super::findings::Findings;
use super::provenance::local_materials;
use super::settings;
use crate::Engine;
use crate::api::registry::AdmissionReport;
use crate::error::Error;
use crate::intake::layers;

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

    fn settings(&self) -> BTreeMap<Digest, BTreeMap<String, Value>> {
        BTreeMap::from([(self.digest, self.manifest.settings.clone())])
    }
}

impl Engine {
    /// Looks at a package. An error is the host's; what is wrong with the package is in the report.
    pub(super) async fn admit(&self, digest: Digest, package: &Package, file: &[u8]) -> Result<AdmissionReport, Error> {
        let manifest = &package.manifest;
        let mut findings = admission::manifest::check(manifest);
        if manifest.kind != Kind::Settings {
            self.admit_component(digest, package, file, &mut findings).await?;
        }
        let mut knobs = Vec::new();
        if !findings.blocks() {
            let candidate = Candidate::new(digest, manifest);
            let at = self.now();
            let (found, turned) = match manifest.kind {
                Kind::Matter => self.judge_matter(&candidate, at).await?,
                Kind::Settings | Kind::Code => (self.judge_on_base(&candidate, at).await?, Vec::new()),
            };
            findings.extend(found);
            knobs = turned;
        }
        Ok(AdmissionReport {
            package: digest,
            admitted: !findings.blocks(),
            manifest: manifest.clone(),
            findings: findings.into_inner(),
            knobs,
            component_bytes: package.component.len() as u64,
            signature: super::trust::told(None),
        })
    }

    /// The component itself. Its file is kept as a blob first, because calls find it by its digest; a blob
    /// that no package record names cannot be enacted.
    async fn admit_component(
        &self,
        digest: Digest,
        package: &Package,
        file: &[u8],
        findings: &mut Findings,
    ) -> Result<(), Error> {
        match self.inner.runtime.admit(package.manifest.kind, &package.component).await {
            Ok(_) => {
                let mut group = Group::new();
                group.put_blob(digest, file.to_vec());
                self.inner.store.commit(group).await?;
                Ok(())
            }
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

    /// A matter: its knobs, its definition under its own values, its parts where they are in force, and
    /// all paths of its guide.
    pub(super) async fn judge_matter(
        &self,
        candidate: &Candidate<'_>,
        at: Timestamp,
    ) -> Result<(Findings, Vec<Knob>), Error> {
        let chain = Chain { matter: candidate.manifest.matter.clone(), layers: vec![candidate.layer.clone()] };
        let computed = match self.judge_chain(&chain, candidate, at).await? {
            Ok(computed) => computed,
            Err(findings) => return Ok((findings, Vec::new())),
        };
        let mut findings = self.knobs(&computed.knobs);
        findings.extend(self.judge_definition(&computed, None, candidate, at).await?);
        if !findings.blocks() {
            findings.extend(self.walk(&computed, &chain, at).await?);
        }
        Ok((findings, computed.knobs))
    }

    /// A variation over what is in force below it.
    pub(super) async fn judge_on_base(&self, candidate: &Candidate<'_>, at: Timestamp) -> Result<Findings, Error> {
        let authority = &candidate.layer.authority;
        let matter = &candidate.manifest.matter;
        let mut chain = match self.chain_at(matter, &authority.division, at).await {
            Ok(chain) => chain,
            Err(Error::NotFound { .. }) => {
                let mut findings = Findings::default();
                let text = format!(
                    "matter `{matter}` is not in force at {} yet; the variation is checked when it is enacted",
                    authority.division
                );
                findings.warn("admission.base", "manifest.matter", text, "publish and enact the matter first");
                return Ok(findings);
            }
            Err(error) => return Err(error),
        };
        chain.layers.retain(|layer| {
            layer.kind == Kind::Matter || layer.authority != *authority || layer.name != candidate.layer.name
        });
        chain.layers.push(candidate.layer.clone());
        let computed = match self.judge_chain(&chain, candidate, at).await? {
            Ok(computed) => computed,
            Err(findings) => return Ok(findings),
        };
        let below = computed.below.as_ref();
        let mut findings = self.judge_definition(&computed, below, candidate, at).await?;
        if !findings.blocks() {
            findings.extend(self.walk(&computed, &chain, at).await?);
        }
        Ok(findings)
    }

    /// Works the chain out; what is wrong with a layer of it comes back as findings.
    async fn judge_chain(
        &self,
        chain: &Chain,
        candidate: &Candidate<'_>,
        at: Timestamp,
    ) -> Result<Result<Computed, Findings>, Error> {
        match self.compute(chain, time::date_of(at), candidate.settings()).await {
            Ok(computed) => Ok(Ok(computed)),
            Err(Fallen::Layer { findings, .. }) => Ok(Err(findings)),
            Err(Fallen::Error(Error::Plugin { code, text })) => {
                let mut findings = Findings::default();
                findings.block(&code, "component", text, "make the plugin answer within the limits");
                Ok(Err(findings))
            }
            Err(Fallen::Error(error)) => Err(error),
        }
    }

    fn knobs(&self, knobs: &[Knob]) -> Findings {
        let mut findings = Findings::default();
        let mut ids = BTreeSet::new();
        for knob in knobs {
            let place = format!("knobs.{}", knob.id);
            if !ids.insert(&knob.id) {
                findings.block("admission.ids", place.as_str(), "this id is there twice", "give each its own id");
            }
            if !admission::manifest::has_chinese(&knob.title) {
                findings.block(
                    "admission.text",
                    place.as_str(),
                    "the title has no Chinese",
                    "write it in Chinese, English beside it",
                );
            }
            if !settings::fits(knob.narrows, &knob.default) {
                let text = "`lower` and `higher` turn a number, `subset` and `superset` a list; the default is neither";
                findings.block("admission.knobs", place.as_str(), text, "give a default of that kind");
            }
            match super::schema::compile(&knob.schema) {
                Err(error) => findings.block(
                    "admission.schema",
                    place,
                    error.to_string(),
                    "use JSON Schema 2020-12 without remote references",
                ),
                Ok(validator) if !validator.is_valid(&knob.default) => {
                    findings.block(
                        "admission.knobs",
                        place,
                        "the default does not fit the schema",
                        "correct the default or the schema",
                    );
                }
                Ok(_) => {}
            }
        }
        findings
    }

    async fn judge_definition(
        &self,
        computed: &Computed,
        below: Option<&Definition>,
        candidate: &Candidate<'_>,
        at: Timestamp,
    ) -> Result<Findings, Error> {
        let definition = &computed.definition;
        let day = time::date_of(at);
        let below = below.filter(|_| candidate.manifest.kind == Kind::Code);
        // Settings bring no definition of their own: what the ground uses, its own admission judged.
        let mut findings = match candidate.manifest.kind {
            Kind::Settings => Findings::default(),
            Kind::Matter | Kind::Code => admission::definition(
                definition,
                below,
                candidate.manifest,
                &candidate.layer.authority.division,
                &self.law(),
                day,
            ),
        };
        if let Some(bundle) = &definition.bundle {
            let mut in_force = BTreeMap::new();
            for part in &bundle.parts {
                match self.effective_at(&part.code, &candidate.layer.authority.division, at).await {
                    Ok(effective) => drop(in_force.insert(part.code.clone(), effective)),
                    Err(Error::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            let definitions = in_force.iter().map(|(code, effective)| (code.clone(), &*effective.definition)).collect();
            findings.extend(admission::flow::parts(bundle, &definitions));
        }
        Ok(findings)
    }

    /// All paths of the guide, for each business of the matter.
    async fn walk(&self, computed: &Computed, chain: &Chain, at: Timestamp) -> Result<Findings, Error> {
        let Some(division) = chain.layers.last().map(|layer| layer.authority.division.clone()) else {
            return Ok(Findings::default());
        };
        let local = local_materials(&computed.origins);
        let mut findings = Findings::default();
        let begun = Instant::now();
        for business in &computed.definition.business {
            let place = Place {
                division: division.clone(),
                today: time::date_of(at),
                channel: crate::intake::PORTAL.to_owned(),
                business: *business,
                parameters: computed.parameters.clone(),
            };
            let mut walk = Walk::new(&computed.definition);
            while let Some(path) = walk.next(begun.elapsed()) {
                match layers::guide(&self.inner.runtime, &chain.layers, &local, &place, &path).await {
                    Ok(guidance) => walk.take(&path, &guidance),
                    Err(fault) if fault.busy => return Err(fault.into()),
                    Err(fault) => walk.fail(&path, &fault.code, &fault.text),
                }
            }
            findings.extend(walk.finish().1);
        }
        Ok(findings)
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
