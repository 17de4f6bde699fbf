//! A case (办件): `Case::open`, then `Case::apply` (in `evolve`) for each effect of each entry.
//!
//! Evolution is total: an effect that names what the case does not have changes nothing, so that a
//! journal written by an older host always folds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::command::SpecialProcedure;
use crate::definition::{Mode, Span, plain_enum};
use crate::draft::{Counts, Draft, Outcome, PartResult, Signer, TaskResult, View};
use crate::effect::{DueDate, Limits, Outgoing, StepFault, TimerKind};
use crate::emergency::Bound;
use crate::enactment::Chain;
use crate::entry::PartPins;
use crate::event::Event;
use crate::frozen::Frozen;
use crate::ids::{CaseId, Digest, MatterCode, Slug};
use crate::migration::MovedBy;
use crate::task::Task;
use crate::text::{Finding, Reason, Text};

/// What a case is pinned to at receipt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pin {
    /// The chain of packages.
    pub chain: Chain,
    /// Its digest.
    pub digest: Digest,
    /// The effective definition, kept as a blob.
    pub definition: Digest,
    /// The effective settings.
    pub parameters: BTreeMap<String, Value>,
    /// What the chosen parts are pinned to.
    pub parts: PartPins,
}

plain_enum!(
    /// Where a case stands.
    Phase {
        /// 收件: received, not accepted.
        Received,
        /// 补正: the applicant has to supplement.
        Supplementing,
        /// 受理: accepted, in work.
        Accepted,
        /// 决定: decided; certificate, delivery or after-check to come.
        Decided,
        /// 办结.
        Closed,
    }
);

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Decision {
    /// How.
    pub outcome: Outcome,
    /// Why.
    pub reasons: Vec<Reason>,
    /// How it can be contested.
    pub remedy: Option<Text>,
    /// When.
    pub at: Timestamp,
    /// The law row, where the law decided.
    pub row: Option<String>,
}

/// A supplement notice (补正告知).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Supplement {
    /// What is missing.
    pub findings: Vec<Finding>,
    /// When it was asked.
    pub asked: Timestamp,
    /// The last day to answer.
    pub deadline: Option<DueDate>,
    /// When the applicant answered: from then on the application is whole.
    pub answered: Option<Timestamp>,
}

/// A special procedure of a case; days after `from` up to `to` do not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Procedure {
    /// What.
    pub procedure: SpecialProcedure,
    /// The day it began.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The day it ended.
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
}

/// A part of a bundle's case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PartCase {
    /// Which matter.
    pub part: MatterCode,
    /// Its case.
    pub case: CaseId,
    /// How.
    pub mode: Mode,
    /// How it ended.
    pub result: Option<PartResult>,
}

/// An event that waits because the plugin failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// What.
    pub event: Event,
    /// Since when.
    pub since: Timestamp,
}

/// An extension of the limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Extension {
    /// By how much.
    pub span: Span,
    /// Under which law row.
    pub row: String,
    /// On which instrument.
    pub instrument: String,
}

/// What a case begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// When the application was received; a part, when its bundle was.
    pub received: Timestamp,
    /// The application.
    pub draft: Frozen<Draft>,
    /// What it is pinned to.
    pub pin: Frozen<Pin>,
    /// What was declared and what was asked.
    pub counts: Counts,
    /// The bundle, for a part.
    pub parent: Option<CaseId>,
    /// Whether the folder runs on a simulated clock.
    pub simulated: bool,
}

