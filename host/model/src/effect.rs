//! What an entry did to its case: facts that the engine resolved, in the past tense.
//!
//! Effects hold everything that evolution needs (dates computed, ids given), so that folding a journal
//! reads no calendar, no law table and no plugin.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::case::Pin;
use crate::command::{DeclineGround, SpecialProcedure, WayForward};
use crate::definition::{Mode, Span, plain_enum};
use crate::draft::{Document, FieldValue, Outcome, PartResult, Signer, TaskResult};
use crate::emergency::{Bound, EndedBy};
use crate::event::Event;
use crate::frozen::Frozen;
use crate::ids::{CaseId, Digest, EnactmentId, MatterCode, Slug};
use crate::licence::{Ended, Licence};
use crate::migration::MovedBy;
use crate::task::Task;
use crate::text::{Finding, Reason, Subject, Text};

/// A date counted by the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DueDate {
    /// The last day.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Whether the count ran into a year whose calendar is not published; recalculated when it is.
    pub provisional: bool,
}

/// The limits of an accepted case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Limits {
    /// The statutory limit (法定时限) that the law row gives, or the shorter one that the matter declares.
    pub statutory: Span,
    /// Its law row.
    pub statutory_row: String,
    /// Its end.
    pub statutory_due: DueDate,
    /// The promise (承诺时限); none: decided on the spot, the day of acceptance.
    pub promised: Option<Span>,
    /// Its end; never after the statutory one.
    pub promised_due: DueDate,
    /// The end of the bundle's promise, for a part.
    pub bundle_due: Option<DueDate>,
}

impl Limits {
    /// The weightiest limit that has passed by the end of the day before `today`; none: in time.
    pub fn late(&self, today: Date) -> Option<Late> {
        let passed = |due: &DueDate| due.date < today;
        if passed(&self.statutory_due) {
            Some(Late::Statute)
        } else if self.bundle_due.as_ref().is_some_and(passed) {
            Some(Late::Bundle)
        } else {
            passed(&self.promised_due).then_some(Late::Promise)
        }
    }

    /// The earliest of the ends: what everyone works towards.
    pub fn effective(&self) -> &DueDate {
        let own =
            if self.promised_due.date <= self.statutory_due.date { &self.promised_due } else { &self.statutory_due };
        self.bundle_due.as_ref().filter(|bundle| bundle.date < own.date).unwrap_or(own)
    }
}

plain_enum!(
    /// Which limit has passed while a case is undecided. The statutory one weighs most: who is late there answers for
    /// it (行政许可法 第七十四条).
    Late {
        /// 承诺时限: the matter's or the part's own promise.
        Promise,
        /// The promise of the bundle that it is a part of.
        Bundle,
        /// 法定时限.
        Statute,
    }
);

plain_enum!(
    /// What kind of partner a delivery goes to.
    PartnerKind {
        /// 身份核验.
        Identity,
        /// 数据共享.
        SharedData,
        /// 通知.
        Notice,
        /// 统一支付.
        Payment,
        /// 统一物流.
        Courier,
    }
);

/// Something that leaves the host, delivered at least once under its key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outgoing {
    /// `case/seq/ordinal`: what makes a repeated delivery recognisable.
    pub key: String,
    /// To which kind of partner.
    pub partner: PartnerKind,
    /// The CloudEvents type's last word: `verify`, `lookup`, `notice`, `pay`, `refund`, `ship`.
    pub action: String,
    /// The body's data.
    pub data: Value,
    /// The id of the pending command that a callback answers; none where no answer is awaited.
    pub answers: Option<String>,
}

/// A timer that the host or a layer set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimerKind {
    /// A plugin's own.
    Plugin(Slug),
    /// Nobody accepted or asked for a supplement in time: deemed accepted (第三十二条).
    Acceptance,
    /// Nobody supplemented in time.
    Supplement,
    /// The limit of a consultation that silence may close.
    Silence(Slug),
    /// An existing licence's expiry while its renewal is undecided (第五十条).
    Renewal,
    /// A parked step is tried again.
    Retry,
}

/// Why a step did not happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StepFault {
    /// The limit's, rule's or law row's own name, for example `guest.deadline` or `law.supplement-once`.
    pub code: String,
    /// For the operator and the officer: what, where, and what can be done.
    pub text: String,
    /// The layer that failed, by package digest; none: the host refused the answer.
    pub package: Option<Digest>,
}

