//! Settings of a variation: values against the knobs of the matter below.

use std::collections::BTreeMap;

use arbitrary::{Result, Unstructured};
use banshi_model::guidance::{Direction, Knob};
use banshi_model::text::Text;
use serde_json::{Value, json};

use super::bounded_findings;
use crate::registry::schema::{self, Validators};
use crate::registry::settings;
use crate::{json, schemas};

/// Two layers of settings over up to three knobs.
pub fn run(data: &[u8]) {
    let _ = each(&mut Unstructured::new(data));
}

fn each(u: &mut Unstructured<'_>) -> Result<()> {
    let knobs = (0..u.int_in_range(1..=3)?).map(|nth| knob(u, nth)).collect::<Result<Vec<_>>>()?;
    // Admission takes no matter whose knobs do not compile.
    let knobs: Vec<Knob> = knobs.into_iter().filter(|knob| schema::compile(&knob.schema).is_ok()).collect();
    let validators = Validators::new(8);
    let ground = settings::defaults(&knobs);
    let lower = layer(u, &knobs)?;
    let below = match judge(&knobs, &ground, &lower, &validators) {
        true => settings::overlay(&ground, &lower),
        false => ground,
    };
    let upper = layer(u, &knobs)?;
    if judge(&knobs, &below, &upper, &validators) {
        let above = settings::overlay(&below, &upper);
        assert!(judge(&knobs, &above, &upper, &validators), "what is set already may be set again");
        assert!(above.keys().all(|id| knobs.iter().any(|knob| knob.id.as_str() == id)), "only knobs are turned");
    }
    Ok(())
}

fn knob(u: &mut Unstructured<'_>, nth: usize) -> Result<Knob> {
    let narrows = *u.choose(&[Direction::Lower, Direction::Higher, Direction::Subset, Direction::Superset])?;
    let schema = match u.int_in_range(0..=3)? {
        0 => schemas::schema(u, 2)?,
        1 => json!({ "type": "integer", "minimum": 0 }),
        2 => json!({ "type": "array", "uniqueItems": true }),
        _ => json!({}),
    };
    Ok(Knob {
        id: format!("knob-{nth}").parse().expect("a slug"),
        title: Text::new("参数", "knob"),
        schema,
        default: setting(u)?,
        narrows,
    })
}

fn setting(u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match u.int_in_range(0..=3)? {
        0 | 1 => json::number(u)?,
        2 => (0..u.int_in_range(0..=4)?)
            .map(|_| Ok(json!(u.choose(&["a", "b", "c", "d"])?)))
            .collect::<Result<Value>>()?,
        _ => json::value(u, 2)?,
    })
}

/// A layer of values; sometimes a flood of names that are no knobs.
fn layer(u: &mut Unstructured<'_>, knobs: &[Knob]) -> Result<BTreeMap<String, Value>> {
    let mut values = BTreeMap::new();
    for knob in knobs {
        if u.ratio(2, 3)? {
            values.insert(knob.id.to_string(), setting(u)?);
        }
    }
    match u.int_in_range(0..=9)? {
        0 => drop(values.insert(json::text(u)?, setting(u)?)),
        1 => values.extend((0..u.int_in_range(0..=3_000)?).map(|nth| (format!("x{nth}"), json!(nth)))),
        _ => {}
    }
    Ok(values)
}

/// Whether the layer may stand; if so, each of its values is valid and turned the knob's own way.
fn judge(
    knobs: &[Knob],
    below: &BTreeMap<String, Value>,
    layer: &BTreeMap<String, Value>,
    validators: &Validators,
) -> bool {
    let found = settings::check(knobs, below, layer, validators);
    bounded_findings(found.iter());
    if found.blocks() {
        return false;
    }
    for (id, value) in layer {
        let knob = knobs.iter().find(|knob| knob.id.as_str() == id).expect("only knobs are turned");
        assert_eq!(validators.valid(&knob.schema, value), Ok(true), "{value} is what `{id}` takes");
        let standing = &below[id];
        assert!(value == standing || narrower(knob.narrows, standing, value), "{standing} to {value} is not narrower");
    }
    true
}

/// What narrower means, said once more in other words.
fn narrower(direction: Direction, below: &Value, value: &Value) -> bool {
    let (least, most) = match direction {
        Direction::Lower | Direction::Subset => (value, below),
        Direction::Higher | Direction::Superset => (below, value),
    };
    match (least, most) {
        (Value::Number(least), Value::Number(most)) if matches!(direction, Direction::Lower | Direction::Higher) => {
            least.as_f64().expect("a number") <= most.as_f64().expect("a number")
        }
        (Value::Array(least), Value::Array(most)) if matches!(direction, Direction::Subset | Direction::Superset) => {
            !least.iter().any(|one| most.iter().all(|other| other != one))
        }
        _ => false,
    }
}
