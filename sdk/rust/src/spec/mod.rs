//! What a matter declares: one [`Spec`], built by [`crate::Matter::spec`] under the settings in force.
//!
//! A spec is a description and does nothing. `declared` turns it into what the contract asks for.

mod asked;
mod bundle;
mod check;
mod sections;

pub use asked::{Material, Question};
pub use bundle::{Inspection, Part};
pub use sections::{Certificate, Commitment, More, Panel, Stage};

use schemars::JsonSchema;

use crate::contract::cases::{Draft, Knob};
use crate::contract::matters::{Business, Cover, Fee, MatterType, Mode, Partial, Processing};
use crate::contract::types::{Finding, Span, Text};
use crate::fields::{FieldsOf, fields_of};
use crate::flow::Flow;
use crate::guard::{Guard, always};
use crate::text::{text, working_days};

/// A struct's fields, and the paths that need them.
pub(crate) struct FieldGroup {
    pub(crate) of: FieldsOf,
    pub(crate) when: Guard,
}

/// Where a path shows that it belongs elsewhere.
pub(crate) struct Elsewhere {
    pub(crate) when: Guard,
    pub(crate) matter: String,
    pub(crate) division: Option<String>,
    pub(crate) text: Text,
}

/// What a matter is. Every text is written `中文 / English`.
pub struct Spec {
    pub(crate) title: Text,
    pub(crate) department: String,
    pub(crate) matter_type: MatterType,
    pub(crate) business: Vec<Business>,
    pub(crate) filing: bool,
    pub(crate) commitment: Option<Commitment>,
    pub(crate) statutory: Span,
    pub(crate) statutory_basis: String,
    pub(crate) promised: Span,
    pub(crate) fields: Vec<FieldGroup>,
    pub(crate) field_guards: Vec<(&'static str, Guard)>,
    pub(crate) materials: Vec<Material>,
    pub(crate) questions: Vec<Question>,
    pub(crate) elsewhere: Vec<Elsewhere>,
    pub(crate) parts: Vec<Part>,
    pub(crate) covers: Vec<Cover>,
    pub(crate) inspections: Vec<Inspection>,
    pub(crate) partial: Partial,
    pub(crate) flow: Flow,
    pub(crate) fees: Vec<Fee>,
    pub(crate) samples: Vec<Text>,
    pub(crate) knobs: Vec<Knob>,
    pub(crate) knobs_off: Vec<&'static str>,
    pub(crate) checks: Vec<fn(&Draft) -> Vec<Finding>>,
}

impl Spec {
    /// A matter of `department`, the responsible (for a bundle: leading, 牵头) one. It starts as an ordinary
    /// licence for new business, with the law's general limit of 20 working days as its promise.
    pub fn new(title: &str, department: &str) -> Self {
        Self {
            title: text(title),
            department: department.to_owned(),
            matter_type: MatterType::Licence,
            business: vec![Business::Establish],
            filing: false,
            commitment: None,
            statutory: working_days(20),
            statutory_basis: "行政许可法 第四十二条".to_owned(),
            promised: working_days(20),
            fields: Vec::new(),
            field_guards: Vec::new(),
            materials: Vec::new(),
            questions: Vec::new(),
            elsewhere: Vec::new(),
            parts: Vec::new(),
            covers: Vec::new(),
            inspections: Vec::new(),
            partial: Partial::WhatIsGranted,
            flow: Flow::new(),
            fees: Vec::new(),
            samples: Vec::new(),
            knobs: Vec::new(),
            knobs_off: Vec::new(),
            checks: Vec::new(),
        }
    }

    /// 法定时限 and its clause.
    pub fn statutory(mut self, span: Span, basis: &str) -> Self {
        self.statutory = span;
        self.statutory_basis = basis.to_owned();
        self
    }

    /// 承诺时限, counted from acceptance; `working_days(0)` is on the spot (即办件). The knob
    /// `promised-days` may shorten it where it is in working days.
    pub fn promised(mut self, span: Span) -> Self {
        self.promised = span;
        self
    }

    /// 事项类型, where it is neither a licence nor a filing.
    pub fn matter_type(mut self, kind: MatterType) -> Self {
        self.matter_type = kind;
        self
    }

    /// 业务: which of new, change, renewal, reissue and cancellation it handles.
    pub fn business(mut self, business: impl IntoIterator<Item = Business>) -> Self {
        self.business = business.into_iter().collect();
        self
    }

    /// 备案: had by filing only. The officer who takes it in registers it, unless the flow has a review or
    /// a verdict that does.
    pub fn filing(mut self) -> Self {
        self.filing = true;
        self.matter_type = MatterType::Filing;
        self
    }

