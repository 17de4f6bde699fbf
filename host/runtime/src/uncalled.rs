//! The export that no step of this draft's host calls: an offer (无感审批). Admission calls it, so that what is published
//! keeps the whole contract.

use std::collections::BTreeMap;

use banshi_model::guidance::Place;
use banshi_model::ids::Digest;
use serde_json::Value;

use crate::convert::{Give, json_object};
use crate::error::CallError;
use crate::exports::Function;
use crate::guest::cases;
use crate::runtime::Runtime;

impl Runtime {
    /// Whether a fact concerns a subject, and what an offer to it would be prefilled with.
    pub async fn judge(
        &self,
        package: Digest,
        place: &Place,
        fact: &Value,
        record: &BTreeMap<String, Value>,
    ) -> Result<Option<Value>, CallError> {
        let (place, fact, record) = (place.give(), fact.to_string(), json_object(record));
        self.calls().call::<_, Option<cases::Offer>>(package, Function::Judge, (place, fact, record)).await
    }
}
