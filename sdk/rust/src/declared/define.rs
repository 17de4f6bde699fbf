//! From the spec and the settings to the definition and the knobs.

use crate::contract::cases::{Direction, Knob};
use crate::contract::matters::{
    Answers, Bundle, Definition, Field, Issuance, JointInspection, Material, Mode, Part, Processing, Question, Source,
    Stage as DefinedStage,
};
use crate::contract::types::{Fault, SpanUnit};
use crate::fields::{bad_source, source};
use crate::guard::Asks;
use crate::settings::{
    COMMITMENT_BELOW_AREA, COMMITMENT_DAYS, NumberKnob, PROMISED_DAYS, RENEWAL_ON_COMMITMENT, SHARED_DATA_MATERIALS,
    Settings, words_knob,
};
use crate::spec::{self, Spec, Stage};
use crate::text::{fault, working_days};

/// The standard knobs that apply and are not switched off, then the matter's own.
pub(super) fn knobs(spec: &Spec) -> Vec<Knob> {
    let mut knobs = Vec::new();
    if spec.promised.unit == SpanUnit::WorkingDays && spec.promised.count > 0 {
        let title = "承诺时限（工作日） / Promised limit in working days";
        knobs.push(NumberKnob::lower(PROMISED_DAYS, title, i64::from(spec.promised.count)).into());
    }
    let waivable: Vec<&str> = spec.materials.iter().filter(|m| m.waivable.is_some()).map(|m| m.id).collect();
    if !waivable.is_empty() {
        let title = "以共享数据代替的材料 / Materials taken from shared data";
        knobs.push(words_knob(SHARED_DATA_MATERIALS, title, &waivable, &[], Direction::Superset));
    }
    if let Some((_, default)) = spec.commitment.as_ref().and_then(|commitment| commitment.area) {
        let title = "可告知承诺的面积上限（平方米） / Floor area up to which a commitment is offered, m²";
        knobs.push(NumberKnob::higher(COMMITMENT_BELOW_AREA, title, default).into());
    }
    let on_commitment = spec.commitment.as_ref().and_then(|commitment| commitment.promised);
    if let Some(own) = on_commitment.filter(|own| own.unit == SpanUnit::WorkingDays && own.count > 0) {
        let title = "告知承诺的承诺时限（工作日） / Promised limit on a commitment in working days";
        knobs.push(NumberKnob::lower(COMMITMENT_DAYS, title, i64::from(own.count)).into());
    }
    if spec.commitment.as_ref().is_some_and(|commitment| commitment.for_renewals) {
        let title = "延续可告知承诺（0否1是） / A commitment is offered for renewals (0 no, 1 yes)";
        knobs.push(NumberKnob::higher(RENEWAL_ON_COMMITMENT, title, 0).between(0, 1).into());
    }
    knobs.retain(|knob| !spec.knobs_off.contains(&knob.id.as_str()));
    knobs.extend(spec.knobs.iter().cloned());
    knobs
}

/// The definition under these settings.
pub(super) fn definition(spec: &Spec, settings: &Settings) -> Result<Definition, Fault> {
    let fields = fields(spec)?;
    let problems = spec.problems(&fields);
    if !problems.is_empty() {
        return Err(fault("spec", &problems.join("; ")));
    }
    Ok(Definition {
        title: spec.title.clone(),
        department: spec.department.clone(),
        matter_type: spec.matter_type,
        business: spec.business.clone(),
        modes: modes(spec, settings),
        statutory: spec.statutory,
        statutory_basis: spec.statutory_basis.clone(),
        promised: promise(spec, settings, Mode::Approval, ANY_CHANNEL),
        fields,
        materials: materials(spec, settings)?,
        questions: questions(spec, settings),
        bundle: spec.is_bundle().then(|| bundle(spec)),
        stages: stages(spec),
        issues: issues(spec),
        triggers: Vec::new(),
        signers: spec.flow.signers.clone(),
        fees: spec.fees.clone(),
        samples: spec.samples.clone(),
    })
}

/// What the definition promises holds for every channel; only a commitment may promise less in one.
const ANY_CHANNEL: &str = "";

/// The promise under these settings: the knobs may shorten the matter's own, never lengthen it.
pub(crate) fn promise(spec: &Spec, settings: &Settings, mode: Mode, channel: &str) -> Processing {
    match spec.processing(mode, channel) {
        Processing::Promised(own) if own.unit == SpanUnit::WorkingDays => {
            let own_days = i64::from(own.count);
            let most = match mode {
                Mode::Commitment => settings.number_or(COMMITMENT_DAYS, own_days).clamp(0, own_days),
                Mode::Approval | Mode::Filing => own_days,
            };
            let set = settings.number_or(PROMISED_DAYS, most).clamp(0, most);
            match u16::try_from(set).unwrap_or(own.count) {
                0 => Processing::OnTheSpot,
                count => Processing::Promised(working_days(count)),
            }
        }
        other => other,
    }
}

/// The area up to which a commitment is offered here, with its question; none: not bound to an area.
pub(super) fn commitment_area(spec: &Spec, settings: &Settings) -> Option<(&'static str, i64)> {
    let (question, default) = spec.commitment.as_ref()?.area?;
    Some((question, settings.number_or(COMMITMENT_BELOW_AREA, default)))
}

/// Whether renewals are offered a commitment here, whatever the area.
pub(super) fn for_renewals(spec: &Spec, settings: &Settings) -> bool {
    let possible = spec.commitment.as_ref().is_some_and(|commitment| commitment.for_renewals);
    possible && settings.number_or(RENEWAL_ON_COMMITMENT, 0) == 1
}

