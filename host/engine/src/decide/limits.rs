//! Which law rows govern a case, and the limits that follow from them.

use banshi_model::case::Case;
use banshi_model::clock;
use banshi_model::definition::{Definition, Processing, Span};
use banshi_model::effect::{DueDate, Limits};
use banshi_model::law::Scope;
use jiff::civil::Date;

use super::{Context, Refused};

/// Where a case stands before the law, on a day.
pub(crate) fn scope<'a>(case: &'a Case, definition: &Definition, day: Date) -> Scope<'a> {
    Scope {
        day,
        division: &case.draft.division,
        matter: &case.pin.chain.matter,
        matter_type: definition.matter_type,
        mode: case.draft.mode,
        joint: definition.bundle.is_some(),
    }
}

/// The statutory limit and the row that gives it: the row's ceiling, or what the matter declares where
/// that is shorter or no row governs.
pub(crate) fn statutory(ctx: &Context<'_>, case: &Case, day: Date) -> (Span, String) {
    let declared = ctx.definition.statutory;
    match ctx.law.ceiling(&scope(case, ctx.definition, day)) {
        Some(ceiling) if longer(ctx, declared, ceiling.value, day) => (ceiling.value, ceiling.row.id.to_string()),
        Some(ceiling) => (declared, ceiling.row.id.to_string()),
        None => (declared, "definition".to_owned()),
    }
}

/// Whether `a` ends after `b` when both begin on `day`.
pub(crate) fn longer(ctx: &Context<'_>, a: Span, b: Span, day: Date) -> bool {
    ctx.calendar.add(day, a).date > ctx.calendar.add(day, b).date
}

/// The limits of a case accepted on `day`, under what it promises.
pub(crate) fn at_acceptance(
    ctx: &Context<'_>,
    case: &Case,
    day: Date,
    processing: Processing,
) -> Result<Limits, Refused> {
    let statutory = statutory(ctx, case, day);
    let promised = match processing {
        Processing::OnTheSpot => Span::working_days(0),
        Processing::Promised(span) => span,
    };
    if longer(ctx, promised, statutory.0, day) {
        let text = format!(
            "promised {} {:?} is longer than the statutory {} {:?}; promise less",
            promised.count, promised.unit, statutory.0.count, statutory.0.unit
        );
        return Err(Refused::rule(&format!("law.{}", statutory.1), text));
    }
    let terms = clock::Terms {
        accepted: day,
        statutory: (statutory.0, &statutory.1),
        promised: match processing {
            Processing::OnTheSpot => None,
            Processing::Promised(span) => Some(span),
        },
        bundle_due: bundle_due(ctx),
        extensions: &[],
        procedures: &case.procedures,
    };
    Ok(clock::limits(ctx.calendar, &terms, ctx.today))
}

/// The limits again, after a pause, an extension or a new calendar.
pub(crate) fn again(ctx: &Context<'_>, case: &Case) -> Option<Limits> {
    let (limits, accepted) = (case.limits.as_ref()?, case.accepted?);
    let terms = clock::Terms {
        accepted,
        statutory: (limits.statutory, &limits.statutory_row),
        promised: limits.promised,
        bundle_due: bundle_due(ctx).or_else(|| limits.bundle_due.clone()),
        extensions: &case.extensions,
        procedures: &case.procedures,
    };
    Some(clock::limits(ctx.calendar, &terms, ctx.today))
}

fn bundle_due(ctx: &Context<'_>) -> Option<DueDate> {
    ctx.bundle.and_then(|bundle| bundle.due.clone())
}
