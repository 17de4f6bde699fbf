//! Answers to guided questions: which are known, which are valid, and what is still open. Pure.

use std::collections::BTreeMap;

use banshi_model::definition::{Answers, Definition, Question};
use banshi_model::guidance::Guidance;
use serde_json::Value;

use crate::error::Error;

/// So many answers are taken; more than any matter asks.
const ANSWERS_MAX: usize = 500;

/// Checks that each answer is one that its question allows. `definitions` are the matter's own first, then
/// those of all parts that could be chosen: an answer to a question of a part that is no longer chosen is
/// no mistake.
pub(super) fn check(answers: &BTreeMap<String, Value>, definitions: &[&Definition]) -> Result<(), Error> {
    if answers.len() > ANSWERS_MAX {
        let what = format!("{} answers", answers.len());
        return Err(Error::invalid("intake.answers", "/answers", what, format!("give at most {ANSWERS_MAX}")));
    }
    for (id, answer) in answers {
        // What the caller wrote is not repeated: it may be anything.
        let Some(question) = question(definitions, id) else {
            let fix = "answer questions of the guide's `next`, by their ids";
            return Err(Error::invalid(
                "intake.answers",
                "/answers",
                "an answer to a question that the matter does not have",
                fix,
            ));
        };
        if let Some(fix) = mistake(question, answer) {
            let place = format!("/answers/{}", question.id);
            return Err(Error::invalid("intake.answers", place, format!("not an answer to `{}`", question.id), fix));
        }
    }
    Ok(())
}

/// The question with this id; the matter's own stands before a part's.
fn question<'d>(definitions: &[&'d Definition], id: &str) -> Option<&'d Question> {
    definitions.iter().find_map(|definition| definition.questions.iter().find(|question| question.id.as_str() == id))
}

/// What to answer instead; none where the answer is one.
fn mistake(question: &Question, answer: &Value) -> Option<String> {
    match &question.answers {
        Answers::YesNo => (!answer.is_boolean()).then(|| "answer `true` or `false`".to_owned()),
        Answers::OneOf(choices) => {
            let known = answer.as_str().is_some_and(|value| choices.iter().any(|choice| choice.value == value));
            let list: Vec<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
            (!known).then(|| format!("answer one of: {}", list.join(", ")))
        }
        Answers::NumberWithCuts(_) => (!answer.is_number()).then(|| "answer a number".to_owned()),
    }
}

/// The questions that are open: the matter's own, then each part's, each once.
pub(super) fn open<'d>(said: impl IntoIterator<Item = (&'d Definition, &'d Guidance)>) -> Vec<Question> {
    let mut open: Vec<Question> = Vec::new();
    for (definition, guidance) in said {
        for id in &guidance.next {
            let known = definition.questions.iter().find(|question| question.id == *id);
            if let Some(question) = known.filter(|question| !open.iter().any(|asked| asked.id == question.id)) {
                open.push(question.clone());
            }
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::sample::{definition, question, text};
    use banshi_model::definition::{Choice, Mode};
    use serde_json::json;

    fn asking(questions: Vec<Question>) -> Definition {
        Definition { questions, ..definition() }
    }

    fn guidance(next: &[&str]) -> Guidance {
        let next = next.iter().map(|id| id.parse().unwrap()).collect();
        Guidance { next, fields: vec![], materials: vec![], parts: vec![], modes: vec![Mode::Approval], way: None }
    }

    fn refused(answers: Value) -> Option<String> {
        let choice = |value: &str| Choice { value: value.to_owned(), text: text("是") };
        let own = asking(vec![
            question("medicine", Answers::YesNo),
            question("kind", Answers::OneOf(vec![choice("a"), choice("b")])),
        ]);
        let part = asking(vec![
            question("area", Answers::NumberWithCuts(vec![50])),
            question("medicine", Answers::NumberWithCuts(vec![1])),
        ]);
        let answers = serde_json::from_value(answers).unwrap();
        check(&answers, &[&own, &part]).err().map(|error| error.to_string())
    }

    #[test]
    fn an_answer_is_one_that_its_question_allows() {
        assert_eq!(refused(json!({ "medicine": true, "kind": "a", "area": 50.5 })), None);
        assert_eq!(
            refused(json!({ "medicine": "yes" })).unwrap(),
            "/answers/medicine: not an answer to `medicine`; answer `true` or `false`"
        );
        assert_eq!(
            refused(json!({ "kind": "c" })).unwrap(),
            "/answers/kind: not an answer to `kind`; answer one of: a, b"
        );
        assert_eq!(
            refused(json!({ "area": "big" })).unwrap(),
            "/answers/area: not an answer to `area`; answer a number"
        );
    }

    #[test]
    fn an_answer_to_an_unknown_question_is_refused_and_not_repeated() {
        let said = refused(json!({ "310115199003070017": true })).unwrap();
        assert!(!said.contains("310115199003070017"), "{said}");
    }

    #[test]
    fn a_question_that_several_ask_is_asked_once() {
        let own = asking(vec![question("medicine", Answers::YesNo)]);
        let part =
            asking(vec![question("area", Answers::NumberWithCuts(vec![50])), question("medicine", Answers::YesNo)]);
        let (first, second) = (guidance(&["medicine"]), guidance(&["medicine", "area"]));
        let ids: Vec<String> = open([(&own, &first), (&part, &second)]).iter().map(|q| q.id.to_string()).collect();
        assert_eq!(ids, ["medicine", "area"]);
    }
}
