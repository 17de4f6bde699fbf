//! Chains of several layers of code: each is asked with what its own former version left, and none loosens what lies below.

use serde_json::json;

use super::{ANEW, authority, case, does, enact, ended, host, line, open_tasks, ordered, request, sign, sound, told};
use crate::support::{Host, say};

/// Migrates Pudong's open cases to an enactment.
async fn migrated(host: &Host, enactment: &str) -> serde_json::Value {
    let mut wish = request(enactment);
    wish["authority"] = authority("310115");
    let begun = host.as_("platform").post("/migrations", wish).await;
    let report = ended(host, say(&begun, 202)["id"].as_str().unwrap(), "tried").await;
    sign(host, &report).await;
    let id = ordered(host, &report).await;
    ended(host, &id, "done").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layer_comes_new_to_a_case_and_goes_on_over_the_next_version_of_its_matter() {
    let host = host().await;
    let (open, dropped) = (case(&host, "示例").await, case(&host, "plant-drop").await);
    let package = host.publish("tests/guests/planted").await;
    let local = enact(&host, &package, "310115", super::DAY).await;
    migrated(&host, &local).await;
    let layers = host.as_("portal").case(&open).await["layers"].as_array().map(Vec::len);
    assert_eq!((layers, told(&host, &open).await.len()), (Some(2), 3));
    does(&host.as_("officer"), &open, &["safety"]).await;

    let next = host.publish(ANEW).await;
    let next = enact(&host, &next, "310000", super::DAY).await;
    let done = migrated(&host, &next).await;
    let case = host.as_("portal").case(&open).await;
    let versions: Vec<&str> =
        case["layers"].as_array().unwrap().iter().map(|layer| layer["name"].as_str().unwrap()).collect();
    assert_eq!(versions.len(), 2, "{versions:?}");
    assert_eq!(case["layers"][0]["version"], "0.2.0");
    assert_eq!(open_tasks(&host, &open).await, ["fire", "plan-review", "traffic"]);

    // The layer that keeps back a review of the version below is refused, and the case stays.
    let failure = line(&host, done["id"].as_str().unwrap(), "run", &dropped).await["failure"].clone();
    assert_eq!(failure["code"], json!("layer.stage-dropped"), "{failure:#}");
    assert!(failure["place"].as_str().unwrap().starts_with(versions[1]), "{failure:#}");
    assert_eq!(open_tasks(&host, &dropped).await, ["planning", "safety", "traffic"]);
    sound(host);
}
