//! From entries to a case: the model's evolution, and nothing of the store's own.

use banshi_model::case::Case;
use banshi_model::entry::{Cause, Entry};

/// The case after one more entry. None where the first entry does not open it, or a later one opens it again.
pub fn fold(case: Option<Case>, entry: &Entry) -> Option<Case> {
    let mut case = match (case, &entry.cause) {
        (None, Cause::Received(receipt)) => Case::open(entry.case.clone(), (**receipt).clone()),
        (Some(case), cause) if !matches!(cause, Cause::Received(_)) => case,
        _ => return None,
    };
    for effect in &entry.effects {
        case.apply(effect, entry.at);
    }
    Some(case)
}
