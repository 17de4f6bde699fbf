//! A place cannot loosen what a wider place has said, unless it derogates by name: with an instrument
//! and a last day. Without this check a typing error in a local file would quietly give more time.
//!
//! Not checked: rows for single matters, because laws and regulations may say otherwise for those; and a
//! later row at the same place, because that is how the law changes.

use crate::definition::Span;
use crate::ids::Slug;
use crate::law::{Row, Rule};

/// The row of a wider place that `row` loosens without a derogation, if there is one.
pub(super) fn loosened<'t>(row: &Row, rows: impl IntoIterator<Item = &'t Row>) -> Option<&'t Slug> {
    if row.division.is_none() || !row.matters.is_empty() || row.derogates.is_some() {
        return None;
    }
    rows.into_iter()
        .find(|wider| is_wider(wider, row) && meet(wider, row) && is_looser(&row.rule, &wider.rule))
        .map(|wider| &wider.id)
}

fn is_wider(wider: &Row, row: &Row) -> bool {
    match (&wider.division, &row.division) {
        (None, Some(_)) => true,
        (Some(wide), Some(near)) => wide != near && wide.contains(near),
        (_, None) => false,
    }
}

/// Whether there is a day and a matter for which both hold.
fn meet(one: &Row, other: &Row) -> bool {
    let starts_in_time = |a: &Row, b: &Row| a.valid_until.is_none_or(|last| b.valid_from <= last);
    one.matters.is_empty()
        && !one.matter_types.is_disjoint(&other.matter_types)
        && !one.modes.is_disjoint(&other.modes)
        && starts_in_time(one, other)
        && starts_in_time(other, one)
}

/// Whether the authority gets more out of `rule` than out of `than`; kinds that only places have, and
/// different kinds, do not compare.
fn is_looser(rule: &Rule, than: &Rule) -> bool {
    let both = |a: Option<bool>, b: Option<bool>| a.is_none() || b.is_none() || a == b;
    match (rule, than) {
        (Rule::Ceiling(a), Rule::Ceiling(b)) => both(a.joint, b.joint) && is_longer(a.span, b.span),
        (Rule::AcceptancePeriod(a), Rule::AcceptancePeriod(b)) => is_longer(a.span, b.span),
        (Rule::Supplement(a), Rule::Supplement(b)) => a.times > b.times || is_longer(a.within, b.within),
        (Rule::Pauses(a), Rule::Pauses(b)) => !a.kinds.is_subset(&b.kinds),
        (Rule::Extension(a), Rule::Extension(b)) => {
            both(a.joint, b.joint) && (a.times > b.times || is_longer(a.span, b.span))
        }
        (Rule::Delivery(a), Rule::Delivery(b)) => is_longer(a.span, b.span),
        (Rule::RenewalBySilence(a), Rule::RenewalBySilence(b)) => a.applied_days_before > b.applied_days_before,
        (Rule::LocalMaterials(a), Rule::LocalMaterials(b)) => a.allowed && !b.allowed,
        (Rule::GradualStart(a), Rule::GradualStart(b)) => a.percent_max > b.percent_max,
        _ => false,
    }
}

/// Spans in different units compare only by a calendar, which a row must not need: they count as longer.
fn is_longer(span: Span, than: Span) -> bool {
    span.unit != than.unit || span.count > than.count
}
