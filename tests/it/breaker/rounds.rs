//! How a quarantine goes on: trials, longer pauses, restarts, and its release by a trial or an operator.

use serde_json::{Value, json};

use super::{PUDONG, STRICT, case, counted, fault, finished_by_hand, host, quarantines, told};
use crate::cli::banshi;
use crate::support::{Host, say};

/// A host whose wild matter is quarantined in Pudong, with the cases that did it.
async fn quarantined() -> (Host, Vec<String>) {
    let host = host(STRICT).await;
    let mut failed = Vec::new();
    for _ in 0..4 {
        failed.push(case(&host, told(PUDONG, "trap")).await["id"].as_str().unwrap().to_owned());
    }
    (host, failed)
}

async fn only(host: &Host) -> Value {
    let [quarantine] = <[Value; 1]>::try_from(quarantines(host).await).unwrap();
    quarantine
}

#[tokio::test]
async fn a_trial_that_succeeds_releases_it_and_what_waited_is_taken_up() {
    let (host, failed) = quarantined().await;
    let applicant = host.as_("applicant");
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let parked = case(&host, told(PUDONG, "ordinary")).await;
        assert_eq!(fault(&parked), "package.quarantined");
        waiting.push(parked["id"].as_str().unwrap().to_owned());
    }
    for id in &failed {
        finished_by_hand(&host.as_("officer"), id).await;
    }
    host.clock("2021-04-22T09:04:59+08:00").await;
    assert_eq!(only(&host).await["released"], Value::Null, "before its time nothing is tried");
    host.clock("2021-04-22T09:06:00+08:00").await;
    let released = only(&host).await;
    assert_eq!((&released["state"], &released["released"]["by"]), (&json!("released"), &Value::Null), "{released:#}");
    for id in &waiting {
        let case = applicant.case(id).await;
        assert_eq!((fault(&case), &case["phase"]), ("none", &json!("accepted")), "{:#}", case["fault"]);
    }
    assert_eq!(case(&host, told(PUDONG, "ordinary")).await["phase"], "accepted");
    for change in ["opened", "trial", "released"] {
        assert_eq!(counted(&host, "banshi_quarantine_changes_total", "change", change).await, 1, "{change}");
    }
    // Each of those cases replays to the byte.
    let mut host = host;
    host.terminate();
    let (code, said) = host.offline(&["replay"]);
    assert_eq!(code, 0, "{said}");
}

#[tokio::test]
async fn a_trial_that_fails_makes_the_pause_longer_and_a_restart_forgets_nothing() {
    let (mut host, _) = quarantined().await;
    let begun = only(&host).await;
    assert_eq!(begun["until"], "2021-04-22T01:05:00Z", "{begun:#}");
    host.kill();
    host.restart();
    let again = only(&host).await;
    assert_eq!((&again["id"], &again["state"]), (&begun["id"], &json!("quarantined")));
    assert_eq!(fault(&case(&host, told(PUDONG, "ordinary")).await), "package.quarantined");

    // Only cases that trap are left to be the trial.
    let waiting = host.as_("applicant").get("/cases?parked=true&division=310115&limit=200").await;
    for parked in say(&waiting, 200)["items"].as_array().unwrap() {
        let id = parked["id"].as_str().unwrap();
        if host.as_("applicant").case(id).await["values"].to_string().contains("ordinary") {
            finished_by_hand(&host.as_("officer"), id).await;
        }
    }
    host.clock("2021-04-22T09:06:00+08:00").await;
    let longer = only(&host).await;
    assert_eq!((&longer["failed_trials"], &longer["released"]), (&json!(1), &Value::Null), "{longer:#}");
    assert_eq!(longer["until"], "2021-04-22T01:15:00Z", "ten minutes now: {longer:#}");
    host.kill();
    host.restart();
    assert_eq!(only(&host).await, longer);
    assert_eq!(fault(&case(&host, told(PUDONG, "ordinary")).await), "package.quarantined");
}

#[tokio::test]
async fn an_operator_releases_it_from_the_command_line_and_is_named() {
    let (mut host, failed) = quarantined().await;
    let waits = case(&host, told(PUDONG, "ordinary")).await;
    let id = only(&host).await["id"].as_str().unwrap().to_owned();
    let (code, said) = banshi(&host, "platform", &["quarantine", "list"]);
    assert!(code == 0 && said.contains(&id) && said.contains("停用 quarantined"), "{said}");
    let (code, said) = banshi(&host, "officer", &["quarantine", "release", &id]);
    assert!(code != 0 && said.contains("platform token"), "{said}");

    let path = format!("/quarantines/{id}/release");
    let (first, second) = (
        host.as_("platform").post_once(&path, "once", json!({})).await,
        host.as_("platform").post_once(&path, "once", json!({})).await,
    );
    assert_eq!(say(&first, 200)["released"]["by"], "platform");
    assert_eq!((say(&second, 200), second.replayed), (&first.body, true));
    let (code, said) = banshi(&host, "platform", &["quarantine", "release", &id]);
    assert!(code != 0 && said.contains("quarantine.released"), "{said}");

    assert_eq!(case(&host, told(PUDONG, "ordinary")).await["phase"], "accepted");
    for id in &failed {
        finished_by_hand(&host.as_("officer"), id).await;
    }
    host.clock("2021-04-22T09:05:00+08:00").await;
    let taken = host.as_("applicant").case(waits["id"].as_str().unwrap()).await;
    assert_eq!((fault(&taken), &taken["phase"]), ("none", &json!("accepted")), "{:#}", taken["fault"]);
    host.kill();
    host.restart();
    let kept: Vec<Value> = quarantines(&host).await;
    assert!(kept.iter().any(|known| known["id"] == id && known["released"]["by"] == "platform"), "{kept:#?}");
}
