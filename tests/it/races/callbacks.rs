//! What partners answer: twice, at once, and too late.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{journal, lines, sound, task};
use crate::support::{Does, Host, Partner, Start, applicant_subject, say};

/// Where a case's first delivery to a kind of partner says that its answer goes.
async fn callback(partner: &Partner, case: &str, kind: &str) -> String {
    let delivery = partner.nth(1, |message| message.case == case && message.partner == kind).await;
    format!("/api/v1/callbacks/{}", delivery.token().unwrap())
}

/// An application whose legal representative has to prove who they are.
fn application() -> Value {
    let person = json!({ "kind": "natural-person", "id": "310115199003070017", "name": "林示例" });
    json!({
        "matter": "T-DELIVERS", "division": "310115", "subject": applicant_subject(),
        "values": { "representative": person, "address": "示例路100号", "mobile": "13800000001" },
    })
}

/// Answers the same eight times at once; every one is told that it is done.
async fn answer_eight_times(host: &Host, path: &str, body: &Value) {
    let mut racing = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (anybody, path, body) = (host.anybody(), path.to_owned(), body.clone());
        racing.spawn(async move { anybody.whole("POST", &path, Some(body)).await });
    }
    for answer in racing.join_all().await {
        say(&answer, 204);
    }
}

#[tokio::test]
async fn a_callback_that_comes_eight_times_at_once_or_after_the_end_has_one_effect() {
    let partner = Partner::start().await;
    let mut host = Host::start(Start::simulated("2021-04-22T09:00:00+08:00").configured(&partner.config(""))).await;
    host.put_in_force("tests/guests/delivers", "T-DELIVERS", "城市管理局", "310000").await;
    let id = host.as_("applicant").submit(application()).await;

    let verify = callback(&partner, &id, "identity").await;
    answer_eight_times(&host, &verify, &json!({ "kind": "identity", "verified": true })).await;
    let verified = |journal: &[String]| journal.iter().filter(|what| *what == "identity-verified").count();
    assert_eq!(verified(&journal(&host, &id).await), 1);
    assert_eq!(host.as_("applicant").case(&id).await["phase"], "accepted");

    let officer = host.as_("officer");
    say(&officer.verdict(&task(&officer, &id, "planning").await, "approve").await, 200);
    let ship = callback(&partner, &id, "courier").await;
    // One partner does not answer for another, and nobody under a guessed address.
    for (path, body) in [
        (ship.as_str(), json!({ "kind": "identity", "verified": false })),
        (verify.as_str(), json!({ "kind": "delivered" })),
        ("/api/v1/callbacks/AAAA.AAAA", json!({ "kind": "delivered" })),
    ] {
        say(&host.anybody().whole("POST", path, Some(body)).await, 404);
    }
    answer_eight_times(&host, &ship, &json!({ "kind": "delivered" })).await;
    let case = host.as_("applicant").case(&id).await;
    assert_eq!((&case["phase"], &case["outcome"]), (&json!("closed"), &json!("granted")), "{case:#}");

    let before = lines(&host, &id).await;
    answer_eight_times(&host, &ship, &json!({ "kind": "delivered" })).await;
    answer_eight_times(&host, &verify, &json!({ "kind": "identity", "verified": false })).await;
    assert_eq!(lines(&host, &id).await, before, "what comes too late leaves no entry");
    sound(&mut host);
}

#[tokio::test]
async fn a_dead_letter_that_is_revived_twice_at_once_arrives_under_its_old_key_and_is_gone_from_the_list() {
    let partner = Partner::start().await;
    partner.behaves(|_| Does::Says(500));
    let config = partner.config("attempts = 1");
    let mut host = Host::start(Start::simulated("2021-04-22T09:00:00+08:00").configured(&config)).await;
    host.put_in_force("tests/guests/delivers", "T-DELIVERS", "城市管理局", "310000").await;
    let id = host.as_("applicant").submit(application()).await;
    let failed = partner.nth(1, |message| message.case == id).await;
    let platform = host.as_("platform");
    let dead = async || say(&platform.get("/outbox/dead").await, 200)["items"].as_array().unwrap().clone();
    let deadline = Instant::now() + Duration::from_secs(30);
    while dead().await.is_empty() {
        assert!(Instant::now() < deadline, "the delivery was not given up");
        tokio::task::yield_now().await;
    }
    assert_eq!(dead().await[0]["key"], json!(failed.id));

    partner.behaves(|_| Does::Says(202));
    for (key, status) in [("nonsense", 404), ("310115-210422-0000000000/1/1", 404)] {
        say(&platform.post("/outbox/dead/revive", json!({ "key": key })).await, status);
    }
    let revive = async || platform.post("/outbox/dead/revive", json!({ "key": failed.id })).await;
    let (one, two) = tokio::join!(revive(), revive());
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert!(matches!(statuses, [204, 204] | [204, 404]), "{statuses:?}");
    let again = partner.nth(2, |message| message.id == failed.id).await;
    assert_eq!(again.body, failed.body);
    assert_eq!(dead().await, Vec::<Value>::new());
    say(&partner.call_back(&host, &again, json!({ "kind": "identity", "verified": true })).await, 204);
    assert_eq!(host.as_("applicant").case(&id).await["phase"], "accepted");
    sound(&mut host);
}
