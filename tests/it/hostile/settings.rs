//! Definitions and guides that misbehave under the settings of a variation: refused at its publication.

use std::collections::BTreeMap;

use banshi_model::package::{Kind, Package};
use serde_json::json;

use super::hand_made::manifest;
use super::{Neighbour, host_under_fire, refused, shown};
use crate::support::Host;

/// A settings variation over the wild matter that leaves it this one wrong.
fn only(wrong: &str) -> Vec<u8> {
    let mut manifest = manifest(Kind::Settings, &wrong.replace('.', "-"), "T-WILD");
    manifest.authority.division = "310115".parse().unwrap();
    manifest.settings = BTreeMap::from([("do".to_owned(), json!([wrong]))]);
    Package { manifest, component: Vec::new() }.encode().unwrap()
}

/// Publishes each, and shows that the rule beside it is among those that refused it.
async fn all_refused(wrongs: &[(&str, &str)]) {
    let host = host_under_fire("").await;
    let neighbour = Neighbour::begin(&host);
    for (wrong, rule) in wrongs {
        let answer = host.as_("platform").upload("/packages", only(wrong)).await;
        let rules = refused(&answer);
        assert!(rules.contains(&(*rule).to_owned()), "{wrong}: {rules:?} {:#}", answer.body);
    }
    shown(&host, "banshi_packages_refused_total", "rule", wrongs.iter().map(|(_, rule)| *rule)).await;
    neighbour.end().await;
}

#[tokio::test]
async fn a_definition_that_runs_away_is_refused_under_the_limits_name() {
    all_refused(&[
        ("loop", "guest.deadline"),
        ("deep-loop", "guest.deadline"),
        ("memory", "guest.memory"),
        ("stack", "guest.stack"),
        ("trap", "guest.trap"),
        ("log-flood", "guest.log"),
        ("fault", "guest.fault"),
    ])
    .await;
}

#[tokio::test]
async fn a_definition_that_is_too_much_or_refers_outside_is_refused_by_name() {
    all_refused(&[
        ("alias", "guest.lifting"),
        ("huge", "guest.lifting"),
        ("fifty-megabytes", "guest.lifting"),
        ("output", "guest.output"),
        ("one-megabyte", "admission.size"),
        ("no-json", "guest.answer"),
        ("deep-json", "guest.nesting"),
        ("remote-ref", "admission.schema"),
        ("regex-nested", "admission.schema"),
        ("regex-many", "admission.schema"),
        ("enum-long", "admission.schema"),
        ("enum-megabytes", "admission.size"),
        ("stages-circle", "admission.stages"),
        ("parts-self", "admission.bundle"),
    ])
    .await;
}

#[tokio::test]
async fn a_guide_that_fails_or_does_not_end_is_refused_by_name() {
    all_refused(&[
        ("guide.loop", "guest.deadline"),
        ("guide.trap", "guest.trap"),
        ("guide.alias", "guest.lifting"),
        ("guide.again", "admission.guide"),
        ("guide.unknown", "admission.guide"),
        // Each call within its deadline, a million paths: the walk has a limit of its own.
        ("guide.slow", "admission.guide"),
    ])
    .await;
}

#[tokio::test]
async fn a_definition_that_uses_what_its_manifest_does_not_ask_for_is_refused() {
    let host = host_under_fire("").await;
    let mut package = Package::decode(&crate::support::package(super::WILD)).unwrap();
    package.manifest.name = "tests/modest".parse().unwrap();
    package.manifest.permissions.units.clear();
    package.manifest.permissions.licences.clear();
    let answer = host.as_("platform").upload("/packages", package.encode().unwrap()).await;
    assert_eq!(refused(&answer), ["admission.permissions"; 3], "two units and a licence type: {:#}", answer.body);
}

#[tokio::test]
async fn two_matters_that_are_each_others_part_are_not_both_in_force() {
    let host = host_under_fire("").await;
    let bundle = |code: &str, part: &str| {
        let mut package = Package::decode(&crate::support::package(super::WILD)).unwrap();
        package.manifest.name = format!("tests/{}", code.to_lowercase()).parse().unwrap();
        package.manifest.matter = code.parse().unwrap();
        let marker = b"part-of-bundle:-----------";
        let at = package.component.windows(marker.len()).position(|window| window == marker).unwrap() + 15;
        package.component[at..at + part.len()].copy_from_slice(part.as_bytes());
        package.encode().unwrap()
    };
    let publish = async |host: &Host, file: Vec<u8>| {
        let report = host.as_("platform").upload("/packages", file).await;
        crate::support::say(&report, 201)["package"].as_str().unwrap().to_owned()
    };
    let one = publish(&host, bundle("T-ONE", "T-TWO")).await;
    let two = publish(&host, bundle("T-TWO", "T-ONE")).await;
    host.enact(&one, "T-ONE", super::DEPARTMENT, "310000").await;
    let request = json!({
        "matter": "T-TWO", "authority": { "department": super::DEPARTMENT, "division": "310000" }, "package": two,
        "effective_from": "2021-01-01", "instrument": "测试〔2021〕1号",
    });
    let answer = host.as_("platform").post("/enactments", request).await;
    assert_eq!((answer.status, &answer.body["code"]), (422, &json!("enactment.checks")), "{:#}", answer.body);
    assert!(answer.body["detail"].as_str().unwrap().contains("admission.bundle"), "{:#}", answer.body);
}
