//! The journal: what a case's entries say, and what they bind.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::case::{Pin, Receipt};
use crate::command::StepOutput;
use crate::definition::Span;
use crate::effect::{Effect, StepFault};
use crate::event::Event;
use crate::ids::{CaseId, Digest, EnactmentId, MatterCode};
use crate::migration::{Migrated, MigrationId, MigrationUndone};

/// Who made an entry. A principal is named by its token's name, which holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// The host, of itself.
    Host,
    /// A principal, by its token's name.
    Principal(String),
    /// A partner's callback, by the partner's kind.
    Partner(String),
    /// Another case: the bundle, or a part.
    Case(CaseId),
}

/// What a step read, by digest. Replay reads these and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bindings {
    /// The chain of packages.
    pub chain: Digest,
    /// The effective definition.
    pub definition: Digest,
    /// The calendar data.
    pub calendar: Digest,
    /// The law rows.
    pub law: Digest,
    /// The case's state before the step.
    pub before: Digest,
}

/// What one layer answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerAnswer {
    /// Which package.
    pub package: Digest,
    /// What it answered.
    pub output: StepOutput,
}

/// What the host did without asking a plugin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostAct {
    /// Nobody answered within the time: accepted as of receipt. Law row.
    DeemedAccepted(String),
    /// Nobody decided a renewal by expiry: granted. Law row.
    DeemedGranted(String),
    /// A part was accepted with its bundle (一口受理).
    AcceptedWithBundle,
    /// The applicant withdrew.
    Withdrawn,
    /// The limit was extended. Law row.
    Extended {
        /// Under which row.
        row: String,
        /// By how much.
        span: Span,
    },
    /// The applicant supplemented.
    Supplemented,
    /// Dates were counted again on a newly loaded calendar.
    Recalculated,
    /// An officer finished it by hand.
    FinishedByHand,
    /// A licence of the case was ended by an officer or its holder.
    LicenceEnded,
    /// A special procedure's end was recorded.
    ProcedureEnded,
    /// The bundle released, or will not release, this part's licences.
    LicencesSettled,
    /// An emergency enactment binds the case; its order is a blob under the digest.
    EmergencyBegan {
        /// Which.
        id: EnactmentId,
        /// Digest of its order.
        digest: Digest,
    },
    /// It no longer does.
    EmergencyEnded(EnactmentId),
    /// The extension that it orders was tried on the case.
    EmergencyExtends(EnactmentId),
    /// A migration moved a part of this bundle, or the way back did: the bundle's own pin names the part's chain.
    PartMigrated {
        /// Which part.
        part: MatterCode,
        /// By which migration.
        migration: MigrationId,
    },
    /// An event of a closed case, or one that is no longer awaited, was noted and not acted on.
    Noted(Box<Event>),
}

/// An earlier event of a case, run again on another chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// What happened; none for what the host did meanwhile.
    pub event: Option<Box<Event>>,
    /// When.
    pub at: Timestamp,
    /// What stands whatever the chain: what the event itself did, or the host.
    pub facts: Vec<Effect>,
    /// What each layer answered now, ground first.
    pub answers: Vec<LayerAnswer>,
    /// What it would have done.
    pub effects: Vec<Effect>,
}

/// The events of a case so far, run again on the chain that governs it from its acceptance on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunAgain {
    /// Digest of the chain that it was received under.
    pub from: Digest,
    /// What it is pinned to now.
    pub pin: Pin,
    /// The enactments by whose transitional clause that is so.
    pub by: Vec<EnactmentId>,
    /// The events, in their order.
    pub runs: Vec<Run>,
}

/// Why there is an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The application was received: the first entry.
    Received(Box<Receipt>),
    /// The chain of packages was called with an event.
    Step {
        /// What happened.
        event: Box<Event>,
        /// What each layer answered, ground first.
        answers: Vec<LayerAnswer>,
        /// What was read.
        bindings: Box<Bindings>,
        /// How many of the entry's first effects the event itself had, before the chain was called.
        arrived: usize,
    },
    /// A call failed or its answer was refused; the event waits.
    Failed {
        /// What happened.
        event: Box<Event>,
        /// Why it was not taken.
        fault: StepFault,
    },
    /// What the host did itself.
    Host(HostAct),
    /// The events so far were run again on another chain, before the acceptance that follows.
    RunAgain(Box<RunAgain>),
    /// A migration moved it to another chain.
    Migrated(Box<Migrated>),
    /// That was undone, before its next step.
    MigrationUndone(Box<MigrationUndone>),
}

/// One entry of a case's journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Which case.
    pub case: CaseId,
    /// From 1, without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// Why.
    pub cause: Cause,
    /// What it did.
    pub effects: Vec<Effect>,
    /// Digest of the case's state after it.
    pub after: Digest,
}

/// The parts of a bundle and what they are pinned to.
pub type PartPins = BTreeMap<MatterCode, Pin>;
