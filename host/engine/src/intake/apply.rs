//! Who may hand in an application for whom, and whether a subject is one.

use banshi_model::checkdigit::{self, Verdict};
use banshi_model::ids::Division;
use banshi_model::text::Subject;

use crate::error::Error;
use crate::principal::{Principal, Role};

/// An applicant for themselves, a portal or kiosk for anybody, an officer at the window for whoever stands
/// before it, in the officer's division. Nobody else: the platform and publishers make matters, and decide
/// and file nothing.
pub(super) fn may_apply(who: &Principal, subject: &Subject, division: &Division) -> Result<(), Error> {
    let needs = "the applicant themselves, a portal, or an officer of the division";
    match &who.role {
        Role::Applicant { subject: own } if own.kind == subject.kind && own.id == subject.id => Ok(()),
        Role::Partner { kind: None } => Ok(()),
        Role::Officer { division: own, .. } if own.contains(division) => Ok(()),
        _ => Err(Error::Forbidden { what: "apply for this subject here", needs }),
    }
}

/// Checks a subject's form; `place` is where it stands in the request. Gives what should be looked at: some
/// early credit codes do not check and are real. The error repeats nothing of the subject.
pub(super) fn check_subject(subject: &Subject, place: &'static str) -> Result<Option<String>, Error> {
    let name = subject.name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        let fix = "give 1 to 200 characters without control characters";
        return Err(Error::invalid("intake.subject", format!("{place}/name"), "not a name", fix));
    }
    match checkdigit::subject(subject) {
        Verdict::Valid => Ok(None),
        Verdict::Warn(fault) => Ok(Some(fault.to_string())),
        Verdict::Invalid(fault) => {
            let fix = "give the citizen number of a natural person, or the unified social credit code";
            Err(Error::invalid("intake.subject", format!("{place}/id"), fault.to_string(), fix))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use banshi_model::text::SubjectKind;

    fn subject(kind: SubjectKind, id: &str) -> Subject {
        Subject { kind, id: id.to_owned(), name: "某某".to_owned() }
    }

    fn shop() -> Subject {
        subject(SubjectKind::LegalPerson, "91310115MA1K00015K")
    }

    fn allowed(role: Role) -> bool {
        may_apply(&Principal { name: "t".to_owned(), role }, &shop(), &"310115".parse().unwrap()).is_ok()
    }

    fn officer(division: &str) -> Role {
        Role::Officer {
            division: division.parse().unwrap(),
            department: "市场监督管理局".parse().unwrap(),
            units: vec![],
        }
    }

    #[test]
    fn one_applies_for_oneself_or_as_a_portal_or_at_the_window_of_the_division() {
        assert!(allowed(Role::Applicant { subject: shop() }));
        assert!(!allowed(Role::Applicant { subject: subject(SubjectKind::LegalPerson, "91310104MA1K00023G") }));
        assert!(allowed(Role::Partner { kind: None }));
        assert!(!allowed(Role::Partner { kind: Some(banshi_model::effect::PartnerKind::Courier) }));
        assert!(allowed(officer("310115")) && allowed(officer("310000")));
        assert!(!allowed(officer("310101")));
        assert!(!allowed(Role::Platform));
    }

    #[test]
    fn a_subject_has_a_number_that_checks_and_a_name() {
        assert!(matches!(check_subject(&shop(), "/subject"), Ok(None)));
        assert!(check_subject(&subject(SubjectKind::NaturalPerson, "310115199003070017"), "/subject").is_ok());
        let wrong = subject(SubjectKind::NaturalPerson, "310115199003070018");
        let error = check_subject(&wrong, "/subject").unwrap_err().to_string();
        assert!(error.starts_with("/subject/id: ") && !error.contains("310115"), "{error}");
        let nameless = Subject { name: " ".to_owned(), ..shop() };
        assert!(check_subject(&nameless, "/agent").unwrap_err().to_string().starts_with("/agent/name"));
    }
}
