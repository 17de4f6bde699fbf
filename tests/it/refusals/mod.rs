//! What the API says no to, and how. `ledger` holds that every refusal of the host has a test.

mod ledger;
mod requests;

use serde_json::json;

use crate::support::{host_with_plain_approval, plain_application, say};

#[tokio::test]
async fn a_write_is_done_once_under_its_key_and_another_request_under_it_is_refused() {
    let host = host_with_plain_approval().await;
    let applicant = host.as_("applicant");
    let first = applicant.post_once("/cases", "key-1", plain_application()).await;
    let again = applicant.post_once("/cases", "key-1", plain_application()).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body, again.body);
    assert!(again.replayed && !first.replayed);

    let mut other = plain_application();
    other["division"] = json!("310101");
    let refused = applicant.post_once("/cases", "key-1", other).await;
    assert_eq!(refused.status, 422, "{:#}", refused.body);

    // Keys are kept per principal: nobody reads another's reply.
    let portal = host.as_("portal").post_once("/cases", "key-1", plain_application()).await;
    assert_eq!(portal.status, 201);
    assert_ne!(portal.body["id"], first.body["id"]);
}

#[tokio::test]
async fn two_submissions_at_once_under_one_key_make_one_case() {
    let host = host_with_plain_approval().await;
    let (one, two) = (host.as_("applicant"), host.as_("applicant"));
    let (a, b) = tokio::join!(
        one.post_once("/cases", "key-2", plain_application()),
        two.post_once("/cases", "key-2", plain_application())
    );
    assert_eq!((a.status, b.status), (201, 201));
    assert_eq!(a.body["id"], b.body["id"]);
}

#[tokio::test]
async fn of_two_officers_on_one_task_one_has_an_effect_and_the_other_a_precise_problem() {
    let host = host_with_plain_approval().await;
    let id = host.as_("applicant").submit(plain_application()).await;
    let task = host.as_("officer").tasks_of(&id).await.remove(0);
    let (one, two) = (host.as_("officer"), host.as_("officer-2"));
    let (a, b) = tokio::join!(one.verdict(&task, "approve"), two.verdict(&task, "approve"));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let refused = if a.status == 409 { a } else { b };
    assert_eq!(refused.body["code"], "task.done", "{:#}", refused.body);
}

#[tokio::test]
async fn an_objection_without_a_clause_is_refused_with_place_and_fix() {
    let host = host_with_plain_approval().await;
    let id = host.as_("applicant").submit(plain_application()).await;
    let officer = host.as_("officer");
    let task = officer.tasks_of(&id).await.remove(0);
    let path = format!("/tasks/{}/verdict", task["id"].as_str().unwrap());
    let refused = officer.post(&path, json!({ "revision": task["revision"], "opinion": "object" })).await;
    assert_eq!(refused.status, 422, "{:#}", refused.body);
    assert_eq!(refused.body["code"], "task.reasons");
    assert_eq!(refused.body["place"], "/reasons");
}

#[tokio::test]
async fn roles_do_what_they_may_and_nothing_else() {
    let host = host_with_plain_approval().await;
    let id = host.as_("applicant").submit(plain_application()).await;
    let task = host.as_("officer").tasks_of(&id).await.remove(0);
    let path = format!("/tasks/{}/verdict", task["id"].as_str().unwrap());
    let verdict = json!({ "revision": task["revision"], "opinion": "approve" });
    for (who, status) in [("applicant", 403), ("platform", 403), ("publisher-city", 403), ("officer-huangpu", 404)] {
        let answer = host.as_(who).post(&path, verdict.clone()).await;
        assert_eq!(answer.status, status, "{who}: {:#}", answer.body);
    }
    assert_eq!(host.as_("officer").post("/cases", plain_application()).await.status, 201, "a window takes in");
    assert_eq!(host.as_("platform").post("/cases", plain_application()).await.status, 403);
    assert_eq!(host.as_("stranger").post("/cases", plain_application()).await.status, 403);
    assert_eq!(host.as_("nobody").get(&format!("/cases/{id}")).await.status, 401);
    assert_eq!(host.as_("officer").post("/clock", json!({ "to": "2022-01-01T00:00:00+08:00" })).await.status, 403);
}

#[tokio::test]
async fn a_publisher_enacts_for_its_own_authority_only() {
    let host = host_with_plain_approval().await;
    let digest = host.publish("tests/variations/pudong-plain").await;
    let request = |division: &str| {
        json!({
            "matter": "EX-PLAIN", "authority": { "department": "城市管理局", "division": division }, "package": digest,
            "effective_from": "2021-01-01", "instrument": "测试〔2021〕3号",
        })
    };
    let foreign = host.as_("publisher-huangpu").post("/enactments", request("310115")).await;
    assert_eq!(foreign.status, 403, "{:#}", foreign.body);
    let own = host.as_("publisher-pudong").post("/enactments", request("310115")).await;
    say(&own, 201);
}
