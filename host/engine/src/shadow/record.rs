//! What is kept of a shadow: a record under its own name, and a list of all of them. Both go in one commit.

use banshi_model::definition::MatterType;
use banshi_model::ids::{Authority, Digest, MatterCode, PackageName};
use banshi_model::package::Kind;
use banshi_store::{Group, Store};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::seal;
use super::tally::Tally;
use crate::api::shadow::{
    FORMAT, Progress, ShadowId, ShadowReport, ShadowRequest, ShadowState, ShadowView, SignOff, Signature,
};
use crate::error::Error;

/// Where the list of all shadows is kept.
const LIST: &str = "shadows";

/// A shadow, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    pub id: ShadowId,
    pub state: ShadowState,
    pub request: ShadowRequest,
    pub name: PackageName,
    pub version: String,
    pub kind: Kind,
    pub matter: MatterCode,
    pub matter_type: MatterType,
    pub by: String,
    pub created: Timestamp,
    pub simulated: bool,
    /// Samples wanted.
    pub samples: usize,
    /// Cases at the place, of all matters.
    pub total: u64,
    /// Behind which case it goes on; none at the beginning.
    pub cursor: Option<String>,
    pub tally: Tally,
    pub finished: Option<Timestamp>,
    pub fault: Option<String>,
    pub signature: Option<Signature>,
    pub sign_offs: Vec<SignOff>,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
    pub id: ShadowId,
    pub package: Digest,
    pub at: Authority,
    pub state: ShadowState,
}

impl Record {
    pub(super) fn line(&self) -> Line {
        let (package, at) = (self.request.package, self.request.at.clone());
        Line { id: self.id.clone(), package, at, state: self.state }
    }

    /// What it found, as it is signed once it is finished.
    pub(super) fn report(&self) -> ShadowReport {
        let tally = &self.tally;
        ShadowReport {
            format: FORMAT.to_owned(),
            id: self.id.clone(),
            package: self.request.package,
            matter: self.matter.clone(),
            at: self.request.at.clone(),
            since: self.request.since,
            open: self.request.open,
            as_of: self.created,
            finished: self.finished,
            simulated: self.simulated,
            compared: tally.compared.clone(),
            cases: tally.cases,
            steps: tally.steps,
            unjudged: tally.unjudged,
            commands: tally.commands.clone(),
            clauses: tally.clauses.clone(),
            failures: tally.failures.clone(),
            left_out: tally.left_out.clone(),
            samples: tally.samples.clone(),
        }
    }

    /// As callers see it.
    pub(super) fn view(&self) -> ShadowView {
        let report = self.report();
        ShadowView {
            id: self.id.clone(),
            state: self.state,
            name: self.name.clone(),
            version: self.version.clone(),
            kind: self.kind,
            matter_type: self.matter_type,
            by: self.by.clone(),
            created: self.created,
            progress: Progress { looked: self.tally.looked, total: self.total.max(self.tally.looked) },
            fault: self.fault.clone(),
            digest: self.signature.as_ref().map(|_| seal::digest(&report)),
            report,
            signature: self.signature.clone(),
            sign_offs: self.sign_offs.clone(),
        }
    }
}

/// All shadows, earliest first.
pub(super) fn list(store: &Store) -> Result<Vec<Line>, Error> {
    Ok(read(store, LIST)?.unwrap_or_default())
}

/// One shadow.
pub(super) fn load(store: &Store, id: &ShadowId) -> Result<Option<Record>, Error> {
    read(store, &name(id))
}

/// Puts a record into a group.
pub(super) fn put(group: &mut Group, record: &Record) -> Result<(), Error> {
    group.put_setting(&name(&record.id), json(record)?);
    Ok(())
}

/// Puts a record and its line.
pub(super) fn put_with_line(group: &mut Group, record: &Record, mut lines: Vec<Line>) -> Result<(), Error> {
    put(group, record)?;
    let line = record.line();
    match lines.iter_mut().find(|known| known.id == line.id) {
        Some(known) => *known = line,
        None => lines.push(line),
    }
    group.put_setting(LIST, json(&lines)?);
    Ok(())
}

fn name(id: &ShadowId) -> String {
    format!("shadow/{id}")
}

fn read<T: DeserializeOwned>(store: &Store, name: &str) -> Result<Option<T>, Error> {
    let Some(bytes) = store.setting(name)? else { return Ok(None) };
    let value = serde_json::from_slice(&bytes);
    value.map(Some).map_err(|error| Error::Internal(format!("setting `{name}` does not read: {error}")))
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|error| Error::Internal(error.to_string()))
}
