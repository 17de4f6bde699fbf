//! A case's move to another version: what the layers of the new chain make of it.

use banshi_model::command::StepOutput;
use banshi_model::draft::View;
use banshi_model::ids::Digest;

use crate::convert;
use crate::error::CallError;
use crate::exports::Function;
use crate::guest::cases;
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
        self.calls().call::<_, cases::Step>(package, Function::Migrate, (view, from)).await
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
        self.calls().call::<_, cases::Step>(package, Function::RefineMigrate, (view, from, below)).await
    }
}
