//! What is in force at a place, and what that is in full. Worked out once for each chain, kept in the
//! store, and read from there after a restart.

use std::collections::BTreeMap;
use std::sync::Arc;

use banshi_model::case::Pin;
use banshi_model::definition::Definition;
use banshi_model::enactment::{Chain, Enactment};
use banshi_model::guidance::Knob;
use banshi_model::ids::{Digest, Division, MatterCode};
use banshi_model::package::Kind;
use banshi_model::time;
use banshi_store::Group;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::compute::{Computed, Fallen, Reading, compute};
use super::findings::english;
use super::provenance::Origin;
use super::{Effective, Whom, chain};
use crate::Engine;
use crate::error::Error;

/// What is kept of an effective definition under its chain's digest; chain and definition are blobs.
#[derive(Serialize, Deserialize)]
struct Kept {
    definition: Digest,
    parameters: BTreeMap<String, Value>,
    knobs: Vec<Knob>,
    origins: Vec<Origin>,
}

/// What a chain is in full, and how many bytes its JSON has.
pub(super) struct Weighed {
    pub effective: Effective,
    pub bytes: usize,
}

impl Engine {
    /// The chain in force at a place and instant for every new case.
    pub(super) async fn chain_at(
        &self,
        matter: &MatterCode,
        division: &Division,
        at: Timestamp,
    ) -> Result<Chain, Error> {
        self.chain_for(matter, division, at, Whom::Outside).await
    }

    /// Somebody's chain in force at a place and instant. A variation that was admitted over another ground and
    /// cannot stand on this one is left out, so that a change of the ground never stops a matter.
    async fn chain_for(
        &self,
        matter: &MatterCode,
        division: &Division,
        at: Timestamp,
        whom: Whom<'_>,
    ) -> Result<Chain, Error> {
        let selected = self.inner.registry.selected(matter, division, at, whom);
        self.chain_on(matter, &selected, time::date_of(at)).await
    }

    /// The chain of these enactments, ground first, without the layers that cannot stand on it.
    pub(super) async fn chain_of(&self, matter: &MatterCode, selected: &[Enactment]) -> Result<Chain, Error> {
        self.chain_on(matter, selected, self.today()).await
    }

    /// The same on a day, whose law rows are asked.
    async fn chain_on(&self, matter: &MatterCode, selected: &[Enactment], day: Date) -> Result<Chain, Error> {
        let Some(ground) = selected.first() else { return Err(Error::not_found("matter", matter)) };
        let moved = selected.iter().skip(1).any(|layer| layer.base != Some(ground.package));
        let chain = chain::chain(matter, &selected.iter().collect::<Vec<_>>());
        if moved { Box::pin(self.standing(chain, day)).await } else { Ok(chain) }
    }

    /// The layers of a chain that stand on its ground.
    async fn standing(&self, mut chain: Chain, day: Date) -> Result<Chain, Error> {
        let asked = digest_of(&chain)?;
        if let Some(standing) = self.inner.registry.standing.get(&asked) {
            return Ok(standing);
        }
        loop {
            match self.find_effective(&chain, day).await {
                Ok(_) => break,
                Err(Fallen::Layer { index, .. }) if index > 0 && index < chain.layers.len() => {
                    let layer = chain.layers.remove(index);
                    tracing::warn!(
                        enactment.id = %layer.enactment,
                        package.digest = %layer.package,
                        "variation does not stand on the matter now in force and is left out for new cases"
                    );
                }
                Err(fallen) => return Err(error_of(fallen)),
            }
        }
        self.inner.registry.standing.put(asked, chain.clone(), 1);
        Ok(chain)
    }

    /// What a chain is in full.
    pub(crate) async fn effective(&self, chain: &Chain) -> Result<Arc<Effective>, Error> {
        self.find_effective(chain, self.today()).await.map_err(error_of)
    }

    /// What is in force at a place for every new case, in full.
    pub(crate) async fn effective_at(
        &self,
        matter: &MatterCode,
        division: &Division,
        at: Timestamp,
    ) -> Result<Arc<Effective>, Error> {
        self.effective_for(matter, division, at, Whom::Outside).await
    }

    /// What is in force at a place for somebody, in full.
    pub(crate) async fn effective_for(
        &self,
        matter: &MatterCode,
        division: &Division,
        at: Timestamp,
        whom: Whom<'_>,
    ) -> Result<Arc<Effective>, Error> {
        let chain = self.chain_for(matter, division, at, whom).await?;
        self.find_effective(&chain, time::date_of(at)).await.map_err(error_of)
    }

    /// What a case is pinned to. Runs no plugin: everything was kept when the case was received.
    pub(crate) async fn effective_of(&self, pin: &Pin) -> Result<Arc<Effective>, Error> {
        let found = match self.inner.registry.effectives.get(&pin.digest) {
            Some(found) => Some(found),
            None => self.kept(pin.digest)?.map(|kept| self.inner.registry.remember(kept)),
        };
        if let Some(found) = found.filter(|found| found.definition_digest == pin.definition) {
            return Ok(found);
        }
        let (definition, _) = self.definition(&pin.definition)?;
        Ok(Arc::new(Effective {
            chain: pin.chain.clone(),
            digest: pin.digest,
            definition,
            definition_digest: pin.definition,
            parameters: pin.parameters.clone(),
            knobs: Vec::new(),
            origins: Vec::new(),
        }))
    }

    async fn find_effective(&self, chain: &Chain, day: Date) -> Result<Arc<Effective>, Fallen> {
        let digest = digest_of(chain)?;
        let registry = &self.inner.registry;
        if let Some(found) = registry.effectives.get(&digest) {
            return Ok(found);
        }
        // Seldom and large: in a box, so that the futures of every request that could come here stay small.
        Box::pin(self.worked_out(chain, digest, day)).await
    }

