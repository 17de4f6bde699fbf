//! Why a step may not be. Its text is logged and kept in a journal, so it is one short line, whatever ids and rules a guest
//! gave that are named in it.

use banshi_model::effect::StepFault;
use banshi_model::ids::Digest;
use banshi_model::law;
use banshi_model::text::one_line;

/// A text holds at most so many characters.
const TEXT_CHARS_MAX: usize = 800;

/// A step that may not be: the rule's or law row's name, and a text for the officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub code: String,
    pub text: String,
}

impl Refused {
    pub(crate) fn rule(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.to_owned(), text: one_line(&text.into(), TEXT_CHARS_MAX) }
    }

    /// As a fault of a layer, to be parked with its event.
    pub(crate) fn fault(self, package: Option<Digest>) -> StepFault {
        StepFault { code: self.code, text: self.text, package }
    }
}

impl From<law::Refusal> for Refused {
    fn from(refusal: law::Refusal) -> Self {
        let text = format!("{} ({})", refusal.text.zh, refusal.clause);
        Self { code: format!("law.{}", refusal.row), text: one_line(&text, TEXT_CHARS_MAX) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_does_not_grow_with_what_a_guest_wrote() {
        let refused = Refused::rule("layer.dropped", format!("task `{}`\n\u{1b}[31m", "x".repeat(5_000)));
        assert_eq!(refused.text.chars().count(), TEXT_CHARS_MAX);
        assert!(!refused.text.chars().any(char::is_control));
    }
}
