//! Migration of open cases: a dry run over all of them, the run itself, and the way back.

use std::collections::BTreeMap;

use banshi_model::ids::{Authority, CaseId, Digest, Division, EnactmentId, MatterCode, PackageName};
use banshi_model::text::Text;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use banshi_model::migration::MigrationId;

use super::shadow::{CaseCounts, ClauseCounts, CommandCounts, Compared, DifferenceView, Progress, Sample, SignOff};

/// The form of a report; part of what its digest is over.
pub const FORMAT: &str = "banshi-migration/1";

/// What a migration begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MigrationMode {
    /// Every open case is tried, and none is changed.
    #[default]
    DryRun,
    /// Refused: the run goes over the digest of a finished dry run.
    Run,
}

/// Begin a migration: a dry run over the open cases at an authority that are pinned to another chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MigrationRequest {
    /// The matter.
    pub matter: MatterCode,
    /// Whose open cases: those there and below. The enactment's own authority, or one within it.
    pub authority: Authority,
    /// The enactment that they are moved to; in force, or yet to come.
    pub enactment: EnactmentId,
    /// The instrument (文号) that orders it.
    pub instrument: String,
    /// Who reviewed it: persons other than who begins it.
    pub reviewed_by: Vec<String>,
    /// A migration begins with a dry run.
    #[serde(default)]
    pub mode: MigrationMode,
}

/// Run a migration whose dry run was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MigrationRunRequest {
    /// The digest of the dry run's report, as `digest` shows it.
    pub report: Digest,
}

/// Take a migration back, case by case, where the case has made no step since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MigrationUndoRequest {
    /// The instrument (文号) that orders it.
    pub instrument: String,
}

/// Where a migration stands. What is at work goes on by itself after a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MigrationState {
    /// The dry run is at work.
    Trying,
    /// The dry run has ended: its report can be read, signed and run.
    Tried,
    /// Cases are being moved.
    Running,
    /// Every case was moved or listed.
    Done,
    /// Moves are being undone.
    Undoing,
    /// Every move was undone or listed.
    Undone,
    /// Stopped before its end; `fault` says why. What was moved can be undone.
    Stopped,
}

/// Which pass over the cases a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MigrationPass {
    /// What would be.
    DryRun,
    /// What was moved.
    Run,
    /// What was undone.
    Undo,
}

/// What becomes of one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MigrationFate {
    /// It fits, and nothing differs.
    Same,
    /// It fits; texts differ.
    Wording,
    /// It fits; commands, tasks, dates or what is to come differ.
    Effect,
    /// It stays where it is; `failure` says why and what can be done.
    Failure,
}

/// Why a case stays where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MigrationFailure {
    /// The limit's, rule's or law row's own name.
    pub code: String,
    /// Where: a layer, a task, a part or the case itself.
    pub place: String,
    /// What.
    pub text: String,
    /// What can be done.
    pub fix: Text,
}

/// One case of a migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MigrationLine {
    /// The case.
    pub case: CaseId,
    /// Where it is.
    pub division: Division,
    /// Its bundle, for a part.
    pub bundle: Option<CaseId>,
    /// Digest of the chain that it was on.
    pub from: Digest,
    /// That chain's ground, for people.
    pub from_version: String,
    /// Digest of the chain that it moves to; none where there is none.
    pub to: Option<Digest>,
    /// What becomes of it.
    pub fate: MigrationFate,
    /// Where it would differ, or does.
    pub differences: Vec<DifferenceView>,
    /// Why it stays.
    pub failure: Option<MigrationFailure>,
    /// The entry of its journal that moved it, or that undid the move.
    pub entry: Option<u64>,
}

/// What a dry run found. Its digest is over this, as JSON with its members in this order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MigrationReport {
    /// The report's form.
    pub format: String,
    /// The migration.
    pub id: MigrationId,
    /// The matter.
    pub matter: MatterCode,
    /// Whose open cases.
    pub authority: Authority,
    /// The enactment that they would be moved to.
    pub enactment: EnactmentId,
    /// Its package.
    pub package: Digest,
    /// The instrument.
    pub instrument: String,
    /// As of when everything else was taken to be in force: its beginning, or the enactment's first day.
    pub as_of: Timestamp,
    /// When it ended; none while it runs.
    pub finished: Option<Timestamp>,
    /// Whether the folder runs on a simulated clock.
    pub simulated: bool,
    /// What was compared, by digest: the chains at each place, those that cases were on, law rows, calendars, journals.
    pub compared: Compared,
    /// Cases by what would become of them.
    pub cases: CaseCounts,
    /// What a move would do, and what is to come in a case, by command or `ahead:` kind.
    pub commands: BTreeMap<String, CommandCounts>,
    /// By clause. What neither a definition nor a law row says is counted together, unnamed.
    pub clauses: BTreeMap<String, ClauseCounts>,
    /// Cases that would stay, by the rule's or limit's name.
    pub failures: BTreeMap<String, u64>,
    /// Both sides of some cases.
    pub samples: Vec<Sample>,
    /// Digest over the lines of all cases, in their order.
    pub lines: Option<Digest>,
}

/// Cases that a run or an undoing went over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MigrationCounts {
    /// Looked at: moved or listed.
    pub looked: u64,
    /// Moved, or moved back.
    pub moved: u64,
    /// Listed with the reason why they stay.
    pub stayed: u64,
}

/// Who ordered a pass, on what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MigrationOrder {
    /// By which principal.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// On which instrument.
    pub instrument: String,
}

/// A migration, as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MigrationView {
    /// Its id.
    pub id: MigrationId,
    /// Where it stands.
    pub state: MigrationState,
    /// The name of the enactment's package.
    pub name: PackageName,
    /// Its version.
    pub version: String,
    /// Who began it.
    pub begun: MigrationOrder,
    /// Who reviewed it.
    pub reviewed_by: Vec<String>,
    /// How far the pass that is at work is.
    pub progress: Progress,
    /// Why it was stopped.
    pub fault: Option<String>,
    /// What the dry run found, so far where it is not finished.
    pub report: MigrationReport,
    /// The report's digest, once it is finished.
    pub digest: Option<Digest>,
    /// Who answers for its differences.
    pub sign_offs: Vec<SignOff>,
    /// Who ordered the run.
    pub run: Option<MigrationOrder>,
    /// What the run did so far.
    pub moved: MigrationCounts,
    /// Who ordered the way back.
    pub undo: Option<MigrationOrder>,
    /// What the way back did so far.
    pub undone: MigrationCounts,
}
