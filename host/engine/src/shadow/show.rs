//! One sample: both sides of a step as a person may see them. Pure.

use banshi_model::ids::CaseId;

use super::compare::{Comparison, Item};
use super::mask::{Clear, Mask};
use crate::api::shadow::{DifferenceView, Sample, SampleKind};

/// A sample shows this many commands of a side.
const ITEMS_SHOWN: usize = 12;
/// And this many differences.
const DIFFERENCES_SHOWN: usize = 40;

/// The places of an item on both sides, and one of them.
type Pair = (Option<usize>, Option<usize>);
type Side = fn(Pair) -> Option<usize>;

/// What there is to show.
pub(crate) enum Shown<'a> {
    /// What differs.
    Difference(&'a Comparison),
    /// What stopped the candidate, by its name.
    Failure(&'a str),
}

/// Makes a sample of a case's entry; only the items that differ are in it.
pub(crate) fn sample(
    (case, seq): (&CaseId, u64),
    event: &str,
    kind: SampleKind,
    shown: Shown<'_>,
    clear: &Clear,
) -> Sample {
    let nothing = Comparison::default();
    let (comparison, failure) = match shown {
        Shown::Difference(comparison) => (comparison, None),
        Shown::Failure(code) => (&nothing, Some(code.to_owned())),
    };
    let mut mask = Mask::new(clear);
    let differences = comparison.differences.iter().take(DIFFERENCES_SHOWN).map(|found| DifferenceView {
        command: found.name.clone(),
        at: mask.path(&found.name, &found.path),
        what: found.what,
        turn: found.turn,
    });
    let differences = differences.collect();
    let differs = |place: usize, side: Side| comparison.differences.iter().any(|found| side(found.pair) == Some(place));
    let mut side = |items: &[Item], of: Side| {
        let differing = items.iter().enumerate().filter(|(place, _)| differs(*place, of)).take(ITEMS_SHOWN);
        differing.map(|(_, item)| mask.item(&item.name, &item.value)).collect()
    };
    let recorded = side(&comparison.recorded, |pair| pair.0);
    let candidate = side(&comparison.candidate, |pair| pair.1);
    let event = event.to_owned();
    Sample { case: case.clone(), seq, event, kind, differences, recorded, candidate, failure }
}
