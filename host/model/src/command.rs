//! What a step asks the host to do, in the imperative. Mirrors the contract's variant `command`.
//!
//! A command is a wish: the engine checks it against law rows, permissions and the case's parties.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::definition::{Mode, Processing, Span, plain_enum};
use crate::ids::{Division, MatterCode, Slug};
use crate::text::{Finding, Reason, Subject, Text};

/// 窗口无否决: whatever is said to an applicant before acceptance shows a way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WayForward {
    /// 设路标: it belongs elsewhere.
    Signpost {
        /// The matter it is.
        matter: MatterCode,
        /// Where.
        division: Division,
        /// For the applicant.
        text: Text,
    },
    /// 打清单: what is missing, item by item.
    Checklist(Vec<Finding>),
    /// 给路径: the law is unclear.
    Path {
        /// What is asked.
        question: Text,
        /// Who answers.
        owner: String,
        /// By when.
        limit: Span,
    },
}

/// The officer's recorded decision that a command rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Verdict {
    /// A task of this case that a person did.
    pub task: Slug,
    /// Why, by clause.
    pub reasons: Vec<Reason>,
}

plain_enum!(
    /// Why an application is declined (不予受理).
    DeclineGround {
        /// No licence is needed.
        NoLicenceNeeded,
        /// It belongs to another authority.
        NotThisAuthority,
    }
);

/// 不予受理: a written decision that can be contested, and still a way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Decline {
    /// On what ground.
    pub ground: DeclineGround,
    /// Whose decision.
    pub verdict: Verdict,
    /// The way that is shown.
    pub way: WayForward,
    /// How it can be contested (救济).
    pub remedy: Text,
}

/// A task for a person in a unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OpenTask {
    /// Unique within the case.
    pub id: Slug,
    /// Who does it.
    pub unit: String,
    /// What the officer reads.
    pub title: Text,
    /// How long it may take.
    pub limit: Option<Span>,
    /// JSON Schema of the result's data.
    #[schema(value_type = Option<Object>)]
    pub form: Option<Value>,
    /// The stage that it serves.
    pub stage: Slug,
    /// A consultation that silence may close; never a decision.
    pub silence_consents: bool,
}

/// When a timer is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Due {
    /// After a span from now; counted in working days, days or months.
    After(Span),
    /// At the start of a civil date in Asia/Shanghai.
    #[schema(value_type = String)]
    On(Date),
}

plain_enum!(
    /// What may stand outside the limit, and nothing else (行政许可法 第四十五条).
    SpecialKind {
        /// 听证.
        Hearing,
        /// 招标.
        Tender,
        /// 拍卖.
        Auction,
        /// 检验.
        InspectionOfGoods,
        /// 检测.
        Testing,
        /// 检疫.
        Quarantine,
        /// 鉴定.
        Appraisal,
        /// 专家评审.
        ExpertReview,
    }
);

/// A special procedure (特别程序).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SpecialProcedure {
    /// Unique within the case.
    pub id: Slug,
    /// Which.
    pub kind: SpecialKind,
    /// How long it is expected to take; the applicant is told in writing.
    pub expected: Span,
    /// The officer's task that decided on it.
    pub task: Slug,
    /// Why.
    pub reason: Reason,
}

/// A licence to be issued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct IssueLicence {
    /// 证照类型代码.
    pub licence_type: String,
    /// What it says: an object.
    #[schema(value_type = Object)]
    pub content: Value,
    /// The last day it is valid.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
}

plain_enum!(
    /// How a licence ends before its time.
    Ending {
        /// 撤销.
        Revoked,
        /// 撤回.
        WithdrawnByAuthority,
        /// 注销.
        Cancelled,
        /// 吊销.
        Punished,
    }
);

/// A licence to be ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EndLicence {
    /// Its identifier.
    pub licence: String,
    /// How.
    pub ending: Ending,
    /// Why.
    pub reason: Reason,
    /// Whose decision; none only where the holder asks (`cancelled`).
    pub verdict: Option<Verdict>,
}