    /// What a chain is in full, out of the store or anew.
    async fn worked_out(&self, chain: &Chain, digest: Digest, day: Date) -> Result<Arc<Effective>, Fallen> {
        let registry = &self.inner.registry;
        let lock = registry.computing(digest);
        let _guard = lock.lock().await;
        if let Some(found) = registry.effectives.get(&digest) {
            return Ok(found);
        }
        let weighed = match self.kept(digest)? {
            Some(kept) => kept,
            None => {
                let computed = self.compute(chain, day, BTreeMap::new()).await?;
                self.keep(chain, digest, computed).await?
            }
        };
        Ok(registry.remember(weighed))
    }

    /// Works out a chain on a day. `candidates` are settings of packages that are not published yet.
    pub(super) async fn compute(
        &self,
        chain: &Chain,
        day: Date,
        candidates: BTreeMap<Digest, BTreeMap<String, Value>>,
    ) -> Result<Computed, Fallen> {
        let mut settings = candidates;
        for layer in chain.layers.iter().filter(|layer| layer.kind == Kind::Settings) {
            if !settings.contains_key(&layer.package) {
                let record = self.inner.store.package(&layer.package).map_err(Error::from)?;
                settings.extend(record.map(|record| (layer.package, record.manifest.settings)));
            }
        }
        let (law, runtime, validators) = (self.law(), &self.inner.runtime, &self.inner.registry.validators);
        compute(&Reading { runtime, validators, law: &law, day, settings: &settings }, chain).await
    }

    async fn keep(&self, chain: &Chain, digest: Digest, computed: Computed) -> Result<Weighed, Error> {
        let Computed { definition, parameters, knobs, origins, .. } = computed;
        let definition_bytes = json(&definition)?;
        let definition_digest = Digest::of(&definition_bytes);
        let kept = Kept { definition: definition_digest, parameters, knobs, origins };
        let (chain_bytes, kept_bytes, definition_length) = (json(chain)?, json(&kept)?, definition_bytes.len());
        let bytes = chain_bytes.len() + kept_bytes.len() + definition_length;
        let mut group = Group::new();
        group.put_blob(digest, chain_bytes);
        group.put_blob(definition_digest, definition_bytes);
        group.put_setting(&name_of(digest), kept_bytes);
        self.inner.store.commit(group).await?;
        let (definition, _) = self.inner.registry.definitions.shared(definition_digest, definition, definition_length);
        Ok(Weighed { effective: effective(chain.clone(), digest, definition, kept), bytes })
    }

    fn kept(&self, digest: Digest) -> Result<Option<Weighed>, Error> {
        let Some(kept_bytes) = self.inner.store.setting(&name_of(digest))? else { return Ok(None) };
        let kept: Kept = parse(&kept_bytes, "effective definition", &digest)?;
        let chain_bytes = self.blob(&digest)?;
        let chain: Chain = parse(&chain_bytes, "blob", &digest)?;
        let (definition, definition_bytes) = self.definition(&kept.definition)?;
        let bytes = chain_bytes.len() + kept_bytes.len() + definition_bytes;
        Ok(Some(Weighed { effective: effective(chain, digest, definition, kept), bytes }))
    }

    /// A definition, and how many bytes its JSON has: the one that others hold already, or out of its blob.
    fn definition(&self, digest: &Digest) -> Result<(Arc<Definition>, usize), Error> {
        let definitions = &self.inner.registry.definitions;
        if let Some(held) = definitions.held(digest) {
            return Ok(held);
        }
        let bytes = self.blob(digest)?;
        Ok(definitions.shared(*digest, parse(&bytes, "blob", digest)?, bytes.len()))
    }

    fn blob(&self, digest: &Digest) -> Result<Vec<u8>, Error> {
        let bytes = self.inner.store.blob(digest)?;
        bytes.ok_or_else(|| Error::Internal(format!("blob {digest} is missing; run `banshi verify`")))
    }
}

fn effective(chain: Chain, digest: Digest, definition: Arc<Definition>, kept: Kept) -> Effective {
    let Kept { definition: definition_digest, parameters, knobs, origins } = kept;
    Effective { chain, digest, definition, definition_digest, parameters, knobs, origins }
}

fn name_of(chain: Digest) -> String {
    format!("effective/{chain}")
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|error| Error::Internal(error.to_string()))
}

fn parse<T: DeserializeOwned>(bytes: &[u8], what: &str, digest: &Digest) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| Error::Internal(format!("{what} {digest} does not read: {error}")))
}

fn digest_of(chain: &Chain) -> Result<Digest, Error> {
    Digest::of_json(chain).map_err(|error| Error::Internal(error.to_string()))
}

/// A layer that falls although it was admitted over this very ground is the plugin's failure.
fn error_of(fallen: Fallen) -> Error {
    match fallen {
        Fallen::Error(error) => error,
        Fallen::Layer { index, findings } => {
            let told: Vec<String> =
                findings.iter().map(|found| format!("{}: {}", found.place, english(&found.what))).collect();
            Error::Plugin { code: "layer.fallen".to_owned(), text: format!("layer {index}: {}", told.join("; ")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::findings::Findings;
    use super::*;

    #[test]
    fn a_layer_that_falls_over_its_own_ground_is_named_with_its_place_and_what_is_wrong() {
        let mut findings = Findings::default();
        findings.block("admission.narrowing", "settings.days", "below it is 5, the package sets 9", "set less");
        let error = error_of(Fallen::Layer { index: 1, findings });
        let Error::Plugin { code, text } = error else { panic!("{error}") };
        assert_eq!(code, "layer.fallen");
        assert_eq!(text, "layer 1: settings.days: below it is 5, the package sets 9");
    }
}
