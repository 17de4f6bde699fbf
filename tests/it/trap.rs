//! A plugin that always traps: its cases are parked and named, an officer finishes one by hand, the clock
//! never stops.

use serde_json::json;

use crate::support::{Host, Start, applicant_subject, say};

#[tokio::test]
async fn a_case_whose_plugin_always_traps_is_finished_lawfully_by_hand() {
    let host = Host::start(Start::simulated("2021-04-22T09:00:00+08:00")).await;
    host.put_in_force("tests/guests/always-traps", "T-TRAP", "城市管理局", "310000").await;
    let application = json!({ "matter": "T-TRAP", "division": "310115", "subject": applicant_subject() });
    let id = host.as_("applicant").submit(application).await;
    let case = host.as_("officer").case(&id).await;
    assert_eq!(case["parked"], true);
    assert_eq!(case["fault"]["event"], "submitted");
    let code = case["fault"]["fault"]["code"].as_str().unwrap().to_owned();
    assert!(code.starts_with("guest."), "{case:#}");

    // The law goes on without the plugin: accepted as of receipt, limits counted.
    // Five working days after Thursday 2021-04-22: 23, 25 (a worked Sunday), 26, 27, 28.
    host.clock("2021-04-29T00:00:00+08:00").await;
    let case = host.as_("officer").case(&id).await;
    assert_eq!((&case["accepted"], &case["deemed_accepted"]), (&json!("2021-04-22"), &json!(true)), "{case:#}");
    assert!(case["fault"]["attempts"].as_u64().unwrap() > 1);

    let path = format!("/cases/{id}/finish-by-hand");
    let bare = json!({ "outcome": "refused", "reasons": [reason()] });
    let refused = host.as_("officer").post(&path, bare).await;
    assert_eq!((refused.status, &refused.body["code"]), (422, &json!("case.remedy")), "{:#}", refused.body);
    assert_eq!(host.as_("applicant").post(&path, granted()).await.status, 403);

    let done = host.as_("officer").post(&path, granted()).await;
    assert_eq!(say(&done, 200)["outcome"], "granted", "{:#}", done.body);
    assert_eq!(done.body["parked"], false);
    let parked = host.as_("platform").get("/cases?division=310115&parked=true").await;
    assert_eq!(say(&parked, 200)["items"], json!([]));
}

#[tokio::test]
async fn what_comes_behind_a_parked_event_is_recorded_and_waits_for_it() {
    let host = crate::support::host_with_plain_approval().await;
    let planted = host.publish("tests/guests/planted").await;
    host.enact(&planted, "EX-PLAIN", "城市管理局", "310115").await;
    let id = host.as_("portal").submit(crate::support::plain_application()).await;
    let officer = host.as_("officer");
    let said = async |review: &str, rule: &str| {
        let task = say(&officer.get(&format!("/tasks/{id}.{review}")).await, 200).clone();
        let reasons = json!([{ "rule": rule, "basis": "行政许可法 第三十八条", "text": { "zh": "经审查" } }]);
        let body = json!({ "revision": task["revision"], "opinion": "approve", "reasons": reasons });
        say(&officer.post(&format!("/tasks/{id}.{review}/verdict"), body).await, 200).clone()
    };
    assert_eq!(said("planning", "plant-trap").await["parked"]["code"], "guest.trap");
    let behind = said("safety", "officer").await;
    assert_eq!(behind["parked"]["code"], "case.waiting", "{behind:#}");
    let case = officer.case(&id).await;
    assert_eq!((&case["fault"]["waiting"], &case["fault"]["fault"]["code"]), (&json!(2), &json!("guest.trap")));
    let done =
        |local: &str| case["tasks"].as_array().unwrap().iter().any(|t| t["local"] == local && t["status"] == "done");
    assert!(done("planning") && done("safety"), "both verdicts stand: {:#}", case["tasks"]);
}

fn reason() -> serde_json::Value {
    json!({ "rule": "by-hand", "basis": "行政许可法 第三十八条", "text": { "zh": "经审查符合法定条件" } })
}

fn granted() -> serde_json::Value {
    json!({
        "outcome": "granted", "reasons": [reason()],
        "licence": { "licence_type": "11310115MB00000193902", "content": { "org.name": "示例" }, "valid_until": null },
    })
}