plain_enum!(
    /// Who gets a notice: the case's own parties only.
    Recipient {
        /// The subject.
        Subject,
        /// The agent.
        Agent,
        /// Every signer.
        Signers,
    }
);

/// What a step can ask for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// 受理.
    Accept(Processing),
    /// Show a way and end without a decision.
    ShowWay(WayForward),
    /// 不予受理.
    Decline(Decline),
    /// 补正告知: once.
    RequestSupplement(Vec<Finding>),
    /// Open a task.
    OpenTask(OpenTask),
    /// Close a task that is no longer needed.
    CloseTask(Slug),
    /// Start a special procedure.
    StartSpecialProcedure(SpecialProcedure),
    /// Set a timer.
    SetTimer {
        /// Unique within the case while set.
        id: Slug,
        /// When.
        due: Due,
    },
    /// Cancel a timer.
    CancelTimer(Slug),
    /// Ask these to prove who they are, each for themselves.
    VerifyIdentity(Vec<Subject>),
    /// Ask a shared data service.
    LookUp {
        /// Unique within the case.
        id: Slug,
        /// Which.
        service: String,
        /// What for.
        purpose: String,
        /// With what.
        arguments: Value,
    },
    /// Ask for a payment.
    RequestPayment {
        /// Unique within the case.
        id: Slug,
        /// Which fee of the definition.
        fee: Slug,
        /// In fen.
        amount: u64,
    },
    /// Pay back.
    Refund(Slug),
    /// Open a part of the bundle.
    OpenPart {
        /// Which.
        part: MatterCode,
        /// How.
        mode: Mode,
    },
    /// Open a joint inspection of the definition.
    InspectJointly(Slug),
    /// 准予.
    Grant(Verdict),
    /// 不予许可, with remedies.
    Refuse {
        /// Whose decision.
        verdict: Verdict,
        /// How it can be contested.
        remedy: Text,
    },
    /// Issue a licence.
    IssueLicence(IssueLicence),
    /// Release the parts' licences and, where there is one, the composite.
    ReleaseParts(Option<IssueLicence>),
    /// End a licence.
    EndLicence(EndLicence),
    /// Open the after-check of a commitment.
    OpenAfterCheck(OpenTask),
    /// Tell a party.
    Notify {
        /// Whom.
        to: Recipient,
        /// Which template.
        template: String,
        /// With what.
        data: Value,
    },
    /// Send a parcel.
    Ship {
        /// Unique within the case.
        id: Slug,
        /// What is in it.
        what: String,
    },
    /// Tell other matters.
    PublishFact(Value),
    /// 办结.
    Close,
}

impl Command {
    /// Its name in the contract, as permissions and metrics use it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accept(_) => "accept",
            Self::ShowWay(_) => "show-way",
            Self::Decline(_) => "decline",
            Self::RequestSupplement(_) => "request-supplement",
            Self::OpenTask(_) => "open-task",
            Self::CloseTask(_) => "close-task",
            Self::StartSpecialProcedure(_) => "start-special-procedure",
            Self::SetTimer { .. } => "set-timer",
            Self::CancelTimer(_) => "cancel-timer",
            Self::VerifyIdentity(_) => "verify-identity",
            Self::LookUp { .. } => "look-up",
            Self::RequestPayment { .. } => "request-payment",
            Self::Refund(_) => "refund",
            Self::OpenPart { .. } => "open-part",
            Self::InspectJointly(_) => "inspect-jointly",
            Self::Grant(_) => "grant",
            Self::Refuse { .. } => "refuse",
            Self::IssueLicence(_) => "issue-licence",
            Self::ReleaseParts(_) => "release-parts",
            Self::EndLicence(_) => "end-licence",
            Self::OpenAfterCheck(_) => "open-after-check",
            Self::Notify { .. } => "notify",
            Self::Ship { .. } => "ship",
            Self::PublishFact(_) => "publish-fact",
            Self::Close => "close",
        }
    }
}

/// What a layer's step answered. `state` is the guest's own JSON text, kept byte for byte so that a
/// replay can compare.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepOutput {
    /// The layer's new state.
    pub state: String,
    /// What it asks for, in order.
    pub commands: Vec<Command>,
}
