//! Write a matter (事项), a bundle (一业一证) or a variation in ordinary Rust.

mod civil;
pub mod contract;
pub mod declared;
mod draft;
mod export;
pub mod fields;
pub mod flow;
mod guard;
#[cfg(not(target_arch = "wasm32"))]
pub mod harness;
pub mod log;
mod matter;
pub mod prelude;
mod settings;
mod spec;
mod text;

pub use draft::{Party, PartyKind};
#[doc(hidden)]
pub use export::Exported;
pub use flow::Flow;
pub use guard::{Answers, Guard, above, always, is, yes};
pub use matter::{Matter, Variation};
pub use settings::{
    COMMITMENT_BELOW_AREA, ListKnob, NumberKnob, PROMISED_DAYS, SHARED_DATA_MATERIALS, Settings,
};
pub use spec::{Certificate, Commitment, Inspection, Material, Panel, Part, Question, Spec, Stage};
pub use text::{days, fault, months, reason, text, working_days};

pub use {schemars, serde, serde_json};
