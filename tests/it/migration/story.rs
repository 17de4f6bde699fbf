//! From the dry run to the last case: what fits moves, what does not stays and is listed, and each journal tells it.

use serde_json::{Value, json};

use super::{
    case, does, host, journal, line, lines, look, moved, open_tasks, ordered, sign, sound, told, tried, version,
};
use crate::support::say;

#[tokio::test(flavor = "multi_thread")]
async fn open_cases_are_tried_signed_moved_and_finished_and_one_that_fails_stays_and_is_listed() {
    let host = host().await;
    let (officer, portal) = (host.as_("officer"), host.as_("portal"));
    let fresh = case(&host, "示例一").await;
    let half = case(&host, "示例二").await;
    does(&officer, &half, &["planning", "safety"]).await;
    let failing = case(&host, "plant-fault").await;
    let closed = case(&host, "示例三").await;
    say(&portal.post(&format!("/cases/{closed}/withdraw"), json!({})).await, 200);
    let before = portal.case(&half).await;
    let enactment = super::anew(&host).await;
    let new = case(&host, "示例四").await;

    // The dry run shows what would be, and changes no case.
    let report = tried(&host, &enactment).await;
    let id = report["id"].as_str().unwrap();
    assert_report(&report);
    let would = line(&host, id, "dry-run", &fresh).await;
    assert_eq!((&would["fate"], &would["from_version"]), (&json!("effect"), &json!("examples/plain-approval 0.1.0")));
    let stays = line(&host, id, "dry-run", &failing).await;
    assert_failure(&stays);
    assert_eq!(lines(&host, id, "dry-run").await.len(), 3, "neither the closed case nor the new one is concerned");
    assert_eq!(portal.case(&half).await, before);

    sign(&host, &report).await;
    ordered(&host, &report).await;
    let done = super::ended(&host, id, "done").await;
    assert_eq!(done["moved"], json!({ "looked": 3, "moved": 2, "stayed": 1 }));
    assert_eq!((&done["run"]["by"], &done["run"]["instrument"]), (&json!("platform"), &json!("测试〔2021〕3号")));

    // What was moved goes on from where it stood: what was said stands, what is called otherwise is asked for by its new
    // name, what came new is asked for as well. Dates that the applicant was told do not move.
    assert_eq!(open_tasks(&host, &fresh).await, ["fire", "plan-review", "safety", "traffic"]);
    assert_eq!(open_tasks(&host, &half).await, ["fire", "traffic"]);
    let after = portal.case(&half).await;
    assert_eq!(
        (&after["limits"], &after["due"], &after["accepted"]),
        (&before["limits"], &before["due"], &before["accepted"])
    );
    assert_eq!(after["moved_by"], json!({ "migration": id, "instrument": "测试〔2021〕3号" }));
    assert_journal_tells(&host, &half, id).await;

    // What failed is where it was, and says in the list what can be done.
    assert_eq!((version(&host, &failing).await, open_tasks(&host, &failing).await.len()), ("0.1.0".to_owned(), 3));
    let stays = line(&host, id, "run", &failing).await;
    assert_failure(&stays);
    assert_eq!(stays["entry"], Value::Null);
    assert_eq!(told(&host, &failing).await, ["received", "submitted"], "nothing was written into it");
    assert_eq!(told(&host, &new).await, ["received", "submitted"]);

    does(&officer, &half, &["traffic", "fire"]).await;
    does(&officer, &failing, &["planning", "safety", "traffic"]).await;
    host.clock("2021-04-22T09:00:01+08:00").await;
    for case in [&half, &failing] {
        assert_eq!(portal.case(case).await["outcome"], "granted", "{case}");
    }
    assert_eq!(version(&host, &half).await, "0.2.0");
    sound(host);
}

/// Two of the three fit and differ in what is asked for and what is to come.
fn assert_report(report: &Value) {
    let cases = &report["report"]["cases"];
    assert_eq!([&cases["compared"], &cases["effect"], &cases["failure"]].map(Value::as_u64), [3, 2, 1].map(Some));
    assert_eq!(report["report"]["failures"], json!({ "guest.fault": 1 }));
    let commands = &report["report"]["commands"];
    assert_eq!(commands["effect:task-opened"]["added"], 3, "two for the fresh one, one for the other: {commands:#}");
    assert_eq!(commands["effect:task-closed"]["added"], 1);
    assert_eq!([&commands["ahead:stage"]["added"], &commands["ahead:stage"]["dropped"]], [&json!(4), &json!(1)]);
    assert!(!report.to_string().contains("示例一"), "nothing personal is in a report");
}

