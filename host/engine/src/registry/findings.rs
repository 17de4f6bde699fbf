//! What the registry found wrong: a rule's stable name, a place, what it is and a fix, in Chinese with English beside
//! it. Collected, never thrown, so that an author sees all of it at once.
//!
//! Must not grow with what a guest or an author wrote: texts are cut to a length, and so is the list.

use banshi_model::text::{Text, one_line};

use super::admission::wording;
use crate::Error;
use crate::api::registry::{AdmissionFinding, Weight};

/// One finding's text holds at most so many characters; a guest's part of it cannot flood a report.
const TEXT_CHARS_MAX: usize = 400;
/// So many findings are listed; one more says that there are others.
const LISTED_MAX: usize = 200;

/// What a finding says: both languages, or English alone, which the rule's own Chinese sentence then stands beside.
pub(crate) struct Said {
    zh: Option<String>,
    en: String,
}

impl From<&str> for Said {
    fn from(en: &str) -> Self {
        Self { zh: None, en: en.to_owned() }
    }
}

impl From<String> for Said {
    fn from(en: String) -> Self {
        Self { zh: None, en }
    }
}

impl<Z: Into<String>, E: Into<String>> From<(Z, E)> for Said {
    fn from((zh, en): (Z, E)) -> Self {
        Self { zh: Some(zh.into()), en: en.into() }
    }
}

impl Said {
    fn or(self, rule: &'static str) -> Text {
        let zh = self.zh.as_deref().unwrap_or(rule);
        Text::new(one_line(zh, TEXT_CHARS_MAX), one_line(&self.en, TEXT_CHARS_MAX))
    }
}

/// A list of findings in the order in which they were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Findings(Vec<AdmissionFinding>);

impl Findings {
    /// Something for which a package is refused.
    pub(crate) fn block(&mut self, rule: &str, place: impl Into<String>, what: impl Into<Said>, fix: impl Into<Said>) {
        self.push(rule, place.into(), what.into(), fix.into(), Weight::Error);
    }

    /// Something that its author should look at.
    pub(crate) fn warn(&mut self, rule: &str, place: impl Into<String>, what: impl Into<Said>, fix: impl Into<Said>) {
        self.push(rule, place.into(), what.into(), fix.into(), Weight::Lint);
    }

    fn push(&mut self, rule: &str, place: String, what: Said, fix: Said, severity: Weight) {
        let (rule_zh, fix_zh) = wording::of(rule);
        let (what, fix) = (what.or(rule_zh), fix.or(fix_zh));
        let place = one_line(&place, TEXT_CHARS_MAX);
        self.add(AdmissionFinding { rule: rule.to_owned(), severity, place, what, fix });
    }

    /// Lists it once. Of those beyond the limit only the first that refuses is listed, if none was before: a
    /// package must not be admitted because its author buried what refuses it under hints.
    fn add(&mut self, found: AdmissionFinding) {
        if self.0.contains(&found) {
            return;
        }
        match self.0.len() {
            listed if listed < LISTED_MAX => self.0.push(found),
            listed => {
                let unsaid = found.refuses() && !self.blocks();
                if listed == LISTED_MAX {
                    self.0.push(more());
                }
                if let (true, Some(last)) = (unsaid, self.0.get_mut(LISTED_MAX - 1)) {
                    *last = found;
                }
            }
        }
    }

    /// Whether any of them refuses.
    pub(crate) fn blocks(&self) -> bool {
        self.0.iter().any(AdmissionFinding::refuses)
    }

    /// Adds what another check found.
    pub(crate) fn extend(&mut self, other: Self) {
        other.0.into_iter().for_each(|found| self.add(found));
    }

    /// The same, and none of them refuses.
    pub(crate) fn into_hints(mut self) -> Self {
        self.0.iter_mut().for_each(|found| found.severity = Weight::Lint);
        self
    }

    /// Those that the others do not hold.
    pub(crate) fn without(self, others: &Self) -> Self {
        Self(self.0.into_iter().filter(|found| !others.0.contains(found)).collect())
    }

    /// For the admission report.
    pub(crate) fn into_inner(self) -> Vec<AdmissionFinding> {
        self.0
    }

    /// The findings themselves.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &AdmissionFinding> {
        self.0.iter()
    }

    /// As one error of an enactment, under a stable code; all blocking findings are named in it.
    pub(crate) fn into_error(self, code: &'static str) -> Option<Error> {
        let blocking: Vec<AdmissionFinding> = self.0.into_iter().filter(AdmissionFinding::refuses).collect();
        let first = blocking.first()?;
        let (place, fix) = (first.place.clone(), english(&first.fix).to_owned());
        let what: Vec<String> =
            blocking.iter().map(|found| format!("{} ({})", english(&found.what), found.rule)).collect();
        Some(Error::invalid(code, place, what.join("; "), fix))
    }
}

/// The English of a text, for the errors of the host.
pub(crate) fn english(text: &Text) -> &str {
    text.en.as_deref().unwrap_or(&text.zh)
}

/// What stands behind the last finding that is listed.
fn more() -> AdmissionFinding {
    AdmissionFinding {
        rule: "admission.more".to_owned(),
        severity: Weight::Lint,
        place: "package".to_owned(),
        what: Text::new(
            format!("还有其他问题，此处只列出 {LISTED_MAX} 项"),
            format!("more was found than the {LISTED_MAX} things that are listed"),
        ),
        fix: Text::new("先修改已列出的", "correct these first"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_named_once_and_its_text_is_cut() {
        let mut findings = Findings::default();
        findings.block("admission.ids", "definition.fields[0].id", "x".repeat(5_000), "rename it");
        findings.block("admission.ids", "definition.fields[0].id", "x".repeat(5_000), "rename it");
        let list = findings.into_inner();
        assert_eq!(list.len(), 1);
        assert_eq!(english(&list[0].what).chars().count(), TEXT_CHARS_MAX);
        assert!(list[0].what.zh.contains("重复"), "the rule's own Chinese");
    }

    #[test]
    fn a_flood_is_cut_and_what_refuses_is_never_buried() {
        let mut findings = Findings::default();
        for nth in 0..5_000 {
            findings.warn("admission.materials", format!("{nth}{}", "x".repeat(1_000)), "a hint", "look\n".repeat(500));
        }
        assert!(!findings.blocks());
        findings.block("admission.ids", "late", "refuses", "rename it");
        let mut whole = Findings::default();
        whole.extend(findings);
        assert!(whole.blocks());
        let list = whole.into_inner();
        assert_eq!(list.len(), LISTED_MAX + 1);
        assert_eq!((list[LISTED_MAX - 1].place.as_str(), list[LISTED_MAX].rule.as_str()), ("late", "admission.more"));
        assert!(
            list.iter()
                .all(|found| found.place.chars().count() <= TEXT_CHARS_MAX && !english(&found.fix).contains('\n'))
        );
    }

    #[test]
    fn an_error_names_every_blocking_finding_and_no_warning() {
        let mut findings = Findings::default();
        findings.warn("admission.materials", "a", "only a hint", "look");
        assert!(!findings.blocks());
        assert!(findings.clone().into_error("enactment.checks").is_none());
        findings.block("admission.ids", "b", "first", "fix b");
        findings.block("admission.stages", "c", "second", "fix c");
        let error = findings.into_error("enactment.checks").unwrap().to_string();
        assert_eq!(error, "b: first (admission.ids); second (admission.stages); fix b");
    }
}