/// A case: the fold of its journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// The bundle, for a part.
    pub parent: Option<CaseId>,
    /// Whether the folder runs on a simulated clock.
    pub simulated: bool,
    /// What it is pinned to.
    pub pin: Frozen<Pin>,
    /// When it was received.
    pub received: Timestamp,
    /// Where it stands.
    pub phase: Phase,
    /// The application.
    pub draft: Frozen<Draft>,
    /// What was declared and what was asked.
    pub counts: Counts,
    /// The day of acceptance.
    pub accepted: Option<Date>,
    /// Accepted by law.
    pub deemed_accepted: bool,
    /// The limits, once accepted.
    pub limits: Option<Limits>,
    /// Extensions of the limit.
    pub extensions: Vec<Extension>,
    /// Special procedures.
    pub procedures: Vec<Procedure>,
    /// The supplement notice.
    pub supplement: Option<Supplement>,
    /// The layers' states, ground first; empty before the first step.
    pub states: Vec<String>,
    /// Tasks in the order they were opened.
    pub tasks: Vec<Frozen<Task>>,
    /// Results in the order they were given.
    pub results: Vec<Frozen<TaskResult>>,
    /// Timers that are set.
    pub timers: Vec<(TimerKind, Timestamp)>,
    /// Who must prove who they are.
    pub signers: Vec<Signer>,
    /// Deliveries that await an answer, by outbox key.
    pub pending: BTreeMap<String, Outgoing>,
    /// The parts' cases.
    pub parts: Vec<PartCase>,
    /// The decision.
    pub decision: Option<Decision>,
    /// Identifiers of licences it issued.
    pub licences: Vec<String>,
    /// Events that wait because the plugin failed; the first is tried first.
    pub parked: Vec<Waiting>,
    /// Why the first of them waits.
    pub fault: Option<StepFault>,
    /// How often it was tried.
    pub attempts: u32,
    /// Whether the bundle knows how this part was decided.
    pub bundle_told: bool,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// When it ended.
    pub closed: Option<Timestamp>,
    /// Emergency enactments that bind it. Left out where there are none, so that older states keep their digests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emergencies: Vec<Bound>,
    /// By which migration it is on its chain. Left out where it is by none, so that older states keep their digests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_by: Option<MovedBy>,
}

impl Case {
    /// A case as it is when its application is received.
    pub fn open(id: CaseId, receipt: Receipt) -> Self {
        Self {
            id,
            parent: receipt.parent,
            simulated: receipt.simulated,
            pin: receipt.pin,
            received: receipt.received,
            phase: Phase::Received,
            draft: receipt.draft,
            counts: receipt.counts,
            accepted: None,
            deemed_accepted: false,
            limits: None,
            extensions: Vec::new(),
            procedures: Vec::new(),
            supplement: None,
            states: Vec::new(),
            tasks: Vec::new(),
            results: Vec::new(),
            timers: Vec::new(),
            signers: Vec::new(),
            pending: BTreeMap::new(),
            parts: Vec::new(),
            decision: None,
            licences: Vec::new(),
            parked: Vec::new(),
            fault: None,
            attempts: 0,
            bundle_told: false,
            outcome: None,
            closed: None,
            emergencies: Vec::new(),
            moved_by: None,
        }
    }

    /// The task with this id within the case.
    pub fn task(&self, local: &Slug) -> Option<&Task> {
        self.tasks.iter().map(|task| &**task).find(|task| &task.local == local)
    }

    /// The emergency that puts a remote check of identity in the place of presence here; none: presence is presence.
    pub fn remote_identity(&self) -> Option<&Bound> {
        self.emergencies.iter().find(|bound| bound.remote_identity())
    }

    /// The case as a layer sees it.
    pub fn view(&self, now: Timestamp) -> View {
        View {
            id: self.id.clone(),
            now,
            draft: self.draft.clone(),
            received: self.received,
            accepted: self.accepted,
            due: self.limits.as_ref().map(|limits| limits.effective().date),
            signers: self.signers.clone(),
            tasks: self.results.clone(),
            parts: self.parts.iter().filter_map(|part| part.result.clone()).collect(),
        }
    }

    /// The digest of the whole state.
    pub fn digest(&self) -> Result<Digest, serde_json::Error> {
        Digest::of_json(self)
    }
}
