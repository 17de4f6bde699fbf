//! The exports that no step of this draft's host calls: an offer (无感审批) and a case's move to another version. Admission
//! calls them, so that what is published keeps the whole contract.

use std::collections::BTreeMap;

use banshi_model::command::StepOutput;
use banshi_model::draft::View;
use banshi_model::guidance::Place;
use banshi_model::ids::Digest;
use futures::FutureExt as _;
use serde_json::Value;

use crate::convert::{self, Give, json_object};
use crate::error::CallError;
use crate::guest::{Matter, Variation};
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
        self.calls()
            .call::<Matter, _>(package, move |matter, store| {
                async move { matter.banshi_matter_workflow().call_judge(store, &place, &fact, &record).await }.boxed()
            })
            .await
    }

    /// The state that a case of another version would go on with, and what would be opened or closed.
    pub async fn migrate(
        &self,
        package: Digest,
        view: &View,
        state: &str,
        from: Digest,
    ) -> Result<StepOutput, CallError> {
        let (view, from) = (convert::view(view, state), from.to_string());
        self.calls()
            .call::<Matter, _>(package, move |matter, store| {
                async move { matter.banshi_matter_workflow().call_migrate(store, &view, &from).await }.boxed()
            })
            .await
    }

    /// The same as a code variation wants it over what the layer below answered.
    pub async fn refine_migrate(
        &self,
        package: Digest,
        view: &View,
        state: &str,
        from: Digest,
        below: &StepOutput,
    ) -> Result<StepOutput, CallError> {
        let (view, from, below) = (convert::view(view, state), from.to_string(), convert::step(below));
        self.calls()
            .call::<Variation, _>(package, move |variation, store| {
                async move {
                    variation.banshi_matter_refinement().call_refine_migrate(store, &view, &from, &below).await
                }
                .boxed()
            })
            .await
    }
}
