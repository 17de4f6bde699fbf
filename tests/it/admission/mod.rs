//! Admission: each rule refuses (or hints at) what it is for, by code, place and text in both languages; the report is the
//! same to the byte, nothing takes force without one, and new rows of law are reported and stop nothing.

mod check;
mod later;
mod matter;
mod shipped;

use banshi_model::package::{Manifest, Package};
use serde_json::Value;

use crate::support::{Answer, DAY_ONE, Host, Start, package, say};

pub const GUEST: &str = "tests/guests/misdeclared";
const MARKER: &[u8] = b"the-wrong:";

/// A host with nothing in force.
async fn host() -> Host {
    let _built = package(GUEST);
    Host::start(Start::simulated(DAY_ONE)).await
}

/// The guest with this wrong, as a package of its own name.
fn with_wrong(wrong: &str) -> Vec<u8> {
    changed(wrong, |_| {})
}

/// The same with something changed in its manifest.
pub fn changed(wrong: &str, change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    let mut whole = Package::decode(&package(GUEST)).unwrap();
    let at = whole.component.windows(MARKER.len()).position(|bytes| bytes == MARKER).unwrap() + MARKER.len();
    assert!(wrong.len() <= 22, "the marker is longer than {wrong}");
    whole.component[at..at + wrong.len()].copy_from_slice(wrong.as_bytes());
    let name = if wrong.is_empty() { "right" } else { wrong };
    whole.manifest.name = format!("tests/{name}").parse().unwrap();
    change(&mut whole.manifest);
    whole.encode().unwrap()
}

async fn publish(host: &Host, file: Vec<u8>) -> Answer {
    host.as_("platform").upload("/packages", file).await
}

/// The findings of a report: `severity rule place`, and what it says in English.
fn findings(report: &Value) -> Vec<(String, String)> {
    let told = |found: &Value| {
        let said = |name: &str| found[name].as_str().unwrap().to_owned();
        for text in [&found["what"], &found["fix"]] {
            assert!(text["zh"].as_str().unwrap().chars().any(|c| c >= '\u{4E00}'), "no Chinese: {found:#}");
        }
        let what = found["what"]["en"].as_str().unwrap().to_owned();
        (format!("{} {} {}", said("severity"), said("rule"), said("place")), what)
    };
    report["findings"].as_array().unwrap().iter().map(told).collect()
}

/// The package is refused for exactly this; `text` is in what is said.
#[track_caller]
fn refused_for(answer: &Answer, name: &str, rule_and_place: &str, text: &str) {
    let body = say(answer, 422);
    assert_eq!(body["report"]["admitted"], false, "{name}: {body:#}");
    let found = findings(&body["report"]);
    let errors: Vec<&(String, String)> = found.iter().filter(|(head, _)| head.starts_with("error ")).collect();
    let [(head, what)] = errors.as_slice() else { panic!("{name}: {found:#?}") };
    assert_eq!(head, &format!("error {rule_and_place}"), "{name}: {what}");
    assert!(what.contains(text), "{name}: {what}");
}

/// The package is admitted with exactly this lint.
#[track_caller]
fn hinted_at(answer: &Answer, name: &str, rule_and_place: &str, text: &str) {
    let found = findings(say(answer, 201));
    let [(head, what)] = found.as_slice() else { panic!("{name}: {found:#?}") };
    assert_eq!(head, &format!("lint {rule_and_place}"), "{name}: {what}");
    assert!(what.contains(text), "{name}: {what}");
}
