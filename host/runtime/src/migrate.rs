//! A case's move to another version: what the layers of the new chain make of it.

use banshi_model::command::StepOutput;
use banshi_model::draft::View;
use banshi_model::ids::Digest;
use futures::FutureExt as _;

use crate::convert;
use crate::error::CallError;
use crate::guest::{Matter, Variation};
use crate::runtime::Runtime;

impl Runtime {
    /// The state that a case of another version goes on with, and what is to be opened or closed. `state` is what the
    /// package `from` left.
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

    /// The same as a code variation wants it over what the layer below answered. Without `from` the layer is new to the
    /// case.
    pub async fn refine_migrate(
        &self,
        package: Digest,
        view: &View,
        state: &str,
        from: Option<Digest>,
        below: &StepOutput,
    ) -> Result<StepOutput, CallError> {
        let from = from.map(|digest| digest.to_string()).unwrap_or_default();
        let (view, below) = (convert::view(view, state), convert::step(below));
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
