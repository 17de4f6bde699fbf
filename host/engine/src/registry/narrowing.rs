//! Whether a layer's definition only narrows the one below it: shorter, fewer, easier, more served. Pure.
//!
//! Stops a layer that drops a mandatory stage or an identity check, that promises longer, that asks for
//! more without a law row that allows it, or that hides that something is a sample. Checked when a
//! variation is published and enacted; steps are checked again by `decide::narrowing`. Each refusal names the place, the
//! value below and the layer's own.
//!
//! A layer may not change the schema of a field at all: whether one schema allows everything that another
//! does cannot be decided.

mod bundle;
#[cfg(test)]
mod tests;

use banshi_model::definition::{Definition, Field, Material, Mode, Processing, Source, Span, Stage};
use serde::Serialize;

use super::findings::Findings;
use super::span;

/// The rule's stable name.
pub(crate) const RULE: &str = "admission.narrowing";

/// What the law rows let a layer loosen at its place, on its day.
#[derive(Debug, Clone)]
pub(crate) struct Leeway {
    /// Whether it may ask for more papers; where not, the refusal, which names the row.
    pub more_materials: Result<(), String>,
    /// How long it may take, where a row that derogates gives its place longer than the law gives elsewhere.
    pub longer: Option<Span>,
}

/// Checks a definition against the one below.
pub(crate) fn check(below: &Definition, above: &Definition, leeway: Leeway) -> Findings {
    let mut found = Findings::default();
    whole(below, above, &mut found);
    times(below, above, leeway.longer, &mut found);
    stages(below, above, &mut found);
    fields(below, above, &mut found);
    materials(below, above, leeway.more_materials, &mut found);
    parties(below, above, &mut found);
    fees(below, above, &mut found);
    bundle::check(below.bundle.as_ref(), above.bundle.as_ref(), &mut found);
    found
}

/// What is refused, with the value below and the layer's own.
fn told(zh: &str, en: &str, below: &impl Serialize, above: &impl Serialize) -> (String, String) {
    let (below, above) = (json(below), json(above));
    (format!("{zh}：下层为 {below}，本层为 {above}"), format!("{en}: below it is {below}, in this layer {above}"))
}

/// The model's types always make JSON.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// What a layer may not touch.
fn whole(below: &Definition, above: &Definition, found: &mut Findings) {
    let mut same = |same: bool, what: &str, below: String, above: String| {
        if !same {
            let zh = format!("本层不得改变 `{what}`：下层为 {below}，本层为 {above}");
            let en = format!("a layer may not change `{what}`: below it is {below}, in this layer {above}");
            found.block(RULE, format!("definition.{what}"), (zh, en), "leave it as the layer below has it");
        }
    };
    let (b, a) = (below, above);
    same(b.department == a.department, "department", json(&b.department), json(&a.department));
    same(b.matter_type == a.matter_type, "matter_type", json(&b.matter_type), json(&a.matter_type));
    same(equal_sets(&b.business, &a.business), "business", json(&b.business), json(&a.business));
    same(equal_sets(&b.issues, &a.issues), "issues", json(&b.issues), json(&a.issues));
    same(b.triggers.iter().all(|t| a.triggers.contains(t)), "triggers", json(&b.triggers), json(&a.triggers));
    same(b.samples.iter().all(|t| a.samples.contains(t)), "samples", json(&b.samples), json(&a.samples));
    let kinds_kept = b.questions.iter().all(|question| {
        let kind = |answers| std::mem::discriminant(answers);
        a.questions.iter().any(|own| own.id == question.id && kind(&own.answers) == kind(&question.answers))
    });
    same(kinds_kept, "questions", json(&b.questions), json(&a.questions));
    modes(below, above, found);
}

fn modes(below: &Definition, above: &Definition, found: &mut Findings) {
    let place = "definition.modes";
    if above.modes.iter().any(|mode| !below.modes.contains(mode) && *mode != Mode::Commitment) {
        let what = told(
            "除告知承诺外，本层不得增加办理方式",
            "a layer may add no mode but a commitment",
            &below.modes,
            &above.modes,
        );
        found.block(RULE, place, what, "leave out the mode; it is a change of the matter itself");
    }
    if below.modes.iter().any(|mode| !above.modes.contains(mode)) {
        let what = told("本层不得取消办理方式", "a layer may not take away a mode", &below.modes, &above.modes);
        found.block(RULE, place, what, "keep every mode of the layer below");
    }
}

fn equal_sets<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.iter().all(|one| b.contains(one)) && b.iter().all(|one| a.contains(one))
}

fn times(below: &Definition, above: &Definition, longer: Option<Span>, found: &mut Findings) {
    let lent = |promised| longer.is_some_and(|longer| span::promise_within(promised, longer));
    if !span::promise_never_longer(above.promised, below.promised) && !lent(above.promised) {
        let what = told("承诺时限长于下层", "promised longer than below", &below.promised, &above.promised);
        let fix = "promise at most what the layer below promises, in the same unit";
        found.block(RULE, "definition.promised", what, fix);
    }
    if !span::never_longer(above.statutory, below.statutory) && !lent(Processing::Promised(above.statutory)) {
        let what = told("申报时限长于下层", "statutory limit longer than below", &below.statutory, &above.statutory);
        let fix = "declare at most what the layer below declares, in the same unit";
        found.block(RULE, "definition.statutory", what, fix);
    }
}

