//! Rules of the precheck over data elements, by subject. A rule that lacks what it looks at finds nothing.
//!
//! Findings inform and never refuse; each cites its clause. A threshold that no law in the list sets is a
//! sample (示例) and says so in its text.

pub mod food;
pub mod medicine;
pub mod premises;
pub mod tobacco;

use banshi_sdk::contract::cases::Draft;

fn number(draft: &Draft, element: &str) -> Option<f64> {
    draft.value(element)?.as_f64()
}

fn flag(draft: &Draft, element: &str) -> Option<bool> {
    draft.value(element)?.as_bool()
}

fn words(draft: &Draft, element: &str) -> Option<String> {
    draft.value(element)?.as_str().map(str::to_owned)
}

/// Whether the last day in `element` lies before today. Civil dates compare as text.
fn has_passed(draft: &Draft, element: &str) -> Option<bool> {
    Some(words(draft, element)?.as_str() < draft.today.as_str())
}
