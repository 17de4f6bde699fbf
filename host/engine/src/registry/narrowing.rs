//! Whether a layer's definition only narrows the one below it: shorter, fewer, easier, more served. Pure.
//!
//! Stops a layer that drops a mandatory stage or an identity check, that promises longer, that asks for
//! more without a law row that allows it, or that hides that something is a sample. Checked when a
//! variation is published and enacted; steps are checked again by `decide::narrowing`.
//!
//! A layer may not change the schema of a field at all: whether one schema allows everything that another
//! does cannot be decided.

use banshi_model::definition::{Bundle, Definition, Field, Material, Mode, PartStage, Partial, Source, Stage};

use super::findings::Findings;
use super::span;

/// The rule's stable name.
pub(crate) const RULE: &str = "admission.narrowing";

/// Checks a definition against the one below. `may_ask_more` is what the law rows say of materials that a
/// local layer adds; the refusal then names the row itself.
pub(crate) fn check(below: &Definition, above: &Definition, may_ask_more: Result<(), String>) -> Findings {
    let mut found = Findings::default();
    whole(below, above, &mut found);
    times(below, above, &mut found);
    stages(below, above, &mut found);
    fields(below, above, &mut found);
    materials(below, above, may_ask_more, &mut found);
    parties(below, above, &mut found);
    fees(below, above, &mut found);
    bundle(below.bundle.as_ref(), above.bundle.as_ref(), &mut found);
    found
}

/// What a layer may not touch.
fn whole(below: &Definition, above: &Definition, found: &mut Findings) {
    let mut same = |same: bool, what: &str| {
        if !same {
            found.block(
                RULE,
                format!("definition.{what}"),
                format!("a layer may not change `{what}`"),
                "leave it as the layer below has it",
            );
        }
    };
    same(below.department == above.department, "department");
    same(below.matter_type == above.matter_type, "matter_type");
    same(equal_sets(&below.business, &above.business), "business");
    same(equal_sets(&below.issues, &above.issues), "issues");
    same(below.triggers.iter().all(|t| above.triggers.contains(t)), "triggers");
    same(below.samples.iter().all(|t| above.samples.contains(t)), "samples");
    let kinds_kept = below.questions.iter().all(|question| {
        let kind = |answers| std::mem::discriminant(answers);
        above.questions.iter().any(|own| own.id == question.id && kind(&own.answers) == kind(&question.answers))
    });
    same(kinds_kept, "questions");
    for mode in &above.modes {
        if !below.modes.contains(mode) && *mode != Mode::Commitment {
            let text = format!("a layer may offer a commitment, not {mode:?}");
            found.block(RULE, "definition.modes", text, "leave out the mode; it is a change of the matter itself");
        }
    }
    if below.modes.iter().any(|mode| !above.modes.contains(mode)) {
        found.block(RULE, "definition.modes", "a layer may not take away a mode", "keep every mode of the layer below");
    }
}

fn equal_sets<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.iter().all(|one| b.contains(one)) && b.iter().all(|one| a.contains(one))
}

fn times(below: &Definition, above: &Definition, found: &mut Findings) {
    if !span::promise_never_longer(above.promised, below.promised) {
        let text = format!("promised longer than below: {:?}, below {:?}", above.promised, below.promised);
        found.block(
            RULE,
            "definition.promised",
            text,
            "promise at most what the layer below promises, in the same unit",
        );
    }
    if !span::never_longer(above.statutory, below.statutory) {
        let text = format!("statutory limit longer than below: {:?}, below {:?}", above.statutory, below.statutory);
        found.block(
            RULE,
            "definition.statutory",
            text,
            "declare at most what the layer below declares, in the same unit",
        );
    }
}

fn stages(below: &Definition, above: &Definition, found: &mut Findings) {
    for stage in below.stages.iter() {
        let place = format!("definition.stages.{}", stage.id);
        match above.stage(stage.id.as_str()) {
            None if stage.mandatory => {
                found.block(
                    RULE,
                    place,
                    format!("mandatory stage `{}` of the layer below was dropped", stage.id),
                    "keep it",
                );
            }
            Some(own) => stage_kept(stage, own, &place, found),
            None => {}
        }
    }
}

fn stage_kept(stage: &Stage, own: &Stage, place: &str, found: &mut Findings) {
    if stage.mandatory && !own.mandatory {
        found.block(RULE, place, format!("stage `{}` is no longer mandatory", stage.id), "keep `mandatory`");
    }
    let longer = match (stage.limit, own.limit) {
        (Some(limit), Some(own)) => !span::never_longer(own, limit),
        (Some(_), None) => true,
        (None, _) => false,
    };
    if longer {
        found.block(
            RULE,
            place,
            format!("stage `{}` may take longer than below", stage.id),
            "give at most the limit of the layer below, in the same unit",
        );
    }
}

fn fields(below: &Definition, above: &Definition, found: &mut Findings) {
    for own in &above.fields {
        let place = format!("definition.fields.{}", own.id);
        match below.field(own.id.as_str()) {
            None => {
                let text = format!("field `{}` is asked and the layer below does not ask it", own.id);
                found.block(RULE, place, text, "leave it out: a local layer may ask less, not more");
            }
            Some(field) => field_kept(field, own, &place, found),
        }
    }
}

