//! Guided questions, findings and settings. Mirrors the rest of the contract's interface `cases`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::command::WayForward;
use crate::definition::{Business, Mode, plain_enum};
use crate::ids::{Division, MatterCode, Slug};
use crate::text::Text;

/// Where and when a question is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Where.
    pub division: Division,
    /// When.
    pub today: Date,
    /// Portal, window, kiosk …
    pub channel: String,
    /// Which business.
    pub business: Business,
    /// The effective settings.
    pub parameters: BTreeMap<String, Value>,
}

/// What to ask next, and what a complete path needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Guidance {
    /// Questions to ask next; empty: the path is complete.
    pub next: Vec<Slug>,
    /// Fields that this path needs.
    pub fields: Vec<Slug>,
    /// Materials that this path needs.
    pub materials: Vec<Slug>,
    /// Chosen parts.
    pub parts: Vec<MatterCode>,
    /// How it may be had here; the first is proposed.
    pub modes: Vec<Mode>,
    /// Where the path shows that it belongs elsewhere.
    pub way: Option<WayForward>,
}

plain_enum!(
    /// Which way a layer above may turn a knob.
    Direction {
        /// Only to lower numbers.
        Lower,
        /// Only to higher numbers.
        Higher,
        /// Only to a subset of the list.
        Subset,
        /// Only to a superset of the list.
        Superset,
    }
);

/// A setting that a variation may turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Knob {
    /// Unique within the matter.
    pub id: Slug,
    /// What the author reads.
    pub title: Text,
    /// JSON Schema of its value.
    #[schema(value_type = Object)]
    pub schema: Value,
    /// The base's own value.
    pub default: Value,
    /// Which way is narrower.
    pub narrows: Direction,
}

/// The plugin could not do its work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Fault {
    /// A stable word of the plugin.
    pub code: String,
    /// For the operator.
    pub text: String,
}
