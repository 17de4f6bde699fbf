//! What would be in force at a place if a published package were: for a look beforehand. Writes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use banshi_model::enactment::{Chain, Enactment, Persons, Transitional};
use banshi_model::ids::{Authority, Digest, Division, EnactmentId};
use banshi_model::package::Kind;
use banshi_model::time;
use banshi_store::PackageRecord;
use jiff::Timestamp;

use super::compute::Fallen;
use super::findings::Findings;
use super::{Effective, chain};
use crate::Engine;
use crate::error::Error;

/// A chain with a candidate in it, in full.
pub(crate) struct AsIf {
    /// What it is.
    pub effective: Arc<Effective>,
    /// Variations of others that do not stand on the candidate, as people know them.
    pub left_out: Vec<String>,
}

impl Engine {
    /// The chain at a place with this package at its place in it: instead of the authority's own matter or variation
    /// of that name, behind everything else of its division.
    pub(crate) async fn as_if_enacted(
        &self,
        record: &PackageRecord,
        authority: &Authority,
        place: &Division,
        at: Timestamp,
    ) -> Result<AsIf, Error> {
        let candidate = candidate(record, authority, at);
        let mut known = self.inner.registry.of_matter(&candidate.matter);
        known.retain(|other| !replaced(other, &candidate));
        known.push(candidate.clone());
        let selected = chain::select(&known, place, at);
        if !selected.iter().any(|layer| layer.id == candidate.id) {
            let what = format!(
                "matter `{}` is not in force at {place} on {}; a variation needs its matter",
                candidate.matter,
                time::date_of(at)
            );
            return Err(Error::conflict("shadow.base", what));
        }
        self.standing_with(chain::chain(&candidate.matter, &selected), &candidate, at).await
    }

    /// Works a chain out; layers behind the candidate that do not stand on it are left out, as they would be for new
    /// cases. The candidate itself has to stand.
    async fn standing_with(&self, mut chain: Chain, candidate: &Enactment, at: Timestamp) -> Result<AsIf, Error> {
        let mut left_out = Vec::new();
        loop {
            match self.compute(&chain, time::date_of(at), BTreeMap::new()).await {
                Ok(computed) => {
                    let definition_digest = digest(&computed.definition)?;
                    let effective = Effective {
                        digest: digest(&chain)?,
                        chain,
                        definition: Arc::new(computed.definition),
                        definition_digest,
                        parameters: computed.parameters,
                        knobs: computed.knobs,
                        origins: computed.origins,
                    };
                    return Ok(AsIf { effective: Arc::new(effective), left_out });
                }
                Err(Fallen::Layer { index, findings }) => match chain.layers.get(index) {
                    Some(layer) if index > 0 && layer.enactment != candidate.id => {
                        left_out.push(format!("{} {} ({})", layer.name, layer.version, layer.authority));
                        chain.layers.remove(index);
                    }
                    _ => return Err(does_not_stand(findings)),
                },
                Err(Fallen::Error(error)) => return Err(error),
            }
        }
    }
}

/// The enactment that the package would have.
pub(super) fn candidate(record: &PackageRecord, authority: &Authority, at: Timestamp) -> Enactment {
    Enactment {
        id: EnactmentId::new([0; 10]),
        matter: record.manifest.matter.clone(),
        authority: authority.clone(),
        package: record.digest,
        name: record.manifest.name.clone(),
        version: record.manifest.version.clone(),
        kind: record.manifest.kind,
        base: None,
        effective_from: time::date_of(at),
        until: None,
        transitional: Transitional::default(),
        persons: Persons::default(),
        instrument: record.manifest.instrument.clone().unwrap_or_default(),
        permissions: record.manifest.permissions.clone(),
        enacted: at,
        taken_back: None,
        gradual: None,
        watch: None,
        halts: Vec::new(),
    }
}

/// Whether the candidate takes the place of another enactment, whatever the order of their days.
pub(super) fn replaced(other: &Enactment, candidate: &Enactment) -> bool {
    match candidate.kind {
        Kind::Matter => other.kind == Kind::Matter && other.authority.division == candidate.authority.division,
        Kind::Settings | Kind::Code => {
            other.kind != Kind::Matter && other.authority == candidate.authority && other.name == candidate.name
        }
    }
}

/// What is wrong with the candidate on what is in force below it.
pub(super) fn does_not_stand(findings: Findings) -> Error {
    let what = "the package does not stand on what is in force there";
    findings.into_error("shadow.chain").unwrap_or_else(|| Error::conflict("shadow.chain", what))
}

fn digest<T: serde::Serialize>(value: &T) -> Result<Digest, Error> {
    Digest::of_json(value).map_err(|error| Error::Internal(error.to_string()))
}
