//! Law tables: files of rows and ends, the table that they make, and what it answers.

use arbitrary::{Result, Unstructured};
use banshi_model::definition::{MatterType, Mode, Span, SpanUnit};
use banshi_model::ids::{Division, MatterCode};
use banshi_model::law::{Error, File, Row, Scope, Table};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::bounded;
use crate::json;

thread_local! {
    static BUILT_IN: Table = Table::built_in().expect("the built-in tables are right");
}

const DIVISIONS: [&str; 6] = ["000000", "310000", "310115", "310115001", "310115001002", "110000"];

/// The first byte says whether the rest is a file or edits of rows that were right.
pub fn run(data: &[u8]) {
    let Some((mode, rest)) = data.split_first() else { return };
    if mode % 3 == 0 {
        if let Ok(text) = std::str::from_utf8(rest) {
            let _ = read(text, &mut Unstructured::new(rest));
        }
        return;
    }
    let mut u = Unstructured::new(rest);
    if let Ok(Some(text)) = edited(&mut u) {
        let _ = read(&text, &mut u);
    }
}

/// Rows of every kind, of the built-in tables, under new ids; and an end.
fn edited(u: &mut Unstructured<'_>) -> Result<Option<String>> {
    let mut rows = Vec::new();
    for nth in 0..u.int_in_range(0..=3_usize)? {
        let mut row = BUILT_IN.with(|table| {
            let row = u.choose(table.rows())?;
            Ok(serde_json::to_value(row).expect("a row is JSON"))
        })?;
        if let Value::Object(members) = &mut row {
            let derogated = members.insert("id".to_owned(), json!(format!("row-{nth}")));
            if u.ratio(1, 2)? {
                members.insert("derogates".to_owned(), derogated.unwrap_or_default());
                members.insert("division".to_owned(), json!(u.choose(&DIVISIONS)?));
                members.insert("instrument".to_owned(), json!("某政〔2021〕1号"));
                members.insert("valid_until".to_owned(), json!("2030-12-31"));
            }
        }
        rows.push(row);
    }
    let end = BUILT_IN.with(|table| Ok(u.choose(table.rows())?.id.to_string()))?;
    let mut file =
        json!({ "row": rows, "end": [{ "row": end, "last_day": "2029-12-31", "instrument": "某政〔2029〕1号" }] });
    json::edit(u, &mut file)?;
    super::token::without_null(&mut file);
    Ok(toml::to_string(&file).ok())
}

fn read(text: &str, u: &mut Unstructured<'_>) -> Result<()> {
    let file = match File::parse(text) {
        Ok(file) => file,
        Err(error) => {
            told(&error);
            return Ok(());
        }
    };
    // A file that stands alone must refer to nothing outside it; over the built-in tables it may.
    for made in [Table::of([file.clone()]), BUILT_IN.with(|table| table.merge([file]))] {
        match made {
            Ok(table) => table_holds(&table, u)?,
            Err(error) => told(&error),
        }
    }
    Ok(())
}

fn told(error: &Error) {
    if let Error::Row { row, key, .. } = error {
        assert!(!row.contains(char::is_control) && !key.contains(char::is_control), "{error:?}");
    }
    bounded(&error.to_string());
}

fn table_holds(table: &Table, u: &mut Unstructured<'_>) -> Result<()> {
    let kept = table.encode().expect("rows are JSON");
    let again = Table::decode(&kept).expect("what was kept can be read");
    assert_eq!((&again, again.digest()), (table, table.digest()), "a table that is kept comes back");
    for row in table.rows() {
        assert!(row.valid_until.is_none_or(|last| row.valid_from <= last), "`{}` holds on a day", row.id);
        assert!(!row.clause.trim().is_empty() && !row.modes.is_empty() && !row.matter_types.is_empty());
        assert_eq!(table.row(row.id.as_str()), Some(row), "ids are unique");
        assert!(row.derogates.as_ref().is_none_or(|id| table.row(id.as_str()).is_some()));
    }
    for _ in 0..4 {
        let division: Division = u.choose(&DIVISIONS)?.parse().expect("a division");
        let matter: MatterCode = u.choose(&["P01", "B01", "x"])?.parse().expect("a code");
        let day = match table.rows() {
            rows if !rows.is_empty() && u.arbitrary()? => u.choose(rows)?.valid_from,
            _ => Date::new(u.int_in_range(1990..=2035)?, 6, 15).expect("a day"),
        };
        let scope = Scope {
            day,
            division: &division,
            matter: &matter,
            matter_type: *u.choose(&[MatterType::Licence, MatterType::Filing, MatterType::PublicService])?,
            mode: *u.choose(&[Mode::Approval, Mode::Commitment, Mode::Filing])?,
            joint: u.arbitrary()?,
        };
        scope_holds(table, &scope, Span { count: u.arbitrary()?, unit: SpanUnit::WorkingDays });
    }
    Ok(())
}

/// What governs holds in the scope, and a permission rests on a row that does.
fn scope_holds(table: &Table, scope: &Scope<'_>, span: Span) {
    let in_force = |row: &Row| assert!(scope.covers(row), "`{}` governs where it does not hold", row.id);
    table.ceiling(scope).iter().for_each(|found| in_force(found.row));
    table.acceptance_period(scope).iter().for_each(|found| in_force(found.row));
    table.unanswered(scope).iter().for_each(|found| in_force(found.row));
    table.pauses(scope).iter().for_each(|found| in_force(found.row));
    table.delivery(scope).iter().for_each(|found| in_force(found.row));
    table.renewal_by_silence(scope).iter().for_each(|found| in_force(found.row));
    table.composite(scope).iter().for_each(|found| in_force(found.row));
    table.may_add_material(scope).iter().for_each(|row| in_force(row));
    if let Some(found) = table.ceiling(scope) {
        assert!(found.value.count > 0, "a limit leaves time");
        let derogated = |row: &Row| row.derogates.as_ref() == Some(&found.row.id);
        assert!(
            !table.in_force(scope).any(|row| derogated(row)
                && row.matters == found.row.matters
                && matches!((&row.rule, &found.row.rule), (a, b) if same_joint(a, b))),
            "what governs is not set aside"
        );
    }
    if let Ok(found) = table.may_extend(scope, span, 0) {
        in_force(found.row);
        assert!(span.count > 0 && span.count <= found.value.span.count);
    }
}

fn same_joint(a: &banshi_model::law::Rule, b: &banshi_model::law::Rule) -> bool {
    use banshi_model::law::Rule::Ceiling;
    matches!((a, b), (Ceiling(a), Ceiling(b)) if a.joint == b.joint)
}
