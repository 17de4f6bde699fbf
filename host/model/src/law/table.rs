//! Files of rows, and the table that they make together. What a file says wrongly is refused here, with
//! row and key, so that nothing downstream has to doubt a row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Value;

use crate::ids::{Digest, Slug};
use crate::law::Row;
use crate::law::loosening::loosened;
use crate::text::one_line;

/// Why a file or a table of files is refused. The remedy is always in the files; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not TOML; says line and column.
    #[error("law file does not read: {0}")]
    Syntax(String),
    /// A key at the top that is neither `row` nor `end`.
    #[error("law file: unknown key `{0}`; a file has `[[row]]` and `[[end]]` and nothing else")]
    Top(String),
    /// A row, or the end of one, that is wrong in itself or beside the others.
    #[error("law row `{row}`, key `{key}`: {what}")]
    Row {
        /// Its id; `no. N` where it has none that can be read.
        row: String,
        /// Which key, with dots between tables.
        key: String,
        /// What is wrong, and what would be right.
        what: String,
    },
    /// A table kept for a replay does not read.
    #[error("kept law rows do not read: {0}")]
    Kept(String),
}

/// The end of a row before its time, by an instrument (废止、失效).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct End {
    /// The row that ends.
    pub row: Slug,
    /// The last day on which it holds.
    pub last_day: Date,
    /// The instrument (文号).
    pub instrument: String,
}

/// One file, each row of it checked in itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    rows: Vec<Row>,
    ends: Vec<End>,
}

impl File {
    /// Reads a file. Unknown keys are refused wherever they are.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut top: toml::Table = text.parse().map_err(|error| Error::Syntax(in_one_line(&error)))?;
        let rows = entries(&mut top, "row", "id")?;
        let ends = entries(&mut top, "end", "row")?;
        if let Some(key) = top.keys().next() {
            return Err(Error::Top(one_line(key, 80)));
        }
        let rows: Vec<Row> = rows.into_iter().map(read).collect::<Result<_, _>>()?;
        let ends = ends.into_iter().map(read).collect::<Result<_, _>>()?;
        rows.iter().try_for_each(check)?;
        Ok(Self { rows, ends })
    }
}

/// All rows, complete: ids are unique, and what a row refers to is there. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// By id.
    rows: Arc<[Row]>,
    digest: Digest,
}

/// The files that are built into the binary.
const BUILT_IN: [&str; 4] = [
    include_str!("../../../law/administrative-licence-law.toml"),
    include_str!("../../../law/composite.toml"),
    include_str!("../../../law/obtainable-papers.toml"),
    include_str!("../../../law/project-choices.toml"),
];

impl Table {
    /// The table of these files; their order does not matter.
    pub fn of(files: impl IntoIterator<Item = File>) -> Result<Self, Error> {
        let (mut rows, mut ends) = (Vec::new(), Vec::new());
        for file in files {
            rows.extend(file.rows);
            ends.extend(file.ends);
        }
        Self::build(rows, ends)
    }

    /// The table of one file that stands alone.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::of([File::parse(text)?])
    }

    /// This table with more files: an operator's rows and ends over the built-in ones. Rows cannot be
    /// replaced under the same id, because entries bind what they read: end one and add another.
    pub fn merge(&self, files: impl IntoIterator<Item = File>) -> Result<Self, Error> {
        let own = File { rows: self.rows.to_vec(), ends: Vec::new() };
        Self::of(std::iter::once(own).chain(files))
    }

    /// The rows in the binary. An error means that the binary was built from wrong data; a test of this
    /// crate forbids it.
    pub fn built_in() -> Result<Self, Error> {
        Self::of(BUILT_IN.into_iter().map(File::parse).collect::<Result<Vec<_>, _>>()?)
    }

    /// All rows, by id; those that are past or to come as well.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The row with this id.
    pub fn row(&self, id: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.id.as_str() == id)
    }

    /// The bytes that `digest` is the digest of: what is kept so that a replay reads the same rows.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        encode(&self.rows)
    }

    /// Reads and checks what `encode` wrote.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let rows: Vec<Row> = serde_json::from_slice(bytes).map_err(|error| Error::Kept(in_one_line(&error)))?;
        rows.iter().try_for_each(check)?;
        Self::build(rows, Vec::new())
    }

    /// The digest of `encode`; the same for the same rows, in whatever files and order they were.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    fn build(rows: Vec<Row>, ends: Vec<End>) -> Result<Self, Error> {
        let mut by_id = BTreeMap::new();
        for row in rows {
            if let Some(row) = by_id.insert(row.id.clone(), row) {
                return fault(&row.id, "id", "occurs twice; ids are unique over all law files".to_owned());
            }
        }
        ends.into_iter().try_for_each(|end| apply(&mut by_id, end))?;
        for row in by_id.values() {
            check_derogation(&by_id, row)?;
            if let Some(wider) = loosened(row, by_id.values()) {
                let what = format!(
                    "loosens `{wider}` of a wider place; a place does so only by naming it here, with `instrument` and `valid_until`"
                );
                return fault(&row.id, "derogates", what);
            }
        }
        let rows: Vec<Row> = by_id.into_values().collect();
        let digest = Digest::of(&encode(&rows)?);
        Ok(Self { rows: rows.into(), digest })
    }
}

