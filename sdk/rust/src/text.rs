//! Short ways to write what people read and what the law counts: texts, spans, reasons, faults.

use crate::contract::types::{Fault, Finding, Reason, Severity, Span, SpanUnit, Text};

/// A text in two languages, written `中文 / English`. Without ` / ` it is Chinese only.
pub fn text(both: &str) -> Text {
    match both.split_once(" / ") {
        Some((zh, en)) => Text { zh: zh.trim().to_owned(), en: Some(en.trim().to_owned()) },
        None => Text { zh: both.trim().to_owned(), en: None },
    }
}

impl From<&str> for Text {
    fn from(both: &str) -> Self {
        text(both)
    }
}

/// `count` working days (工作日); `working_days(0)` is at once.
pub const fn working_days(count: u16) -> Span {
    Span { count, unit: SpanUnit::WorkingDays }
}

/// `count` calendar days (日).
pub const fn days(count: u16) -> Span {
    Span { count, unit: SpanUnit::Days }
}

/// `count` months (月); a year is twelve.
pub const fn months(count: u16) -> Span {
    Span { count, unit: SpanUnit::Months }
}

/// A reason: the rule's id (stable across versions), the clause that it rests on, and what a person reads.
pub fn reason(rule: &str, basis: &str, says: &str) -> Reason {
    Reason { rule: rule.to_owned(), basis: basis.to_owned(), text: text(says), evidence: Vec::new() }
}

impl Reason {
    /// Names what shows it: ids of fields, materials or tasks.
    pub fn shown_by<'a>(mut self, evidence: impl IntoIterator<Item = &'a str>) -> Self {
        self.evidence.extend(evidence.into_iter().map(str::to_owned));
        self
    }

    /// As a finding that would lead to a supplement notice.
    pub fn blocking(self) -> Finding {
        Finding { severity: Severity::Blocking, reason: self }
    }

    /// As a finding that should be put right.
    pub fn warning(self) -> Finding {
        Finding { severity: Severity::Warning, reason: self }
    }
}

/// The plugin cannot do its work: a stable word, and what the operator reads. No personal data in it.
pub fn fault(code: &str, says: &str) -> Fault {
    Fault { code: code.to_owned(), text: says.to_owned() }
}
