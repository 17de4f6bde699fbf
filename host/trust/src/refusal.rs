//! Why something is not trusted: a stable code, where, what is wrong and what to do.

use banshi_model::text::{Text, one_line};

/// Text from a file is repeated up to this many characters.
const REPEATED_CHARS_MAX: usize = 200;

/// A refusal. Its texts hold no secret; names in them come from the trust root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code} at {place}: {}; {}", said(.text), .fix.en)]
pub struct Refusal {
    /// Its stable word, `trust.…`.
    pub code: &'static str,
    /// A JSON pointer into the file that is refused, behind the file's name: `signatures/signatures/0`.
    pub place: String,
    /// What is wrong.
    pub text: Text,
    /// What to do.
    pub fix: Fix,
}

/// A remedy in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fix {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

fn said(text: &Text) -> &str {
    text.en.as_deref().unwrap_or(&text.zh)
}

impl Refusal {
    /// A refusal; texts are pairs of Chinese and English.
    pub(crate) fn new(
        code: &'static str,
        place: impl Into<String>,
        text: (impl Into<String>, impl Into<String>),
        fix: (&'static str, &'static str),
    ) -> Self {
        let short = |text: String| one_line(&text, REPEATED_CHARS_MAX * 2);
        Self {
            code,
            place: one_line(&place.into(), REPEATED_CHARS_MAX),
            text: Text::new(short(text.0.into()), short(text.1.into())),
            fix: Fix { zh: fix.0, en: fix.1 },
        }
    }
}

/// What a JSON parser says, on one line and short.
pub(crate) fn parser_words(error: &serde_json::Error) -> String {
    one_line(&error.to_string(), REPEATED_CHARS_MAX)
}
