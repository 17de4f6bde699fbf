//! The law as dated rows: limits, pauses, defaults and ceilings, each with its clause.
//!
//! A row says where it holds (day, place, matter types, modes, and single matters where a law speaks of
//! one) and what it says. The engine enforces what `Table` answers and holds no legal constant of its own;
//! an operator adds a row, or ends one, by a file. No plugin can touch a row.
//!
//! ```toml
//! [[row]]
//! id = "licence-law-42-single"
//! clause = "行政许可法 第四十二条第一款"
//! title = { zh = "决定期限", en = "Time to decide" }
//! valid_from = 2004-07-01
//! matter_types = ["licence"]
//! modes = ["approval", "commitment"]
//!
//! [row.rule.ceiling]
//! span = { count = 20, unit = "working-days" }
//! joint = false
//!
//! [[end]]                       # in an operator's own file: from the next day on the row is history
//! row = "licence-law-42-single"
//! last_day = 2030-12-31
//! instrument = "…"
//! ```
//!
//! Three things must not happen here: a limit in code, a guess where no row speaks (the answer is then
//! `None`, or a refusal that says so), and a row that quietly loses to a typing error (unknown keys,
//! doubled ids, references to nothing, and a place that loosens without saying so are refused when the
//! table is made).

mod judge;
mod loosening;
mod query;
mod row;
mod table;

pub use judge::Refusal;
pub use query::{Governing, Scope};
pub use row::{
    AcceptancePeriod, Ceiling, Composite, Delivery, Extension, GradualStart, LocalMaterials, Obtainable, Pauses,
    RenewalBySilence, Row, Rule, Supplement, Unanswered,
};
pub use table::{End, Error, File, Table};