fn stages(below: &Definition, above: &Definition, found: &mut Findings) {
    for stage in &below.stages {
        let place = format!("definition.stages.{}", stage.id);
        match above.stage(stage.id.as_str()) {
            None if stage.mandatory => {
                let zh = format!("下层的必经环节 `{}` 被取消", stage.id);
                let en = format!("mandatory stage `{}` of the layer below was dropped", stage.id);
                found.block(RULE, place, told(&zh, &en, &ids(&below.stages), &ids(&above.stages)), "keep it");
            }
            Some(own) => stage_kept(stage, own, &place, found),
            None => {}
        }
    }
}

fn ids(stages: &[Stage]) -> Vec<&str> {
    stages.iter().map(|stage| stage.id.as_str()).collect()
}

fn stage_kept(stage: &Stage, own: &Stage, place: &str, found: &mut Findings) {
    if stage.mandatory && !own.mandatory {
        let zh = format!("环节 `{}` 不再必经", stage.id);
        let en = format!("stage `{}` is no longer mandatory", stage.id);
        found.block(RULE, place, told(&zh, &en, &stage.mandatory, &own.mandatory), "keep `mandatory`");
    }
    let longer = match (stage.limit, own.limit) {
        (Some(limit), Some(own)) => !span::never_longer(own, limit),
        (Some(_), None) => true,
        (None, _) => false,
    };
    if longer {
        let zh = format!("环节 `{}` 的时限长于下层", stage.id);
        let en = format!("stage `{}` may take longer than below", stage.id);
        let fix = "give at most the limit of the layer below, in the same unit";
        found.block(RULE, place, told(&zh, &en, &stage.limit, &own.limit), fix);
    }
}

fn fields(below: &Definition, above: &Definition, found: &mut Findings) {
    for own in &above.fields {
        let place = format!("definition.fields.{}", own.id);
        match below.field(own.id.as_str()) {
            None => {
                let zh = format!("增加了下层没有的表单项 `{}`", own.id);
                let en = format!("field `{}` is asked and the layer below does not ask it", own.id);
                let what = told(&zh, &en, &Option::<&str>::None, &own.element);
                found.block(RULE, place, what, "leave it out: a local layer may ask less, not more");
            }
            Some(field) => field_kept(field, own, &place, found),
        }
    }
}

fn field_kept(field: &Field, own: &Field, place: &str, found: &mut Findings) {
    if own.required && !field.required {
        required(("表单项", "field"), own.id.as_str(), place, found);
    }
    if own.schema != field.schema || own.element != field.element {
        let zh = format!("表单项 `{}` 的数据模式或数据元不同", own.id);
        let en = format!("field `{}` has another schema or element", own.id);
        let what = told(&zh, &en, &(&field.element, &field.schema), &(&own.element, &own.schema));
        found.block(RULE, place, what, "keep schema and element of the layer below");
    }
    sources_kept(&field.sources, &own.sources, place, found);
}

fn required((zh, en): (&str, &str), id: &str, place: &str, found: &mut Findings) {
    let (zh, en) = (format!("{zh} `{id}` 成为必填"), format!("{en} `{id}` became required"));
    found.block(RULE, place, told(&zh, &en, &false, &true), "leave it optional");
}

fn sources_kept(below: &[Source], above: &[Source], place: &str, found: &mut Findings) {
    if below.iter().any(|source| *source != Source::Applicant && !above.contains(source)) {
        let en = "a source that saved the applicant from being asked was dropped";
        let what = told("取消了免于申请人提供的来源", en, &below, &above);
        found.block(RULE, place, what, "keep every source of the layer below; add your own before or after");
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
        required(("材料", "material"), own.id.as_str(), place, found);
    }
    if own.basis != material.basis {
        let zh = format!("材料 `{}` 的依据不同", own.id);
        let en = format!("material `{}` has another basis", own.id);
        found.block(RULE, place, told(&zh, &en, &material.basis, &own.basis), "keep the clause of the layer below");
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
        let en = "identity checks differ from the layer below";
        let what = told("身份核验与下层不同", en, &below.signers, &above.signers);
        found.block(RULE, "definition.signers", what, "keep each signer; only `in_person` may be waived");
    }
}

fn fees(below: &Definition, above: &Definition, found: &mut Findings) {
    for own in &above.fees {
        let lower = below.fees.iter().find(|fee| fee.id == own.id);
        if !lower.is_some_and(|fee| own.at_most <= fee.at_most && own.basis == fee.basis) {
            let zh = format!("收费 `{}` 是新增的、高于下层或依据不同", own.id);
            let en = format!("fee `{}` is new, higher or on another basis", own.id);
            let fix = "a local layer may lower or waive a fee, not add or raise one";
            found.block(RULE, format!("definition.fees.{}", own.id), told(&zh, &en, &lower, own), fix);
        }
    }
}
