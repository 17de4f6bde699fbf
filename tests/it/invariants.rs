//! The map holds: dependency edges, what only one place may name, and the size ratchet (ARCHITECTURE.md).

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::top;

/// Lines that a file may have, and a function.
const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 60;

pub fn sources(under: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    walk(&top().join(under), &mut found);
    found
}

fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" {
            walk(&path, found);
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path.strip_prefix(top()).unwrap().to_owned(), text));
        }
    }
}

fn everything() -> Vec<(PathBuf, String)> {
    ["host", "sdk", "plugins", "examples", "tests"].iter().flat_map(|under| sources(under)).collect()
}

/// Which crates of ours a crate's manifest names.
fn edges(manifest: &str) -> Vec<String> {
    let text = fs::read_to_string(top().join(manifest).join("Cargo.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let dependencies = table["dependencies"].as_table().unwrap();
    dependencies.keys().filter_map(|name| name.strip_prefix("banshi-")).map(str::to_owned).collect()
}

#[test]
fn dependencies_go_one_way() {
    let allowed: [(&str, &[&str]); 9] = [
        ("host/model", &[]),
        ("host/trust", &["model"]),
        ("host/store", &["model"]),
        ("host/runtime", &["model"]),
        ("host/engine", &["model", "runtime", "store", "trust"]),
        ("host/connect", &["engine", "model"]),
        ("host/http", &["engine", "model"]),
        ("host/banshi", &["connect", "engine", "http", "model", "runtime", "store", "trust"]),
        ("sdk/rust", &[]),
    ];
    for (manifest, allowed) in allowed {
        for edge in edges(manifest) {
            assert!(allowed.contains(&edge.as_str()), "{manifest} may not depend on banshi-{edge}");
        }
    }
}

#[test]
fn one_place_each_knows_axum_wasmtime_and_sled() {
    let names = |word: &str, text: &str| {
        text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| line.contains(word))
    };
    // Not `tests/bench`: the benchmark's floor is bare wasmtime and bare sled.
    for (path, text) in sources("host") {
        let path = path.to_string_lossy().into_owned();
        if path.contains("/tests/") {
            continue;
        }
        let own = |allowed: &[&str]| allowed.iter().any(|prefix| path.starts_with(prefix));
        assert!(!names("axum::", &text) || own(&["host/http/", "host/banshi/src/partner_sim"]), "{path} names axum");
        assert!(!names("wasmtime::", &text) || own(&["host/runtime/"]), "{path} names wasmtime");
        assert!(!names("sled::", &text) || own(&["host/store/src/sled_backend.rs"]), "{path} names sled");
    }
}

#[test]
fn the_model_reads_no_clock_no_file_and_no_chance() {
    for (path, text) in sources("host/model/src") {
        for word in ["Timestamp::now", "Zoned::now", "std::fs", "getrandom", "async fn", "std::net"] {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn files_say_what_they_are_for_and_stay_small() {
    let mut wrong = Vec::new();
    for (path, text) in everything() {
        let lines = text.lines().count();
        if !text.trim_start().starts_with("//!") {
            wrong.push(format!("{}: does not begin with `//!`", path.display()));
        }
        if lines > FILE_LINES {
            wrong.push(format!("{}: {lines} lines, at most {FILE_LINES}", path.display()));
        }
        for (name, length) in functions(&text) {
            if length > FUNCTION_LINES {
                wrong.push(format!("{}: fn {name} has {length} lines, at most {FUNCTION_LINES}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Functions with their length: from `fn` to the brace that closes at the same indentation.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let Some(rest) = trimmed.split("fn ").nth(1).filter(|_| is_function(trimmed)) else { continue };
        let indent = line.len() - trimmed.len();
        let end = format!("{}}}", " ".repeat(indent));
        if let Some(length) = lines.iter().skip(start).position(|line| *line == end) {
            let name = rest.split(['(', '<']).next().unwrap_or_default().to_owned();
            found.push((name, length + 1));
        }
    }
    found
}

fn is_function(line: &str) -> bool {
    let heads = ["fn ", "pub fn ", "async fn ", "pub async fn ", "const fn ", "pub const fn "];
    heads.iter().any(|head| line.starts_with(head))
        || (line.starts_with("pub(") && line.contains(") fn ") || line.contains(") async fn "))
}

#[test]
fn nothing_is_called_utils() {
    for (path, _) in everything() {
        for part in path.iter().map(|part| part.to_string_lossy().into_owned()) {
            let stem = part.trim_end_matches(".rs");
            assert!(!["utils", "util", "helpers", "common", "manager", "misc"].contains(&stem), "{}", path.display());
        }
    }
}

#[test]
fn every_guest_has_a_test_that_names_it() {
    let tests: String = sources("tests/it")
        .into_iter()
        .chain(sources("host/runtime"))
        .chain(sources("host/engine"))
        .map(|(_, text)| text)
        .collect();
    for entry in fs::read_dir(top().join("tests/guests")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(tests.contains(&name), "tests/guests/{name} has no host test");
    }
}

#[test]
fn the_contract_imports_only_the_log() {
    let worlds = fs::read_to_string(top().join("wit/worlds.wit")).unwrap();
    let imports: Vec<&str> = worlds.lines().map(str::trim).filter(|line| line.starts_with("import ")).collect();
    assert_eq!(imports, ["import log;", "import log;"]);
    for file in ["types", "matters", "cases"] {
        let text = fs::read_to_string(top().join(format!("wit/{file}.wit"))).unwrap();
        assert!(!text.contains("func("), "wit/{file}.wit holds a function: importing its types would grant it");
    }
}
