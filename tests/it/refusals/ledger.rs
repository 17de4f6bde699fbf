//! The ledger of refusals: every code under which the host refuses, parks, reports or hints, every place in a definition, a
//! manifest or a law file at which a rule does so, and every kind of row that refuses because there is none. Read out of
//! the host's sources, so that a new one without a test fails here. `cargo test … ledger -- --nocapture` prints it.

use std::collections::{BTreeMap, BTreeSet};

use crate::invariants::sources;

/// What looks like a code and is none, with the reason.
const NOT_CODES: [(&str, &str); 5] = [
    ("enactment.cases", "a list's name, bound into its cursors"),
    ("outbox.dead", "a list's name, bound into its cursors"),
    ("outbox.waiting", "a list's name, bound into its cursors"),
    ("partners.secret", "an option of the demo's partners"),
    ("bundle.parts", "joined to `definition.` for the place, which is named"),
];
/// The same by what they begin with.
const NOT_CODES_BEGIN: [(&str, &str); 2] =
    [("host.", "a timer's name in a journal line"), ("cn.banshi.", "the type of an event that partners get")];
/// The same by what they end with.
const NOT_CODES_END: [(&str, &str); 6] = [
    (".toml", "a file's name"),
    (".json", "a file's name"),
    (".html", "a file's name"),
    (".banshi", "a file's name"),
    (".rs", "a file's name"),
    (".txt", "a file's name"),
];
/// Codes that no test brings about, each with the reason. A reason that has gone is a failure too.
const WITHOUT_A_TEST: [(&str, &str); 1] = [(
    "guide.part",
    "a guide that chooses a part which its bundle does not declare is refused at admission on every path \
     (`admission.guide`); this stands behind the cap on paths",
)];
/// Codes that only what stands beside them can try, each with the reason.
const BESIDE_ALONE: [(&str, &str); 1] =
    [("enactment.report", "the host keeps a package's report itself and seals it; no request reaches it")];
/// Rules that an author or an authority meets: each is tried through the API, not only beside its code.
const THROUGH_THE_API: [&str; 4] = ["trust.", "admission.", "enactment.", "emergency."];

/// A source with what only tests see cut off, and that part.
fn apart(path: &str, text: &str, of_tests: &BTreeSet<String>) -> (String, String) {
    let whole_test = path.contains("/tests/") || of_tests.iter().any(|module| path.starts_with(module.as_str()));
    if whole_test {
        return (String::new(), text.to_owned());
    }
    match text.find("#[cfg(test)]\nmod tests {") {
        Some(at) => (text[..at].to_owned(), text[at..].to_owned()),
        None => (text.to_owned(), String::new()),
    }
}

/// Modules in files of their own that only tests see: `host/engine/src/registry/live`.
fn modules_of_tests(host: &[(String, String)]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (path, text) in host {
        let stem = path.trim_end_matches(".rs");
        let folder = stem.strip_suffix("/mod").or(stem.strip_suffix("/lib")).or(stem.strip_suffix("/main"));
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]") {
            let module = pair[1].trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
            if let Some(name) = module.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) {
                found.insert(format!("{}/{name}", folder.unwrap_or(stem)));
            }
        }
    }
    found
}

fn of_a_code(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.'
}

/// Texts in quotes that have the form of a code: words of small letters, digits and hyphens, joined by dots.
fn quoted(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for (at, _) in line.match_indices('"') {
            let rest = &line[at + 1..];
            let end = rest.find(|c| !of_a_code(c)).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            let parts: Vec<&str> = word.split('.').collect();
            let begins = |part: &&str| part.starts_with(|c: char| c.is_ascii_lowercase());
            if behind.starts_with('"') && parts.len() > 1 && parts.iter().all(begins) {
                found.insert(word.to_owned());
            }
        }
        if let Some(kind) = line.split("no_row(\"").nth(1).and_then(|rest| rest.split('"').next()) {
            found.insert(format!("no-row.{kind}"));
        }
    }
    found
}

/// Whether a text names a code, and not only a longer word that it is a part of.
fn names(text: &str, code: &str) -> bool {
    let around = |at: usize| {
        let before = text[..at].chars().next_back().is_none_or(|c| !of_a_code(c));
        before && text[at + code.len()..].chars().next().is_none_or(|c| !of_a_code(c))
    };
    text.match_indices(code).any(|(at, _)| around(at))
}

