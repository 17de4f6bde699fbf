//! What the merger would have done in the cases that are closed: exactly what it is meant to do, and nothing else.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::merger::{Merger, authority};
use crate::support::{Host, say};

const PATIENCE: Duration = Duration::from_secs(120);

/// Over `closed` stores of version 1 the bundle opens one part less in each, and the food licence differs in none; the
/// person in charge signs that.
pub async fn finds_the_planted_differences_and_is_signed(host: &Host, merger: &Merger, closed: usize) {
    let store = shadow(host, merger.package("B01")).await;
    let (cases, opened) = (&store["report"]["cases"], &store["report"]["commands"]["open-part"]);
    assert_eq!((&cases["compared"], &cases["effect"]), (&json!(closed), &json!(closed)), "{store:#}");
    assert_eq!((&cases["failure"], &cases["same"]), (&json!(0), &json!(0)), "{store:#}");
    assert_eq!(opened["dropped"], json!(closed), "P03, once a case: {opened:#}");
    assert_eq!((&opened["added"], &opened["same"]), (&json!(0), &json!(4 * closed)), "{opened:#}");
    assert_eq!(store["report"]["steps"]["effect"], json!(closed), "one step a case, and what follows is unknown");

    let food = shadow(host, merger.package("P01")).await;
    let cases = &food["report"]["cases"];
    assert_eq!((&cases["compared"], &cases["same"]), (&json!(closed), &json!(closed)), "{food:#}");

    let path = format!("/shadows/{}/sign-off", store["id"].as_str().unwrap());
    let person = json!({ "person": "周示例 处长", "report": store["digest"] });
    let signed = host.as_("platform").post(&path, person).await;
    assert_eq!(say(&signed, 200)["sign_offs"][0]["report"], store["digest"]);
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
