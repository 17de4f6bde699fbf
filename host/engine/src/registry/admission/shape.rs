//! The shape of a definition: ids, texts, schemas, clauses and size.

use std::collections::BTreeSet;

use banshi_model::definition::{Answers, Definition};
use banshi_model::ids::Slug;
use banshi_model::text::Text;

use super::manifest::{has_chinese, is_licence_type};
use crate::registry::findings::Findings;
use crate::registry::schema;

/// A definition may have this many bytes as JSON.
const DEFINITION_BYTES_MAX: usize = 1024 * 1024;
/// A text may have this many characters.
const TEXT_CHARS_MAX: usize = 500;

/// Checks a definition's shape. Of one that is too big nothing else is looked at: what is quick for a thousand
/// stages takes for ever for a hundred thousand.
pub(crate) fn check(definition: &Definition) -> Findings {
    let mut found = size(definition);
    if found.blocks() {
        return found;
    }
    businesses(definition, &mut found);
    ids(definition, &mut found);
    texts(definition, &mut found);
    fields(definition, &mut found);
    clauses(definition, &mut found);
    questions(definition, &mut found);
    signers(definition, &mut found);
    found
}

/// Whether it is small enough for every other check, here and elsewhere.
pub(crate) fn size(definition: &Definition) -> Findings {
    let mut found = Findings::default();
    let bytes = serde_json::to_vec(definition).map_or(0, |json| json.len());
    if bytes > DEFINITION_BYTES_MAX {
        let text = format!("the definition has {bytes} bytes, at most {DEFINITION_BYTES_MAX} are taken");
        found.block("admission.size", "definition", text, "shorten schemas and texts, or split the matter");
    }
    let counts = [
        ("fields", definition.fields.len(), 1_000),
        ("materials", definition.materials.len(), 300),
        ("questions", definition.questions.len(), 100),
        ("stages", definition.stages.len(), 200),
        ("bundle.parts", definition.bundle.as_ref().map_or(0, |bundle| bundle.parts.len()), 50),
    ];
    for (name, count, most) in counts {
        if count > most {
            let text = format!("{count} of them, at most {most} are taken");
            found.block("admission.size", format!("definition.{name}"), text, "split the matter");
        }
    }
    found
}

fn businesses(definition: &Definition, found: &mut Findings) {
    if definition.business.is_empty() || definition.modes.is_empty() {
        let text = "a matter has at least one business and one mode";
        found.block(
            "admission.manifest",
            "definition.business",
            text,
            "declare `establish` and `approval`, or what it is",
        );
    }
}

fn ids(definition: &Definition, found: &mut Findings) {
    let mut unique = |name: &str, ids: Vec<&str>| {
        let mut seen = BTreeSet::new();
        for (nth, id) in ids.into_iter().enumerate() {
            if !seen.insert(id) {
                let text = format!("id `{id}` is there twice");
                found.block("admission.ids", format!("definition.{name}[{nth}].id"), text, "give each its own id");
            }
        }
    };
    unique("fields", definition.fields.iter().map(|field| field.id.as_str()).collect());
    unique("materials", definition.materials.iter().map(|material| material.id.as_str()).collect());
    unique("questions", definition.questions.iter().map(|question| question.id.as_str()).collect());
    unique("stages", definition.stages.iter().map(|stage| stage.id.as_str()).collect());
    unique("fees", definition.fees.iter().map(|fee| fee.id.as_str()).collect());
    unique("issues", definition.issues.iter().map(|issued| issued.licence_type.as_str()).collect());
    for issued in definition.issues.iter().filter(|issued| !is_licence_type(&issued.licence_type)) {
        let text = format!("`{}` is not a licence type code (GB/T 36904)", issued.licence_type);
        found.block("admission.ids", "definition.issues", text, "18 characters of the definer and 3 digits");
    }
}

