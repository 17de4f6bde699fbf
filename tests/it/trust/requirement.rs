//! Versions: what a manifest may say, and the base that a variation was made for.

use serde_json::json;

use super::digest;
use super::scene::*;
use crate::support::{host_with_plain_approval, say};

#[tokio::test]
async fn a_version_that_is_none_and_a_range_that_is_none_are_named_by_the_admission() {
    let host = host().await;
    for (package, place, en) in [
        (
            variation(&pudong(), |manifest| manifest.version = "01.0".to_owned()),
            "manifest.version",
            "no semantic version",
        ),
        (
            variation(&pudong(), |manifest| manifest.base = Some("soon".to_owned())),
            "manifest.base",
            "no range of versions",
        ),
    ] {
        let answer = host.as_("platform").upload("/packages", package).await;
        let problem = say(&answer, 422);
        assert_eq!(problem["code"], "package.not-admitted");
        let found = problem["report"]["findings"].as_array().unwrap();
        let named = |found: &&serde_json::Value| found["rule"] == "admission.manifest" && found["place"] == place;
        assert!(found.iter().find(named).unwrap().to_string().contains(en), "{problem:#}");
    }
}

#[tokio::test]
async fn a_variation_is_refused_on_a_base_that_it_was_not_made_for() {
    let host = host_with_plain_approval().await;
    for (range, status) in [("^7.1", 422), (">=0.1, <7", 201)] {
        let package = variation(&pudong(), |manifest| {
            manifest.version = format!("0.{status}.0");
            manifest.base = Some(range.to_owned());
        });
        say(&host.as_("platform").upload("/packages", package.clone()).await, 201);
        let request = json!({
            "matter": "EX-PLAIN", "authority": { "department": "城市管理局", "division": "310115" },
            "package": digest(&package), "effective_from": "2021-01-01", "instrument": "测试〔2021〕2号",
        });
        let answer = host.as_("platform").post("/enactments", request).await;
        let told = say(&answer, status);
        if status == 422 {
            assert_eq!((&told["code"], &told["place"]), (&json!("enactment.base-version"), &json!("/package")));
            let detail = told["detail"].as_str().unwrap();
            assert!(detail.contains("made for versions `^7.1`") && detail.contains("in force is"), "{told:#}");
        }
    }
}
