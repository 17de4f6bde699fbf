//! A city's registry: many matters that are the plain approval under other codes, each with a variation in every
//! district, put into a folder through the store's own commit. Publishing each would take hours of admission.
//!
//! Components differ by a constant in their data, so that their machine code is another file. In the end every chain is
//! worked out and kept, as enacting it keeps it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use banshi_engine::api::intake::GuideRequest;
use banshi_model::enactment::Enactment;
use banshi_model::ids::{Digest, EnactmentId};
use banshi_model::package::{Kind, Manifest, Package};
use banshi_store::{Group, Options, PackageRecord, Store};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::context::Context;
use crate::plain::{self, Plain, on_threads, open_store};
use crate::role;

/// The districts of Shanghai.
pub const DISTRICTS: [&str; 16] = [
    "310101", "310104", "310105", "310106", "310107", "310109", "310110", "310112", "310113", "310114", "310115",
    "310116", "310117", "310118", "310120", "310151",
];
/// A layer of code that the plain approval can carry.
const VARIATION: &str = "examples/smallest-code-variation";
/// A text in the data of every component: the end of it is made another in each.
const MARKER: &[u8] = b"are not a JSON object by knob id";
/// How much of it is made another.
const NUMBER: usize = 7;
/// Every so many-th variation is code: 1,600 of 38,400.
const CODE_EVERY: usize = 24;
/// Packages or enactments in one commit.
const COMMITTED: usize = 64;
/// Chains that are worked out at once.
const AT_ONCE: usize = 8;
/// The page cache while loading.
const CACHE_BYTES: u64 = 256 << 20;

/// What is to be made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct City {
    /// Where; as `banshi serve` has it.
    pub folder: PathBuf,
    /// The package file of the plain approval.
    pub ground: PathBuf,
    /// The package file of the layer of code.
    pub code: PathBuf,
    /// How many matters.
    pub matters: usize,
    /// In how many districts each has a variation.
    pub districts: usize,
    /// How many components the matters have between them.
    pub grounds: usize,
    /// How many components the layers of code have between them.
    pub codes: usize,
}

/// What was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Made {
    /// Variations and what they stand on.
    pub enactments: usize,
    /// Of these, layers of code.
    pub code: usize,
    /// Files of machine code that differ behind their seal.
    pub components: usize,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// One enactment that a chain ends with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Its matter.
    pub matter: String,
    /// Its district.
    pub division: &'static str,
}

impl City {
    /// So many matters in so many districts, with 200 components between them; a smoke run has fewer.
    pub fn of(context: &Context, folder: &Path, matters: usize, districts: usize) -> Result<Self> {
        let file = |name: &str, source: &str| -> Result<PathBuf> {
            let path = folder.join(name);
            std::fs::create_dir_all(folder)?;
            std::fs::write(&path, context.package(source)?)?;
            Ok(path)
        };
        let (ground, code) = (file("ground.banshi", plain::SOURCE)?, file("code.banshi", VARIATION)?);
        let (grounds, codes) = (context.size(150, 3), context.size(50, 1));
        Ok(Self { folder: folder.to_owned(), ground, code, matters, districts, grounds, codes })
    }

    /// Makes it in a process of its own.
    pub fn make(&self) -> Result<Made> {
        let made: Made = role::play("city", self)?;
        let components = self.grounds.min(self.matters) + self.codes.min(made.code);
        ensure!(made.components == components, "{} components and not {components}", made.components);
        Ok(made)
    }

    /// Every variation, in the order of matters and districts.
    pub fn places(&self) -> Vec<Place> {
        let districts = || DISTRICTS.iter().take(self.districts);
        let of = |matter: usize| districts().map(move |division| Place { matter: code(matter), division });
        (0..self.matters).flat_map(of).collect()
    }
}

/// A number that looks like chance and is the same in every run.
pub fn chance(number: u64) -> u64 {
    let Digest(bytes) = Digest::of(&number.to_le_bytes());
    bytes.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
}

fn code(matter: usize) -> String {
    format!("BM-{matter:04}")
}

/// Makes a city.
pub fn run(city: City) -> Result<Made> {
    let began = Instant::now();
    on_threads(async {
        let mut registry = Registry::open(&city)?;
        registry.grounds(&city).await?;
        registry.variations(&city).await?;
        let (enactments, code) = (registry.enactments, registry.codes);
        work_out(registry.store, &city).await?;
        let components = compiled(&city.folder)?;
        Ok(Made { enactments, code, components, seconds: began.elapsed().as_secs_f64() })
    })
}

/// A registry that is being filled.
struct Registry {
    store: Store,
    ground: Package,
    code: Package,
    group: Group,
    grouped: usize,
    enactments: usize,
    codes: usize,
    bases: Vec<Digest>,
}

impl Registry {
    fn open(city: &City) -> Result<Self> {
        let read = |path: &Path| anyhow::Ok(Package::decode(&std::fs::read(path)?)?);
        let store = open_store(&city.folder, &Options { cache_bytes: CACHE_BYTES, ..Options::default() })?;
        let (ground, code) = (read(&city.ground)?, read(&city.code)?);
        let (group, bases) = (Group::new(), Vec::new());
        Ok(Self { store, ground, code, group, grouped: 0, enactments: 0, codes: 0, bases })
    }

