//! Settings: the values that a chain's settings layers give to the ground's knobs. Pure.
//!
//! A layer may turn a knob only the way that its ground says is narrower, and never further than what
//! lies below it allows.

use std::collections::BTreeMap;

use banshi_model::guidance::{Direction, Knob};
use serde_json::{Number, Value};

use super::findings::Findings;
use super::schema::Validators;

/// The ground's own values.
pub(crate) fn defaults(knobs: &[Knob]) -> BTreeMap<String, Value> {
    knobs.iter().map(|knob| (knob.id.to_string(), knob.default.clone())).collect()
}

/// What a layer sets, laid over what lies below.
pub(crate) fn overlay(below: &BTreeMap<String, Value>, settings: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let mut values = below.clone();
    values.extend(settings.iter().map(|(id, value)| (id.clone(), value.clone())));
    values
}

/// Checks what a layer sets: each knob exists, each value is valid and narrower than, or the same as, the
/// value below. `rule` and `place` name it where it is not.
pub(crate) fn check(
    knobs: &[Knob],
    below: &BTreeMap<String, Value>,
    settings: &BTreeMap<String, Value>,
    validators: &Validators,
) -> Findings {
    let mut findings = Findings::default();
    let known: Vec<&str> = knobs.iter().map(|knob| knob.id.as_str()).collect();
    let known = format!("use one of: {}", known.join(", "));
    for (id, value) in settings {
        let place = format!("settings.{id}");
        let Some(knob) = knobs.iter().find(|knob| knob.id.as_str() == id) else {
            findings.block("admission.settings", place, format!("the matter has no knob `{id}`"), known.as_str());
            continue;
        };
        match validators.violations(&knob.schema, value) {
            Ok(violations) => {
                for violation in violations {
                    let en = violation.text.en.unwrap_or_default();
                    let text = format!("knob `{id}`: value {value} {en}");
                    findings.block(
                        "admission.settings",
                        format!("{place}{}", violation.pointer),
                        text,
                        "give a value that the knob's schema allows",
                    );
                }
            }
            Err(error) => findings.block(
                "admission.settings",
                place.as_str(),
                format!("knob `{id}`: {error}"),
                "tell the matter's author",
            ),
        }
        let standing = below.get(id).unwrap_or(&knob.default);
        if let Some(fix) = wider(knob.narrows, standing, value) {
            let way = direction_name(knob.narrows);
            let text =
                format!("knob `{id}` may only be turned {way}: below it is {standing}, the package sets {value}");
            findings.block("admission.narrowing", place, text, fix);
        }
    }
    findings
}

/// The direction in words.
pub(crate) const fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Lower => "lower",
        Direction::Higher => "higher",
        Direction::Subset => "to a subset",
        Direction::Superset => "to a superset",
    }
}

/// What to do where `value` is not narrower than `below`; none where it is, or is the same.
fn wider(direction: Direction, below: &Value, value: &Value) -> Option<String> {
    if below == value {
        return None;
    }
    let narrow = match direction {
        Direction::Lower => at_most(value, below),
        Direction::Higher => at_most(below, value),
        Direction::Subset => within(value, below),
        Direction::Superset => within(below, value),
    };
    match (narrow, direction) {
        (true, _) => None,
        (false, Direction::Lower) => Some(format!("set a number of at most {below}")),
        (false, Direction::Higher) => Some(format!("set a number of at least {below}")),
        (false, Direction::Subset) => Some(format!("set a list with nothing but members of {below}")),
        (false, Direction::Superset) => Some(format!("set a list with every member of {below}")),
    }
}

/// Whether both are numbers and the first is not the greater. Whole numbers are compared exactly.
fn at_most(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => match (whole(a), whole(b)) {
            (Some(a), Some(b)) => a <= b,
            _ => a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| a <= b),
        },
        _ => false,
    }
}

fn whole(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

fn within(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.iter().all(|member| b.contains(member)),
        _ => false,
    }
}

/// Whether a value is of the kind that the direction compares: a number, or a list.
pub(crate) fn fits(direction: Direction, value: &Value) -> bool {
    match direction {
        Direction::Lower | Direction::Higher => value.is_number(),
        Direction::Subset | Direction::Superset => value.is_array(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::findings::english;
    use crate::registry::sample::knob;
    use serde_json::json;

    fn check_one(knob: Knob, below: Option<Value>, value: Value) -> Vec<String> {
        let id = knob.id.to_string();
        let below = below.map(|below| (id.clone(), below)).into_iter().collect();
        let settings = BTreeMap::from([(id, value)]);
        let found = check(&[knob], &below, &settings, &Validators::new(8));
        found
            .into_inner()
            .into_iter()
            .map(|found| format!("{}: {}; {}", found.rule, english(&found.what), english(&found.fix)))
            .collect()
    }

    #[test]
    fn a_knob_turns_only_its_own_way_counted_from_what_lies_below() {
        let days = || knob("promised-days", json!({ "type": "integer", "minimum": 1 }), json!(5), Direction::Lower);
        assert!(check_one(days(), None, json!(3)).is_empty());
        assert!(check_one(days(), None, json!(5)).is_empty());
        assert!(check_one(days(), Some(json!(3)), json!(3)).is_empty());
        assert_eq!(
            check_one(days(), Some(json!(3)), json!(4)),
            [
                "admission.narrowing: knob `promised-days` may only be turned lower: below it is 3, the package sets 4; set a number of at most 3"
            ]
        );
    }

    #[test]
    fn lists_grow_or_shrink_by_their_direction() {
        let list = || json!({ "type": "array", "items": { "type": "string" } });
        let waived = || knob("waived", list(), json!(["a"]), Direction::Superset);
        assert!(check_one(waived(), None, json!(["b", "a"])).is_empty());
        assert_eq!(check_one(waived(), None, json!(["b"])).len(), 1);
        let asked = || knob("asked", list(), json!(["a", "b"]), Direction::Subset);
        assert!(check_one(asked(), None, json!([])).is_empty());
        assert_eq!(check_one(asked(), None, json!(["c"])).len(), 1);
    }

    #[test]
    fn large_whole_numbers_are_compared_exactly() {
        let area = || knob("area", json!({}), json!(9_007_199_254_740_993_u64), Direction::Lower);
        assert_eq!(check_one(area(), None, json!(9_007_199_254_740_994_u64)).len(), 1);
        assert!(check_one(area(), None, json!(9_007_199_254_740_992_u64)).is_empty());
        assert_eq!(check_one(area(), None, json!("3")).len(), 1);
    }

    #[test]
    fn an_unknown_knob_and_an_invalid_value_are_named() {
        let days = || knob("promised-days", json!({ "type": "integer", "minimum": 1 }), json!(5), Direction::Lower);
        assert_eq!(
            check_one(days(), None, json!(0)),
            [
                "admission.settings: knob `promised-days`: value 0 must be at least 1; give a value that the knob's schema allows"
            ]
        );
        let found =
            check(&[days()], &BTreeMap::new(), &BTreeMap::from([("days".to_owned(), json!(1))]), &Validators::new(8));
        assert_eq!(english(&found.into_inner()[0].fix), "use one of: promised-days");
    }

    #[test]
    fn layers_lie_over_the_defaults() {
        let knobs =
            [knob("a", json!({}), json!(1), Direction::Lower), knob("b", json!({}), json!(2), Direction::Lower)];
        let values = overlay(&defaults(&knobs), &BTreeMap::from([("b".to_owned(), json!(1))]));
        assert_eq!(values, BTreeMap::from([("a".to_owned(), json!(1)), ("b".to_owned(), json!(1))]));
    }
}
