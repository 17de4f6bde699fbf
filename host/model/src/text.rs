//! What a person reads, and why something was decided. Mirrors the contract's interface `types`.

use serde::{Deserialize, Serialize};

/// Chinese, and English beside it where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Text {
    /// Chinese with English beside it.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: Some(en.into()) }
    }
}

/// What kind of party a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// 自然人, by citizen number (GB 11643).
    NaturalPerson,
    /// 法人, by unified social credit code (GB 32100).
    LegalPerson,
    /// 非法人组织, by unified social credit code.
    OtherOrganisation,
}

/// A person or organisation. Personal data: never a key, an index in the clear or a log field.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Subject {
    /// Natural person, legal person or other organisation.
    pub kind: SubjectKind,
    /// Citizen number or unified social credit code.
    pub id: String,
    /// The name.
    pub name: String,
}

impl std::fmt::Debug for Subject {
    /// Shows the kind only, so that no `?subject` in a log line can leak a person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Why something was said or decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reason {
    /// The rule's id inside the plugin, or an officer's own.
    pub rule: String,
    /// The clause that it rests on.
    pub basis: String,
    /// For a person.
    pub text: Text,
    /// Ids of the fields, materials or tasks that show it.
    #[serde(default)]
    pub evidence: Vec<String>,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// For information.
    Note,
    /// Should be put right.
    Warning,
    /// Would lead to a supplement notice.
    Blocking,
}

/// One thing that a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Finding {
    /// How grave.
    pub severity: Severity,
    /// Why.
    pub reason: Reason,
}

/// A text from outside as a part of a message: one line of at most so many characters, and none that a terminal
/// or a reader would take for something else (controls, and marks that turn the writing's direction).
pub fn one_line(text: &str, chars: usize) -> String {
    let cut = text.chars().nth(chars).is_some();
    let kept = if cut { chars.saturating_sub(1) } else { chars };
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let line = text.chars().take(kept).map(|c| if hidden(c) { ' ' } else { c });
    line.chain(cut.then_some('…')).collect()
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_text_from_outside_is_one_short_line() {
        assert_eq!(one_line("食品\n\u{1b}[31m", 20), "食品  [31m");
        assert_eq!(one_line("a\u{202e}b\r\n", 20), "a b  ");
        assert_eq!(one_line("abc", 3), "abc");
        assert_eq!(one_line("abcd", 3), "ab…");
        assert_eq!(one_line("", 0), "");
        assert_eq!(one_line(&"长".repeat(1_000_000), 300).chars().count(), 300);
    }
}
