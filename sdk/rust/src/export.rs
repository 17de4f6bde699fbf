//! From the traits to the contract's exports. Nothing of it is called by a package's own code.

use std::marker::PhantomData;

use serde_json::Value;

use crate::contract::cases::{Draft, Event, Guidance, Knob, Offer, Place, Step, View};
use crate::contract::matter_world::exports::banshi::matter::workflow;
use crate::contract::matters::Definition;
use crate::contract::types::{Fault, Finding};
use crate::contract::variation_world::exports::banshi::matter::refinement;
use crate::guard::Answers;
use crate::matter::{Matter, Variation};
use crate::settings::Settings;
use crate::text::fault;

/// A matter or a variation as the contract's interface.
#[doc(hidden)]
pub struct Exported<T>(PhantomData<T>);

fn json(given: &str, what: &str) -> Result<Value, Fault> {
    serde_json::from_str(given).map_err(|_| fault("json", what))
}

impl<M: Matter> workflow::Guest for Exported<M> {
    fn knobs() -> Vec<Knob> {
        M::knobs()
    }

    fn define(parameters: String) -> Result<Definition, Fault> {
        M::define(&Settings::parse(&parameters)?)
    }

    fn guide(at: Place, answers: String) -> Result<Guidance, Fault> {
        M::guide(&at, &Answers::parse(&answers)?)
    }

    fn precheck(draft: Draft) -> Result<Vec<Finding>, Fault> {
        M::precheck(&draft)
    }

    fn advance(current: View, event: Event) -> Result<Step, Fault> {
        M::advance(&current, &event)
    }

    fn judge(at: Place, fact: String, subject_record: String) -> Result<Option<Offer>, Fault> {
        M::judge(&at, &json(&fact, "fact")?, &json(&subject_record, "subject-record")?)
    }

    fn migrate(current: View, from_digest: String) -> Result<Step, Fault> {
        M::migrate(&current, &from_digest)
    }
}

impl<V: Variation> refinement::Guest for Exported<V> {
    fn refine_definition(parameters: String, below: Definition) -> Result<Definition, Fault> {
        V::refine_definition(&Settings::parse(&parameters)?, below)
    }

    fn refine_guidance(at: Place, answers: String, below: Guidance) -> Result<Guidance, Fault> {
        V::refine_guidance(&at, &Answers::parse(&answers)?, below)
    }

    fn refine_findings(draft: Draft, below: Vec<Finding>) -> Result<Vec<Finding>, Fault> {
        V::refine_findings(&draft, below)
    }

    fn refine_step(current: View, event: Event, below: Step) -> Result<Step, Fault> {
        V::refine_step(&current, &event, below)
    }

    fn refine_migrate(current: View, from_digest: String, below: Step) -> Result<Step, Fault> {
        V::refine_migrate(&current, &from_digest, below)
    }
}

/// Makes the component's exports out of a [`Matter`]. Natively it does nothing, so that the same crate
/// runs in ordinary tests. Once in a crate of type `["cdylib", "rlib"]`.
#[macro_export]
macro_rules! export_matter {
    ($matter:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, missing_docs)]
        const _: () = {
            type BanshiExport = $crate::Exported<$matter>;
            $crate::contract::matter_world::export_matter_world!(BanshiExport with_types_in $crate::contract::matter_world);
        };
    };
}

/// Makes the component's exports out of a [`Variation`]. Natively it does nothing.
#[macro_export]
macro_rules! export_variation {
    ($variation:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, missing_docs)]
        const _: () = {
            type BanshiExport = $crate::Exported<$variation>;
            $crate::contract::variation_world::export_variation_world!(BanshiExport with_types_in $crate::contract::variation_world);
        };
    };
}
