//! Settings: the knobs that a matter offers to variations, and their values in force.

use serde_json::{Map, Value};

use crate::contract::cases::{Direction, Knob};
use crate::contract::types::Fault;
use crate::text::{fault, text};

/// Standard knob: the promised limit in working days (承诺时限); narrower is lower. Default: the matter's own.
pub const PROMISED_DAYS: &str = "promised-days";
/// Standard knob: ids of materials that are taken from the shared data service that they name instead of
/// being asked; narrower is more of them.
pub const SHARED_DATA_MATERIALS: &str = "shared-data-materials";
/// Standard knob: the floor area (m²) up to and including which a commitment (告知承诺) is offered; narrower
/// is higher; 0 offers none.
pub const COMMITMENT_BELOW_AREA: &str = "commitment-below-area";
/// Standard knob: the promised limit in working days on a commitment, where the commitment has one of its own; narrower
/// is lower; 0 is on the spot.
pub const COMMITMENT_DAYS: &str = "commitment-days";
/// Standard knob: 1 offers a commitment for renewals, whatever the floor area; narrower is higher; 0 does not.
pub const RENEWAL_ON_COMMITMENT: &str = "renewal-on-commitment";

/// The values in force where the matter is called, by knob id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings(Map<String, Value>);

impl Settings {
    /// Reads the JSON object that the host hands over.
    pub fn parse(json: &str) -> Result<Self, Fault> {
        match serde_json::from_str(json) {
            Ok(Value::Object(map)) => Ok(Self(map)),
            Ok(Value::Null) => Ok(Self::default()),
            _ => Err(fault("parameters", "设置不是JSON对象 / the parameters are not a JSON object by knob id")),
        }
    }

    /// The raw value of a knob, if one is set.
    pub fn get(&self, knob: &str) -> Option<&Value> {
        self.0.get(knob)
    }

    /// Sets a value; for tests.
    pub fn set(&mut self, knob: &str, value: Value) {
        self.0.insert(knob.to_owned(), value);
    }

    /// The value in force of a number knob.
    pub fn number(&self, knob: &NumberKnob) -> i64 {
        self.number_or(knob.id, knob.default)
    }

    /// The value in force of a list knob.
    pub fn list(&self, knob: &ListKnob) -> Vec<String> {
        self.list_of(knob.id).unwrap_or_else(|| knob.default.iter().map(|item| (*item).to_owned()).collect())
    }

    /// The number set for `knob`, or `default`.
    pub fn number_or(&self, knob: &str, default: i64) -> i64 {
        self.0.get(knob).and_then(Value::as_i64).unwrap_or(default)
    }

    /// The texts set for `knob`, if it is set.
    pub fn list_of(&self, knob: &str) -> Option<Vec<String>> {
        let items = self.0.get(knob)?.as_array()?;
        Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// The JSON object, as the host would hand it over.
    pub fn to_json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }
}

/// A knob that holds a whole number. Declare it as a constant, offer it by [`crate::Spec::knob`], and read
/// it by [`Settings::number`].
#[derive(Clone, Copy, Debug)]
pub struct NumberKnob {
    id: &'static str,
    title: &'static str,
    default: i64,
    least: i64,
    most: i64,
    narrows: Direction,
}

impl NumberKnob {
    /// A knob that layers above may only turn down. Values from 0 to the default.
    pub const fn lower(id: &'static str, title: &'static str, default: i64) -> Self {
        Self { id, title, default, least: 0, most: default, narrows: Direction::Lower }
    }

    /// A knob that layers above may only turn up. Values from the default to a million.
    pub const fn higher(id: &'static str, title: &'static str, default: i64) -> Self {
        Self { id, title, default, least: default, most: 1_000_000, narrows: Direction::Higher }
    }

    /// The values that it takes, both ends included.
    pub const fn between(mut self, least: i64, most: i64) -> Self {
        self.least = least;
        self.most = most;
        self
    }
}

impl From<NumberKnob> for Knob {
    fn from(knob: NumberKnob) -> Self {
        Knob {
            id: knob.id.to_owned(),
            title: text(knob.title),
            schema: [
                r#"{"type":"integer","minimum":"#,
                &knob.least.to_string(),
                r#","maximum":"#,
                &knob.most.to_string(),
                "}",
            ]
            .concat(),
            default: knob.default.to_string(),
            narrows: knob.narrows,
        }
    }
}

/// A knob that holds a list of words out of `items`.
#[derive(Clone, Copy, Debug)]
pub struct ListKnob {
    id: &'static str,
    title: &'static str,
    items: &'static [&'static str],
    default: &'static [&'static str],
    narrows: Direction,
}

impl ListKnob {
    /// A knob that layers above may only cut down; it starts with all `items`.
    pub const fn subset(id: &'static str, title: &'static str, items: &'static [&'static str]) -> Self {
        Self { id, title, items, default: items, narrows: Direction::Subset }
    }

    /// A knob that layers above may only add to; it starts empty.
    pub const fn superset(id: &'static str, title: &'static str, items: &'static [&'static str]) -> Self {
        Self { id, title, items, default: &[], narrows: Direction::Superset }
    }

    /// The matter's own list.
    pub const fn starting_with(mut self, default: &'static [&'static str]) -> Self {
        self.default = default;
        self
    }
}

impl From<ListKnob> for Knob {
    fn from(knob: ListKnob) -> Self {
        words_knob(knob.id, knob.title, knob.items, knob.default, knob.narrows)
    }
}

/// A knob over words, for lists that are known only when the matter is declared.
pub(crate) fn words_knob(id: &str, title: &str, items: &[&str], default: &[&str], narrows: Direction) -> Knob {
    let list = |words: &[&str]| Value::from(words.to_vec()).to_string();
    let schema = [r#"{"type":"array","items":{"type":"string","enum":"#, &list(items), r#"},"uniqueItems":true}"#];
    Knob { id: id.to_owned(), title: text(title), schema: schema.concat(), default: list(default), narrows }
}