fn modes(spec: &Spec, settings: &Settings) -> Vec<Mode> {
    if spec.filing {
        return vec![Mode::Filing];
    }
    let by_area = spec.commitment.is_some() && commitment_area(spec, settings).is_none_or(|(_, area)| area > 0);
    let offered = by_area || for_renewals(spec, settings);
    if offered { vec![Mode::Approval, Mode::Commitment] } else { vec![Mode::Approval] }
}

/// Every field that any path can ask for.
pub(crate) fn fields(spec: &Spec) -> Result<Vec<Field>, Fault> {
    let mut all = Vec::new();
    for group in &spec.fields {
        all.extend((group.of)()?);
    }
    Ok(all)
}

fn materials(spec: &Spec, settings: &Settings) -> Result<Vec<Material>, Fault> {
    let shared = settings.list_of(SHARED_DATA_MATERIALS).unwrap_or_default();
    spec.materials.iter().map(|one| material(one, shared.iter().any(|id| id == one.id))).collect()
}

fn material(one: &spec::Material, shared: bool) -> Result<Material, Fault> {
    let mut sources = Vec::new();
    for written in &one.sources {
        sources.push(source(written).ok_or_else(|| bad_source(one.id, written))?);
    }
    if let Some(service) = one.waivable {
        let written = ["shared:", service].concat();
        let parsed = source(&written).ok_or_else(|| bad_source(one.id, &written))?;
        if shared {
            sources.push(parsed);
        }
    }
    sources.push(Source::Applicant);
    Ok(Material {
        id: one.id.to_owned(),
        title: one.title.clone(),
        issuer: one.issuer.clone(),
        required: one.required,
        sources,
        basis: one.basis.clone(),
    })
}

fn questions(spec: &Spec, settings: &Settings) -> Vec<Question> {
    let mut seen: Vec<(&str, i64)> = Vec::new();
    spec.each_guard(&mut |guard| {
        guard.visit(&mut |question, asks| {
            if let Asks::Cut(cut) = asks {
                seen.push((question, cut));
            }
        });
    });
    let offered = commitment_area(spec, settings);
    seen.extend(offered.filter(|(_, area)| *area > 0));
    let with_cuts = |question: &spec::Question| {
        let mut answers = question.answers.clone();
        if let Answers::NumberWithCuts(cuts) = &mut answers {
            for (_, cut) in seen.iter().filter(|(id, _)| *id == question.id) {
                // In order and each once.
                if let Err(place) = cuts.binary_search(cut) {
                    cuts.insert(place, *cut);
                }
            }
            // Where nothing is offered here and nothing else looks at it, a number still has a cut point.
            if cuts.is_empty() {
                cuts.extend(offered.filter(|(id, _)| *id == question.id).map(|(_, area)| area));
            }
        }
        Question { id: question.id.to_owned(), text: question.text.clone(), answers }
    };
    spec.questions.iter().map(with_cuts).collect()
}

fn bundle(spec: &Spec) -> Bundle {
    let part = |part: &spec::Part| Part {
        code: part.code.to_owned(),
        department: part.department.clone(),
        business: part.business,
        lead: part.lead,
    };
    let inspection = |one: &spec::Inspection| JointInspection {
        id: one.id.to_owned(),
        title: one.title.clone(),
        unit: one.unit.clone(),
        serves: one.serves.clone(),
    };
    Bundle {
        parts: spec.parts.iter().map(part).collect(),
        covers: spec.covers.clone(),
        inspections: spec.inspections.iter().map(inspection).collect(),
        partial: spec.partial,
    }
}

fn stages(spec: &Spec) -> Vec<DefinedStage> {
    let flow = &spec.flow;
    let first: Vec<&str> = flow.acceptance.iter().map(|stage| stage.id).collect();
    let last: Vec<&str> =
        flow.stations.iter().map(|station| station.stage.id).filter(|id| !is_before(spec, id)).collect();
    let before_verdict = if last.is_empty() { first.clone() } else { last };
    let before_check = flow.verdict.as_ref().map_or(before_verdict.clone(), |verdict| vec![verdict.id]);
    let mut stages = Vec::new();
    stages.extend(flow.acceptance.iter().map(|stage| defined(stage, &[])));
    stages.extend(flow.stations.iter().map(|station| {
        let stage = defined(&station.stage, &first);
        // What silence may close is no mandatory review; the host holds a flow to that.
        DefinedStage { mandatory: stage.mandatory && !station.silence_consents(), ..stage }
    }));
    stages.extend(flow.verdict.iter().map(|stage| defined(stage, &before_verdict)));
    let check = spec.commitment.as_ref().and_then(|commitment| commitment.check.as_ref());
    stages.extend(check.map(|stage| defined(stage, &before_check)));
    stages
}

/// Whether some other station comes after `id`.
fn is_before(spec: &Spec, id: &str) -> bool {
    spec.flow.stations.iter().any(|station| station.stage.after.contains(&id))
}

fn defined(stage: &Stage, before: &[&str]) -> DefinedStage {
    let after = if stage.after.is_empty() { before } else { stage.after.as_slice() };
    DefinedStage {
        id: stage.id.to_owned(),
        title: stage.title.clone(),
        after: after.iter().map(|id| (*id).to_owned()).collect(),
        unit: stage.unit.clone(),
        limit: stage.limit,
        mandatory: stage.mandatory,
    }
}

fn issues(spec: &Spec) -> Vec<Issuance> {
    let issuance = |certificate: &spec::Certificate| Issuance {
        licence_type: certificate.licence_type.clone(),
        title: certificate.title.clone(),
    };
    spec.flow.certificate.iter().map(issuance).collect()
}