    async fn grounds(&mut self, city: &City) -> Result<()> {
        for matter in 0..city.matters {
            let mut package = self.ground.clone();
            package.manifest.name = format!("bench/matter-{matter:04}").parse()?;
            package.manifest.matter = code(matter).parse()?;
            number(&mut package.component, matter % city.grounds)?;
            let digest = self.enact(&package, None).await?;
            self.bases.push(digest);
        }
        self.flush().await
    }

    async fn variations(&mut self, city: &City) -> Result<()> {
        for (nth, place) in city.places().into_iter().enumerate() {
            let base = self.bases.get(nth / city.districts).copied();
            let package = if nth % CODE_EVERY == 0 {
                let mut package = self.code.clone();
                number(&mut package.component, city.grounds + self.codes % city.codes)?;
                self.codes += 1;
                package
            } else {
                let manifest = Manifest {
                    kind: Kind::Settings,
                    settings: [("promised-days".to_owned(), json!(1 + nth % 4))].into(),
                    permissions: Default::default(),
                    ..self.ground.manifest.clone()
                };
                Package { manifest, component: Vec::new() }
            };
            let manifest = Manifest {
                name: format!("bench/variation-{nth:05}").parse()?,
                matter: place.matter.parse()?,
                authority: serde_json::from_value(authority(place.division))?,
                ..package.manifest
            };
            self.enact(&Package { manifest, component: package.component }, base).await?;
        }
        self.flush().await
    }

    /// Puts a package and its enactment into the group; the group goes when it is full.
    async fn enact(&mut self, package: &Package, base: Option<Digest>) -> Result<Digest> {
        let file = package.encode()?;
        let digest = Digest::of(&file);
        let manifest = package.manifest.clone();
        let now = Timestamp::from_second(1_609_459_200 + self.enactments as i64)?;
        let mut id = [0; 10];
        for (place, byte) in id.iter_mut().rev().enumerate() {
            *byte = (self.enactments >> (5 * place)) as u8 & 31;
        }
        let enactment: Enactment = serde_json::from_value(json!({
            "id": EnactmentId::new(id), "matter": manifest.matter, "authority": manifest.authority,
            "package": digest, "name": manifest.name, "version": manifest.version, "kind": manifest.kind,
            "base": base, "effective_from": "2021-01-01", "instrument": "测量〔2021〕1号",
            "permissions": manifest.permissions, "enacted": now, "taken_back": null,
        }))?;
        let record: PackageRecord = serde_json::from_value(json!({
            "digest": digest, "manifest": manifest, "published": now, "by": "bench", "report": Value::Null,
        }))?;
        self.group.put_blob(digest, file);
        self.group.put_package(record);
        self.group.put_enactment(&enactment);
        self.enactments += 1;
        self.grouped += 1;
        if self.grouped >= COMMITTED {
            self.flush().await?;
        }
        Ok(digest)
    }

    async fn flush(&mut self) -> Result<()> {
        self.grouped = 0;
        Ok(self.store.commit(std::mem::take(&mut self.group)).await?)
    }
}

fn authority(division: &str) -> Value {
    json!({ "department": "城市管理局", "division": division })
}

/// Makes a component another one: its number stands where a text ended.
fn number(component: &mut [u8], number: usize) -> Result<()> {
    let at = component.windows(MARKER.len()).position(|bytes| bytes == MARKER).context("no marker in the component")?;
    let end = at + MARKER.len();
    let digits = format!("{number:0NUMBER$}");
    component.get_mut(end - NUMBER..end).context("the marker is cut")?.copy_from_slice(digits.as_bytes());
    Ok(())
}

/// Asks every chain once: what it is in full is then kept, and every component is compiled.
async fn work_out(store: Store, city: &City) -> Result<()> {
    let plain = Plain::over(&city.folder, store).await?;
    let (places, next) = (Arc::new(city.places()), Arc::new(AtomicUsize::new(0)));
    let mut running = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (plain, places, next) = (plain.clone(), places.clone(), next.clone());
        running.spawn(async move {
            while let Some(place) = places.get(next.fetch_add(1, Ordering::Relaxed)) {
                let request: GuideRequest = serde_json::from_value(json!({}))?;
                let (division, matter) = (place.division.parse()?, place.matter.parse()?);
                plain.engine.guide(plain.portal(), &division, &matter, request).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    Ok(())
}

/// How many files of machine code differ. The seal in front of each is over its name too.
fn compiled(folder: &Path) -> Result<usize> {
    const SEAL: usize = 32;
    let mut digests = BTreeSet::new();
    for file in std::fs::read_dir(folder.join("data/compiled"))? {
        let code = std::fs::read(file?.path())?;
        digests.insert(Digest::of(code.get(SEAL..).unwrap_or_default()));
    }
    Ok(digests.len())
}
