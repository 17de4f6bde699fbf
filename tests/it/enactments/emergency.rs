//! 应急措施: over all matters and open cases, by two persons, until a date; each case's journal tells it.

use serde_json::{Value, json};

use super::{application, does, effects, host, identity, journal, told, verifies_and_replays};
use crate::support::{Host, Partner, host_with_plain_approval, plain_application, say};

fn remote(verified: bool) -> Value {
    json!({ "kind": "identity", "verified": verified, "in_person": false })
}

fn emergency(measures: &Value, until: &str) -> Value {
    json!({
        "instrument": "沪府〔2021〕示例9号", "reason": { "zh": "疫情防控", "en": "an epidemic" }, "measures": measures,
        "scope": { "authorities": [{ "division": "310000" }], "open_cases": true }, "until": until,
    })
}

/// Proposed by one person and confirmed by another.
async fn in_force(host: &Host, request: Value) -> String {
    let proposed = host.as_("platform").post("/emergencies", request).await;
    let id = say(&proposed, 201)["id"].as_str().unwrap().to_owned();
    say(&host.as_("platform-2").post(&format!("/emergencies/{id}/confirm"), json!({})).await, 200);
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn remote_identity_reaches_open_cases_and_new_ones_of_all_matters_until_its_last_day() {
    let partner = Partner::start().await;
    let mut host = host(&partner).await;
    host.put_in_force("examples/plain-approval", "EX-PLAIN", "城市管理局", "310000").await;
    let applicant = host.as_("applicant");
    let open = applicant.submit(application()).await;
    let late = applicant.submit(application()).await;
    let plain = applicant.submit(plain_application()).await;
    let asked = identity(&partner, &open).await;
    let refused = partner.call_back(&host, &asked, remote(true)).await;
    assert_eq!((refused.status, &refused.body["code"]), (422, &json!("identity.presence")));

    // One person binds nobody; another does, at once.
    let request = emergency(&json!([{ "remote-identity": {} }]), "2021-04-30");
    let proposed = host.as_("platform").post("/emergencies", request).await;
    let id = say(&proposed, 201)["id"].as_str().unwrap().to_owned();
    let confirm = format!("/emergencies/{id}/confirm");
    let alone = host.as_("platform").post(&confirm, json!({})).await;
    assert_eq!((alone.status, &alone.body["code"]), (422, &json!("emergency.two-persons")));
    assert_eq!(partner.call_back(&host, &asked, remote(true)).await.status, 422);
    say(&host.as_("platform-2").post(&confirm, json!({})).await, 200);
    host.kill();
    host.restart();
    say(&partner.call_back(&host, &asked, remote(true)).await, 204);
    assert_eq!(told(&host, &open).await, ["received", "submitted", "emergency-began", "identity-verified"]);
    let lines = journal(&host, &open).await;
    let began = effects(&lines[2], "emergency-began")[0];
    assert_eq!((&began["id"], &began["instrument"]), (&json!(id), &json!("沪府〔2021〕示例9号")));
    assert_eq!(began["digest"], proposed.body["digest"]);

    // Another matter's open case says so before its next step; a new case in its first entry.
    does(&host.as_("officer"), &plain, "planning").await;
    assert_eq!(told(&host, &plain).await, ["received", "submitted", "emergency-began", "task-done"]);
    let new = host.as_("applicant").submit(application()).await;
    assert_eq!(effects(&journal(&host, &new).await[0], "emergency-began")[0]["id"], json!(id));
    assert_eq!(told(&host, &new).await, ["received", "submitted"]);
    let presence = json!({ "kind": "remote", "emergency": id, "instrument": "沪府〔2021〕示例9号" });
    assert_eq!(identity(&partner, &new).await.data["presence"], presence);
    assert_eq!(host.as_("applicant").case(&new).await["emergencies"][0]["id"], json!(id));
    let matter = say(&host.as_("portal").get("/divisions/310115/matters/T-APPEARS").await, 200).clone();
    assert_eq!(matter["emergencies"][0]["id"], json!(id));

    // Its last day has passed: presence is presence again, and each journal says that it ended.
    host.clock("2021-05-01T00:00:00+08:00").await;
    does(&host.as_("officer"), &plain, "safety").await;
    assert_eq!(told(&host, &plain).await[4..], ["emergency-ended", "task-done"]);
    let ended = journal(&host, &plain).await;
    assert_eq!(effects(&ended[4], "emergency-ended")[0], &json!({ "id": id, "why": "expiry" }));
    let asked = identity(&partner, &late).await;
    assert_eq!(
        partner.call_back(&host, &asked, remote(true)).await.status,
        422,
        "asked for in person, and not proven so"
    );
    assert_eq!(host.as_("applicant").case(&plain).await["emergencies"], json!([]));
    verifies_and_replays(host);
}

#[tokio::test]
async fn an_extension_moves_limits_as_far_as_the_law_row_allows_and_the_journal_names_the_row() {
    let host = host_with_plain_approval().await;
    let (applicant, officer) = (host.as_("applicant"), host.as_("officer"));
    let open = applicant.submit(plain_application()).await;
    assert_eq!(applicant.case(&open).await["due"]["date"], "2021-04-28");
    let first = in_force(&host, emergency(&json!([{ "extend-limits": { "working_days": 3 } }]), "2021-06-30")).await;
    // It binds from its confirmation on: whoever looks is shown the date that the next step will write down.
    let shown = applicant.case(&open).await;
    assert_eq!((&shown["due"]["date"], &shown["seq"]), (&json!("2021-05-06"), &json!(2)));
    let task = say(&officer.get(&format!("/tasks/{open}.planning")).await, 200).clone();
    assert_eq!(task["case_due"]["date"], "2021-05-06");
    does(&officer, &open, "planning").await;
    let lines = ["received", "submitted", "emergency-began", "emergency-extends", "task-done"];
    assert_eq!(told(&host, &open).await, lines);
    let case = applicant.case(&open).await;
    assert_eq!(case["extensions"][0]["instrument"], "沪府〔2021〕示例9号");
    let row = case["extensions"][0]["row"].clone();
    assert_eq!(case["due"]["date"], "2021-05-06");

    // The row allows one extension; a second emergency changes nothing for this case, and its journal says why.
    let second = in_force(&host, emergency(&json!([{ "extend-limits": { "working_days": 1 } }]), "2021-06-30")).await;
    does(&officer, &open, "safety").await;
    let lines = journal(&host, &open).await;
    assert_eq!(effects(&lines[6], "emergency-extends")[0], &json!({ "id": second, "row": row, "allowed": false }));
    assert_eq!(applicant.case(&open).await["due"]["date"], "2021-05-06");

    // A new case has the extension with its acceptance.
    let new = applicant.submit(plain_application()).await;
    let lines = journal(&host, &new).await;
    let tried: Vec<&Value> = lines.iter().flat_map(|line| effects(line, "emergency-extends")).collect();
    assert_eq!(tried[0], &json!({ "id": first, "row": row, "allowed": true }));
    verifies_and_replays(host);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_is_taken_back_at_once_by_one_person() {
    let partner = Partner::start().await;
    let host = host(&partner).await;
    let id = in_force(&host, emergency(&json!([{ "remote-identity": {} }]), "2021-04-30")).await;
    let bound = host.as_("applicant").submit(application()).await;
    say(&host.as_("platform").post(&format!("/emergencies/{id}/take-back"), json!({})).await, 200);
    // What was asked remotely, lawfully then, may be answered so; what is asked from now on may not.
    let asked = identity(&partner, &bound).await;
    say(&partner.call_back(&host, &asked, remote(true)).await, 204);
    let lines = journal(&host, &bound).await;
    assert_eq!(effects(&lines[2], "emergency-ended")[0], &json!({ "id": id, "why": "take-back" }));
    let new = host.as_("applicant").submit(application()).await;
    assert_eq!(identity(&partner, &new).await.data["presence"], json!({ "kind": "in-person" }));
    let again = host.as_("platform-2").post(&format!("/emergencies/{id}/confirm"), json!({})).await;
    assert_eq!((again.status, &again.body["code"]), (409, &json!("emergency.taken-back")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_for_new_cases_of_listed_matters_leaves_the_others_alone() {
    let partner = Partner::start().await;
    let host = host(&partner).await;
    host.put_in_force("examples/plain-approval", "EX-PLAIN", "城市管理局", "310000").await;
    let applicant = host.as_("applicant");
    let open = applicant.submit(application()).await;
    let mut request = emergency(&json!([{ "remote-identity": {} }]), "2021-04-30");
    request["scope"] = json!({
        "matters": ["T-APPEARS"], "open_cases": false,
        "authorities": [{ "division": "310115", "department": "城市管理局" }],
    });
    host.clock("2021-04-22T10:00:00+08:00").await;
    let id = in_force(&host, request).await;
    let asked = identity(&partner, &open).await;
    assert_eq!(partner.call_back(&host, &asked, remote(true)).await.status, 422);
    let bound = |case: Value| case["emergencies"].as_array().unwrap().len();
    let new = applicant.submit(application()).await;
    assert_eq!(applicant.case(&new).await["emergencies"][0]["id"], json!(id));
    let other = applicant.submit(plain_application()).await;
    assert_eq!(bound(applicant.case(&other).await), 0);
    let mut elsewhere = application();
    elsewhere["division"] = json!("310101");
    let elsewhere = applicant.submit(elsewhere).await;
    assert_eq!(bound(applicant.case(&elsewhere).await), 0);
}

#[tokio::test]
async fn a_limit_that_an_emergency_extends_is_not_shown_as_passed_until_it_is_taken_back() {
    let host = host_with_plain_approval().await;
    let applicant = host.as_("applicant");
    let open = applicant.submit(plain_application()).await;
    let id = in_force(&host, emergency(&json!([{ "extend-limits": { "working_days": 3 } }]), "2021-06-30")).await;
    host.clock("2021-05-06T09:00:00+08:00").await;
    let shown = applicant.case(&open).await;
    assert_eq!((&shown["due"]["date"], &shown["late"]), (&json!("2021-05-06"), &Value::Null), "{shown:#}");
    assert_eq!(told(&host, &open).await, ["received", "submitted"], "nothing was done to the case");
    // Taken back before the case had a step: nothing was extended.
    say(&host.as_("platform").post(&format!("/emergencies/{id}/take-back"), json!({})).await, 200);
    let shown = applicant.case(&open).await;
    assert_eq!((&shown["due"]["date"], &shown["late"]), (&json!("2021-04-28"), &json!("promise")), "{shown:#}");
}

#[tokio::test]
async fn a_limit_that_an_emergency_extended_stays_so_where_it_expires_before_the_case_s_next_step() {
    let host = host_with_plain_approval().await;
    let applicant = host.as_("applicant");
    let open = applicant.submit(plain_application()).await;
    let extend = json!([{ "extend-limits": { "working_days": 3 } }]);
    let id = in_force(&host, emergency(&extend, "2021-04-30")).await;
    host.clock("2021-05-06T09:00:00+08:00").await;
    let shown = applicant.case(&open).await;
    assert_eq!((&shown["due"]["date"], &shown["late"]), (&json!("2021-05-06"), &Value::Null), "{shown:#}");
    // A case that is received now is not bound by what is over.
    let new = applicant.submit(plain_application()).await;
    assert_eq!(told(&host, &new).await, ["received", "submitted"]);

    does(&host.as_("officer"), &open, "planning").await;
    let lines = ["received", "submitted", "emergency-began", "emergency-extends", "emergency-ended", "task-done"];
    assert_eq!(told(&host, &open).await, lines);
    let ended = journal(&host, &open).await;
    assert_eq!(effects(&ended[4], "emergency-ended")[0], &json!({ "id": id, "why": "expiry" }));
    assert_eq!(applicant.case(&open).await["due"]["date"], "2021-05-06");
    // It is said once.
    does(&host.as_("officer"), &open, "safety").await;
    assert_eq!(told(&host, &open).await.len(), lines.len() + 1);
}
