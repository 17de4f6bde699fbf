//! A variation is published, enacted and taken back while cases run: nothing restarts, nothing fails.

use std::collections::BTreeMap;

use crate::support::{Host, host_with_plain_approval, plain_application, say};

/// Two working days instead of five, in Pudong.
const VARIATION: &str = "tests/variations/pudong-plain";
const IN_FLIGHT: usize = 200;

async fn due_dates(host: &Host, ids: &[String]) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for id in ids {
        let case = host.as_("applicant").case(id).await;
        *found.entry(case["due"]["date"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    found
}

async fn submit_many(host: &Host, count: usize) -> Vec<String> {
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..count {
        let applicant = host.as_("applicant");
        running.spawn(async move { applicant.submit(plain_application()).await });
    }
    running.join_all().await
}

#[tokio::test]
async fn two_hundred_running_cases_keep_their_rules_while_a_variation_comes_and_goes() {
    let host = host_with_plain_approval().await;
    let pid = host.pid();
    let old = submit_many(&host, IN_FLIGHT).await;

    let digest = host.publish(VARIATION).await;
    let enactment = host.enact(&digest, "EX-PLAIN", "城市管理局", "310115").await;
    let new = submit_many(&host, 20).await;
    assert_eq!(due_dates(&host, &new).await, BTreeMap::from([("2021-04-25".to_owned(), 20)]));

    let path = format!("/enactments/{}/take-back", enactment["id"].as_str().unwrap());
    say(&host.as_("platform").post(&path, serde_json::json!({})).await, 200);
    let after = submit_many(&host, 20).await;
    assert_eq!(due_dates(&host, &after).await, BTreeMap::from([("2021-04-28".to_owned(), 20)]));

    // What came in before and meanwhile ends on the rules that it came in under.
    assert_eq!(due_dates(&host, &old).await, BTreeMap::from([("2021-04-28".to_owned(), IN_FLIGHT)]));
    let officer = host.as_("officer");
    for id in old.iter().chain(&new).chain(&after) {
        for local in ["planning", "safety", "traffic"] {
            let task = say(&officer.get(&format!("/tasks/{id}.{local}")).await, 200).clone();
            say(&officer.verdict(&task, "approve").await, 200);
        }
    }
    host.clock("2021-04-22T09:00:01+08:00").await;
    for id in old.iter().chain(&new).chain(&after) {
        assert_eq!(host.as_("applicant").case(id).await["outcome"], "granted");
    }
    assert_eq!(due_dates(&host, &new).await, BTreeMap::from([("2021-04-25".to_owned(), 20)]));
    assert_eq!(host.pid(), pid);
}