fn encode(rows: &[Row]) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(rows).map_err(|error| Error::Kept(error.to_string()))
}

fn fault<T>(row: impl ToString, key: &str, what: String) -> Result<T, Error> {
    Err(Error::Row { row: one_line(&row.to_string(), 80), key: one_line(key, 200), what: one_line(&what, 400) })
}

fn in_one_line(error: &impl ToString) -> String {
    one_line(&error.to_string().split_whitespace().collect::<Vec<_>>().join(" "), 600)
}

/// Takes the array of tables `name` out of the file, each with a name for errors.
fn entries(top: &mut toml::Table, name: &str, id: &str) -> Result<Vec<(String, Value)>, Error> {
    let list = match top.remove(name) {
        None => Vec::new(),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(Error::Syntax(format!("`{name}` has to be written `[[{name}]]`"))),
    };
    let named = list.into_iter().enumerate().map(|(index, mut value)| {
        dates_as_text(&mut value);
        let id = value.get(id).and_then(Value::as_str).map_or_else(|| format!("no. {}", index + 1), str::to_owned);
        (id, value)
    });
    Ok(named.collect())
}

/// Dates may be written with quotes or without.
fn dates_as_text(value: &mut Value) {
    match value {
        Value::Datetime(date) => *value = Value::String(date.to_string()),
        Value::Table(table) => table.iter_mut().for_each(|(_, value)| dates_as_text(value)),
        Value::Array(list) => list.iter_mut().for_each(dates_as_text),
        _ => {}
    }
}

fn read<'de, T: Deserialize<'de>>((id, value): (String, Value)) -> Result<T, Error> {
    let mut unknown = None;
    let read = serde_ignored::deserialize(value, |path| {
        unknown.get_or_insert_with(|| path.to_string());
    });
    let read = read.map_err(|error: toml::de::Error| {
        let shown = error.to_string();
        let key = shown.lines().find_map(|line| line.strip_prefix("in `")?.strip_suffix('`')).unwrap_or("row");
        Error::Row { row: one_line(&id, 80), key: one_line(key, 200), what: one_line(error.message(), 400) }
    })?;
    match unknown {
        Some(key) => fault(id, &key, "unknown key; remove it or correct its name".to_owned()),
        None => Ok(read),
    }
}

/// What a row must be in itself.
fn check(row: &Row) -> Result<(), Error> {
    let blank = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
    let found = if row.clause.trim().is_empty() {
        Some(("clause", "is empty; every row rests on a clause"))
    } else if row.valid_until.is_some_and(|last| last < row.valid_from) {
        Some(("valid_until", "lies before `valid_from`"))
    } else if row.matter_types.is_empty() {
        Some(("matter_types", "is empty; name the types that the law speaks of"))
    } else if row.modes.is_empty() {
        Some(("modes", "is empty; name the modes that the law speaks of"))
    } else if row.derogates.is_some() && blank(&row.instrument) {
        Some(("instrument", "a row that derogates needs the instrument on which it does"))
    } else if row.derogates.is_some() && row.valid_until.is_none() {
        Some(("valid_until", "a row that derogates needs a last day"))
    } else if row.sample && blank(&row.note) {
        Some(("note", "a sample needs a note that says why it is one"))
    } else {
        None
    };
    if let Some((key, what)) = found {
        return fault(&row.id, key, what.to_owned());
    }
    match row.rule.fault() {
        Some((member, what)) => fault(&row.id, &format!("rule.{}.{member}", row.rule.kind()), what.to_owned()),
        None => Ok(()),
    }
}

fn apply(rows: &mut BTreeMap<Slug, Row>, end: End) -> Result<(), Error> {
    let Some(row) = rows.get_mut(&end.row) else {
        return fault(end.row, "end.row", "no row has this id".to_owned());
    };
    if end.instrument.trim().is_empty() {
        return fault(end.row, "end.instrument", "is empty; an end rests on an instrument".to_owned());
    }
    if end.last_day < row.valid_from {
        let what = format!("lies before the row's first day {}", row.valid_from);
        return fault(end.row, "end.last_day", what);
    }
    if let Some(last) = row.valid_until.filter(|last| *last < end.last_day) {
        let what = format!("the row ends on {last} already; an end cannot make it longer");
        return fault(end.row, "end.last_day", what);
    }
    row.valid_until = Some(end.last_day);
    row.ended_by = Some(end.instrument);
    Ok(())
}

/// A derogation sets aside a row of its own kind, and not itself in a circle.
fn check_derogation(rows: &BTreeMap<Slug, Row>, row: &Row) -> Result<(), Error> {
    let mut seen = BTreeSet::from([&row.id]);
    let mut next = row;
    while let Some(target) = &next.derogates {
        let Some(found) = rows.get(target) else {
            return fault(&next.id, "derogates", format!("no row has the id `{target}`"));
        };
        if found.rule.kind() != next.rule.kind() {
            let what =
                format!("`{target}` is of the kind {}, this row of the kind {}", found.rule.kind(), next.rule.kind());
            return fault(&next.id, "derogates", what);
        }
        if !seen.insert(&found.id) {
            return fault(&row.id, "derogates", "leads back to the row itself".to_owned());
        }
        next = found;
    }
    Ok(())
}
