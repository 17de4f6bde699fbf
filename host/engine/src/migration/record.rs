//! What is kept of a migration: a record under its own name, the lines of its passes in chunks, and a list of all of them.

use banshi_model::ids::{Authority, Digest, MatterCode, PackageName};
use banshi_store::{Group, Store};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::api::migration::{
    FORMAT, MigrationCounts, MigrationFate, MigrationId, MigrationLine, MigrationOrder, MigrationPass, MigrationReport,
    MigrationRequest, MigrationState, MigrationView,
};
use crate::api::shadow::{Progress, SignOff};
use crate::error::Error;
use crate::shadow::Tally;

/// Where the list of all migrations is kept.
const LIST: &str = "migrations";
/// What a report's digest begins with, so that it is no digest of anything else.
const REPORT: &[u8] = b"banshi migration report\n";

/// How far one pass over the cases is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Pass {
    /// Who ordered it.
    pub order: Option<MigrationOrder>,
    /// Behind which case it goes on; none at the beginning.
    pub cursor: Option<String>,
    /// Chunks of lines that are kept.
    pub chunks: u32,
    /// Cases looked at, moved, and listed as staying.
    pub counts: MigrationCounts,
}

/// A migration, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    pub id: MigrationId,
    pub state: MigrationState,
    pub request: MigrationRequest,
    /// The enactment's package.
    pub package: Digest,
    pub name: PackageName,
    pub version: String,
    pub by: String,
    pub created: Timestamp,
    /// As of when the dry run took everything else to be in force.
    pub as_of: Timestamp,
    pub simulated: bool,
    /// Open cases, of all matters and places: for whoever waits.
    pub total: u64,
    pub tally: Tally,
    /// Digest over the lines of the dry run.
    pub lines: Option<Digest>,
    pub finished: Option<Timestamp>,
    pub trial: Pass,
    pub run: Pass,
    pub undo: Pass,
    pub fault: Option<String>,
    pub sign_offs: Vec<SignOff>,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
    pub id: MigrationId,
    pub matter: MatterCode,
    pub authority: Authority,
    pub state: MigrationState,
}

impl Record {
    fn line(&self) -> Line {
        let (matter, authority) = (self.request.matter.clone(), self.request.authority.clone());
        Line { id: self.id.clone(), matter, authority, state: self.state }
    }

    /// Whether it is at work, or would be after a start.
    pub(super) fn at_work(&self) -> bool {
        at_work(self.state)
    }

    /// A pass over the cases.
    pub(super) fn pass(&mut self, pass: MigrationPass) -> &mut Pass {
        match pass {
            MigrationPass::DryRun => &mut self.trial,
            MigrationPass::Run => &mut self.run,
            MigrationPass::Undo => &mut self.undo,
        }
    }

    /// What the dry run found.
    pub(super) fn report(&self) -> MigrationReport {
        let (request, tally) = (&self.request, &self.tally);
        MigrationReport {
            format: FORMAT.to_owned(),
            id: self.id.clone(),
            matter: request.matter.clone(),
            authority: request.authority.clone(),
            enactment: request.enactment.clone(),
            package: self.package,
            instrument: request.instrument.clone(),
            as_of: self.as_of,
            finished: self.finished,
            simulated: self.simulated,
            compared: tally.compared.clone(),
            cases: tally.cases,
            commands: tally.commands.clone(),
            clauses: tally.clauses.clone(),
            failures: tally.failures.clone(),
            samples: tally.samples.clone(),
            lines: self.lines,
        }
    }

    /// The report's digest, once the dry run is finished.
    pub(super) fn digest(&self) -> Option<Digest> {
        self.finished?;
        let mut bytes = REPORT.to_vec();
        bytes.extend(serde_json::to_vec(&self.report()).ok()?);
        Some(Digest::of(&bytes))
    }

