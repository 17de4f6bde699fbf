//! From the guards to the guidance.

use super::define::{commitment_area, for_renewals};
use crate::contract::cases::{Guidance, Place, Signpost, WayForward};
use crate::contract::matters::{Business, Mode};
use crate::contract::types::Fault;
use crate::guard::Answers;
use crate::settings::Settings;
use crate::spec::Spec;

/// What to ask next, and what the path so far certainly needs.
pub(super) fn guidance(spec: &Spec, settings: &Settings, at: &Place, answers: &Answers) -> Result<Guidance, Fault> {
    Ok(Guidance {
        next: open_questions(spec, answers),
        fields: needed_fields(spec, answers)?.into_iter().map(|field| field.id).collect(),
        materials: needed_materials(spec, answers).map(|material| material.id.to_owned()).collect(),
        parts: chosen_parts(spec, answers),
        modes: modes(spec, settings, at, answers),
        way: way(spec, at, answers),
    })
}

/// The open questions whose guards hold, in the order of their declaration.
pub(super) fn open_questions(spec: &Spec, answers: &Answers) -> Vec<String> {
    let open = spec.questions.iter().filter(|one| answers.get(one.id).is_none() && one.when.is_met(answers));
    open.map(|question| question.id.to_owned()).collect()
}

/// The fields that the path needs.
pub(super) fn needed_fields(spec: &Spec, answers: &Answers) -> Result<Vec<crate::contract::matters::Field>, Fault> {
    let mut needed = Vec::new();
    for group in spec.fields.iter().filter(|group| group.when.is_met(answers)) {
        needed.extend((group.of)()?);
    }
    let refused = |id: &str| spec.field_guards.iter().any(|(field, when)| *field == id && !when.is_met(answers));
    needed.retain(|field| !refused(&field.id));
    Ok(needed)
}

/// The materials that the path needs.
pub(super) fn needed_materials<'a>(
    spec: &'a Spec,
    answers: &'a Answers,
) -> impl Iterator<Item = &'a crate::spec::Material> {
    spec.materials.iter().filter(|material| material.when.is_met(answers))
}

/// The parts that the path chooses.
pub(crate) fn chosen_parts(spec: &Spec, answers: &Answers) -> Vec<String> {
    spec.parts.iter().filter(|part| part.when.is_met(answers)).map(|part| part.code.to_owned()).collect()
}

fn modes(spec: &Spec, settings: &Settings, at: &Place, answers: &Answers) -> Vec<Mode> {
    if spec.filing {
        return vec![Mode::Filing];
    }
    let by_area = spec.commitment.is_some()
        && commitment_area(spec, settings)
            .is_none_or(|(question, most)| answers.number(question).is_some_and(|area| most > 0 && area <= most));
    let offered = by_area || (at.business == Business::Renew && for_renewals(spec, settings));
    if offered { vec![Mode::Commitment, Mode::Approval] } else { vec![Mode::Approval] }
}

fn way(spec: &Spec, at: &Place, answers: &Answers) -> Option<WayForward> {
    // Who is there already needs no way there.
    let away = |division: &Option<String>| division.as_ref().is_none_or(|division| *division != at.division);
    let elsewhere = spec.elsewhere.iter().find(|one| one.when.is_met(answers) && away(&one.division))?;
    Some(WayForward::Signpost(Signpost {
        matter: elsewhere.matter.clone(),
        division: elsewhere.division.clone().unwrap_or_else(|| at.division.clone()),
        text: elsewhere.text.clone(),
    }))
}
