//! What the merger would have done in the cases that are closed: exactly what it is meant to do, and nothing else.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::merger::{Merger, authority};
use crate::support::{Host, say};

const PATIENCE: Duration = Duration::from_secs(120);

/// Over `closed` stores of version 1: the bundle and the food licence differ in none, for which parts an application takes
/// was chosen by its guide before the first step; the liquor licence, which version 2 issues no more, differs in each. The
/// person in charge signs that.
pub async fn finds_the_planted_differences_and_is_signed(host: &Host, merger: &Merger, closed: usize) {
    for matter in ["B01", "P01"] {
        let found = shadow(host, merger.package(matter)).await;
        let cases = &found["report"]["cases"];
        assert_eq!((&cases["compared"], &cases["same"]), (&json!(closed), &json!(closed)), "{matter}: {found:#}");
    }
    let liquor = shadow(host, merger.package("P03")).await;
    let cases = &liquor["report"]["cases"];
    assert_eq!((&cases["compared"], &cases["same"]), (&json!(closed), &json!(0)), "{liquor:#}");
    let differ = cases["effect"].as_u64().unwrap() + cases["failure"].as_u64().unwrap();
    assert_eq!(differ, closed as u64, "{liquor:#}");

    let path = format!("/shadows/{}/sign-off", liquor["id"].as_str().unwrap());
    let person = json!({ "person": "周示例 处长", "report": liquor["digest"] });
    let signed = host.as_("platform").post(&path, person).await;
    assert_eq!(say(&signed, 200)["sign_offs"][0]["report"], liquor["digest"]);
}

/// Runs a package over the closed cases of the whole city; what was found, signed by the host.
async fn shadow(host: &Host, package: &str) -> Value {
    let platform = host.as_("platform");
    let begun = platform.post("/shadows", json!({ "package": package, "at": authority() })).await;
    let path = format!("/shadows/{}", say(&begun, 202)["id"].as_str().unwrap());
    let began = Instant::now();
    loop {
        let now = platform.get(&path).await;
        match say(&now, 200)["state"].as_str().unwrap() {
            "finished" => return now.body,
            "running" => assert!(began.elapsed() < PATIENCE, "{:#}", now.body),
            other => panic!("{other}: {:#}", now.body),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