    /// As callers see it.
    pub(super) fn view(&self) -> MigrationView {
        let looked = match self.state {
            MigrationState::Trying => self.tally.looked,
            MigrationState::Undoing | MigrationState::Undone => self.undo.counts.looked,
            _ if self.run.order.is_some() => self.run.counts.looked,
            _ => self.tally.looked,
        };
        let begun =
            MigrationOrder { by: self.by.clone(), at: self.created, instrument: self.request.instrument.clone() };
        MigrationView {
            id: self.id.clone(),
            state: self.state,
            name: self.name.clone(),
            version: self.version.clone(),
            begun,
            reviewed_by: self.request.reviewed_by.clone(),
            progress: Progress { looked, total: self.total.max(looked) },
            fault: self.fault.clone(),
            report: self.report(),
            digest: self.digest(),
            sign_offs: self.sign_offs.clone(),
            run: self.run.order.clone(),
            moved: self.run.counts,
            undo: self.undo.order.clone(),
            undone: self.undo.counts,
        }
    }

    /// Whether a person has to answer for it: somebody would be touched in more than a text.
    pub(super) fn touches(&self) -> bool {
        self.tally.cases.effect > 0
    }
}

/// Whether a migration in this state goes on by itself.
pub(super) const fn at_work(state: MigrationState) -> bool {
    matches!(state, MigrationState::Trying | MigrationState::Running | MigrationState::Undoing)
}

/// Counts the lines of a page.
pub(super) fn count(counts: &mut MigrationCounts, lines: &[MigrationLine]) {
    for line in lines {
        counts.looked += 1;
        *if line.fate == MigrationFate::Failure { &mut counts.stayed } else { &mut counts.moved } += 1;
    }
}

/// The digest over the lines so far and these.
pub(super) fn chained(before: Option<Digest>, lines: &[MigrationLine]) -> Result<Digest, Error> {
    let before = before.map_or_else(String::new, |digest| digest.to_string());
    Ok(Digest::of(&[before.into_bytes(), json(&lines)?].concat()))
}

/// All migrations, earliest first.
pub(super) fn list(store: &Store) -> Result<Vec<Line>, Error> {
    Ok(read(store, LIST)?.unwrap_or_default())
}

/// One migration.
pub(super) fn load(store: &Store, id: &MigrationId) -> Result<Option<Record>, Error> {
    read(store, &name(id))
}

/// Puts a record and its line.
pub(super) fn put(group: &mut Group, record: &Record, mut lines: Vec<Line>) -> Result<(), Error> {
    group.put_setting(&name(&record.id), json(record)?);
    let line = record.line();
    match lines.iter_mut().find(|known| known.id == line.id) {
        Some(known) if *known == line => return Ok(()),
        Some(known) => *known = line,
        None => lines.push(line),
    }
    group.put_setting(LIST, json(&lines)?);
    Ok(())
}

/// Keeps the lines of a page as the next chunk of a pass; none where it holds none.
pub(super) fn put_chunk(
    group: &mut Group,
    record: &mut Record,
    pass: MigrationPass,
    lines: &[MigrationLine],
) -> Result<(), Error> {
    let id = record.id.clone();
    let kept = record.pass(pass);
    if lines.is_empty() {
        return Ok(());
    }
    group.put_setting(&chunk_name(&id, pass, kept.chunks), json(&lines)?);
    kept.chunks += 1;
    Ok(())
}

/// The lines of one chunk; none behind the last.
pub(super) fn chunk(
    store: &Store,
    id: &MigrationId,
    pass: MigrationPass,
    number: u32,
) -> Result<Option<Vec<MigrationLine>>, Error> {
    read(store, &chunk_name(id, pass, number))
}

fn name(id: &MigrationId) -> String {
    format!("migration/{id}")
}

fn chunk_name(id: &MigrationId, pass: MigrationPass, number: u32) -> String {
    let pass = match pass {
        MigrationPass::DryRun => "dry-run",
        MigrationPass::Run => "run",
        MigrationPass::Undo => "undo",
    };
    format!("migration/{id}/{pass}/{number:08}")
}

fn read<T: DeserializeOwned>(store: &Store, name: &str) -> Result<Option<T>, Error> {
    let Some(bytes) = store.setting(name)? else { return Ok(None) };
    let value = serde_json::from_slice(&bytes);
    value.map(Some).map_err(|error| Error::Internal(format!("setting `{name}` does not read: {error}")))
}

fn json<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|error| Error::Internal(error.to_string()))
}