fn texts(definition: &Definition, found: &mut Findings) {
    let mut all: Vec<(String, &Text)> = vec![("definition.title".to_owned(), &definition.title)];
    all.extend(definition.fields.iter().map(|field| (format!("definition.fields.{}.title", field.id), &field.title)));
    all.extend(definition.materials.iter().map(|m| (format!("definition.materials.{}.title", m.id), &m.title)));
    all.extend(definition.stages.iter().map(|stage| (format!("definition.stages.{}.title", stage.id), &stage.title)));
    all.extend(definition.issues.iter().map(|issued| ("definition.issues.title".to_owned(), &issued.title)));
    all.extend(definition.samples.iter().map(|sample| ("definition.samples".to_owned(), sample)));
    for question in &definition.questions {
        all.push((format!("definition.questions.{}.text", question.id), &question.text));
    }
    let inspections = definition.bundle.iter().flat_map(|bundle| &bundle.inspections);
    all.extend(inspections.map(|i| (format!("definition.bundle.inspections.{}.title", i.id), &i.title)));
    for (place, text) in all {
        if !has_chinese(text) {
            found.block("admission.text", place, "the text has no Chinese", "write it in Chinese, English beside it");
        } else if text.zh.chars().count() > TEXT_CHARS_MAX
            || text.en.as_ref().is_some_and(|en| en.chars().count() > 4 * TEXT_CHARS_MAX)
        {
            found.block(
                "admission.text",
                place,
                format!("the text has over {TEXT_CHARS_MAX} characters"),
                "shorten it",
            );
        }
    }
}

fn fields(definition: &Definition, found: &mut Findings) {
    let mut elements = BTreeSet::new();
    for field in &definition.fields {
        if let Err(error) = schema::compile(&field.schema) {
            let fix = "use JSON Schema 2020-12 without remote references, at most 16 KiB a field";
            found.block("admission.schema", format!("definition.fields.{}.schema", field.id), error.to_string(), fix);
        }
        let place = format!("definition.fields.{}.element", field.id);
        if field.element.parse::<Slug>().is_err() {
            let text = "the data element is not 1 to 64 letters, digits, `-`, `_` or `.`";
            found.block("admission.elements", place.as_str(), text, "use an element of the shared dictionary");
        } else if !elements.insert(field.element.as_str()) {
            let text = format!("element `{}` stands for two fields; in a bundle they become one", field.element);
            found.warn(
                "admission.elements",
                place,
                text,
                "give each meaning its own element, for example `contact.phone`",
            );
        }
    }
}

fn clauses(definition: &Definition, found: &mut Findings) {
    let mut named = |basis: &str, place: String| {
        if basis.trim().is_empty() || basis.chars().count() > TEXT_CHARS_MAX {
            found.block(
                "admission.basis",
                place,
                "the clause is not named",
                "cite it, for example `行政许可法 第四十二条`",
            );
        }
    };
    named(&definition.statutory_basis, "definition.statutory_basis".to_owned());
    for material in &definition.materials {
        named(&material.basis, format!("definition.materials.{}.basis", material.id));
    }
    for fee in &definition.fees {
        named(&fee.basis, format!("definition.fees.{}.basis", fee.id));
    }
}

fn questions(definition: &Definition, found: &mut Findings) {
    for question in &definition.questions {
        let place = format!("definition.questions.{}.answers", question.id);
        match &question.answers {
            Answers::YesNo => {}
            Answers::OneOf(choices) => {
                let values: BTreeSet<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
                let unread = choices.iter().any(|choice| choice.text.zh.trim().is_empty());
                if unread
                    || choices.is_empty()
                    || choices.len() > 50
                    || values.len() != choices.len()
                    || values.contains("")
                {
                    found.block(
                        "admission.questions",
                        place,
                        "1 to 50 choices with different values and a text are expected",
                        "correct the choices",
                    );
                }
            }
            Answers::NumberWithCuts(cuts) => {
                let ascending = cuts.iter().zip(cuts.iter().skip(1)).all(|(a, b)| a < b);
                if cuts.is_empty() || cuts.len() > 50 || !ascending {
                    found.block(
                        "admission.questions",
                        place,
                        "1 to 50 cut points in ascending order are expected",
                        "correct the cut points",
                    );
                }
            }
        }
    }
}