fn field_kept(field: &Field, own: &Field, place: &str, found: &mut Findings) {
    if own.required && !field.required {
        found.block(RULE, place, format!("field `{}` became required", own.id), "leave it optional");
    }
    if own.schema != field.schema || own.element != field.element {
        found.block(
            RULE,
            place,
            format!("field `{}` has another schema or element", own.id),
            "keep schema and element of the layer below",
        );
    }
    sources_kept(&field.sources, &own.sources, place, found);
}

fn sources_kept(below: &[Source], above: &[Source], place: &str, found: &mut Findings) {
    let lost = below.iter().find(|source| **source != Source::Applicant && !above.contains(source));
    if lost.is_some() {
        found.block(
            RULE,
            place,
            "a source that saved the applicant from being asked was dropped",
            "keep every source of the layer below; add your own before or after",
        );
    }
}

fn materials(below: &Definition, above: &Definition, may_ask_more: Result<(), String>, found: &mut Findings) {
    for own in &above.materials {
        let place = format!("definition.materials.{}", own.id);
        match below.material(own.id.as_str()) {
            None => {
                if let Err(row) = &may_ask_more {
                    let text = format!("material `{}` is asked and the layer below does not ask it: {row}", own.id);
                    found.block(
                        "law.local-materials",
                        place,
                        text,
                        "leave it out: a local layer may ask less, not more",
                    );
                }
            }
            Some(material) => material_kept(material, own, &place, found),
        }
    }
}

fn material_kept(material: &Material, own: &Material, place: &str, found: &mut Findings) {
    if own.required && !material.required {
        found.block(RULE, place, format!("material `{}` became required", own.id), "leave it optional");
    }
    if own.basis != material.basis {
        found.block(
            RULE,
            place,
            format!("material `{}` has another basis", own.id),
            "keep the clause of the layer below",
        );
    }
    sources_kept(&material.sources, &own.sources, place, found);
}

/// Who must prove who they are: no one more, no one less; an appearance may be waived.
fn parties(below: &Definition, above: &Definition, found: &mut Findings) {
    let kept = below.signers.len() == above.signers.len()
        && below.signers.iter().all(|rule| {
            above
                .signers
                .iter()
                .any(|own| own.role == rule.role && own.people == rule.people && (rule.in_person || !own.in_person))
        });
    if !kept {
        found.block(
            RULE,
            "definition.signers",
            "identity checks differ from the layer below",
            "keep each signer; only `in_person` may be waived",
        );
    }
}

fn fees(below: &Definition, above: &Definition, found: &mut Findings) {
    for own in &above.fees {
        let allowed =
            below.fees.iter().any(|fee| fee.id == own.id && own.at_most <= fee.at_most && own.basis == fee.basis);
        if !allowed {
            let text = format!("fee `{}` is new, higher or on another basis", own.id);
            found.block(
                RULE,
                format!("definition.fees.{}", own.id),
                text,
                "a local layer may lower or waive a fee, not add or raise one",
            );
        }
    }
}

fn bundle(below: Option<&Bundle>, above: Option<&Bundle>, found: &mut Findings) {
    let (below, above) = match (below, above) {
        (None, None) => return,
        (Some(below), Some(above)) => (below, above),
        _ => {
            found.block(
                RULE,
                "definition.bundle",
                "a layer may not make a bundle of a matter, or a matter of a bundle",
                "leave it as it is",
            );
            return;
        }
    };
    if !equal_sets(&below.parts, &above.parts) {
        found.block(
            RULE,
            "definition.bundle.parts",
            "a layer may not change the parts",
            "keep the parts; the guide chooses among them",
        );
    }
    if below.covers.iter().any(|cover| !above.covers.contains(cover)) {
        found.block(
            RULE,
            "definition.bundle.covers",
            "a cover was dropped, so a paper would be asked twice",
            "keep every cover; add your own",
        );
    }
    if below.partial == Partial::WhatIsGranted && above.partial == Partial::AllOrNone {
        found.block(
            RULE,
            "definition.bundle.partial",
            "what is granted would no longer be released",
            "keep `what-is-granted`",
        );
    }
    for served in served(below).filter(|stage| !served(above).any(|own| own == *stage)) {
        let text = format!("stage `{}` of part `{}` is no longer inspected jointly", served.stage, served.part);
        found.block(RULE, "definition.bundle.inspections", text, "keep it served by one of the joint inspections");
    }
}

