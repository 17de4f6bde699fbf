//! Why the engine did not do what was asked, split by what the caller can do about it.

use banshi_model::ids::{Authority, CaseId};
use banshi_model::law;
use banshi_model::text::Text;
use jiff::Timestamp;

use crate::api::registry::AdmissionReport;

/// An error of the engine. Texts hold no personal data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or this caller may not know of it.
    #[error("no {what} `{id}`")]
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// Which.
        id: String,
    },
    /// The caller's role does not allow it.
    #[error("not allowed: {what}; it takes {needs}")]
    Forbidden {
        /// What was asked.
        what: &'static str,
        /// Which role it takes.
        needs: &'static str,
    },
    /// The request is not right; it can be corrected.
    #[error("{place}: {what}; {fix}")]
    Invalid {
        /// A stable word: `intake.incomplete`, `task.form` …
        code: &'static str,
        /// A JSON pointer into the request, or the parameter's name.
        place: String,
        /// What is wrong.
        what: String,
        /// What to do.
        fix: String,
    },
    /// Something happened meanwhile; read again and decide again.
    #[error("{what}")]
    Conflict {
        /// A stable word: `task.revision`, `task.done`, `case.closed`, `enactment.base` …
        code: &'static str,
        /// What.
        what: String,
    },
    /// A law row forbids it.
    #[error("law row `{}` ({}) forbids it: {}", .0.row, .0.clause, .0.text.zh)]
    Law(Box<law::Refusal>),
    /// A rule of the host forbids it.
    #[error("{rule}: {}", .text.zh)]
    Rule {
        /// Its stable name.
        rule: &'static str,
        /// For a person.
        text: Text,
    },
    /// It is not trusted: signatures, or a trust root.
    #[error("{0}")]
    Trust(Box<banshi_trust::Refusal>),
    /// The package is not admitted; the report says why.
    #[error("package {} is not admitted: {} finding(s) block it", .0.package, .0.findings.iter().filter(|f| f.refuses()).count())]
    NotAdmitted(Box<AdmissionReport>),
    /// A plugin failed where no case is at stake (guide, prefill, precheck, explain).
    #[error("plugin failed: {code}: {text}")]
    Plugin {
        /// The limit's or rule's own name.
        code: String,
        /// What happened.
        text: String,
    },
    /// Too much at once; try again after this many seconds.
    #[error("too much at once; try again in {0} s")]
    Busy(u64),
    /// An authority has used up one of its quotas; it says which, and when to try again.
    #[error("{0}")]
    Quota(Box<OverQuota>),
    /// The case was erased by law.
    #[error("case `{0}` was erased")]
    Erased(CaseId),
    /// The same idempotency key with another request.
    #[error("idempotency key was used with another request")]
    IdempotencyMismatch,
    /// The same key and request, answered before by a commit that was first.
    #[error("the idempotency key was used before; its reply stands")]
    Replied(Box<banshi_store::Reply>),
    /// The store or the host itself failed; nothing that the caller can do.
    #[error("internal: {0}")]
    Internal(String),
}

/// A quota that an authority has used up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{authority} has used up its quota of {quota}; try again in {seconds} s")]
pub struct OverQuota {
    /// Which: `calls`, `cpu`, `storage` or `deliveries`.
    pub quota: &'static str,
    /// What it is called, in Chinese.
    pub title: &'static str,
    /// Whose.
    pub authority: Authority,
    /// After how many seconds to try again.
    pub seconds: u64,
    /// When that is.
    pub until: Timestamp,
}

impl Error {
    /// A conflict.
    pub(crate) fn conflict(code: &'static str, what: impl Into<String>) -> Self {
        Self::Conflict { code, what: what.into() }
    }

    /// Something that is not there.
    pub(crate) fn not_found(what: &'static str, id: impl ToString) -> Self {
        Self::NotFound { what, id: id.to_string() }
    }

    /// A request that is not right.
    pub(crate) fn invalid(
        code: &'static str,
        place: impl Into<String>,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self::Invalid { code, place: place.into(), what: what.into(), fix: fix.into() }
    }
}

impl From<banshi_store::Error> for Error {
    fn from(error: banshi_store::Error) -> Self {
        use banshi_store::Error as Store;
        match error {
            Store::Conflict { case, .. } => {
                Self::conflict("case.sequence", format!("case {case} changed meanwhile; read it again"))
            }
            Store::Replied(reply) => Self::Replied(reply),
            Store::Erased(case) => Self::Erased(case),
            Store::Claimed { document, .. } => Self::conflict(
                "document.claimed",
                format!("document {document} belongs to another case; upload it again"),
            ),
            Store::Full { .. } | Store::KeyFile(_) => Self::Busy(60),
            Store::Cursor => Self::invalid(
                "page.cursor",
                "cursor",
                "the cursor is of another list",
                "take `next` of the page before, unchanged",
            ),
            Store::Unknown { .. } | Store::Invalid(_) | Store::Corrupt { .. } | Store::Stopped => {
                Self::Internal(error.to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_that_changed_meanwhile_is_a_conflict_that_names_it_and_no_fault_of_the_host() {
        let case: CaseId = "310115-210426-7K3M9QX2TR".parse().unwrap();
        let error = Error::from(banshi_store::Error::Conflict { case: case.clone(), expected: 2, found: 3 });
        let Error::Conflict { code, what } = error else { panic!("{error}") };
        assert_eq!(code, "case.sequence");
        assert!(what.contains(case.as_str()) && what.contains("read it again"), "{what}");
    }
}
