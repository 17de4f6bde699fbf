//! Electronic licences (电子证照): identifiers to GB/T 36904, states and endings.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::command::Ending;
use crate::definition::plain_enum;
use crate::ids::{CaseId, Division, MatterCode};
use crate::text::{Reason, Subject, Text};

plain_enum!(
    /// Where a licence stands.
    LicenceStatus {
        /// Issued by a part, not yet released with its bundle.
        Draft,
        /// 有效.
        Valid,
        /// Past its last day.
        Expired,
        /// 撤销.
        Revoked,
        /// 撤回.
        WithdrawnByAuthority,
        /// 注销.
        Cancelled,
        /// 吊销.
        Punished,
        /// A draft whose bundle never released it.
        Void,
    }
);

/// A licence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Licence {
    /// 电子证照标识 (GB/T 36904).
    pub id: String,
    /// 证照类型代码.
    pub licence_type: String,
    /// Its name.
    pub title: Text,
    /// The matter that issued it.
    pub matter: MatterCode,
    /// The case that issued it.
    pub case: CaseId,
    /// Where.
    pub division: Division,
    /// Which department.
    pub department: String,
    /// Who holds it.
    pub holder: Subject,
    /// What it says.
    #[schema(value_type = Object)]
    pub content: Value,
    /// For a composite: the licences that its code loads.
    pub members: Vec<String>,
    /// When it was issued; of a draft, when it was decided.
    pub issued: Timestamp,
    /// The last day it is valid.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
    /// Where it stands, as recorded; expiry is a fact of the date and computed by `status_on`.
    pub status: LicenceStatus,
    /// How and why it ended.
    pub ended: Option<Ended>,
    /// The public capability of its certificate page: opaque, not derived from the number.
    pub capability: Option<String>,
}

/// How and why a licence ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Ended {
    /// How.
    pub ending: Ending,
    /// Why.
    pub reason: Reason,
    /// When.
    pub at: Timestamp,
    /// The principal who ended it.
    pub by: String,
}

impl Licence {
    /// Where it stands on a day: a valid licence past its last day has expired.
    pub fn status_on(&self, day: Date) -> LicenceStatus {
        match (self.status, self.valid_until) {
            (LicenceStatus::Valid, Some(last)) if last < day => LicenceStatus::Expired,
            (status, _) => status,
        }
    }
}