fn excused(code: &str) -> bool {
    NOT_CODES.iter().any(|(word, _)| *word == code)
        || NOT_CODES_BEGIN.iter().any(|(begin, _)| code.starts_with(begin))
        || NOT_CODES_END.iter().any(|(end, _)| code.ends_with(end))
}

/// The host's codes with the files that have them, the tests beside the code, and the tests through the API.
struct Ledger {
    codes: BTreeMap<String, BTreeSet<String>>,
    beside: String,
    through: String,
}

fn ledger() -> Ledger {
    let read = |under: &str| -> Vec<(String, String)> {
        sources(under).into_iter().map(|(path, text)| (path.to_string_lossy().into_owned(), text)).collect()
    };
    let host = read("host");
    let of_tests = modules_of_tests(&host);
    let (mut codes, mut beside) = (BTreeMap::<String, BTreeSet<String>>::new(), String::new());
    for (path, text) in &host {
        let (source, tests) = apart(path, text, &of_tests);
        for code in quoted(&source).into_iter().filter(|code| !excused(code)) {
            codes.entry(code).or_default().insert(path.clone());
        }
        beside.push_str(&tests);
    }
    let through = read("tests/it").into_iter().filter(|(path, _)| !path.ends_with("refusals/ledger.rs"));
    Ledger { codes, beside, through: through.map(|(_, text)| text).collect() }
}

#[test]
fn every_refusal_of_the_host_is_named_by_a_test() {
    let Ledger { codes, beside, through } = ledger();
    // The ledger itself works: it knows codes of each kind, and does not take places for nothing.
    for known in
        ["trust.unsigned", "admission.guide", "enactment.report", "layer.dropped", "no-row.pauses", "task.form"]
    {
        assert!(codes.contains_key(known), "the ledger misses {known}");
    }
    assert!(codes.len() > 200, "{}", codes.len());
    let mut wrong = Vec::new();
    for (code, files) in &codes {
        let (api, unit) = (names(&through, code), names(&beside, code));
        println!("{code:40} {}{}", if api { "api " } else { "" }, if unit { "unit" } else { "" });
        let excuse = WITHOUT_A_TEST.iter().find(|(word, _)| word == code);
        match (excuse, api || unit) {
            (None, false) => wrong.push(format!("{code}: no test names it; it stands in {files:?}")),
            (Some(_), true) => wrong.push(format!("{code}: a test names it; take it out of WITHOUT_A_TEST")),
            _ => {}
        }
        let alone = BESIDE_ALONE.iter().any(|(word, _)| word == code);
        let open = excuse.is_none() && !alone && THROUGH_THE_API.iter().any(|family| code.starts_with(family));
        if open && unit && !api {
            wrong.push(format!("{code}: named beside the code only; try it through the API too"));
        }
    }
    for (code, _) in WITHOUT_A_TEST.iter().chain(&BESIDE_ALONE) {
        assert!(codes.contains_key(*code), "{code} is excused and there is no such code");
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_ledger_finds_a_code_that_nobody_tests_and_is_not_misled_by_a_longer_one() {
    let source =
        "fn f() { Err(Error::invalid(\n\"new.rule\",\n\"/place\")) }\n// \"old.rule\"\nno_row(\"fees\", text)\n";
    assert_eq!(quoted(source), ["new.rule".to_owned(), "no-row.fees".to_owned()].into());
    assert!(names("assert(\"new.rule\")", "new.rule") && names("key `new.rule`: no", "new.rule"));
    assert!(!names("\"new.rule-2\"", "new.rule") && !names("\"a.new.rule\"", "new.rule"));
    let text = "\"a.b\"\n#[cfg(test)]\nmod tests {\n    \"c.d\"\n}\n";
    let (source, tests) = apart("host/x/src/y.rs", text, &BTreeSet::new());
    assert!(source.contains("a.b") && !source.contains("c.d") && tests.contains("c.d"));
    let declared = [("host/x/src/lib.rs".to_owned(), "#[cfg(test)]\npub(crate) mod live;\n".to_owned())];
    assert_eq!(modules_of_tests(&declared), ["host/x/src/live".to_owned()].into());
}
