//! What was measured: a table for people, and the JSON object behind it.

use std::time::Instant;

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::cpu;

/// One key of the JSON object.
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What is aimed at.
    pub goal: &'static str,
    /// What the figure includes.
    pub includes: &'static str,
}

/// A measurement and the keys that it gives.
pub struct Measurement {
    /// What it gives.
    pub keys: &'static [Key],
    /// Measures; what it sets stays even where it fails later.
    pub run: fn(&Context, &mut Report) -> Result<()>,
}

/// What was measured so far.
pub struct Report {
    rows: Vec<(&'static Key, Value)>,
    values: Map<String, Value>,
    beside: Map<String, Value>,
    notes: Map<String, Value>,
    left_out: Vec<&'static str>,
    folder: std::path::PathBuf,
    fdatasync: Vec<f64>,
}

impl Report {
    /// Nothing yet; how the machine is before the run.
    pub fn new(context: &Context) -> Result<Self> {
        let folder = context.folder().to_owned();
        let mut report = Self {
            rows: Vec::new(),
            values: Map::new(),
            beside: Map::new(),
            notes: Map::new(),
            left_out: Vec::new(),
            fdatasync: cpu::fdatasync_ms(&folder)?,
            folder,
        };
        report.beside("load_before", json!(cpu::load()?));
        report.beside("processors", json!(std::thread::available_parallelism()?.get()));
        report.beside("profile", json!(if cfg!(debug_assertions) { "dev: no figure counts" } else { "release" }));
        report.beside("quick", json!(context.quick));
        Ok(report)
    }

    /// Gives a key its value.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.values.insert(key.to_owned(), rounded(value.into()));
    }

    /// A figure beside the keys.
    pub fn beside(&mut self, name: &str, value: impl Into<Value>) {
        self.beside.insert(name.to_owned(), rounded(value.into()));
    }

    /// Measures what was asked for. A key that has no value by then is null, with the reason.
    pub fn take(&mut self, measurement: &'static Measurement, context: &Context) {
        let wanted = measurement.keys.iter().any(|key| context.wants(key.name));
        if wanted {
            let names: Vec<&str> = measurement.keys.iter().map(|key| key.name).collect();
            eprintln!("… {}", names.join(", "));
        }
        let began = Instant::now();
        let why = match wanted.then(|| (measurement.run)(context, self)) {
            Some(Err(error)) => format!("{error:#}"),
            _ => "the measurement ended without it".to_owned(),
        };
        if wanted {
            eprintln!("  {:.0} s", began.elapsed().as_secs_f64());
        }
        for key in measurement.keys {
            let value = self.values.get(key.name).filter(|value| !value.is_null()).cloned();
            if value.is_none() {
                let why = if context.wants(key.name) { why.as_str() } else { "not asked for" };
                self.notes.insert(key.name.to_owned(), why.into());
            }
            if !context.wants(key.name) {
                self.left_out.push(key.name);
            }
            self.rows.push((key, value.unwrap_or_default()));
        }
    }

    /// Prints the table, and the JSON object as the last line. Says which keys that were asked for have no value.
    pub fn print(mut self, as_json: bool) -> Result<Vec<&'static str>> {
        self.fdatasync.extend(cpu::fdatasync_ms(&self.folder)?);
        self.beside("fdatasync_ms", median(self.fdatasync.clone()));
        self.beside("load_after", json!(cpu::load()?));
        self.print_table();
        let missing = |(key, value): &(&'static Key, Value)| {
            (value.is_null() && !self.left_out.contains(&key.name)).then_some(key.name)
        };
        let missing: Vec<&'static str> = self.rows.iter().filter_map(missing).collect();
        if as_json {
            let mut object: Map<String, Value> =
                self.rows.into_iter().map(|(key, value)| (key.name.to_owned(), value)).collect();
            object.insert("beside".to_owned(), Value::Object(self.beside));
            object.insert("notes".to_owned(), Value::Object(self.notes));
            println!("{}", Value::Object(object));
        }
        Ok(missing)
    }

    fn print_table(&self) {
        println!("{:<27} {:>10}  {:<22} includes", "key", "value", "goal");
        for (key, value) in self.rows.iter().filter(|(key, _)| !self.left_out.contains(&key.name)) {
            let (one, members) = match value {
                Value::Object(members) => (String::new(), Some(members)),
                value => (shown(value), None),
            };
            println!("{:<27} {one:>10}  {:<22} {}", key.name, key.goal, key.includes);
            for (name, value) in members.into_iter().flatten() {
                println!("  {name:<25} {:>10}", shown(value));
            }
            if let Some(why) = self.notes.get(key.name) {
                println!("  {}", shown(why));
            }
        }
        println!("\nbeside:");
        self.beside.iter().for_each(|(name, value)| println!("  {name:<38} {}", shown(value)));
    }
}

/// The middle of several; the mean of the two in the middle where their number is even. NaN of none.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    let upper = numbers.get(middle).copied().unwrap_or(f64::NAN);
    if numbers.len() % 2 == 1 {
        return upper;
    }
    let lower = middle.checked_sub(1).and_then(|index| numbers.get(index)).copied().unwrap_or(f64::NAN);
    (lower + upper) / 2.0
}

/// The smallest number that at least `share` of them do not exceed. NaN of none.
pub fn percentile(mut numbers: Vec<f64>, share: f64) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let rank = (numbers.len() as f64 * share).ceil() as usize;
    numbers.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Four significant digits say what a measurement knows.
fn rounded(value: Value) -> Value {
    match value {
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, rounded(value))).collect(),
        Value::Number(number) if number.is_f64() => {
            let exact = number.as_f64().unwrap_or(f64::NAN);
            format!("{exact:.3e}").parse::<f64>().map_or(Value::Null, Value::from)
        }
        other => other,
    }
}
