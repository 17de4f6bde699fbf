//! What callers hand in and get back: plain requests and answers, typed and described for OpenAPI.
//!
//! No type here is stored; what is stored lives in `banshi_model`.

pub mod cases;
pub mod emergencies;
pub mod fits;
pub mod gradual;
pub mod intake;
pub mod licences;
pub mod migration;
pub mod operation;
pub mod registry;
pub mod shadow;
pub mod shadow_events;
pub mod tasks;
pub mod trust;
pub mod watch;

use serde::{Deserialize, Serialize};

/// A page of a list; `next` is handed back as `cursor` to go on.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// What this page holds.
    pub items: Vec<T>,
    /// Where the next page begins; none: this is the last.
    pub next: Option<String>,
}

/// Which page is wanted.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// How many, 1 to 200.
    pub limit: usize,
}
