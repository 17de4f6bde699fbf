//! What is published and in force: packages, enactments, chains of layers, and effective definitions.
//!
//! Publishing and enacting are the only writes. What is in force is a fact of the date and needs no write;
//! it is chosen by `chain` (pure) and worked out once for each chain by `effective`.
//!
//! Must not: touch a case. A case is pinned to a chain when it is received, and `effective_of` reads what
//! it was pinned to from blobs, whatever has been published since.

mod admission;
mod admit;
mod as_if;
mod cache;
mod chain;
mod compute;
mod definitions;
mod derogation;
mod effective;
mod enact;
mod findings;
mod fits;
mod governing;
mod gradual;
mod halts;
mod judge;
#[cfg(test)]
pub(crate) mod live;
mod made_for;
mod narrowing;
mod provenance;
mod publish;
mod ready;
mod rehearsal;
mod relint;
mod requirement;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod schema;
mod settings;
pub(crate) mod span;
mod take_back;
mod terms;
#[cfg(test)]
mod tests;
mod trust;
mod uses;
mod view;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use banshi_model::definition::Definition;
use banshi_model::enactment::{Chain, Enactment};
use banshi_model::guidance::Knob;
use banshi_model::ids::{Digest, Division, MatterCode};
use banshi_model::time;
use banshi_store::Store;
use jiff::Timestamp;
use serde_json::Value;

use crate::error::Error;
pub(crate) use as_if::AsIf;
use cache::Cache;
pub(crate) use governing::Governing;
pub(crate) use gradual::Whom;
pub(crate) use provenance::local_materials;

/// So many bytes of effective definitions are kept in memory, counted as [`EFFECTIVE_TIMES`] their JSON: what several share
/// counts for each.
const EFFECTIVES_BYTES: usize = 256 << 20;
/// What is parsed takes about so many times the memory of its JSON.
const EFFECTIVE_TIMES: usize = 3;
/// So many chains are known to have been left without a layer.
const STANDING_KEPT: usize = 4_096;
/// So many compiled schemas are kept in memory.
const SCHEMAS_KEPT: usize = 8_192;

/// A matter as it is in force under one chain. The same for the same chain, for ever.
#[derive(Debug, Clone)]
pub(crate) struct Effective {
    /// The layers.
    pub chain: Chain,
    /// The chain's digest; its JSON is a blob under it.
    pub digest: Digest,
    /// The effective definition.
    pub definition: Arc<Definition>,
    /// Its digest; its JSON is a blob under it.
    pub definition_digest: Digest,
    /// The effective settings.
    pub parameters: BTreeMap<String, Value>,
    /// What can be turned.
    pub knobs: Vec<Knob>,
    /// Where each value comes from.
    pub origins: Vec<provenance::Origin>,
}

/// What the registry keeps in memory. Enactments are all here; the rest are caches over the store.
pub(crate) struct Registry {
    enactments: RwLock<BTreeMap<MatterCode, Vec<Enactment>>>,
    effectives: Cache<Digest, Arc<Effective>>,
    /// The definitions that these have, each once.
    definitions: definitions::Definitions,
    /// Chains whose layers were admitted over another ground, with the layers that still stand.
    standing: Cache<Digest, Chain>,
    /// Held while a chain is worked out, so that `define` runs once for it.
    computing: Mutex<HashMap<Digest, Arc<tokio::sync::Mutex<()>>>>,
    /// Held while something is published or enacted, so that a check and its write belong together.
    writing: tokio::sync::Mutex<()>,
    /// Held while a package is checked that nobody publishes yet.
    checking: tokio::sync::Mutex<()>,
    /// Places of the check at work and of those that wait for it.
    checks: tokio::sync::Semaphore,
    /// Held while one enactment is read and written again; the host halts one while somebody publishes.
    changing: tokio::sync::Mutex<()>,
    /// Who is in which gradual start.
    places: gradual::Places,
    /// Whose signatures count, and what they close.
    trust: trust::Trust,
    /// Compiled schemas of fields, knobs and forms.
    pub(crate) validators: schema::Validators,
}

