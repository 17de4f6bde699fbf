//! Chains of layers from the nation to the street, settings and code mixed: what they make of a matter, what each may not
//! do, what a derogation lends, and how they stand on a new version of what lies below.

mod chain;
mod derogation;
mod fits;
mod refusals;

use std::collections::BTreeMap;

use banshi_model::package::{CONTRACT, Kind, Manifest, Package, Permissions};
use banshi_model::text::Text;
use serde_json::{Value, json};

use crate::support::{Answer, Host, Start, package, say};

const DEPARTMENT: &str = "城市管理局";
/// A Thursday.
const START: &str = "2021-04-22T09:00:00+08:00";
/// The places of one line, ground first.
const NATION: &str = "000000";
const PROVINCE: &str = "310000";
const CITY: &str = "310100";
const DISTRICT: &str = "310115";
const STREET: &str = "310115001";

/// A settings variation without a compiler.
fn settings(matter: &str, name: &str, division: &str, settings: &Value) -> Manifest {
    Manifest {
        name: format!("tests/{name}").parse().unwrap(),
        version: "1.0.0".to_owned(),
        kind: Kind::Settings,
        contract: CONTRACT.to_owned(),
        matter: matter.parse().unwrap(),
        authority: authority(DEPARTMENT, division),
        title: Text::new("测试", "a test"),
        base: None,
        instrument: None,
        changelog: Vec::new(),
        authors: Vec::new(),
        sample: None,
        permissions: Permissions::default(),
        settings: serde_json::from_value::<BTreeMap<String, Value>>(settings.clone()).unwrap(),
    }
}

fn authority(department: &str, division: &str) -> banshi_model::ids::Authority {
    serde_json::from_value(json!({ "department": department, "division": division })).unwrap()
}

fn file(manifest: Manifest) -> Vec<u8> {
    Package { manifest, component: Vec::new() }.encode().unwrap()
}

/// A folder's package for another matter, authority, name and version.
async fn as_package(folder: &'static str, change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    let built = tokio::task::spawn_blocking(move || package(folder)).await.unwrap();
    let mut built = Package::decode(&built).unwrap();
    change(&mut built.manifest);
    built.encode().unwrap()
}

/// The code variation that may stand on itself, at a place.
async fn stacked(matter: &'static str, name: &'static str, division: &'static str) -> Vec<u8> {
    let change = move |manifest: &mut Manifest| {
        manifest.name = format!("tests/{name}").parse().unwrap();
        manifest.matter = matter.parse().unwrap();
        manifest.authority = authority(DEPARTMENT, division);
    };
    as_package("tests/guests/stacked", change).await
}

/// Publishes a file; the digest.
async fn published(host: &Host, file: Vec<u8>) -> String {
    let answer = host.as_("platform").upload("/packages", file).await;
    say(&answer, 201)["package"].as_str().unwrap().to_owned()
}

/// Asks to put a published package in force where its manifest says, on an instrument of that place.
async fn enact(host: &Host, digest: &str, matter: &str, division: &str, until: Option<&str>) -> Answer {
    let department = if matter == "P01" { "市场监督管理局" } else { DEPARTMENT };
    let request = json!({
        "matter": matter, "authority": { "department": department, "division": division }, "package": digest,
        "effective_from": "2021-01-01", "until": until, "instrument": format!("测试〔2021〕{division}号"),
    });
    host.as_("platform").post("/enactments", request).await
}

/// Publishes and enacts.
async fn in_force(host: &Host, file: Vec<u8>, matter: &str, division: &str) -> Value {
    let digest = published(host, file).await;
    say(&enact(host, &digest, matter, division, None).await, 201).clone()
}

/// A host with the plain approval in force for the whole nation.
async fn nation() -> Host {
    let host = Host::start(Start::simulated(START)).await;
    host.put_in_force("examples/plain-approval", "EX-PLAIN", DEPARTMENT, NATION).await;
    host
}

/// A matter as it is in force at a place.
async fn shown(host: &Host, division: &str, matter: &str) -> Value {
    say(&host.anybody().get(&format!("/divisions/{division}/matters/{matter}")).await, 200).clone()
}

/// A refusal's finding under this rule: place, and what is wrong in English.
#[track_caller]
fn finding(answer: &Answer, rule: &str) -> (String, String) {
    let findings = say(answer, 422)["report"]["findings"].as_array().unwrap();
    let found = findings.iter().find(|found| found["rule"] == rule);
    let found = found.unwrap_or_else(|| panic!("{rule}: {:#}", answer.body));
    (found["place"].as_str().unwrap().to_owned(), found["what"]["en"].as_str().unwrap().to_owned())
}
