//! What is missing before it is submitted. Findings inform; they never refuse.

use super::guide::{needed_fields, needed_materials, open_questions};
use crate::contract::cases::Draft;
use crate::contract::types::{Fault, Finding, Text};
use crate::spec::Spec;
use crate::text::reason;

/// What an incomplete application rests on.
const BASIS: &str = "行政许可法 第三十二条";

/// What is missing on the chosen path, then what the declared checks find.
pub(super) fn findings(spec: &Spec, draft: &Draft) -> Result<Vec<Finding>, Fault> {
    let answers = draft.answered()?;
    let mut findings = Vec::new();
    for id in open_questions(spec, &answers) {
        let title = spec.questions.iter().find(|question| question.id == id).map(|question| &question.text);
        findings.extend(title.map(|title| missing("question-open", &id, title, ("尚未回答：", "Not answered yet: "))));
    }
    for field in needed_fields(spec, &answers)?.into_iter().filter(|field| field.required) {
        // A bundle's form goes by data element, a matter's own by field.
        let id = if spec.is_bundle() { &field.element } else { &field.id };
        if !draft.values.iter().any(|value| &value.field == id) {
            findings.push(missing("field-missing", id, &field.title, ("尚未填写：", "Not filled in yet: ")));
        }
    }
    for material in needed_materials(spec, &answers).filter(|material| material.required) {
        if !draft.documents.iter().any(|document| document.material == material.id) {
            findings.push(missing(
                "material-missing",
                material.id,
                &material.title,
                ("缺少材料：", "Material missing: "),
            ));
        }
    }
    findings.extend(spec.checks.iter().flat_map(|check| check(draft)));
    Ok(findings)
}

fn missing(rule: &str, id: &str, title: &Text, (zh, en): (&str, &str)) -> Finding {
    let mut reason = reason(rule, BASIS, "").shown_by([id]);
    let english = title.en.as_ref().map(|title| [en, title].concat());
    reason.text = Text { zh: [zh, &title.zh].concat(), en: english };
    reason.blocking()
}
