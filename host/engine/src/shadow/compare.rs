//! What differs between what was asked for then and what the candidate asks for. Pure.
//!
//! Commands are matched by kind and by their own id; what is matched is compared member by member. A text for a
//! person is wording; everything else is effect, and the order of commands too, because each command sees what
//! those before it did.

use banshi_model::command::{Command, WayForward};
use banshi_model::effect::Effect;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::api::shadow::{Turn, What};

/// How two sides of a step stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Same,
    Wording,
    Effect,
}

/// One command or effect as JSON, by its name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    pub name: String,
    pub value: Value,
}

/// One difference.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    pub name: String,
    pub path: Vec<String>,
    pub what: What,
    pub turn: Option<Turn>,
    /// Which items differ, by their places on each side.
    pub pair: (Option<usize>, Option<usize>),
}

/// Everything that differs, with both sides.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Comparison {
    pub recorded: Vec<Item>,
    pub candidate: Vec<Item>,
    pub differences: Vec<Difference>,
}

impl Comparison {
    pub(crate) fn outcome(&self) -> Outcome {
        match self.differences.iter().map(|difference| difference.what).max() {
            None => Outcome::Same,
            Some(What::Text) => Outcome::Wording,
            Some(_) => Outcome::Effect,
        }
    }
}

/// Commands of both sides; nothing where they are the same, which is told without looking into them.
pub(crate) fn commands(recorded: &[Command], candidate: &[Command]) -> Option<Comparison> {
    if recorded == candidate {
        return None;
    }
    let item = |command: &Command| Item { name: command.name().to_owned(), value: inner(command) };
    let comparison = compare(recorded.iter().map(item).collect(), candidate.iter().map(item).collect());
    (comparison.outcome() != Outcome::Same).then_some(comparison)
}

/// Effects of both sides, as the host decided them.
pub(crate) fn effects(recorded: &[Effect], candidate: &[Effect]) -> Option<Comparison> {
    if recorded == candidate {
        return None;
    }
    items(recorded.iter().map(effect_item).collect(), candidate.iter().map(effect_item).collect())
}

/// Items of both sides; nothing where they are the same.
pub(crate) fn items(recorded: Vec<Item>, candidate: Vec<Item>) -> Option<Comparison> {
    let comparison = compare(recorded, candidate);
    (comparison.outcome() != Outcome::Same).then_some(comparison)
}

/// An effect under its name.
pub(crate) fn effect_item(effect: &Effect) -> Item {
    let whole = serde_json::to_value(effect).unwrap_or_default();
    let name = match &whole {
        Value::String(name) => name.clone(),
        Value::Object(members) => members.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    };
    Item { name: format!("effect:{name}"), value: inner(effect) }
}

/// What stands behind a variant's name; null where nothing does.
fn inner(variant: &impl Serialize) -> Value {
    match serde_json::to_value(variant) {
        Ok(Value::Object(members)) => members.into_iter().next().map_or(Value::Null, |(_, value)| value),
        _ => Value::Null,
    }
}

/// What names an item among those of its kind.
fn identity(item: &Item) -> Option<&str> {
    const NAMES: [&str; 6] = ["id", "local", "part", "licence_type", "licence", "timer"];
    match &item.value {
        Value::String(id) => Some(id),
        Value::Object(members) => NAMES.iter().find_map(|name| members.get(*name)?.as_str()),
        _ => None,
    }
}

fn compare(recorded: Vec<Item>, candidate: Vec<Item>) -> Comparison {
    let pairs = matched(&recorded, &candidate);
    let mut differences = Vec::new();
    let mut furthest = None;
    for (place, pair) in pairs.iter().enumerate() {
        let Some(item) = recorded.get(place) else { continue };
        let Some(other) = pair.and_then(|at| candidate.get(at)) else {
            differences.push(lone(item, What::Dropped, (Some(place), None)));
            continue;
        };
        if furthest > *pair {
            differences.push(lone(item, What::Order, (Some(place), *pair)));
        }
        furthest = furthest.max(*pair);
        let mut found = Vec::new();
        let mut path = Path { item: &item.name, members: Vec::new() };
        values(&item.value, &other.value, &mut path, &mut found);
        differences.extend(found.into_iter().map(|(path, what, turn)| Difference {
            name: item.name.clone(),
            path,
            what,
            turn,
            pair: (Some(place), *pair),
        }));
    }
    for (place, item) in candidate.iter().enumerate().filter(|(place, _)| !pairs.contains(&Some(*place))) {
        differences.push(lone(item, What::Added, (None, Some(place))));
    }
    Comparison { recorded, candidate, differences }
}

fn lone(item: &Item, what: What, pair: (Option<usize>, Option<usize>)) -> Difference {
    Difference { name: item.name.clone(), path: Vec::new(), what, turn: None, pair }
}

/// For each recorded item the place of the candidate's that stands for it: the same kind and id first, then the next
/// of the kind that nothing else stands for.
fn matched(recorded: &[Item], candidate: &[Item]) -> Vec<Option<usize>> {
    let mut pairs: Vec<Option<usize>> = vec![None; recorded.len()];
    let exact = |a: &Item, b: &Item| a.name == b.name && identity(a) == identity(b);
    let of_kind = |a: &Item, b: &Item| a.name == b.name && (identity(a).is_none() || identity(b).is_none());
    // Of two that could stand for it, the one that is the very same.
    let equal = |a: &Item, b: &Item| a == b;
    for fits in [&equal as &dyn Fn(&Item, &Item) -> bool, &exact, &of_kind] {
        for (place, item) in recorded.iter().enumerate() {
            if pairs.get(place).is_some_and(Option::is_some) {
                continue;
            }
            let free = |at: &usize| !pairs.contains(&Some(*at));
            let found =
                candidate.iter().enumerate().filter(|(_, other)| fits(item, other)).map(|(at, _)| at).find(free);
            if let Some(pair) = pairs.get_mut(place) {
                *pair = found;
            }
        }
    }
    pairs
}

