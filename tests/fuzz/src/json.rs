//! JSON out of a fuzzer's bytes: values, and edits of a document that was right before.
//!
//! Bytes alone almost never become a definition; a definition that is changed in a few places almost always gets
//! past the first check and deep into the others.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Number, Value, json};

/// Stands in every text of a value that may be personal, so that a message that repeats one is seen.
pub(crate) const MARK: &str = "张三丰甲";

/// Texts on which checks turn.
const TEXTS: [&str; 24] = [
    "",
    " ",
    "a",
    "x-1",
    "食品科",
    "P01",
    "B01",
    "plan",
    "review",
    "decide",
    "name",
    "subject.name",
    "/name",
    "/name/0",
    "310115",
    "000000",
    "310115001002",
    "2021-05-01",
    "2021-02-29",
    "9999-12-31",
    "行政许可法 第三十二条",
    "working-days",
    "\u{1b}[31m\n\u{202e}",
    "11310000MB2F3080XK001",
];

/// Numbers on which checks turn.
const NUMBERS: [i64; 12] = [0, 1, 2, 5, 20, 65_535, 65_536, -1, i64::MAX, i64::MIN, 9_007_199_254_740_993, 255];

/// A text: one that means something, or any.
pub(crate) fn text(u: &mut Unstructured<'_>) -> Result<String> {
    match u.int_in_range(0..=9)? {
        0..=5 => Ok((*u.choose(&TEXTS)?).to_owned()),
        6 => {
            let times = u.int_in_range(1..=700_usize)?;
            Ok(u.choose(&TEXTS)?.repeat(times))
        }
        _ => Ok(u.arbitrary::<&str>()?.to_owned()),
    }
}

/// A number: one that means something, or any that JSON can hold.
pub(crate) fn number(u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match u.int_in_range(0..=5)? {
        0..=2 => json!(*u.choose(&NUMBERS)?),
        3 => json!(u.arbitrary::<i64>()?),
        4 => json!(u.arbitrary::<u64>()?),
        _ => Number::from_f64(u.arbitrary::<f64>()?).map_or(Value::Null, Value::Number),
    })
}

/// Any value, `depth` deep at most.
pub(crate) fn value(u: &mut Unstructured<'_>, depth: usize) -> Result<Value> {
    let kinds = if depth == 0 { 3 } else { 5 };
    Ok(match u.int_in_range(0..=kinds)? {
        0 => json!(u.arbitrary::<bool>()?),
        1 => number(u)?,
        2 => json!(text(u)?),
        3 => Value::Null,
        4 => {
            let count = u.int_in_range(0..=4)?;
            Value::Array((0..count).map(|_| value(u, depth - 1)).collect::<Result<_>>()?)
        }
        _ => {
            let count = u.int_in_range(0..=4)?;
            Value::Object((0..count).map(|_| Ok((text(u)?, value(u, depth - 1)?))).collect::<Result<Map<_, _>>>()?)
        }
    })
}

/// A value in which every text holds the mark.
pub(crate) fn marked(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(format!("{MARK}{text}")),
        Value::Array(items) => items.into_iter().map(marked).collect(),
        Value::Object(members) => members.into_iter().map(|(name, member)| (name, marked(member))).collect(),
        other => other,
    }
}

/// Changes a document in up to eight places.
pub(crate) fn edit(u: &mut Unstructured<'_>, document: &mut Value) -> Result<()> {
    for _ in 0..u.int_in_range(0..=8)? {
        let place = place(u, document)?;
        change(u, place)?;
    }
    Ok(())
}

/// A random place in a document.
fn place<'v>(u: &mut Unstructured<'_>, mut at: &'v mut Value) -> Result<&'v mut Value> {
    loop {
        let inside = match at {
            Value::Array(items) => items.len(),
            Value::Object(members) => members.len(),
            _ => 0,
        };
        if inside == 0 || u.ratio(1, 8)? {
            return Ok(at);
        }
        let nth = u.choose_index(inside)?;
        at = match at {
            Value::Array(items) => &mut items[nth],
            Value::Object(members) => members.values_mut().nth(nth).expect("nth is in range"),
            _ => unreachable!("only lists and objects have something inside"),
        };
    }
}

fn change(u: &mut Unstructured<'_>, at: &mut Value) -> Result<()> {
    match at {
        Value::Array(items) if u.ratio(3, 4)? => match u.int_in_range(0..=4)? {
            0 if !items.is_empty() => {
                let nth = u.choose_index(items.len())?;
                items.remove(nth);
            }
            1 if !items.is_empty() => {
                let nth = u.choose_index(items.len())?;
                items.push(items[nth].clone());
            }
            2 => items.push(value(u, 2)?),
            3 if items.len() > 1 => {
                let nth = u.choose_index(items.len())?;
                items.swap(0, nth);
            }
            4 if !items.is_empty() => grow(u, items)?,
            _ => items.clear(),
        },
        Value::Object(members) if u.ratio(3, 4)? => {
            let name = match members.len() {
                0 => text(u)?,
                count => members.keys().nth(u.choose_index(count)?).expect("nth is in range").clone(),
            };
            match u.int_in_range(0..=3)? {
                0 => drop(members.shift_remove(&name)),
                1 => drop(members.insert(text(u)?, value(u, 2)?)),
                2 => drop(members.insert(name, value(u, 3)?)),
                _ => {
                    if let Some(member) = members.shift_remove(&name) {
                        members.insert(text(u)?, member);
                    }
                }
            }
        }
        other => *other = value(u, 3)?,
    }
    Ok(())
}

/// Many elements like the first, each with an id of its own and, where stages wait, behind the one before: what
/// is quick for three must not take for ever for thousands.
fn grow(u: &mut Unstructured<'_>, items: &mut Vec<Value>) -> Result<()> {
    let count = u.int_in_range(0..=3_000)?;
    let first = items[0].clone();
    // Not of what has grown already: that would be thousands of thousands, and the fuzzer's own fault.
    if first.to_string().len() > 2_000 || items.len() > 100 {
        return Ok(());
    }
    for nth in 0..count {
        let mut next = first.clone();
        if let Value::Object(members) = &mut next {
            if members.contains_key("id") {
                members.insert("id".to_owned(), json!(format!("n{nth}")));
            }
            if members.contains_key("after") && nth > 0 {
                members.insert("after".to_owned(), json!([format!("n{}", nth - 1)]));
            }
        }
        items.push(next);
    }
    Ok(())
}
