//! What the host finds about a form before it is handed in, for people; and data against a task's form.
//! Pure. Findings inform: they never refuse.

use banshi_model::text::{Finding, Reason, Severity, Text};
use serde_json::Value;

use super::merge::Merged;
use crate::api::intake::FormMaterial;
use crate::error::Error;
use crate::registry::schema;

/// 行政许可法 第三十二条: what is missing or not in form is told at once and whole.
const IN_FORM: &str = "行政许可法 第三十二条第一款第四项";

fn finding(severity: Severity, rule: &str, basis: &str, text: Text, evidence: Vec<String>) -> Finding {
    Finding { severity, reason: Reason { rule: rule.to_owned(), basis: basis.to_owned(), text, evidence } }
}

/// What is wrong with the form: missing fields, values that a schema does not allow, missing papers.
pub(super) fn findings(merged: &Merged<'_>, missing: &[&FormMaterial]) -> Vec<Finding> {
    let mut found = Vec::new();
    if merged.unknown > 0 {
        let text = Text::new(
            format!("有 {} 项内容不属于本表单", merged.unknown),
            format!("{} value(s) name no field of this form", merged.unknown),
        );
        found.push(finding(Severity::Blocking, "intake.unknown-field", IN_FORM, text, vec![]));
    }
    for field in &merged.missing {
        let en = field.title.en.as_deref().unwrap_or(&field.title.zh);
        let text = Text::new(format!("请填写“{}”", field.title.zh), format!("please fill in `{en}`"));
        found.push(finding(Severity::Blocking, "intake.missing-field", IN_FORM, text, vec![field.id.to_string()]));
    }
    for (field, violation) in &merged.invalid {
        let en = field.title.en.as_deref().unwrap_or(&field.title.zh);
        let why = violation.text.en.as_deref().unwrap_or_default();
        let text = Text::new(format!("“{}”{}", field.title.zh, violation.text.zh), format!("`{en}` {why}"));
        let place = format!("/values/{}{}", field.id, violation.pointer);
        found.push(finding(
            Severity::Blocking,
            "intake.invalid-value",
            IN_FORM,
            text,
            vec![field.id.to_string(), place],
        ));
    }
    for material in missing {
        let en = material.title.en.as_deref().unwrap_or(&material.title.zh);
        let text = Text::new(format!("请提交“{}”", material.title.zh), format!("please hand in `{en}`"));
        found.push(finding(
            Severity::Blocking,
            "intake.missing-material",
            &material.basis,
            text,
            vec![material.id.to_string()],
        ));
    }
    found
}

/// A credit code or number that does not check and may be real.
pub(super) fn doubtful_subject(place: &str) -> Finding {
    let text = Text::new(
        "证件号码的校验位不符，请核对；早期代码可能如此",
        "the number's check digit does not match; please check it (some early codes do not)",
    );
    finding(Severity::Warning, "intake.subject", "GB 32100-2015", text, vec![place.to_owned()])
}

/// The guide has questions left.
pub(super) fn open_questions(open: &[String]) -> Finding {
    let text = Text::new("还有问题没有回答", "some questions are not answered");
    finding(Severity::Blocking, "intake.guide", IN_FORM, text, open.to_vec())
}

/// Checks data that an officer filled in against the task's form; `place` is where it stands in the
/// request. The error names places inside it, never what was written.
pub(crate) fn validate_against(form: &Value, data: &Value, place: &str) -> Result<(), Error> {
    let validator = schema::compile(form).map_err(|error| Error::Plugin {
        code: "task.form".to_owned(),
        text: format!("the task's form cannot be used: {error}"),
    })?;
    let violations = schema::violations(&validator, data);
    let Some(first) = violations.first() else { return Ok(()) };
    let told: Vec<String> = violations
        .iter()
        .map(|violation| format!("{}{} {}", place, violation.pointer, violation.text.en.as_deref().unwrap_or_default()))
        .collect();
    let fix = "correct what the task's form does not allow";
    Err(Error::invalid("task.form", format!("{place}{}", first.pointer), told.join("; "), fix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::intake::FormField;
    use crate::registry::sample::text;
    use crate::registry::schema::Validators;
    use jiff::Timestamp;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[test]
    fn everything_that_is_missing_or_wrong_is_told_at_once_in_two_languages() {
        let field = |id: &str, schema: Value| FormField {
            id: id.parse().unwrap(),
            element: id.to_owned(),
            title: Text::new("经营面积", "floor area"),
            schema,
            required: true,
            sources: vec![],
            serves: vec![],
            filled: None,
        };
        let fields = [field("area", json!({ "properties": { "m2": { "minimum": 1 } } })), field("staff", json!({}))];
        let given = BTreeMap::from([("area".to_owned(), json!({ "m2": 0 }))]);
        let merged = super::super::merge::values(&fields, &given, Timestamp::UNIX_EPOCH, &Validators::new(4)).unwrap();
        let paper = FormMaterial {
            id: "lease".parse().unwrap(),
            title: text("租赁合同"),
            issuer: None,
            required: true,
            sources: vec![],
            basis: "食品经营许可管理办法 第十二条".to_owned(),
            serves: vec![],
            filled: None,
        };
        let found = findings(&merged, &[&paper]);
        let told: Vec<(&str, &str, &str)> = found
            .iter()
            .map(|f| (f.reason.rule.as_str(), f.reason.text.zh.as_str(), f.reason.basis.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("intake.missing-field", "请填写“经营面积”", IN_FORM),
                ("intake.invalid-value", "“经营面积”不得小于 1", IN_FORM),
                ("intake.missing-material", "请提交“租赁合同”", "食品经营许可管理办法 第十二条"),
            ]
        );
        assert_eq!(found[1].reason.evidence, ["area", "/values/area/m2"]);
        assert_eq!(found[1].reason.text.en.as_deref(), Some("`floor area` must be at least 1"));
    }

    #[test]
    fn an_officer_s_data_fits_the_task_s_form() {
        let form = json!({ "type": "object", "required": ["clean"], "properties": { "clean": { "type": "boolean" } } });
        assert!(validate_against(&form, &json!({ "clean": true }), "/data").is_ok());
        let error = validate_against(&form, &json!({ "clean": "张三" }), "/data").unwrap_err().to_string();
        assert_eq!(error, "/data/clean: /data/clean is of the wrong type; correct what the task's form does not allow");
        let remote = json!({ "$ref": "https://example.org/form.json" });
        assert!(matches!(validate_against(&remote, &json!({}), "/data"), Err(Error::Plugin { .. })));
    }
}