type Found = (Vec<String>, What, Option<Turn>);

/// Where in an item one is.
struct Path<'a> {
    item: &'a str,
    members: Vec<String>,
}

impl Path<'_> {
    fn last(&self) -> &str {
        self.members.iter().rev().find(|name| !name.bytes().all(|b| b.is_ascii_digit())).map_or("", String::as_str)
    }

    /// In what a licence or a fact says, every word is substance.
    fn is_substance(&self) -> bool {
        self.item == "publish-fact" || self.members.iter().any(|name| matches!(name.as_str(), "content" | "arguments"))
    }

    /// The titles in a form's schema are texts; the rest of it is what is asked.
    fn is_form_text(&self) -> bool {
        self.members.iter().any(|name| name == "form") && matches!(self.last(), "title" | "description")
    }
}

fn values(a: &Value, b: &Value, path: &mut Path<'_>, found: &mut Vec<Found>) {
    if a == b {
        return;
    }
    let texts = is_text(a) && is_text(b) && !path.is_substance();
    match (a, b) {
        _ if texts => found.push((path.members.clone(), What::Text, None)),
        _ if is_span(a) && is_span(b) => found.push((path.members.clone(), What::Date, turn_of_spans(a, b))),
        (Value::Object(a), Value::Object(b)) => {
            let names = a.keys().chain(b.keys().filter(|name| !a.contains_key(*name)));
            for name in names {
                path.members.push(name.clone());
                let of = |members: &Map<String, Value>| members.get(name).cloned().unwrap_or_default();
                values(&of(a), &of(b), path, found);
                path.members.pop();
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for place in 0..a.len().max(b.len()) {
                path.members.push(place.to_string());
                match (a.get(place), b.get(place)) {
                    (Some(a), Some(b)) => values(a, b, path, found),
                    (one, other) => {
                        let cites = one.or(other).is_some_and(cites_a_clause);
                        found.push((path.members.clone(), if cites { What::Clause } else { What::Other }, None));
                    }
                }
                path.members.pop();
            }
        }
        _ => {
            let what = if path.is_form_text() { What::Text } else { what(a, b, path) };
            found.push((path.members.clone(), what, turn(a, b)));
        }
    }
}

/// What a member that differs is.
fn what(a: &Value, b: &Value, path: &Path<'_>) -> What {
    let date = |value: &Value| {
        value.as_str().is_some_and(|text| text.parse::<Date>().is_ok() || text.parse::<Timestamp>().is_ok())
    };
    match path.last() {
        "basis" | "statutory_row" | "row" => What::Clause,
        "amount" => What::Amount,
        "valid_until" | "due" | "after" | "limit" | "expected" | "promised" => What::Date,
        _ if date(a) || date(b) => What::Date,
        _ if is_span(a) || is_span(b) || path.item == "accept" => What::Date,
        _ => What::Other,
    }
}

fn turn(a: &Value, b: &Value) -> Option<Turn> {
    let more = match (a, b) {
        (Value::Number(a), Value::Number(b)) => b.as_f64()? > a.as_f64()?,
        (Value::String(a), Value::String(b)) => b.parse::<Date>().ok()? > a.parse::<Date>().ok()?,
        _ => return None,
    };
    Some(if more { Turn::More } else { Turn::Less })
}

/// Of spans of one unit; days and months do not compare without a calendar.
fn turn_of_spans(a: &Value, b: &Value) -> Option<Turn> {
    if a.get("unit") != b.get("unit") {
        return None;
    }
    turn(a.get("count")?, b.get("count")?)
}

fn is_text(value: &Value) -> bool {
    let Value::Object(members) = value else { return false };
    members.get("zh").is_some_and(Value::is_string)
        && members.iter().all(|(name, value)| matches!(name.as_str(), "zh" | "en") && value.is_string())
}

fn is_span(value: &Value) -> bool {
    let Value::Object(members) = value else { return false };
    members.len() == 2 && members.contains_key("count") && members.contains_key("unit")
}

fn cites_a_clause(value: &Value) -> bool {
    value.get("basis").or_else(|| value.get("reason").and_then(|reason| reason.get("basis"))).is_some()
}

/// The clauses that a command or an effect cites.
pub(crate) fn clauses<'a>(value: &'a Value, cited: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(clause) if name == "basis" => cited.push(clause),
                    value => clauses(value, cited),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| clauses(value, cited)),
        _ => {}
    }
}

/// The same of a command, without writing it as JSON first: nearly every step is the same.
pub(crate) fn clauses_of<'a>(command: &'a Command, cite: &mut dyn FnMut(&'a str)) {
    match command {
        Command::Grant(verdict) | Command::Refuse { verdict, .. } => {
            verdict.reasons.iter().for_each(|reason| cite(&reason.basis));
        }
        Command::Decline(decline) => decline.verdict.reasons.iter().for_each(|reason| cite(&reason.basis)),
        Command::RequestSupplement(findings) | Command::ShowWay(WayForward::Checklist(findings)) => {
            findings.iter().for_each(|finding| cite(&finding.reason.basis))
        }
        Command::StartSpecialProcedure(procedure) => cite(&procedure.reason.basis),
        Command::EndLicence(end) => {
            cite(&end.reason.basis);
            end.verdict.iter().flat_map(|verdict| &verdict.reasons).for_each(|reason| cite(&reason.basis));
        }
        _ => {}
    }
}
