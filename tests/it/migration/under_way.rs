//! While it runs: killed and gone on with, beside officers who decide, taken back in the middle.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{PATIENCE, anew, case, ended, host, lines, look, open_tasks, ordered, sign, sound, told, tried, version};
use crate::support::{Host, say};

/// More than two pages of a run.
const CASES: usize = 140;
/// Cases that are listed before it is interrupted.
const LISTED: u64 = 64;

/// Open cases that version 2 takes some milliseconds over.
async fn slow(host: &Host, count: usize) -> Vec<String> {
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..count {
        let (portal, wish) = (host.as_("portal"), super::application("slow"));
        running.spawn(async move { portal.submit(wish).await });
    }
    let mut cases = running.join_all().await;
    cases.sort();
    cases
}

/// Waits until the first page of a run is listed and the run goes on.
async fn in_the_middle(host: &Host, id: &str) {
    let began = Instant::now();
    loop {
        let now = look(host, id).await;
        assert_eq!(now["state"], "running", "it ended before it could be interrupted: {:#}", now["moved"]);
        if now["moved"]["looked"].as_u64().unwrap() >= LISTED {
            return;
        }
        assert!(began.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_it_goes_on_by_itself_and_moves_each_case_once() {
    let mut host = host().await;
    let cases = slow(&host, CASES).await;
    let enactment = anew(&host).await;
    let report = tried(&host, &enactment).await;
    sign(&host, &report).await;
    let id = ordered(&host, &report).await;
    in_the_middle(&host, &id).await;
    host.kill();
    let (code, said) = host.offline(&["verify"]);
    assert_eq!(code, 0, "{said}");
    host.restart();

    let done = ended(&host, &id, "done").await;
    assert_eq!(done["moved"], json!({ "looked": CASES, "moved": CASES, "stayed": 0 }));
    let mut listed: Vec<String> =
        lines(&host, &id, "run").await.iter().map(|line| line["case"].as_str().unwrap().to_owned()).collect();
    listed.sort();
    assert_eq!(listed, cases, "each is listed once");
    for case in &cases {
        assert_eq!(told(&host, case).await, ["received", "submitted", "migrated"], "{case}");
    }
    sound(host);
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_who_decide_meanwhile_lose_nothing_and_nothing_is_done_twice() {
    let host = host().await;
    let cases = slow(&host, 40).await;
    let mut tasks = Vec::new();
    for case in &cases {
        for local in ["planning", "safety"] {
            let officer = host.as_("officer");
            tasks.push(say(&officer.get(&format!("/tasks/{case}.{local}")).await, 200).clone());
        }
    }
    let enactment = anew(&host).await;
    let report = tried(&host, &enactment).await;
    sign(&host, &report).await;
    let id = ordered(&host, &report).await;
    let mut deciding = tokio::task::JoinSet::new();
    for task in tasks {
        let officer = host.as_("officer");
        deciding.spawn(async move {
            let answer = officer.verdict(&task, "approve").await;
            (task["case"].as_str().unwrap().to_owned(), task["local"].as_str().unwrap_or_default().to_owned(), answer)
        });
    }
    let answers = deciding.join_all().await;
    let done = ended(&host, &id, "done").await;
    assert_eq!(done["moved"], json!({ "looked": 40, "moved": 40, "stayed": 0 }));

    for (case, _, answer) in &answers {
        // Before the move it stands; behind it the review is asked for under its new name.
        assert!(answer.status == 200 || answer.status == 409, "{case}: {:#}", answer.body);
    }
    for case in &cases {
        let own = |status: u16| answers.iter().filter(|(of, _, answer)| of == case && answer.status == status).count();
        let lines = told(&host, case).await;
        let count = |what: &str| lines.iter().filter(|line| *line == what).count();
        assert_eq!((count("migrated"), count("task-done")), (1, own(200)), "{lines:?}");
        assert_eq!(version(&host, case).await, "0.2.0");
        let open = open_tasks(&host, case).await;
        assert!(!open.contains(&"safety".to_owned()), "the verdict on safety stands: {open:?}");
        assert_eq!(open.contains(&"plan-review".to_owned()), own(409) == 1, "{open:?}");
        super::does(&host.as_("officer"), case, &open.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
    host.clock("2021-04-22T09:00:01+08:00").await;
    for case in &cases {
        assert_eq!(host.as_("portal").case(case).await["outcome"], "granted", "{case}");
    }
    sound(host);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enactment_that_is_taken_back_stops_its_migration_and_what_moved_goes_back() {
    let host = host().await;
    let cases = slow(&host, CASES).await;
    let enactment = anew(&host).await;
    let report = tried(&host, &enactment).await;
    sign(&host, &report).await;
    let id = ordered(&host, &report).await;
    in_the_middle(&host, &id).await;
    say(&host.as_("platform").post(&format!("/enactments/{enactment}/take-back"), json!({})).await, 200);
    let stopped = ended(&host, &id, "stopped").await;
    assert!(stopped["fault"].as_str().unwrap().starts_with("enactment.taken-back: "), "{:#}", stopped["fault"]);
    let moved = stopped["moved"]["moved"].as_u64().unwrap() as usize;
    assert!((LISTED as usize..CASES).contains(&moved), "{moved}");

    let back = super::undone(&host, &id).await;
    assert_eq!(back["undone"], json!({ "looked": moved, "moved": moved, "stayed": 0 }));
    for case in &cases {
        assert_eq!(version(&host, case).await, "0.1.0");
    }
    sound(host);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_stops_a_run_and_it_can_be_run_on_with_or_undone() {
    let host = host().await;
    let cases = slow(&host, CASES).await;
    let enactment = anew(&host).await;
    let report = tried(&host, &enactment).await;
    sign(&host, &report).await;
    let id = ordered(&host, &report).await;
    in_the_middle(&host, &id).await;
    let platform = host.as_("platform");
    let stopped = platform.post(&format!("/migrations/{id}/stop"), json!({})).await;
    assert_eq!(say(&stopped, 200)["state"], "stopped");
    let other = case(&host, "示例").await;
    assert_eq!(version(&host, &other).await, "0.2.0");

    let again = platform.post(&format!("/migrations/{id}/run"), json!({ "report": report["digest"] })).await;
    say(&again, 200);
    let done = ended(&host, &id, "done").await;
    assert_eq!(done["moved"]["moved"], json!(CASES), "{:#}", done["moved"]);
    let listed: std::collections::BTreeSet<String> =
        lines(&host, &id, "run").await.iter().map(|line| line["case"].as_str().unwrap().to_owned()).collect();
    assert_eq!(listed.into_iter().collect::<Vec<_>>(), cases);
    assert_eq!(done["fault"], Value::Null);
    sound(host);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_migrations_of_one_matter_are_not_at_work_at_once() {
    let host = host().await;
    let cases = slow(&host, CASES).await;
    let enactment = anew(&host).await;
    let (first, second) = (tried(&host, &enactment).await, tried(&host, &enactment).await);
    sign(&host, &first).await;
    sign(&host, &second).await;
    let id = ordered(&host, &first).await;
    in_the_middle(&host, &id).await;
    let path = format!("/migrations/{}/run", second["id"].as_str().unwrap());
    let refused = host.as_("platform").post(&path, json!({ "report": second["digest"] })).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("migration.at-work")), "{:#}", refused.body);
    assert!(refused.body["detail"].as_str().unwrap().contains(&id), "{:#}", refused.body);

    let done = ended(&host, &id, "done").await;
    assert_eq!(done["moved"], json!({ "looked": CASES, "moved": CASES, "stayed": 0 }));
    for case in &cases {
        assert_eq!(told(&host, case).await, ["received", "submitted", "migrated"], "{case}");
    }
    sound(host);
}