impl Registry {
    /// Reads what is enacted; everything else is read when it is asked for.
    pub(crate) fn load(store: &Store) -> Result<Self, Error> {
        let mut enactments: BTreeMap<MatterCode, Vec<Enactment>> = BTreeMap::new();
        for enactment in store.enactments()? {
            enactments.entry(enactment.matter.clone()).or_default().push(enactment);
        }
        Ok(Self {
            enactments: RwLock::new(enactments),
            effectives: Cache::new(EFFECTIVES_BYTES),
            definitions: definitions::Definitions::default(),
            standing: Cache::new(STANDING_KEPT),
            computing: Mutex::new(HashMap::new()),
            writing: tokio::sync::Mutex::new(()),
            checking: tokio::sync::Mutex::new(()),
            checks: tokio::sync::Semaphore::new(1 + publish::CHECKS_WAITING_MAX),
            changing: tokio::sync::Mutex::new(()),
            places: gradual::Places::of(store),
            trust: trust::Trust::load(store)?,
            validators: schema::Validators::new(SCHEMAS_KEPT),
        })
    }

    /// The codes of all matters that were ever enacted.
    pub(crate) fn codes(&self) -> Vec<MatterCode> {
        let enactments = self.enactments.read().unwrap_or_else(PoisonError::into_inner);
        enactments.keys().cloned().collect()
    }

    /// The enactments of a matter, earliest first.
    fn of_matter(&self, matter: &MatterCode) -> Vec<Enactment> {
        let enactments = self.enactments.read().unwrap_or_else(PoisonError::into_inner);
        self.trust.ended(enactments.get(matter).cloned().unwrap_or_default())
    }

    /// Enactments that are watched, or were.
    pub(crate) fn watched(&self) -> Vec<Enactment> {
        let enactments = self.enactments.read().unwrap_or_else(PoisonError::into_inner);
        enactments.values().flatten().filter(|e| e.watch.is_some()).cloned().collect()
    }

    /// How many enactments are halted at an instant and not taken back.
    fn halted(&self, at: Timestamp) -> usize {
        let enactments = self.enactments.read().unwrap_or_else(PoisonError::into_inner);
        enactments.values().flatten().filter(|e| e.taken_back.is_none() && e.halted(at)).count()
    }

    /// The enactments that make somebody's chain at a place and instant, ground first.
    fn selected(&self, matter: &MatterCode, division: &Division, at: Timestamp, whom: Whom<'_>) -> Vec<Enactment> {
        let day = time::date_of(at);
        let counts = |e: &Enactment| e.in_force(at, day) && self.places.reaches(e, whom, at);
        let enactments = self.enactments.read().unwrap_or_else(PoisonError::into_inner);
        let list = enactments.get(matter).map_or(&[][..], Vec::as_slice);
        if !self.trust.closes_nothing() {
            let list = self.trust.ended(list.to_vec());
            return chain::select_by(&list, division, &counts).into_iter().cloned().collect();
        }
        chain::select_by(list, division, &counts).into_iter().cloned().collect()
    }

    /// Puts an enactment in, or replaces the one of the same id. Called after it is durable.
    fn put(&self, enactment: Enactment) {
        let mut enactments = self.enactments.write().unwrap_or_else(PoisonError::into_inner);
        let list = enactments.entry(enactment.matter.clone()).or_default();
        match list.iter_mut().find(|known| known.id == enactment.id) {
            Some(known) => *known = enactment,
            None => list.push(enactment),
        }
    }

    /// Keeps what a chain is in full, as long as there is room.
    fn remember(&self, weighed: effective::Weighed) -> Arc<Effective> {
        let effective::Weighed { effective, bytes } = weighed;
        let effective = Arc::new(effective);
        self.effectives.put(effective.digest, Arc::clone(&effective), bytes.saturating_mul(EFFECTIVE_TIMES));
        effective
    }

    /// The lock of a chain that is being worked out.
    fn computing(&self, chain: Digest) -> Arc<tokio::sync::Mutex<()>> {
        let mut computing = self.computing.lock().unwrap_or_else(PoisonError::into_inner);
        computing.retain(|_, lock| Arc::strong_count(lock) > 1);
        computing.entry(chain).or_default().clone()
    }
}
