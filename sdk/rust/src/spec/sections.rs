//! The pieces that a flow is put together from: stages, panels, certificates, commitments.

use schemars::JsonSchema;
use serde_json::Value;

use crate::contract::cases::View;
use crate::contract::types::{Span, Text};
use crate::fields::inline_schema;
use crate::guard::{Guard, always};
use crate::text::{days, text};

/// A stage (环节): work for a person in a unit. Mandatory unless said otherwise: no layer above may drop it.
pub struct Stage {
    pub(crate) id: &'static str,
    pub(crate) title: Text,
    pub(crate) unit: String,
    pub(crate) limit: Option<Span>,
    pub(crate) after: Vec<&'static str>,
    pub(crate) when: Guard,
    pub(crate) mandatory: bool,
    pub(crate) form: Option<fn() -> String>,
}

impl Stage {
    /// A stage that a person of `unit` does.
    pub fn new(id: &'static str, title: &str, unit: &str) -> Self {
        Self {
            id,
            title: text(title),
            unit: unit.to_owned(),
            limit: None,
            after: Vec::new(),
            when: always(),
            mandatory: true,
            form: None,
        }
    }

    /// How long it may take.
    pub fn within(mut self, span: Span) -> Self {
        self.limit = Some(span);
        self
    }

    /// Stages that come before. Stages without are worked on at the same time, right after acceptance.
    pub fn after(mut self, stages: impl IntoIterator<Item = &'static str>) -> Self {
        self.after.extend(stages);
        self
    }

    /// Left out on the paths where `when` certainly does not hold; while its question is open, it is not.
    pub fn when(mut self, when: Guard) -> Self {
        self.when = when;
        self
    }

    /// A layer above may drop it.
    pub fn optional(mut self) -> Self {
        self.mandatory = false;
        self
    }

    /// What the officer fills in. Acceptance and verdict have forms of their own and take no other.
    pub fn form<T: JsonSchema>(mut self) -> Self {
        self.form = Some(form_of::<T>);
        self
    }
}

fn form_of<T: JsonSchema>() -> String {
    inline_schema::<T>().to_value().to_string()
}

/// Several units that look at one thing, each with a task of its own.
pub struct Panel {
    pub(crate) units: Vec<String>,
    pub(crate) quorum: usize,
    pub(crate) vetoes: Vec<String>,
}

impl Panel {
    /// These units; all of them must approve.
    pub fn of<'a>(units: impl IntoIterator<Item = &'a str>) -> Self {
        let units: Vec<String> = units.into_iter().map(str::to_owned).collect();
        Self { quorum: units.len(), units, vetoes: Vec::new() }
    }

    /// So many approvals suffice; what is still open is closed then.
    pub fn quorum(mut self, approvals: usize) -> Self {
        self.quorum = approvals;
        self
    }

    /// An objection of this unit decides the panel against, whatever the others say.
    pub fn veto(mut self, unit: &str) -> Self {
        self.vetoes.push(unit.to_owned());
        self
    }
}

/// What a certificate shows beside its form, worked out from the case: names and values.
pub type More = fn(&View) -> Vec<(String, Value)>;

/// What is issued when the case is granted. Of a bundle: the composite certificate (综合许可证).
pub struct Certificate {
    pub(crate) licence_type: String,
    pub(crate) title: Text,
    pub(crate) shows: Vec<&'static str>,
    pub(crate) fixed: Vec<(&'static str, Value)>,
    pub(crate) more: Option<More>,
    pub(crate) valid_for: Option<Span>,
    pub(crate) issued_after: Option<Span>,
    pub(crate) composite_from: usize,
}

impl Certificate {
    /// A licence of the type with this code (证照类型代码, 21 characters).
    pub fn new(licence_type: &str, title: &str) -> Self {
        Self {
            licence_type: licence_type.to_owned(),
            title: text(title),
            shows: Vec::new(),
            fixed: Vec::new(),
            more: None,
            valid_for: None,
            issued_after: None,
            composite_from: 2,
        }
    }

    /// Data elements of the form that it shows, each under the element's name: so another matter's field
    /// with that element can be filled from the licence.
    pub fn shows(mut self, elements: impl IntoIterator<Item = &'static str>) -> Self {
        self.shows.extend(elements);
        self
    }

    /// Something that it always shows.
    pub fn fixed(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fixed.push((name, value.into()));
        self
    }

    /// What is worked out from the case, as names and values.
    pub fn more(mut self, more: More) -> Self {
        self.more = Some(more);
        self
    }

    /// How long it is valid; the last day is the one before the same day. Without: for an unlimited time.
    pub fn valid_for(mut self, span: Span) -> Self {
        self.valid_for = Some(span);
        self
    }

    /// Issued not with the decision but by a timer; `working_days(0)`: at once, in an entry of its own.
    pub fn issued_after(mut self, span: Span) -> Self {
        self.issued_after = Some(span);
        self
    }

    /// Of a bundle: how many granted parts a composite needs; without: 2. The host's row for the place
    /// has the last word.
    pub fn composite_from(mut self, parts: usize) -> Self {
        self.composite_from = parts;
        self
    }
}

/// 告知承诺: the matter is granted on a commitment and checked after.
pub struct Commitment {
    pub(crate) area: Option<(&'static str, i64)>,
    pub(crate) promised: Option<Span>,
    pub(crate) promised_at: Vec<(&'static str, Span)>,
    pub(crate) for_renewals: bool,
    pub(crate) check: Option<Stage>,
    pub(crate) put_right: Span,
}

impl Commitment {
    /// Offered to everyone.
    pub fn always() -> Self {
        let promised_at = Vec::new();
        Self { area: None, promised: None, promised_at, for_renewals: false, check: None, put_right: days(30) }
    }

    /// Offered where the number question `area` is answered with at most the value of the knob
    /// `commitment-below-area`, which starts at `default`; 0 offers none.
    pub fn below_area(area: &'static str, default: i64) -> Self {
        Self { area: Some((area, default)), ..Self::always() }
    }

    /// The promise on a commitment, where it differs; `working_days(0)` is on the spot.
    pub fn promised(mut self, span: Span) -> Self {
        self.promised = Some(span);
        self
    }

    /// The promise on a commitment for what comes in through `channel`, for example `window`.
    pub fn promised_at(mut self, channel: &'static str, span: Span) -> Self {
        self.promised_at.push((channel, span));
        self
    }

    /// A place may offer it for renewals (延续) whatever the floor area, by the knob `renewal-on-commitment`.
    pub fn for_renewals(mut self) -> Self {
        self.for_renewals = true;
        self
    }

    /// The after-check (承诺后核查), opened when the licence is issued. Who fails it has `put_right` to put
    /// it right and is checked again; who fails again loses the licence (撤销) by that officer's verdict.
    pub fn after_check(mut self, stage: Stage, put_right: Span) -> Self {
        self.check = Some(stage);
        self.put_right = put_right;
        self
    }
}