/// In a bundle the form is made of the parts' fields, which are not known here.
fn signers(definition: &Definition, found: &mut Findings) {
    for rule in &definition.signers {
        let first = rule.people.strip_prefix('/').and_then(|rest| rest.split('/').next());
        let known = first.is_some_and(|name| definition.bundle.is_some() || definition.field(name).is_some());
        if !known || rule.role.trim().is_empty() {
            let text = format!("`{}` is no JSON pointer into the form, or the role is empty", rule.people);
            found.block(
                "admission.signers",
                "definition.signers",
                text,
                "point at a field, for example `/legal-person`",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::sample::{definition, field, material, question, stage, text};
    use banshi_model::definition::{Choice, SignerRule};
    use serde_json::json;

    fn refused(change: impl FnOnce(&mut Definition)) -> Vec<String> {
        let mut d = definition();
        change(&mut d);
        check(&d).into_inner().into_iter().map(|found| format!("{} {}", found.rule, found.place)).collect()
    }

    #[test]
    fn a_definition_that_fits_passes() {
        assert!(refused(|_| {}).is_empty());
    }

    #[test]
    fn ids_are_unique_in_their_kind() {
        assert_eq!(refused(|d| d.fields.push(field("name", "other", &[]))), ["admission.ids definition.fields[1].id"]);
        assert_eq!(refused(|d| d.materials.push(material("plan", &[]))), ["admission.ids definition.materials[1].id"]);
        assert_eq!(refused(|d| d.stages.push(stage("review", &[], true))), ["admission.ids definition.stages[2].id"]);
        assert_eq!(refused(|d| d.issues[0].licence_type = "x".to_owned()), ["admission.ids definition.issues"]);
    }

    #[test]
    fn texts_are_in_chinese_and_clauses_are_named() {
        assert_eq!(refused(|d| d.title.zh = "Food licence".to_owned()), ["admission.text definition.title"]);
        assert_eq!(
            refused(|d| d.materials[0].title = text("长".repeat(501).as_str())),
            ["admission.text definition.materials.plan.title"]
        );
        assert_eq!(refused(|d| d.issues[0].title.zh = "permit".to_owned()), ["admission.text definition.issues.title"]);
        assert_eq!(refused(|d| d.statutory_basis = " ".to_owned()), ["admission.basis definition.statutory_basis"]);
        assert_eq!(refused(|d| d.materials[0].basis.clear()), ["admission.basis definition.materials.plan.basis"]);
    }

    #[test]
    fn schemas_compile_and_elements_can_name_a_form_s_field() {
        assert_eq!(
            refused(|d| d.fields[0].schema = json!({ "type": 5 })),
            ["admission.schema definition.fields.name.schema"]
        );
        assert_eq!(
            refused(|d| d.fields[0].element = "主体名称".to_owned()),
            ["admission.elements definition.fields.name.element"]
        );
        let twice = refused(|d| d.fields.push(field("again", "subject.name", &[])));
        assert_eq!(twice, ["admission.elements definition.fields.again.element"]);
        let mut d = definition();
        d.fields.push(field("again", "subject.name", &[]));
        assert!(!check(&d).blocks(), "only a hint");
    }

    #[test]
    fn answers_can_be_enumerated() {
        let ask = |answers: Answers| refused(|d| d.questions.push(question("q", answers)));
        let choice = |value: &str| Choice { value: value.to_owned(), text: text("是") };
        assert!(ask(Answers::OneOf(vec![choice("a"), choice("b")])).is_empty());
        assert!(ask(Answers::NumberWithCuts(vec![50, 200])).is_empty());
        for wrong in [
            Answers::OneOf(vec![choice("a"), choice("a")]),
            Answers::OneOf(vec![]),
            Answers::NumberWithCuts(vec![]),
            Answers::NumberWithCuts(vec![200, 50]),
        ] {
            assert_eq!(ask(wrong), ["admission.questions definition.questions.q.answers"]);
        }
    }

    #[test]
    fn a_signer_is_found_in_the_form() {
        let rule =
            |people: &str| SignerRule {
                role: "法定代表人".to_owned(), people: people.to_owned(), in_person: false
            };
        assert!(refused(|d| d.signers.push(rule("/name/person"))).is_empty());
        assert_eq!(refused(|d| d.signers.push(rule("/nobody"))), ["admission.signers definition.signers"]);
        assert_eq!(refused(|d| d.signers.push(rule("name"))), ["admission.signers definition.signers"]);
    }

    #[test]
    fn a_definition_has_a_bounded_size() {
        let many = refused(|d| d.fields = (0..1_001).map(|n| field(&format!("f{n}"), &format!("e{n}"), &[])).collect());
        assert_eq!(many, ["admission.size definition.fields"]);
        let big = refused(|d| d.fields[0].schema = json!({ "description": "x".repeat(2_000_000) }));
        assert_eq!(big, ["admission.size definition"], "and nothing else is looked at");
    }
}
