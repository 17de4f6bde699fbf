//! One module a parser: what is made of a fuzzer's bytes, and what must hold for each.

pub mod calendar;
pub mod callback;
pub mod cursor;
pub mod definition;
pub mod form;
pub mod law;
pub mod merge;
pub mod package;
pub mod settings;
pub mod signature;
pub mod step;
pub mod token;
pub mod trust;

use crate::api::registry::AdmissionFinding;
use crate::json::MARK;

/// A message that answers hostile bytes has at most so many characters.
const MESSAGE_CHARS_MAX: usize = 1_000;
/// A report has at most so many findings.
const FINDINGS_MAX: usize = 500;

/// A message is bounded, whatever was read.
fn bounded(message: &str) {
    let chars = message.chars().count();
    assert!(chars <= MESSAGE_CHARS_MAX, "a message of {chars} characters: {message:.200}");
}

/// A message about personal data does not repeat it.
fn without_the_value(message: &str) {
    assert!(!message.contains(MARK), "the message repeats a value: {message}");
}

/// Findings are few, short, and of rules with a stable name; a control character cannot reach a terminal.
fn bounded_findings<'f>(findings: impl IntoIterator<Item = &'f AdmissionFinding>) {
    let mut count = 0;
    for found in findings {
        count += 1;
        for text in [&found.rule, &found.place, &found.what.zh, &found.fix.zh]
            .into_iter()
            .chain(&found.what.en)
            .chain(&found.fix.en)
        {
            bounded(text);
            assert!(!text.chars().any(char::is_control), "a control character in {text:?}");
        }
        assert!(found.rule.starts_with("admission."), "a finding of rule {}", found.rule);
    }
    assert!(count <= FINDINGS_MAX, "{count} findings");
}
