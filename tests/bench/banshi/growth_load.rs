//! Fills a store: cases that an engine made, copied with other ids, subjects and licences through the store's own
//! commit. The first are open (received, accepted, three reviews waiting), of the rest every tenth; all others are
//! closed with a licence. What is not copied: idempotency records, and that cases come in on different days.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use banshi_model::case::Case;
use banshi_model::checkdigit::LicenceId;
use banshi_model::entry::{Cause, Entry};
use banshi_model::ids::{CaseId, Digest};
use banshi_model::licence::Licence;
use banshi_model::time;
use banshi_store::{Group, Options, Store, fold};
use jiff::civil::date;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use crate::plain::{DIVISION, Driver, Plain, on_threads, open_store, subject};

/// Every so many-th case behind the hot ones is open.
pub const OPEN_EVERY: u64 = 10;
/// Cases in one commit.
const CASES_PER_COMMIT: u64 = 64;
/// Commits that are prepared or wait at once.
const COMMITS_AT_ONCE: usize = 16;
/// The page cache while loading; the store is opened again with its default before anything is measured.
const CACHE_BYTES: u64 = 512 << 20;
/// Subjects of the cases that are copied; no copy has their numbers.
const ORIGINALS: u64 = 800_000_000;

/// What is to be loaded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    /// Where; as `banshi serve` has it.
    pub folder: PathBuf,
    /// The package file of the plain approval.
    pub package: PathBuf,
    /// How many cases.
    pub cases: u64,
    /// How many of them are open, from the first on.
    pub hot: u64,
}

/// How long it took, without making the originals, in seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Filled {
    /// By the clock on the wall.
    pub seconds: f64,
}

/// A case that an engine made, as text in which names are replaced.
struct Original {
    entries: String,
    licence: Option<String>,
    id: CaseId,
    number: u64,
    licence_id: Option<LicenceId>,
    capability: Option<String>,
}

/// A copy.
struct Copy {
    case: Case,
    entries: Vec<Entry>,
    licence: Option<Licence>,
}

/// The id of the copy with this number; numbers go up as ids do.
pub fn id(number: u64) -> Result<CaseId> {
    let mut random = [0; 7];
    for (place, byte) in random.iter_mut().rev().enumerate() {
        *byte = (number >> (5 * place)) as u8 & 31;
    }
    Ok(CaseId::new(&DIVISION.parse()?, time::start_of(date(2026, 1, 5)), random))
}

/// Whether the copy with this number is open.
pub fn open(number: u64, hot: u64) -> bool {
    number < hot || number.is_multiple_of(OPEN_EVERY)
}

/// Loads.
pub fn run(order: Order) -> Result<Filled> {
    on_threads(async {
        let (opened, closed) = originals(&order.folder, std::fs::read(&order.package)?).await?;
        let originals = Arc::new((opened, closed));
        let options = Options { cache_bytes: CACHE_BYTES, ..Options::default() };
        let store = open_store(&order.folder, &options)?;
        let began = Instant::now();
        let mut running = JoinSet::new();
        let mut first = 0;
        while first < order.cases {
            if running.len() >= COMMITS_AT_ONCE {
                running.join_next().await.context("nothing runs")???;
            }
            let end = (first + CASES_PER_COMMIT).min(order.cases);
            let (store, originals, hot) = (store.clone(), originals.clone(), order.hot);
            running.spawn(async move { commit(&store, &originals, first..end, hot).await });
            first = end;
        }
        while let Some(ended) = running.join_next().await {
            ended??;
        }
        Ok(Filled { seconds: began.elapsed().as_secs_f64() })
    })
}

async fn commit(
    store: &Store,
    originals: &(Original, Original),
    numbers: std::ops::Range<u64>,
    hot: u64,
) -> Result<()> {
    let mut group = Group::new();
    for number in numbers {
        let original = if open(number, hot) { &originals.0 } else { &originals.1 };
        let copy = original.copy(number)?;
        group.open_case(copy.case.id.clone());
        group.append(copy.case, 0, copy.entries);
        copy.licence.iter().for_each(|licence| group.put_licence(licence));
    }
    Ok(store.commit(group).await?)
}

/// One case that waits for its reviews, and one that is closed: made by an engine in the folder that is filled.
async fn originals(folder: &Path, package: Vec<u8>) -> Result<(Original, Original)> {
    let plain = Plain::create(folder, package).await?;
    let driver = Driver::start(&plain.engine);
    let closed = plain.case(ORIGINALS).await?;
    while !plain.engine.store().open_cases(None, 1)?.items.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let open = plain.submit(ORIGINALS + 1).await?.case;
    driver.end().await;
    let store = plain.engine.store();
    Ok((Original::read(store, open, ORIGINALS + 1)?, Original::read(store, closed, ORIGINALS)?))
}

impl Original {
    fn read(store: &Store, id: CaseId, number: u64) -> Result<Self> {
        let case = store.case(&id)?.context("the original is gone")?.case;
        let licence = case.licences.first().map(|id| store.licence(id)).transpose()?.flatten();
        let licence_id = licence.as_ref().map(|licence| LicenceId::parse(licence.id.as_str())).transpose()?;
        Ok(Self {
            entries: serde_json::to_string(&store.entries(&id, 0, 100)?)?,
            capability: licence.as_ref().and_then(|licence| licence.capability.clone()),
            licence: licence.as_ref().map(serde_json::to_string).transpose()?,
            licence_id,
            id,
            number,
        })
    }

    /// The same case as another subject's, with digests of its own.
    fn copy(&self, number: u64) -> Result<Copy> {
        let id = id(number)?;
        let (old, new) = (subject(self.number), subject(number));
        let mut names = vec![(self.id.to_string(), id.to_string()), (old.id, new.id), (old.name, new.name)];
        if let Some(known) = &self.licence_id {
            let version = known.version().parse()?;
            let own = LicenceId::new(known.licence_type(), known.issuer(), &format!("{number:016}"), version)?;
            names.push((known.as_str().to_owned(), own.as_str().to_owned()));
        }
        if let Some(known) = &self.capability {
            let own: String = Digest::of(id.as_str().as_bytes()).to_string().chars().take(known.len()).collect();
            names.push((known.clone(), own));
        }
        let named = |text: &str| names.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new));
        let mut entries: Vec<Entry> = serde_json::from_str(&named(&self.entries))?;
        let case = folded(&mut entries)?.context("the original has no entry")?;
        let licence = self.licence.as_deref().map(|text| serde_json::from_str(&named(text))).transpose()?;
        Ok(Copy { case, entries, licence })
    }
}

/// The case that the entries make; the digests in them are made anew.
pub fn folded(entries: &mut [Entry]) -> Result<Option<Case>> {
    let mut folded: Option<Case> = None;
    for entry in entries {
        if let (Cause::Step { bindings, arrived, .. }, Some(before)) = (&mut entry.cause, &folded) {
            let mut at_call = before.clone();
            entry.effects.iter().take(*arrived).for_each(|effect| at_call.apply(effect, entry.at));
            bindings.before = at_call.digest()?;
        }
        folded = fold(folded, entry);
        entry.after = folded.as_ref().context("an entry that does not follow")?.digest()?;
    }
    Ok(folded)
}
