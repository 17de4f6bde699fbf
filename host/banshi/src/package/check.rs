//! `banshi package check`: the host's own admission, on this machine and in memory only.
//!
//! It runs the very engine that a host runs, over a store that is gone afterwards, so that what passes here passes
//! there. What only the host can know (which packages are in force, what the platform permits) is given as `--base`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use banshi_connect::HttpSharedData;
use banshi_engine::api::registry::{AdmissionReport, EnactRequest};
use banshi_engine::{Engine, Error, Principal, Role};
use banshi_model::package::{Kind as PackageKind, Package};
use banshi_model::time;
use banshi_store::Store;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::commands::package::read;
use crate::config::Config;
use crate::failure::{Failure, Kind, OrFail, Result};
use crate::host;

/// Stands in for an instrument where a manifest names none.
const NO_INSTRUMENT: &str = "package check";

/// What was found.
#[derive(Debug, Serialize)]
pub struct Checked {
    /// The admission report, as a host would give it.
    #[serde(flatten)]
    pub report: AdmissionReport,
    /// Whether it was also laid over what lies below it, and stood.
    pub stands: bool,
}

/// Checks `file` over `base` as of a day (today unless said).
pub async fn check(file: &Path, base: &[PathBuf], on: Option<Date>) -> Result<Checked> {
    let bytes = read(file)?;
    let below = base.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?;
    let on = on.unwrap_or_else(|| time::date_of(Timestamp::now()));
    let scratch = tempfile::tempdir().or_fail(Kind::Failed, "no temporary folder")?;
    let engine = in_memory(scratch.path(), time::start_of(on)).await?;
    for (path, bytes) in base.iter().zip(below) {
        let report = publish(&engine, bytes.clone()).await?;
        if !report.admitted {
            return Err(Failure::new(
                Kind::Refused,
                format!("--base {}: not admitted; check it by itself", path.display()),
            ));
        }
        enact(&engine, &bytes, on).await.or_fail(Kind::Refused, format!("--base {}", path.display()))?;
    }
    let report = publish(&engine, bytes.clone()).await?;
    // A variation without its base can be admitted, but not laid over anything.
    let lay = report.admitted && (report.manifest.kind == PackageKind::Matter || !base.is_empty());
    if lay {
        enact(&engine, &bytes, on)
            .await
            .or_fail(Kind::Refused, format!("{} cannot be put in force", file.display()))?;
    }
    Ok(Checked { report, stands: lay })
}

async fn in_memory(scratch: &Path, now: Timestamp) -> Result<Engine> {
    let config = Config::default();
    let options = banshi_store::Options { create_simulated: true, ..config.store.clone() };
    let store = Store::memory(&options)?;
    let nobody = Arc::new(HttpSharedData::new(&config.partners)?);
    host::engine(&config, store, &scratch.join("compiled"), nobody, Some(now)).await
}

fn author() -> Principal {
    Principal { name: "author".to_owned(), role: Role::Platform }
}

async fn publish(engine: &Engine, bytes: Vec<u8>) -> Result<AdmissionReport> {
    match engine.publish(&author(), None, bytes).await {
        Ok(banshi_engine::Done::Fresh(report)) => Ok(report),
        // Without a key nothing is repeated.
        Ok(banshi_engine::Done::Repeated { body, .. }) => {
            serde_json::from_slice(&body).or_fail(Kind::Refused, "the kept report does not read")
        }
        Err(Error::NotAdmitted(report)) => Ok(*report),
        Err(error) => Err(error).or_fail(Kind::Refused, "not published"),
    }
}

async fn enact(engine: &Engine, bytes: &[u8], on: Date) -> std::result::Result<(), anyhow::Error> {
    let manifest = Package::decode(bytes)?.manifest;
    let request = EnactRequest {
        matter: manifest.matter,
        authority: manifest.authority,
        package: Package::digest(bytes),
        base: None,
        effective_from: on,
        until: None,
        transitional: Default::default(),
        reviewed_by: Vec::new(),
        share: None,
        watch: None,
        instrument: manifest.instrument.unwrap_or_else(|| NO_INSTRUMENT.to_owned()),
        permissions: None,
    };
    engine.enact(&author(), None, request).await?;
    Ok(())
}
