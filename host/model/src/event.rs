//! What can happen to a case, in the past tense. Mirrors the contract's variant `event`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::definition::Span;
use crate::draft::{PartResult, TaskResult};
use crate::ids::Slug;
use crate::text::Subject;

/// What a plugin's step is called with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The application was received.
    Submitted,
    /// The applicant supplemented.
    Supplemented,
    /// Nobody supplemented in time.
    SupplementExpired,
    /// The host accepted it as of the day of receipt (第三十二条).
    DeemedAccepted,
    /// A renewal that was not decided by expiry (第五十条).
    DeemedGranted,
    /// An officer, or silence, said something to a task.
    TaskDone(TaskResult),
    /// A timer of the plugin came due.
    TimerDue(Slug),
    /// A signer proved who they are.
    IdentityVerified(Subject),
    /// A signer did not.
    IdentityFailed(Subject),
    /// A signer was replaced by this one.
    SignerReplaced(Subject),
    /// A look-up was answered; `value` none: it failed.
    LookedUp {
        /// The look-up.
        id: Slug,
        /// The answer.
        value: Option<Value>,
    },
    /// A payment was made or failed.
    Payment {
        /// The payment.
        id: Slug,
        /// Whether it was made.
        paid: bool,
    },
    /// A parcel arrived.
    Delivered(Slug),
    /// A part ended.
    PartClosed(PartResult),
    /// A special procedure ended.
    SpecialProcedureEnded(Slug),
    /// The limit was extended.
    Extended(Span),
    /// The applicant withdrew.
    Withdrawn,
    /// The after-check of a commitment was done; whether it was kept.
    CommitmentChecked(bool),
    /// A licence of this case ended.
    LicenceEnded(String),
    /// A fact was heard.
    FactHeard(Value),
    /// An offer was confirmed.
    OfferConfirmed,
}

impl Event {
    /// Its name in the contract; a fixed word, safe in logs and metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Supplemented => "supplemented",
            Self::SupplementExpired => "supplement-expired",
            Self::DeemedAccepted => "deemed-accepted",
            Self::DeemedGranted => "deemed-granted",
            Self::TaskDone(_) => "task-done",
            Self::TimerDue(_) => "timer-due",
            Self::IdentityVerified(_) => "identity-verified",
            Self::IdentityFailed(_) => "identity-failed",
            Self::SignerReplaced(_) => "signer-replaced",
            Self::LookedUp { .. } => "looked-up",
            Self::Payment { .. } => "payment",
            Self::Delivered(_) => "delivered",
            Self::PartClosed(_) => "part-closed",
            Self::SpecialProcedureEnded(_) => "special-procedure-ended",
            Self::Extended(_) => "extended",
            Self::Withdrawn => "withdrawn",
            Self::CommitmentChecked(_) => "commitment-checked",
            Self::LicenceEnded(_) => "licence-ended",
            Self::FactHeard(_) => "fact-heard",
            Self::OfferConfirmed => "offer-confirmed",
        }
    }
}
