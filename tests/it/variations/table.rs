//! The table itself: every row names a test that is here, and every test of a row stands in it.

use std::collections::BTreeSet;

use crate::support::top;

/// The ids at the beginning of the tests' names: `s1` and the like.
fn tested() -> BTreeSet<String> {
    let sources = [include_str!("sourced.rs"), include_str!("invented.rs"), include_str!("on_a_host.rs")];
    let names = sources
        .iter()
        .flat_map(|source| source.lines())
        .filter_map(|line| line.trim_start().trim_start_matches("async ").strip_prefix("fn "));
    let ids = names.filter_map(|name| name.split_once('_')).map(|(id, _)| id.to_owned());
    ids.filter(|id| id.len() > 1 && id[1..].bytes().all(|byte| byte.is_ascii_digit())).collect()
}

/// Id and way of expression of each row.
fn rows() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(top().join("plugins/VARIATIONS.md")).unwrap();
    let row = |line: &&str| {
        let number = line.strip_prefix("| s").or_else(|| line.strip_prefix("| i"));
        number.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
    };
    let cells = text.lines().filter(row);
    let cell = |line: &str, at: usize| line.split('|').nth(at).unwrap().trim().to_owned();
    cells.map(|line| (cell(line, 1), cell(line, 4))).collect()
}

#[test]
fn every_row_has_a_test_and_every_test_a_row() {
    let rows: BTreeSet<String> = rows().into_iter().map(|(id, _)| id).collect();
    assert_eq!(rows, tested());
    assert_eq!(rows.len(), 19);
}

#[test]
fn all_sourced_rows_and_at_least_eight_of_ten_are_expressed_without_code() {
    let without_code = |way: &str| ["settings", "enactment", "law row", "declared"].contains(&way);
    let rows = rows();
    assert!(rows.iter().filter(|(id, _)| id.starts_with('s')).all(|(_, way)| without_code(way)), "{rows:?}");
    let expressed = rows.iter().filter(|(_, way)| without_code(way)).count();
    assert!(expressed * 10 >= rows.len() * 8, "{expressed} of {}", rows.len());
}