    /// Offers it on a commitment (告知承诺) too.
    pub fn commitment(mut self, commitment: Commitment) -> Self {
        self.commitment = Some(commitment);
        self
    }

    /// Asks for what the struct `F` holds, on every path. In `F`:
    ///
    /// - the doc comment `中文 / English` is the title,
    /// - `#[schemars(extend("element" = "org.name"))]` names the data element (without: the field's name),
    /// - `#[schemars(extend("sources" = ["licence:TYPE", "shared:SERVICE/FIELD?PURPOSE", "subject-record"]))]`
    ///   says where the value can come from before the applicant is asked,
    /// - `Option<T>` is a field that may be left out, `#[serde(flatten)]` reuses another struct's fields.
    pub fn fields<F: JsonSchema>(self) -> Self {
        self.fields_when::<F>(always())
    }

    /// Asks for what the struct `F` holds where `when` holds.
    pub fn fields_when<F: JsonSchema>(mut self, when: Guard) -> Self {
        self.fields.push(FieldGroup { of: fields_of::<F>, when });
        self
    }

    /// Asks for one field of a struct only where `when` holds, beside what holds for the struct.
    pub fn field_when(mut self, field: &'static str, when: Guard) -> Self {
        self.field_guards.push((field, when));
        self
    }

    /// Asks for a material.
    pub fn material(mut self, material: Material) -> Self {
        self.materials.push(material);
        self
    }

    /// Asks a guided question (情景引导).
    pub fn question(mut self, question: Question) -> Self {
        self.questions.push(question);
        self
    }

    /// 设路标: where `when` holds it belongs to another matter here; the guide says so.
    pub fn elsewhere(mut self, when: Guard, matter: &str, says: &str) -> Self {
        self.elsewhere.push(Elsewhere { when, matter: matter.to_owned(), division: None, text: text(says) });
        self
    }

    /// As [`Spec::elsewhere`], in another division.
    pub fn elsewhere_in(mut self, when: Guard, matter: &str, division: &str, says: &str) -> Self {
        let division = Some(division.to_owned());
        self.elsewhere.push(Elsewhere { when, matter: matter.to_owned(), division, text: text(says) });
        self
    }

    /// Makes it a bundle (一业一证) and adds a part. Between acceptance and certificate the flow then opens
    /// the chosen parts and waits for all of them.
    pub fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// The bundle's material `material` stands for the part's `part_material`.
    pub fn cover(mut self, material: &str, part: &str, part_material: &str) -> Self {
        let (material, part, part_material) = (material.to_owned(), part.to_owned(), part_material.to_owned());
        self.covers.push(Cover { material, part, part_material });
        self
    }

    /// One visit for several parts.
    pub fn inspection(mut self, inspection: Inspection) -> Self {
        self.inspections.push(inspection);
        self
    }

    /// Releases the parts' licences only if every part was granted. Without: what is granted is released.
    pub fn all_or_none(mut self) -> Self {
        self.partial = Partial::AllOrNone;
        self
    }

    /// The way of a case.
    pub fn flow(mut self, flow: Flow) -> Self {
        self.flow = flow;
        self
    }

    /// A fee that may be asked, at most `at_most` fen. The flow asks for none by itself.
    pub fn fee(mut self, id: &str, basis: &str, at_most: u64) -> Self {
        self.fees.push(Fee { id: id.to_owned(), basis: basis.to_owned(), at_most });
        self
    }

    /// Says of a fact that it is a sample (示例); users are told.
    pub fn sample(mut self, says: &str) -> Self {
        self.samples.push(text(says));
        self
    }

    /// Offers a knob of its own to variations: a [`crate::NumberKnob`], a [`crate::ListKnob`] or a [`Knob`].
    pub fn knob(mut self, knob: impl Into<Knob>) -> Self {
        self.knobs.push(knob.into());
        self
    }

    /// Switches a standard knob off.
    pub fn without_knob(mut self, id: &'static str) -> Self {
        self.knobs_off.push(id);
        self
    }

    /// A rule of the precheck: what a person should put right before submitting. Findings inform.
    pub fn check(mut self, rule: fn(&Draft) -> Vec<Finding>) -> Self {
        self.checks.push(rule);
        self
    }

    pub(crate) fn is_bundle(&self) -> bool {
        !self.parts.is_empty()
    }

    pub(crate) fn processing(&self, mode: Mode, channel: &str) -> Processing {
        let span = match (mode, &self.commitment) {
            (Mode::Commitment, Some(commitment)) => {
                let here = commitment.promised_at.iter().find(|(known, _)| *known == channel);
                here.map(|(_, span)| *span).or(commitment.promised).unwrap_or(self.promised)
            }
            _ => self.promised,
        };
        if span.count == 0 { Processing::OnTheSpot } else { Processing::Promised(span) }
    }
}
