//! A part and a bundle that their plugins cannot finish: parked, named, and finished lawfully by an officer.

use serde_json::{Value, json};

use crate::support::{COMPOSITE, Store, Wish, package, say};

const LIQUOR: &str = "11310115MB00000193013";

#[tokio::test]
async fn a_part_that_its_plugin_cannot_finish_is_finished_by_hand_and_counts_for_its_bundle() {
    let store = Store::open().await;
    // The platform permits the liquor licence no task: its first step asks for what it may not use.
    permit_without(&store, "plugins/p03-liquor", "P03", "open-task").await;
    let id = store.accepted(&Wish::default()).await;
    let liquor = store.part(&id, "P03").await;
    assert_eq!((&liquor["parked"], &liquor["fault"]["event"]), (&json!(true), &json!("submitted")));
    assert_eq!(liquor["fault"]["fault"]["code"], "permission.denied", "{:#}", liquor["fault"]);
    store.approve_all(|_| true).await;
    let bundle = store.applicant().case(&id).await;
    assert_eq!(bundle["phase"], "accepted", "the four others do not make the whole");

    let path = format!("/cases/{}/finish-by-hand", liquor["id"].as_str().unwrap());
    let whole = format!("/cases/{id}/finish-by-hand");
    let market = store.host.as_("market");
    assert_eq!(say(&market.post(&whole, by_hand("granted", None)).await, 409)["code"], "case.parts-open");
    assert_eq!(store.host.as_("tobacco").post(&path, by_hand("granted", None)).await.status, 404);
    let foreign = json!({ "licence_type": COMPOSITE, "content": {}, "valid_until": null });
    assert_eq!(say(&market.post(&path, by_hand("granted", Some(foreign))).await, 422)["code"], "finish.licence");
    let licence = json!({ "licence_type": LIQUOR, "content": { "org.name": "示例" }, "valid_until": "2024-04-21" });
    let done = market.post(&path, by_hand("granted", Some(licence))).await;
    assert_eq!((&say(&done, 200)["outcome"], &done.body["parked"]), (&json!("granted"), &json!(false)));
    store.settle().await;

    let case = store.until(&id, |case| case["phase"] == "closed").await;
    assert_eq!(case["outcome"], "granted");
    assert_eq!(members(&store, &case).await, 5);
    assert_eq!(status(&store, &store.part(&id, "P03").await).await, "valid");
    store.verified().await;
}

#[tokio::test]
async fn a_bundle_whose_plugin_cannot_release_is_finished_by_hand_and_its_permits_become_valid() {
    let store = Store::open().await;
    permit_without(&store, "plugins/b01-convenience-store", "B01", "release-parts").await;
    let id = store.accepted(&Wish::default()).await;
    let (officer, task) = store.task(&store.part(&id, "P05").await, "document-review").await;
    store.object(&officer, &task).await;
    let (officer, task) = store.task(&store.part(&id, "P05").await, "verdict").await;
    store.object(&officer, &task).await;
    store.approve_all(|_| true).await;
    let case = store.applicant().case(&id).await;
    assert_eq!((&case["parked"], &case["fault"]["event"]), (&json!(true), &json!("part-closed")), "{case:#}");
    for code in ["P01", "P03", "P04", "P06"] {
        assert_eq!(status(&store, &store.part(&id, code).await).await, "draft", "{code}");
    }

    let path = format!("/cases/{id}/finish-by-hand");
    let market = store.host.as_("market");
    // Each permit was decided by its own authority: the one that leads does not take it away by hand.
    let refused = market.post(&path, by_hand("refused", None)).await;
    assert_eq!(say(&refused, 422)["code"], "finish.parts");
    let foreign = json!({ "licence_type": LIQUOR, "content": {}, "valid_until": null });
    let foreign = market.post(&path, by_hand("granted", Some(foreign))).await;
    assert_eq!(say(&foreign, 409)["code"], "finish.release");
    assert!(foreign.body["detail"].as_str().unwrap().contains("licence.type"), "{:#}", foreign.body);
    let composite = json!({ "licence_type": COMPOSITE, "content": { "industry": "便利店" }, "valid_until": null });
    let done = market.post(&path, by_hand("granted", Some(composite))).await;
    assert_eq!((&say(&done, 200)["outcome"], &done.body["phase"]), (&json!("granted"), &json!("closed")));
    assert_eq!(done.body["parked"], false);
    assert_eq!(members(&store, &done.body).await, 4);
    for code in ["P01", "P03", "P04", "P06"] {
        let part = store.part(&id, code).await;
        assert_eq!(status(&store, &part).await, "valid", "{code}");
        assert!(journal(&store, &part).await.contains(&"licences-settled".to_owned()), "{code}");
    }
    assert_eq!(store.part(&id, "P05").await["licences"], json!([]));
    assert_eq!(store.told(&id, "licence-issued").await.len(), 1);
    // The parked event was set aside: no retry comes back to it.
    store.clock("2021-05-31T09:00:00+08:00").await;
    assert_eq!(store.applicant().case(&id).await["seq"], done.body["seq"]);
    store.verified().await;
}

/// Enacts what is in force already once more, from April on, and permits one kind of command less.
async fn permit_without(store: &Store, source: &str, matter: &str, command: &str) {
    let platform = store.host.as_("platform");
    let report = platform.upload("/packages", package(source)).await;
    let mut permissions = say(&report, 201)["manifest"]["permissions"].clone();
    permissions["commands"].as_array_mut().unwrap().retain(|known| known != command);
    let request = json!({
        "matter": matter, "authority": { "department": "市场监督管理局", "division": "310000" },
        "package": report.body["package"], "effective_from": "2021-04-01", "instrument": "测试〔2021〕5号",
        "permissions": permissions,
    });
    say(&platform.post("/enactments", request).await, 201);
}

fn by_hand(outcome: &str, licence: Option<Value>) -> Value {
    let reason = json!({ "rule": "by-hand", "basis": "行政许可法 第三十八条", "text": { "zh": "经审查（测试）" } });
    let remedy = (outcome == "refused").then(|| json!({ "zh": "可在六十日内申请行政复议" }));
    json!({ "outcome": outcome, "reasons": [reason], "remedy": remedy, "licence": licence })
}

async fn shown(store: &Store, case: &Value) -> Value {
    let licence = case["licences"][0].as_str().unwrap_or_else(|| panic!("no licence: {case:#}"));
    say(&store.applicant().get(&format!("/licences/{licence}")).await, 200).clone()
}

/// Where the one licence of a case stands.
async fn status(store: &Store, case: &Value) -> String {
    shown(store, case).await["status_today"].as_str().unwrap().to_owned()
}

/// How many permits the composite of a bundle loads.
async fn members(store: &Store, case: &Value) -> usize {
    let composite = shown(store, case).await;
    assert_eq!((&composite["licence_type"], &composite["status_today"]), (&json!(COMPOSITE), &json!("valid")));
    composite["members"].as_array().unwrap().len()
}

/// What a case's journal says happened, entry by entry.
async fn journal(store: &Store, case: &Value) -> Vec<String> {
    let journal = store.applicant().get(&format!("/cases/{}/journal?limit=200", case["id"].as_str().unwrap())).await;
    let lines = say(&journal, 200)["items"].as_array().unwrap().clone();
    lines.iter().map(|line| line["what"].as_str().unwrap().to_owned()).collect()
}
