//! What makes a matter a bundle: its parts, and what is done once instead of often.

use crate::contract::matters::{Business, Mode, PartStage};
use crate::contract::types::Text;
use crate::guard::{Guard, always};
use crate::text::text;

/// A part of a bundle: another matter, by its code.
pub struct Part {
    pub(crate) code: &'static str,
    pub(crate) department: String,
    pub(crate) business: Business,
    pub(crate) lead: bool,
    pub(crate) mode: Mode,
    pub(crate) on_commitment: bool,
    pub(crate) when: Guard,
}

impl Part {
    /// The matter `code`, which `department` decides, by ordinary approval.
    pub fn new(code: &'static str, department: &str) -> Self {
        Self {
            code,
            department: department.to_owned(),
            business: Business::Establish,
            lead: false,
            mode: Mode::Approval,
            on_commitment: false,
            when: always(),
        }
    }

    /// 牵头: its department leads.
    pub fn lead(mut self) -> Self {
        self.lead = true;
        self
    }

    /// Which of the part's businesses; without: new.
    pub fn business(mut self, business: Business) -> Self {
        self.business = business;
        self
    }

    /// It is had by filing (备案).
    pub fn filing(mut self) -> Self {
        self.mode = Mode::Filing;
        self
    }

    /// It is opened on a commitment when the bundle is applied for so. What is in force for the part must
    /// offer that too, or the host refuses to open it so.
    pub fn on_commitment(mut self) -> Self {
        self.on_commitment = true;
        self
    }

    /// Part of the bundle only where `when` holds.
    pub fn when(mut self, when: Guard) -> Self {
        self.when = when;
        self
    }
}

/// One visit (联合核查) that gives each stage it serves a result of its own.
pub struct Inspection {
    pub(crate) id: &'static str,
    pub(crate) title: Text,
    pub(crate) unit: String,
    pub(crate) serves: Vec<PartStage>,
    pub(crate) when: Guard,
}

impl Inspection {
    /// A visit by `unit`. It is opened with the parts if at least two of the stages it serves are of
    /// chosen parts.
    pub fn new(id: &'static str, title: &str, unit: &str) -> Self {
        Self { id, title: text(title), unit: unit.to_owned(), serves: Vec::new(), when: always() }
    }

    /// It stands for this stage of this part.
    pub fn serves(mut self, part: &str, stage: &str) -> Self {
        self.serves.push(PartStage { part: part.to_owned(), stage: stage.to_owned() });
        self
    }

    /// Made only where `when` holds.
    pub fn when(mut self, when: Guard) -> Self {
        self.when = when;
        self
    }
}
