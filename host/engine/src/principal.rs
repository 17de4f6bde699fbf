//! Who asks, and in which role. Authentication is http's; what a role may do is decided here.

use banshi_model::effect::PartnerKind;
use banshi_model::ids::{Authority, Department, Division};
use banshi_model::text::Subject;
use serde::{Deserialize, Serialize};

/// A role with its bounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "kebab-case")]
pub enum Role {
    /// Runs the platform: admits, enacts anywhere, sets the clock, reads metrics. Decides no case.
    Platform,
    /// Publishes and enacts for one authority.
    Publisher {
        /// For whom.
        authority: Authority,
    },
    /// Works in units of a department in a division.
    Officer {
        /// Where; also divisions within it.
        division: Division,
        /// Which department.
        department: Department,
        /// Whose tasks.
        units: Vec<String>,
    },
    /// Another system: a portal that submits for many, a department's system.
    Partner {
        /// Of which kind; none: a portal or kiosk that takes in applications for subjects.
        kind: Option<PartnerKind>,
    },
    /// An applicant: sees and does what concerns this subject.
    Applicant {
        /// Who.
        subject: Subject,
    },
}

/// A caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The token's name: not personal, safe in logs and journals.
    pub name: String,
    /// What it may do.
    pub role: Role,
}
