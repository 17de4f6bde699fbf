//! Licences as callers see them, and the public certificate.

use banshi_model::command::Ending;
use banshi_model::ids::{CaseId, Division};
use banshi_model::licence::{Licence, LicenceStatus};
use banshi_model::text::{Reason, Text};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A licence with where it stands today.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LicenceView {
    /// The licence.
    #[serde(flatten)]
    pub licence: Licence,
    /// Where it stands today.
    pub status_today: LicenceStatus,
}

/// End a licence.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndRequest {
    /// How: an officer may use all four, the holder only `cancelled`.
    pub ending: Ending,
    /// Why, by clause.
    pub reason: Reason,
    /// How it can be contested; needed where it goes against the holder.
    #[serde(default)]
    pub remedy: Option<Text>,
}

/// Put a licence into the library that another system issued (for example a business licence), so that it can be a source.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterRequest {
    /// 电子证照标识.
    pub id: String,
    /// 证照类型代码.
    pub licence_type: String,
    /// Its name.
    pub title: Text,
    /// Where it was issued.
    pub division: Division,
    /// Which department issued it.
    pub department: String,
    /// Who holds it.
    pub holder: banshi_model::text::Subject,
    /// What it says: an object by data element.
    #[schema(value_type = Object)]
    pub content: Value,
    /// The last day it is valid.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
}

/// A certificate as the public sees it who scanned its code: what is printed on it, live.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CertificateView {
    /// Its name.
    pub title: Text,
    /// 电子证照标识.
    pub id: String,
    /// The holder's name; the number is masked.
    pub holder: String,
    /// The holder's number, masked but for its first six and last two characters.
    pub holder_id: String,
    /// Which department.
    pub department: String,
    /// Where.
    pub division: Division,
    /// Where it stands today.
    pub status: LicenceStatus,
    /// When it was issued.
    pub issued: Timestamp,
    /// The last day it is valid.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
    /// For a composite: its permits, each as it stands today.
    pub permits: Vec<PermitView>,
    /// As of when.
    pub as_of: Timestamp,
    /// Issued on a simulated clock: not a document.
    pub simulated: bool,
    /// What a user must be told is a sample (示例).
    pub samples: Vec<Text>,
}

/// A permit of a composite certificate.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PermitView {
    /// 电子证照标识.
    pub id: String,
    /// Its name.
    pub title: Text,
    /// Which department.
    pub department: String,
    /// Where it stands today.
    pub status: LicenceStatus,
    /// The last day it is valid.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
    /// How it ended, if it did.
    pub ended: Option<Ending>,
}

/// An uploaded document.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DocumentView {
    /// Name it in the application.
    pub id: banshi_model::ids::DocumentId,
    /// SHA-256.
    pub digest: banshi_model::ids::Digest,
    /// Its size in bytes.
    pub bytes: u64,
    /// The case that it belongs to, once submitted.
    pub case: Option<CaseId>,
}
