//! The way back: as if a case had never moved, until it makes a step.

use serde_json::{Value, json};

use super::{anew, case, does, host, journal, line, moved, open_tasks, sign, sound, told, tried, undone, version};
use crate::support::say;

#[tokio::test(flavor = "multi_thread")]
async fn a_move_is_undone_to_the_byte_and_refused_for_a_case_that_has_made_a_step() {
    let host = host().await;
    let officer = host.as_("officer");
    let (waits, steps) = (case(&host, "示例一").await, case(&host, "示例二").await);
    does(&officer, &waits, &["traffic"]).await;
    let enactment = anew(&host).await;
    let done = moved(&host, &enactment).await;
    let id = done["id"].as_str().unwrap();
    does(&officer, &steps, &["fire"]).await;

    let back = undone(&host, id).await;
    assert_eq!(back["undone"], json!({ "looked": 2, "moved": 1, "stayed": 1 }));
    assert_eq!(back["undo"]["instrument"], "测试〔2021〕4号");

    // Pin, states, tasks and timers: the whole state has the digest that it had before the move.
    assert_eq!(told(&host, &waits).await, ["received", "submitted", "task-done", "migrated", "migration-undone"]);
    let lines = journal(&host, &waits).await;
    assert_eq!(lines[4]["after"], lines[2]["after"]);
    assert_ne!(lines[3]["after"], lines[2]["after"]);
    assert_eq!(line(&host, id, "undo", &waits).await["entry"], 5);
    assert_eq!(
        (version(&host, &waits).await, open_tasks(&host, &waits).await),
        ("0.1.0".to_owned(), vec!["planning".to_owned(), "safety".to_owned()],)
    );

    let stays = line(&host, id, "undo", &steps).await;
    let failure = &stays["failure"];
    assert_eq!((&failure["code"], &failure["place"]), (&json!("migration.stepped"), &json!("journal/4")), "{stays:#}");
    assert_eq!(failure["text"], "the case has made a step since it was moved (entry 4)");
    assert_eq!(version(&host, &steps).await, "0.2.0");

    // Both go on, each on its chain; the review whose task was closed and opened again is done under its own id.
    does(&officer, &waits, &["planning", "safety"]).await;
    does(&officer, &steps, &["plan-review", "safety", "traffic"]).await;
    host.clock("2021-04-22T09:00:01+08:00").await;
    for case in [&waits, &steps] {
        assert_eq!(host.as_("portal").case(case).await["outcome"], "granted", "{case}");
    }
    let again = host.as_("platform").post(&format!("/migrations/{id}/undo"), json!({ "instrument": "甲" })).await;
    assert_eq!((again.status, &again.body["code"]), (409, &json!("migration.state")));
    assert!(again.body["detail"].as_str().unwrap().contains("`undone`"), "{:#}", again.body);
    sound(host);
}

#[tokio::test]
async fn a_step_that_the_new_version_could_not_take_is_no_step_and_is_taken_up_where_the_case_was() {
    let host = host().await;
    let officer = host.as_("officer");
    let open = case(&host, "plant-step").await;
    let enactment = anew(&host).await;
    let done = moved(&host, &enactment).await;
    let id = done["id"].as_str().unwrap();
    let task = say(&officer.get(&format!("/tasks/{open}.safety")).await, 200).clone();
    let said = officer.verdict(&task, "approve").await;
    assert!(!say(&said, 200)["parked"].is_null(), "{:#}", said.body);

    let back = undone(&host, id).await;
    assert_eq!(back["undone"], json!({ "looked": 1, "moved": 1, "stayed": 0 }), "{back:#}");
    // What the officer said stands, and version 1 takes it up at the next try.
    assert_eq!(open_tasks(&host, &open).await, ["planning", "traffic"]);
    host.clock("2021-04-22T10:00:00+08:00").await;
    assert_eq!(host.as_("portal").case(&open).await["fault"], Value::Null);
    does(&officer, &open, &["planning", "traffic"]).await;
    host.clock("2021-04-22T10:00:01+08:00").await;
    assert_eq!(host.as_("portal").case(&open).await["outcome"], "granted");
    sound(host);
}

#[tokio::test]
async fn what_was_undone_can_be_moved_again() {
    let host = host().await;
    let open = case(&host, "示例").await;
    let enactment = anew(&host).await;
    let first = moved(&host, &enactment).await;
    undone(&host, first["id"].as_str().unwrap()).await;
    let second = moved(&host, &enactment).await;
    assert_eq!(second["moved"]["moved"], 1);
    assert_eq!(told(&host, &open).await, ["received", "submitted", "migrated", "migration-undone", "migrated"]);
    assert_eq!(open_tasks(&host, &open).await, ["fire", "plan-review", "safety", "traffic"]);
    sound(host);
}

#[tokio::test]
async fn a_taken_back_enactment_moves_no_case_and_what_it_moved_can_be_undone() {
    let host = host().await;
    let platform = host.as_("platform");
    let open = case(&host, "示例").await;
    let enactment = anew(&host).await;
    let done = moved(&host, &enactment).await;
    let late = case(&host, "示例二").await;
    assert_eq!(version(&host, &late).await, "0.2.0");
    let report = tried(&host, &enactment).await;
    sign(&host, &report).await;
    say(&platform.post(&format!("/enactments/{enactment}/take-back"), json!({})).await, 200);

    let path = format!("/migrations/{}/run", report["id"].as_str().unwrap());
    let refused = platform.post(&path, json!({ "report": report["digest"] })).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("enactment.taken-back")), "{:#}", refused.body);
    let refused = platform.post("/migrations", super::request(&enactment)).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("enactment.taken-back")));
    undone(&host, done["id"].as_str().unwrap()).await;
    assert_eq!(version(&host, &open).await, "0.1.0");

    // The other way round, cases of what was taken back move to what is in force again.
    let enactments = say(&platform.get("/enactments").await, 200)["items"].clone();
    let first = enactments.as_array().unwrap().iter().find(|one| one["version"] == "0.1.0").unwrap()["id"].clone();
    let report = tried(&host, first.as_str().unwrap()).await;
    let stays = line(&host, report["id"].as_str().unwrap(), "dry-run", &late).await;
    assert_eq!(stays["failure"]["code"], "guest.fault", "version 1 has no stages of those names: {stays:#}");
    assert!(stays["failure"]["text"].as_str().unwrap().contains("migrate.stage"), "{stays:#}");
    assert_eq!(stays["failure"]["fix"]["en"].as_str().map(str::is_empty), Some(false));
    let none: Vec<&Value> = Vec::new();
    assert_eq!(report["sign_offs"].as_array().unwrap().iter().collect::<Vec<_>>(), none);
    sound(host);
}
