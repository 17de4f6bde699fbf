//! How shadows run: over a kill and a stop, two at once, cancelled.

use serde_json::json;

use super::support::{AT, PLANTED, begin, decided, eventually, finished, shadow, steps, view};
use crate::support::{Host, host_with_plain_approval, plain_application, say};

/// More than one page of cases.
const MANY: usize = 100;

/// Applications on which the planted variation takes its time.
pub(super) async fn slow_applications(host: &Host, count: usize) {
    let mut application = plain_application();
    application["subject"]["id"] = json!("91310104MA1K00023G");
    for _ in 0..count {
        host.as_("portal").submit(application.clone()).await;
    }
}

#[tokio::test]
async fn one_that_was_killed_goes_on_behind_its_last_page_and_finds_the_same() {
    let mut host = host_with_plain_approval().await;
    slow_applications(&host, MANY).await;
    let planted = host.publish(PLANTED).await;
    let id = begin(&host, &planted, AT, json!({ "open": true })).await;
    let kept = eventually(|| async {
        let shadow = view(&host, &id).await;
        let looked = shadow["progress"]["looked"].as_u64().unwrap();
        (looked > 0).then_some((looked, shadow["state"] == "running"))
    });
    let (kept, running) = kept.await;
    host.kill();
    assert!(running && kept < MANY as u64, "it ended before it could be killed");
    host.restart();
    let resumed = view(&host, &id).await;
    assert!(resumed["progress"]["looked"].as_u64().unwrap() >= kept, "what was kept is lost");
    let resumed = finished(&host, &id).await;
    assert_eq!(steps(&resumed), [0, MANY as u64, 0, 0, 0], "{:#}", resumed["report"]);
    assert_eq!(resumed["progress"], json!({ "looked": MANY, "total": MANY }));

    let whole = shadow(&host, &planted, AT, json!({ "open": true })).await;
    for part in ["compared", "cases", "steps", "commands", "clauses", "failures", "samples"] {
        assert_eq!(resumed["report"][part], whole["report"][part], "{part}");
    }
}

#[tokio::test]
async fn two_at_once_find_each_their_own() {
    let mut host = host_with_plain_approval().await;
    decided(&host, ["officer", "plant-notice", "officer"]).await;
    slow_applications(&host, 20).await;
    host.clock("2021-04-22T18:00:00+08:00").await;
    let planted = host.publish(PLANTED).await;
    let plain = host.publish("examples/plain-approval").await;
    let one = begin(&host, &planted, AT, json!({ "open": true })).await;
    let two = begin(&host, &plain, "310000", json!({ "open": true })).await;
    let (one, two) = (finished(&host, &one).await, finished(&host, &two).await);
    assert_eq!(steps(&one), [1, 21, 1, 0, 2], "{:#}", one["report"]);
    assert_eq!(steps(&two), [25, 0, 0, 0, 0], "{:#}", two["report"]);
    let listed = host.as_("platform").get("/shadows").await;
    let listed: Vec<_> = say(&listed, 200)["items"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(listed, [two["id"].clone(), one["id"].clone()]);
    assert_eq!(host.terminate(), Some(0));
}

#[tokio::test]
async fn one_that_is_cancelled_stops_and_stays_unsigned() {
    let host = host_with_plain_approval().await;
    slow_applications(&host, 40).await;
    let planted = host.publish(PLANTED).await;
    let id = begin(&host, &planted, AT, json!({ "open": true })).await;
    let cancelled = host.as_("platform").post(&format!("/shadows/{id}/cancel"), json!({})).await;
    let cancelled = say(&cancelled, 200);
    assert_eq!((&cancelled["state"], &cancelled["signature"]), (&json!("cancelled"), &json!(null)));
    let again = host.as_("platform").post(&format!("/shadows/{id}/cancel"), json!({})).await;
    assert_eq!(say(&again, 409)["code"], "shadow.ended");
    let signed = json!({ "person": "某某", "report": planted });
    let signed = host.as_("platform").post(&format!("/shadows/{id}/sign-off"), signed).await;
    assert_eq!(say(&signed, 409)["code"], "shadow.unfinished");
    assert_eq!(view(&host, &id).await["state"], "cancelled");
}

#[tokio::test]
async fn a_repeated_request_begins_one_shadow() {
    let host = host_with_plain_approval().await;
    let plain = host.publish("examples/plain-approval").await;
    let request = json!({ "package": plain, "at": super::support::authority("310000") });
    let first = host.as_("platform").post_once("/shadows", "k1", request.clone()).await;
    let second = host.as_("platform").post_once("/shadows", "k1", request).await;
    assert_eq!(say(&first, 202)["id"], say(&second, 202)["id"]);
    assert!(second.replayed && !first.replayed);
    let listed = host.as_("platform").get("/shadows").await;
    assert_eq!(say(&listed, 200)["items"].as_array().unwrap().len(), 1);
}