fn assert_failure(line: &Value) {
    assert_eq!(line["fate"], "failure", "{line:#}");
    let failure = &line["failure"];
    assert_eq!((&failure["code"], &failure["place"]), (&json!("guest.fault"), &json!("examples/plain-approval 0.2.0")));
    assert!(failure["text"].as_str().unwrap().contains("not-this-one"), "{failure:#}");
    assert!(failure["fix"]["zh"].as_str().unwrap().contains("在原规则上办结"), "{failure:#}");
}

async fn assert_journal_tells(host: &crate::support::Host, case: &str, id: &str) {
    assert_eq!(told(host, case).await, ["received", "submitted", "task-done", "task-done", "migrated"]);
    let lines = journal(host, case).await;
    let entry = &lines[4];
    assert_eq!(entry["by"], json!({ "principal": "platform" }));
    let by =
        entry["effects"].as_array().unwrap().iter().find_map(|effect| effect.get("governed-by-migration")).unwrap();
    assert_eq!(by, &json!({ "migration": id, "instrument": "测试〔2021〕3号" }));
    assert_eq!(line(host, id, "run", case).await["entry"], entry["seq"]);
}

#[tokio::test]
async fn the_same_package_enacted_again_differs_in_nothing_and_needs_nobody_s_signature() {
    let host = host().await;
    let open = case(&host, "示例").await;
    let enactments = say(&host.as_("platform").get("/enactments").await, 200)["items"].clone();
    let first = enactments[0].clone();
    let path = format!("/enactments/{}/take-back", first["id"].as_str().unwrap());
    say(&host.as_("platform").post(&path, json!({})).await, 200);
    let again = super::enact(&host, first["package"].as_str().unwrap(), "310000", super::DAY).await;

    let report = tried(&host, &again).await;
    let cases = &report["report"]["cases"];
    assert_eq!((&cases["compared"], &cases["same"]), (&json!(1), &json!(1)), "{:#}", report["report"]);
    let id = ordered(&host, &report).await;
    super::ended(&host, &id, "done").await;
    assert_eq!(told(&host, &open).await, ["received", "submitted", "migrated"]);
    let case = host.as_("portal").case(&open).await;
    assert_eq!((&case["layers"][0]["enactment"], open_tasks(&host, &open).await.len()), (&json!(again), 3));
    sound(host);
}

#[tokio::test]
async fn a_local_promise_of_fewer_days_moves_no_date_that_an_applicant_was_told() {
    let host = host().await;
    let (here, elsewhere) = (case(&host, "示例").await, {
        let mut application = super::application("示例");
        application["division"] = json!("310104");
        host.as_("portal").submit(application).await
    });
    let before = host.as_("portal").case(&here).await;
    let package = host.publish("tests/variations/pudong-plain").await;
    let enactment = super::enact(&host, &package, "310115", super::DAY).await;
    let mut request = super::request(&enactment);
    request["authority"] = super::authority("310115");
    let begun = host.as_("platform").post("/migrations", request).await;
    let report = super::ended(&host, say(&begun, 202)["id"].as_str().unwrap(), "tried").await;
    assert_eq!(report["report"]["cases"]["compared"], 1, "{:#}", report["report"]);
    let id = ordered(&host, &report).await;
    super::ended(&host, &id, "done").await;

    let after = host.as_("portal").case(&here).await;
    assert_eq!((after["layers"].as_array().map(Vec::len), &after["limits"]), (Some(2), &before["limits"]));
    assert_eq!(host.as_("portal").case(&elsewhere).await["layers"].as_array().map(Vec::len), Some(1));
    sound(host);
}

#[tokio::test]
async fn an_emergency_stays_bound_and_is_told_before_the_move() {
    let host = host().await;
    let open = case(&host, "示例").await;
    let emergency = json!({
        "instrument": "沪府〔2021〕示例9号", "reason": { "zh": "疫情防控" }, "measures": [{ "remote-identity": {} }],
        "scope": { "authorities": [{ "division": "310000" }], "open_cases": true }, "until": "2021-12-31",
    });
    let proposed = host.as_("platform").post("/emergencies", emergency).await;
    let order = say(&proposed, 201)["id"].as_str().unwrap().to_owned();
    say(&host.as_("platform-2").post(&format!("/emergencies/{order}/confirm"), json!({})).await, 200);
    let enactment = super::anew(&host).await;
    let done = moved(&host, &enactment).await;
    assert_eq!(told(&host, &open).await, ["received", "submitted", "emergency-began", "migrated"]);
    assert_eq!(host.as_("portal").case(&open).await["emergencies"][0]["id"], json!(order));
    let id = done["id"].as_str().unwrap();
    super::undone(&host, id).await;
    assert_eq!(host.as_("portal").case(&open).await["emergencies"][0]["id"], json!(order));
    assert_eq!(look(&host, id).await["undone"]["moved"], 1);
    sound(host);
}