fn served(bundle: &Bundle) -> impl Iterator<Item = &PartStage> {
    bundle.inspections.iter().flat_map(|inspection| &inspection.serves)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::sample::{bundle as sample_bundle, definition, field, material, stage};
    use banshi_model::definition::{Cover, Fee, JointInspection, Processing, SignerRule, Span};

    /// The places that are refused when `change` is what a layer does.
    fn refused(below: &Definition, change: impl FnOnce(&mut Definition)) -> Vec<String> {
        let mut above = below.clone();
        change(&mut above);
        let row = Err("local-materials-16 (行政许可法 第十六条)".to_owned());
        check(below, &above, row).into_inner().into_iter().map(|found| found.place).collect()
    }

    #[test]
    fn a_layer_may_shorten_waive_serve_and_offer_a_commitment() {
        let places = refused(&definition(), |d| {
            d.promised = Processing::Promised(Span::working_days(5));
            d.modes.push(Mode::Commitment);
            d.materials[0].sources.insert(0, Source::SubjectRecord);
            d.fields[0].required = false;
            d.stages.push(stage("joint", &[], false));
        });
        assert!(places.is_empty(), "{places:?}");
        assert!(refused(&definition(), |d| d.materials.clear()).is_empty());
    }

    #[test]
    fn a_mandatory_stage_stays_and_stays_mandatory() {
        assert_eq!(refused(&definition(), |d| drop(d.stages.remove(0))), ["definition.stages.review"]);
        assert_eq!(refused(&definition(), |d| d.stages[0].mandatory = false), ["definition.stages.review"]);
        let mut below = definition();
        below.stages[1].mandatory = false;
        assert!(refused(&below, |d| drop(d.stages.remove(1))).is_empty());
    }

    #[test]
    fn nothing_takes_longer() {
        assert_eq!(
            refused(&definition(), |d| d.promised = Processing::Promised(Span::working_days(13))),
            ["definition.promised"]
        );
        assert_eq!(refused(&definition(), |d| d.statutory = Span::working_days(21)), ["definition.statutory"]);
        let mut below = definition();
        below.stages[0].limit = Some(Span::working_days(3));
        assert_eq!(refused(&below, |d| d.stages[0].limit = None), ["definition.stages.review"]);
    }

    #[test]
    fn nothing_more_is_asked_without_a_row_that_allows_it() {
        assert_eq!(refused(&definition(), |d| d.fields.push(field("more", "x", &[]))), ["definition.fields.more"]);
        assert_eq!(refused(&definition(), |d| d.materials.push(material("more", &[]))), ["definition.materials.more"]);
        let mut above = definition();
        above.materials.push(material("more", &[]));
        assert!(!check(&definition(), &above, Ok(())).blocks());
        let mut below = definition();
        below.fields[0].sources = vec![Source::SubjectRecord, Source::Applicant];
        assert_eq!(refused(&below, |d| drop(d.fields[0].sources.remove(0))), ["definition.fields.name"]);
        assert_eq!(refused(&below, |d| d.fields[0].schema = serde_json::json!({})), ["definition.fields.name"]);
    }

    #[test]
    fn fees_fall_signers_stay_and_a_sample_stays_labelled() {
        let mut below = definition();
        below.fees = vec![Fee { id: "card".parse().unwrap(), basis: "收费标准".to_owned(), at_most: 1_000 }];
        below.signers =
            vec![SignerRule { role: "法定代表人".to_owned(), people: "/legal".to_owned(), in_person: true }];
        below.samples = vec![crate::registry::sample::text("示例")];
        assert!(refused(&below, |d| d.fees.clear()).is_empty());
        assert!(refused(&below, |d| d.signers[0].in_person = false).is_empty());
        assert_eq!(refused(&below, |d| d.fees[0].at_most = 2_000), ["definition.fees.card"]);
        assert_eq!(refused(&below, |d| d.signers.clear()), ["definition.signers"]);
        assert_eq!(refused(&below, |d| d.samples.clear()), ["definition.samples"]);
    }

    #[test]
    fn a_bundle_keeps_parts_covers_and_joint_visits() {
        let mut below = definition();
        let mut joined = sample_bundle(&["P01", "P05"]);
        joined.covers = vec![Cover {
            material: "plan".parse().unwrap(),
            part: "P01".parse().unwrap(),
            part_material: "plan".parse().unwrap(),
        }];
        let stage = PartStage { part: "P01".parse().unwrap(), stage: "onsite".parse().unwrap() };
        let inspection = JointInspection {
            id: "visit".parse().unwrap(),
            title: crate::registry::sample::text("联合核查"),
            unit: "食品科".to_owned(),
            serves: vec![stage],
        };
        joined.inspections = vec![inspection];
        below.bundle = Some(joined);
        let of = |change: fn(&mut Bundle)| refused(&below, |d| change(d.bundle.as_mut().unwrap()));
        assert_eq!(of(|b| drop(b.parts.pop())), ["definition.bundle.parts"]);
        assert_eq!(of(|b| b.covers.clear()), ["definition.bundle.covers"]);
        assert_eq!(of(|b| b.inspections.clear()), ["definition.bundle.inspections"]);
        assert_eq!(of(|b| b.partial = Partial::AllOrNone), ["definition.bundle.partial"]);
        assert_eq!(refused(&below, |d| d.bundle = None), ["definition.bundle"]);
        assert!(
            of(|b| b.inspections[0]
                .serves
                .push(PartStage { part: "P05".parse().unwrap(), stage: "onsite".parse().unwrap() }))
            .is_empty()
        );
    }
}
