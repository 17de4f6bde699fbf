//! A supplement (补正): values and papers that the applicant hands in afterwards, checked against the form
//! that the case was received on.

use banshi_model::case::Case;
use banshi_model::ids::DocumentId;

use super::{Supplied, merge};
use crate::Engine;
use crate::api::cases::SupplementRequest;
use crate::error::Error;
use crate::principal::Principal;

impl Engine {
    /// Checks a supplement to a case. The caller has checked that this principal may supplement it.
    pub(crate) async fn check_supplement(
        &self,
        who: &Principal,
        case: &Case,
        request: SupplementRequest,
    ) -> Result<Supplied, Error> {
        if request.values.is_empty() && request.documents.is_empty() {
            return Err(Error::invalid(
                "supplement.empty",
                "/values",
                "nothing is supplemented",
                "give values or documents",
            ));
        }
        if request.values.values().any(serde_json::Value::is_null) {
            let fix = "leave a value out to keep it, or give another";
            return Err(Error::invalid("supplement.null", "/values", "a supplement takes nothing away", fix));
        }
        let at = self.now();
        let plan = self.plan_of(&case.pin, &case.draft).await?;
        // Only what is given is checked: what the case has already was checked when it was received.
        let given: Vec<_> =
            plan.fields.into_iter().filter(|field| request.values.contains_key(field.id.as_str())).collect();
        let mut merged = merge::values(&given, &request.values, at, &self.inner.registry.validators)?;
        merged.missing.clear();
        if let Some(error) = merged.error() {
            return Err(error);
        }
        let uploads = self.uploads(who, &plan.materials, &request.documents)?;
        let (documents, _) = merge::documents(&plan.materials, &uploads, at)?;
        let mut claimed: Vec<DocumentId> = uploads.into_values().map(|upload| upload.id).collect();
        claimed.sort();
        claimed.dedup();
        Ok(Supplied { values: merged.values, documents, documents_claimed: claimed })
    }
}
