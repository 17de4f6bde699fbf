//! What a role may see and do. Deny by default: what is not said here is not allowed.
//!
//! Whoever may not see a case is told that there is none, so that ids cannot be probed.

use banshi_model::case::Case;
use banshi_model::ids::Division;
use banshi_model::task::Task;

use crate::Engine;
use crate::error::Error;
use crate::principal::{Principal, Role};

/// How much of a case a caller may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// All of it.
    Whole,
    /// Where it stands, and nothing personal.
    Bare,
}

impl Engine {
    /// How much of a case this caller may see; `department` is the one that decides it.
    pub(crate) fn sight(&self, who: &Principal, case: &Case, department: &str) -> Result<Sight, Error> {
        let sight = match &who.role {
            Role::Platform => Some(Sight::Bare),
            Role::Officer { division, .. } if self.officer_concerned(who, case, department) => {
                division.contains(&case.draft.division).then_some(Sight::Whole)
            }
            Role::Applicant { .. } if is_party(who, case) => Some(Sight::Whole),
            Role::Partner { kind: None } if self.took_in(who, case)? => Some(Sight::Whole),
            _ => None,
        };
        sight.ok_or_else(|| Error::not_found("case", &case.id))
    }

    /// An officer of the deciding department, or of a unit that has or had a task in the case.
    fn officer_concerned(&self, who: &Principal, case: &Case, department: &str) -> bool {
        let Role::Officer { department: own, units, .. } = &who.role else { return false };
        own.as_str() == department || case.tasks.iter().any(|task| units.contains(&task.unit))
    }

    /// Whether this portal or kiosk handed the application in: its first entry says so.
    fn took_in(&self, who: &Principal, case: &Case) -> Result<bool, Error> {
        let root = case.parent.as_ref().unwrap_or(&case.id);
        let first = self.inner.store.entries(root, 0, 1)?;
        let by = first.first().map(|entry| &entry.by);
        Ok(by == Some(&banshi_model::entry::Actor::Principal(who.name.clone())))
    }

    /// An officer of the deciding department, in a division that holds the case.
    pub(crate) fn deciding_officer(&self, who: &Principal, case: &Case, department: &str) -> Result<(), Error> {
        match &who.role {
            Role::Officer { division, department: own, .. }
                if own.as_str() == department && division.contains(&case.draft.division) =>
            {
                Ok(())
            }
            Role::Officer { .. } => Err(Error::not_found("case", &case.id)),
            _ => Err(Error::Forbidden { what: "decide", needs: "an officer of the deciding department" }),
        }
    }
}

/// Whether the caller is the case's subject or agent.
pub(crate) fn is_party(who: &Principal, case: &Case) -> bool {
    let Role::Applicant { subject } = &who.role else { return false };
    let draft = &case.draft;
    draft.subject.id == subject.id || draft.agent.as_ref().is_some_and(|agent| agent.id == subject.id)
}

/// An officer of the task's unit, in a division that holds the case.
pub(crate) fn may_do_task(who: &Principal, task: &Task, division: &Division) -> Result<(), Error> {
    match &who.role {
        Role::Officer { division: own, units, .. } if units.contains(&task.unit) && own.contains(division) => Ok(()),
        Role::Officer { .. } => Err(Error::not_found("task", &task.id)),
        _ => Err(Error::Forbidden { what: "answer a task", needs: "an officer of the task's unit" }),
    }
}

/// A platform token.
pub(crate) fn platform(who: &Principal, what: &'static str) -> Result<(), Error> {
    if who.role == Role::Platform { Ok(()) } else { Err(Error::Forbidden { what, needs: "a platform token" }) }
}
