//! Races on one case.

use std::collections::BTreeMap;

use serde_json::json;

use super::{ROUNDS, journal, lines, sound, task};
use crate::support::{host_with_plain_approval, plain_application, say};

#[tokio::test]
async fn eight_officers_on_one_task_make_one_verdict_and_seven_are_told_that_it_is_done() {
    let mut host = host_with_plain_approval().await;
    for _ in 0..ROUNDS {
        let id = host.as_("applicant").submit(plain_application()).await;
        let open = task(&host.as_("officer"), &id, "planning").await;
        let mut racing = tokio::task::JoinSet::new();
        for n in 0..8 {
            let name = ["officer", "officer-2", "planner"][n % 3];
            let (officer, open) = (host.as_(name), open.clone());
            let opinion = if n % 2 == 0 { "approve" } else { "object" };
            racing.spawn(async move { (name, opinion, officer.verdict(&open, opinion).await) });
        }
        let answers = racing.join_all().await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|(_, _, answer)| answer.status == 200);
        assert_eq!((won.len(), lost.len()), (1, 7));
        for (_, _, answer) in &lost {
            assert_eq!(say(answer, 409)["code"], "task.done");
        }
        let case = host.as_("applicant").case(&id).await;
        let done = case["tasks"].as_array().unwrap().iter().find(|task| task["local"] == "planning").unwrap();
        assert_eq!((&done["done_by"], &done["result"]["opinion"]), (&json!(won[0].0), &json!(won[0].1)));
        let verdicts = journal(&host, &id).await.iter().filter(|what| *what == "task-done").count();
        assert_eq!(verdicts, 1);
    }
    sound(&mut host);
}

#[tokio::test]
async fn eight_submissions_under_one_key_make_one_case_and_the_metrics_count_one() {
    let mut host = host_with_plain_approval().await;
    for round in 0..ROUNDS {
        let mut racing = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let portal = host.as_("portal");
            let key = format!("race-{round}");
            racing.spawn(async move { portal.post_once("/cases", &key, plain_application()).await });
        }
        let answers = racing.join_all().await;
        let mut fresh = 0;
        for answer in &answers {
            assert_eq!(say(answer, 201), &answers[0].body);
            fresh += usize::from(!answer.replayed);
        }
        assert_eq!(fresh, 1);
    }
    let mut racing = tokio::task::JoinSet::new();
    for division in ["310115", "310101", "310104", "310107"] {
        let portal = host.as_("portal");
        let mut application = plain_application();
        application["division"] = json!(division);
        racing.spawn(async move { portal.post_once("/cases", "race-different", application).await });
    }
    let answers = racing.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(say(answer, 422)["code"], "idempotency.mismatch");
    }
    let listed = host.as_("applicant").get("/cases?limit=200").await;
    assert_eq!(say(&listed, 200)["items"].as_array().unwrap().len(), ROUNDS + 1);
    let metrics = host.as_("platform").metrics().await;
    let counted = format!("banshi_cases_received_total {}", ROUNDS + 1);
    assert!(metrics.lines().any(|line| line == counted), "{counted} is not in:\n{metrics}");
    sound(&mut host);
}

#[tokio::test]
async fn a_verdict_on_a_closed_task_is_told_that_it_is_no_longer_needed() {
    let mut host = host_with_plain_approval().await;
    let id = host.as_("applicant").submit(plain_application()).await;
    let officer = host.as_("officer");
    let open = task(&officer, &id, "safety").await;
    say(&host.as_("applicant").post(&format!("/cases/{id}/withdraw"), json!({})).await, 200);
    let before = lines(&host, &id).await;
    assert_eq!(say(&officer.verdict(&open, "approve").await, 409)["code"], "task.closed");
    let again = host.as_("applicant").post(&format!("/cases/{id}/withdraw"), json!({})).await;
    assert_eq!(say(&again, 409)["code"], "case.closed");
    assert_eq!(lines(&host, &id).await, before, "what had no effect left no entry");
    sound(&mut host);
}

#[tokio::test]
async fn of_a_withdrawal_and_the_last_verdict_one_stands() {
    let mut host = host_with_plain_approval().await;
    let mut firsts: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..2 * ROUNDS {
        let (applicant, officer) = (host.as_("applicant"), host.as_("officer"));
        let id = applicant.submit(plain_application()).await;
        for local in ["planning", "safety"] {
            say(&officer.verdict(&task(&officer, &id, local).await, "approve").await, 200);
        }
        let last = task(&officer, &id, "traffic").await;
        let path = format!("/cases/{id}/withdraw");
        let (verdict, withdrawal) = tokio::join!(officer.verdict(&last, "approve"), applicant.post(&path, json!({})));
        let case = applicant.case(&id).await;
        if withdrawal.status == 200 {
            assert_eq!(say(&verdict, 409)["code"], "task.closed");
            assert_eq!((&case["outcome"], &case["licences"]), (&json!("withdrawn"), &json!([])));
            *firsts.entry("withdrawal").or_default() += 1;
        } else {
            say(&verdict, 200);
            let code = say(&withdrawal, 409)["code"].as_str().unwrap();
            assert!(matches!(code, "case.decided" | "case.closed"), "{code}");
            assert_eq!(case["decision"]["outcome"], "granted", "{case:#}");
            *firsts.entry("verdict").or_default() += 1;
        }
    }
    println!("who was first: {firsts:?}");
    sound(&mut host);
}
