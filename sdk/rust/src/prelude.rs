//! What a package's code usually names: `use banshi_sdk::prelude::*;`.

pub use schemars::JsonSchema;
pub use serde::{Deserialize, Serialize};
pub use serde_json::{Value, json};

pub use crate::contract::cases::{
    Command, Draft, Event, Guidance, Opinion, Outcome, Place, SpecialKind, Step, TaskResult, View,
};
pub use crate::contract::matters::{Business, Definition, JointInspection, MatterType, Mode, PartStage};
pub use crate::contract::types::{Fault, Finding, Reason, Span, Text};
pub use crate::declared;
pub use crate::draft::Party;
pub use crate::flow::{Flow, Stages};
pub use crate::guard::{Answers, Guard, above, always, is, yes};
pub use crate::matter::{Matter, Variation};
pub use crate::settings::{ListKnob, NumberKnob, Settings};
pub use crate::spec::{Certificate, Commitment, Inspection, Material, Panel, Part, Question, Spec, Stage};
pub use crate::text::{days, fault, months, reason, text, working_days};
pub use crate::{export_matter, export_variation};