/// One fact about a case.
// Effects live in short lists and are folded once: a box for each large one would cost more than it saves.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The states that the layers returned, ground first.
    StatesSet(Vec<String>),
    /// Accepted, as of this day, with its limits.
    Accepted {
        /// Day 0.
        on: Date,
        /// The limits.
        limits: Limits,
        /// By law and not by a person.
        deemed: bool,
    },
    /// The limits changed: a pause, an extension, a calendar.
    LimitsSet(Limits),
    /// A special procedure began; the clock stands still from the next day.
    ProcedureStarted {
        /// Which.
        procedure: SpecialProcedure,
        /// The day it began.
        from: Date,
    },
    /// A special procedure ended.
    ProcedureEnded {
        /// Which.
        id: Slug,
        /// The last day that does not count.
        to: Date,
    },
    /// The limit was extended.
    Extended {
        /// By how much.
        span: Span,
        /// Under which law row.
        row: String,
        /// On which instrument, by whose approval.
        instrument: String,
    },
    /// A supplement was asked for.
    SupplementAsked {
        /// What is missing.
        findings: Vec<Finding>,
        /// The last day to answer, where a law row sets one.
        deadline: Option<DueDate>,
    },
    /// The applicant supplemented; replaces values and documents of the same ids.
    Supplemented {
        /// Form values.
        values: Vec<FieldValue>,
        /// Papers.
        documents: Vec<Document>,
    },
    /// A way was shown.
    WayShown(WayForward),
    /// A task was opened (or joined to a joint inspection).
    TaskOpened(Frozen<Task>),
    /// A task was done.
    TaskDone {
        /// What was said.
        result: Frozen<TaskResult>,
        /// The principal; none for silence.
        by: Option<String>,
    },
    /// A task is no longer needed.
    TaskClosed(Slug),
    /// A timer was set.
    TimerSet {
        /// Which.
        timer: TimerKind,
        /// When it is due.
        at: Timestamp,
    },
    /// A timer fired or was cancelled.
    TimerEnded(TimerKind),
    /// Somebody has to prove who they are.
    SignerAsked(Signer),
    /// They have, or have not.
    SignerAnswered {
        /// Who.
        person: Subject,
        /// Whether they are who they say.
        verified: bool,
    },
    /// Another takes their place.
    SignerReplaced {
        /// The id of who leaves.
        former: String,
        /// Who comes.
        person: Subject,
    },
    /// Something leaves through the outbox.
    Sent(Outgoing),
    /// A partner answered; by outbox key.
    Answered(String),
    /// A part was opened as a case of its own.
    PartOpened {
        /// Which.
        part: MatterCode,
        /// Its case.
        case: CaseId,
        /// How.
        mode: Mode,
    },
    /// A part ended.
    PartClosed(PartResult),
    /// Granted, refused or declined, by a person.
    Decided {
        /// How.
        outcome: Outcome,
        /// Only where declined.
        ground: Option<DeclineGround>,
        /// The task it rests on; none: by hand or by law.
        task: Option<Slug>,
        /// Why.
        reasons: Vec<Reason>,
        /// How it can be contested; where it goes against the applicant.
        remedy: Option<Text>,
        /// The law row, where the law decided (第五十条).
        row: Option<String>,
    },
    /// A licence was issued: a draft, if this is a part.
    LicenceIssued(Box<Licence>),
    /// Drafts became valid.
    LicencesReleased(Vec<String>),
    /// Drafts will never be valid.
    LicencesVoided(Vec<String>),
    /// A licence ended.
    LicenceEnded {
        /// Which.
        id: String,
        /// How and why.
        ended: Ended,
    },
    /// A fact was told to other matters.
    FactPublished(Value),
    /// An event was put into another case's inbox.
    EventSent {
        /// Whose.
        to: CaseId,
        /// What.
        event: Event,
    },
    /// The event waits: the plugin failed, or its answer was refused. Not an outcome.
    Parked {
        /// What waits.
        event: Box<Event>,
        /// Why.
        fault: StepFault,
    },
    /// A waiting event was tried and failed again.
    RetryFailed(StepFault),
    /// The first waiting event was taken up.
    Resumed,
    /// All waiting events were set aside: a person finished the case by hand.
    ParkedDropped,
    /// The case ended.
    Closed(Outcome),
    /// An emergency enactment binds the case from here on.
    EmergencyBegan(Bound),
    /// It no longer does.
    EmergencyEnded {
        /// Which.
        id: EnactmentId,
        /// Why.
        why: EndedBy,
    },
    /// The extension that an emergency orders was tried on this case.
    EmergencyExtends {
        /// Which emergency.
        id: EnactmentId,
        /// The law row that allowed or refused it.
        row: String,
        /// Whether the limit moved.
        allowed: bool,
    },
    /// Another chain governs the case, from here on: by a transitional clause, by a migration, or by the way back from one.
    ChainMoved(Box<Pin>),
    /// By which migration the case is on its chain; none: by none, again.
    GovernedByMigration(Option<MovedBy>),
    /// A migration was undone: the tasks and timers as they are without it.
    WorkRestored {
        /// All of its tasks.
        tasks: Vec<Frozen<Task>>,
        /// All of its timers.
        timers: Vec<(TimerKind, Timestamp)>,
    },
}
