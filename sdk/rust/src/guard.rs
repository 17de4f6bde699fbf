//! Guards: small expressions over the answers to guided questions that say what a path needs.
//!
//! Truth is three-valued. While a question that a guard asks about is open, the guard is neither true
//! nor false, and what it guards is not asked for yet.

use std::ops::Not;

use serde_json::{Map, Value};

use crate::contract::types::Fault;
use crate::text::fault;

/// The answers given so far, by question id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers(Map<String, Value>);

impl Answers {
    /// Reads the JSON object that the host hands over; `null` and the empty text are no answers.
    pub fn parse(json: &str) -> Result<Self, Fault> {
        if json.trim().is_empty() {
            return Ok(Self::default());
        }
        match serde_json::from_str(json) {
            Ok(Value::Object(map)) => Ok(Self(map)),
            Ok(Value::Null) => Ok(Self::default()),
            _ => Err(fault("answers", "答案不是JSON对象 / the answers are not a JSON object by question id")),
        }
    }

    /// The answer to `question`, if there is one. `null` counts as none.
    pub fn get(&self, question: &str) -> Option<&Value> {
        self.0.get(question).filter(|value| !value.is_null())
    }

    /// The answer as a number, rounded up, so that `50.5` is above `50`.
    pub fn number(&self, question: &str) -> Option<i64> {
        let value = self.get(question)?;
        value.as_i64().or_else(|| value.as_f64().map(|number| number.ceil() as i64))
    }

    /// Whether the answer is yes.
    pub fn yes(&self, question: &str) -> bool {
        self.get(question) == Some(&Value::Bool(true))
    }

    /// Sets an answer; for tests and for variations that answer a question themselves.
    pub fn set(&mut self, question: &str, answer: Value) {
        self.0.insert(question.to_owned(), answer);
    }

    /// The JSON object, as the host would hand it over.
    pub fn to_json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }
}

/// When something is needed. Made by [`yes`], [`is`], [`above`] and [`always`], joined by
/// [`Guard::and`], [`Guard::or`] and `!`.
#[derive(Clone, Debug, PartialEq)]
pub enum Guard {
    /// On every path.
    Always,
    /// The yes-no question is answered with yes.
    Yes(&'static str),
    /// The question is answered with this choice.
    Is(&'static str, &'static str),
    /// The number is above the cut point; the cut point itself is not.
    Above(&'static str, i64),
    /// Both.
    And(Box<Guard>, Box<Guard>),
    /// At least one.
    Or(Box<Guard>, Box<Guard>),
    /// Not.
    Not(Box<Guard>),
}

/// What a guard expects of a question's answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Asks {
    Yes,
    Choice(&'static str),
    Cut(i64),
}

/// On every path.
pub const fn always() -> Guard {
    Guard::Always
}

/// Holds when the yes-no question is answered with yes.
pub const fn yes(question: &'static str) -> Guard {
    Guard::Yes(question)
}

/// Holds when the question is answered with `choice`.
pub const fn is(question: &'static str, choice: &'static str) -> Guard {
    Guard::Is(question, choice)
}

/// Holds when the number is greater than `cut`. `!above("area", 50)` is "at most 50".
pub const fn above(question: &'static str, cut: i64) -> Guard {
    Guard::Above(question, cut)
}

impl Not for Guard {
    type Output = Guard;
    fn not(self) -> Guard {
        Guard::Not(Box::new(self))
    }
}

impl Guard {
    /// Both this and `other`.
    pub fn and(self, other: Guard) -> Guard {
        Guard::And(Box::new(self), Box::new(other))
    }

    /// This or `other`.
    pub fn or(self, other: Guard) -> Guard {
        Guard::Or(Box::new(self), Box::new(other))
    }

    /// True, false, or (while a question that matters is open) neither.
    pub fn holds(&self, answers: &Answers) -> Option<bool> {
        match self {
            Self::Always => Some(true),
            Self::Yes(question) => answers.get(question).map(|answer| answer == &Value::Bool(true)),
            Self::Is(question, choice) => answers.get(question).map(|answer| answer.as_str() == Some(choice)),
            Self::Above(question, cut) => answers.number(question).map(|number| number > *cut),
            Self::And(a, b) => match (a.holds(answers), b.holds(answers)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Or(a, b) => match (a.holds(answers), b.holds(answers)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Self::Not(inner) => inner.holds(answers).map(|truth| !truth),
        }
    }

    /// Whether it certainly holds.
    pub fn is_met(&self, answers: &Answers) -> bool {
        self.holds(answers) == Some(true)
    }

    /// Calls `visit` with each question that it asks about, and with what it expects of the answer.
    pub(crate) fn visit(&self, visit: &mut dyn FnMut(&'static str, Asks)) {
        match self {
            Self::Always => {}
            Self::Yes(question) => visit(question, Asks::Yes),
            Self::Is(question, choice) => visit(question, Asks::Choice(choice)),
            Self::Above(question, cut) => visit(question, Asks::Cut(*cut)),
            Self::And(a, b) | Self::Or(a, b) => {
                a.visit(visit);
                b.visit(visit);
            }
            Self::Not(inner) => inner.visit(visit),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answers(given: &[(&str, Value)]) -> Answers {
        let mut answers = Answers::default();
        for (question, answer) in given {
            answers.set(question, answer.clone());
        }
        answers
    }

    #[test]
    fn an_open_question_makes_a_guard_neither_true_nor_false_unless_the_rest_decides() {
        let none = Answers::default();
        let tobacco = answers(&[("tobacco", json!(true))]);
        assert_eq!(yes("tobacco").holds(&none), None);
        assert_eq!((!yes("tobacco")).holds(&none), None);
        assert_eq!(yes("tobacco").or(yes("medicine")).holds(&tobacco), Some(true));
        assert_eq!(yes("tobacco").and(yes("medicine")).holds(&tobacco), None);
        assert_eq!((!yes("tobacco")).and(yes("medicine")).holds(&tobacco), Some(false));
    }

    #[test]
    fn the_cut_point_belongs_to_the_interval_below_it() {
        let at = |area: Value| above("area", 50).holds(&answers(&[("area", area)]));
        assert_eq!(at(json!(50)), Some(false));
        assert_eq!(at(json!(51)), Some(true));
        assert_eq!(at(json!(50.5)), Some(true));
        assert_eq!(at(json!("fifty")), None);
    }

    #[test]
    fn a_choice_is_compared_as_text_and_null_is_no_answer() {
        assert_eq!(is("food", "prepacked").holds(&answers(&[("food", json!("prepacked"))])), Some(true));
        assert_eq!(is("food", "prepacked").holds(&answers(&[("food", json!("loose"))])), Some(false));
        assert_eq!(is("food", "prepacked").holds(&answers(&[("food", Value::Null)])), None);
        assert!(Answers::parse("[1]").is_err());
    }
}
