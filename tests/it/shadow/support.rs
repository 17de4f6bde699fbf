//! A history to compare with: plain approvals in Pudong, decided by an officer whose verdicts name a rule.

use std::future::Future;
use std::time::{Duration, Instant};

use banshi_model::package::Package;
use serde_json::{Value, json};

use crate::support::{Caller, Host, package, plain_application, say};

/// How long a test waits for a shadow at most.
const PATIENCE: Duration = Duration::from_secs(120);
/// Whose variation it is, and where its cases are.
pub const AT: &str = "310115";
/// The variation with planted differences.
pub const PLANTED: &str = "tests/guests/planted";

/// Asks again until there is an answer, or fails.
pub async fn eventually<T, F: Future<Output = Option<T>>>(ask: impl Fn() -> F) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(began.elapsed() < PATIENCE, "it did not come to be within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The authority of the city's management at a division.
pub fn authority(division: &str) -> Value {
    json!({ "department": "城市管理局", "division": division })
}

/// Begins a shadow of a published package.
pub async fn begin(host: &Host, package: &str, division: &str, more: Value) -> String {
    let mut request = json!({ "package": package, "at": authority(division) });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = host.as_("platform").post("/shadows", request).await;
    say(&answer, 202)["id"].as_str().unwrap().to_owned()
}

/// A shadow as it stands.
pub async fn view(host: &Host, id: &str) -> Value {
    say(&host.as_("platform").get(&format!("/shadows/{id}")).await, 200).clone()
}

/// Waits until it has ended; it has to be finished.
pub async fn finished(host: &Host, id: &str) -> Value {
    let ended = eventually(|| async {
        let shadow = view(host, id).await;
        (shadow["state"] != "running").then_some(shadow)
    });
    let ended = ended.await;
    assert_eq!(ended["state"], "finished", "{ended:#}");
    ended
}

/// Begins one and waits for its end.
pub async fn shadow(host: &Host, package: &str, division: &str, more: Value) -> Value {
    let id = begin(host, package, division, more).await;
    finished(host, &id).await
}

/// The steps by kind: same, wording, effect, failure, unknown.
pub fn steps(shadow: &Value) -> [u64; 5] {
    ["same", "wording", "effect", "failure", "unknown"].map(|kind| shadow["report"]["steps"][kind].as_u64().unwrap())
}

/// An officer answers the task of a review, naming a rule.
pub async fn answer(officer: &Caller, case: &str, review: &str, opinion: &str, rule: &str) {
    let tasks = officer.tasks_of(case).await;
    let Some(task) = tasks.iter().find(|task| task["id"] == format!("{case}.{review}")) else {
        panic!("{case} has no open task {review}")
    };
    let reasons = json!([{ "rule": rule, "basis": "行政许可法 第三十八条", "text": { "zh": "经审查 13800000001" } }]);
    let body = json!({ "revision": task["revision"], "opinion": opinion, "reasons": reasons });
    say(&officer.post(&format!("/tasks/{case}.{review}/verdict"), body).await, 200);
}

/// A plain approval in Pudong: each review approved under the rule that is named for it.
pub async fn decided(host: &Host, rules: [&str; 3]) -> String {
    let case = host.as_("portal").submit(plain_application()).await;
    for (review, rule) in ["planning", "safety", "traffic"].into_iter().zip(rules) {
        answer(&host.as_("officer"), &case, review, "approve", rule).await;
    }
    case
}

/// How many steps the journals of these cases hold.
pub async fn recorded(host: &Host, cases: &[String]) -> u64 {
    let mut steps = 0;
    for case in cases {
        let journal = host.as_("portal").get(&format!("/cases/{case}/journal?limit=200")).await;
        let lines = say(&journal, 200)["items"].as_array().unwrap().clone();
        steps += lines.iter().filter(|line| line["kind"] == "step").count() as u64;
    }
    steps
}

/// The planted variation over another matter, under a name of its own.
pub fn planted_over(matter: &str, name: &str) -> Vec<u8> {
    let mut planted = Package::decode(&package(PLANTED)).unwrap();
    planted.manifest.matter = matter.parse().unwrap();
    planted.manifest.name = name.parse().unwrap();
    planted.encode().unwrap()
}

/// Publishes bytes; gives the digest.
pub async fn publish(host: &Host, file: Vec<u8>) -> String {
    let report = host.as_("platform").upload("/packages", file).await;
    say(&report, 201)["package"].as_str().unwrap().to_owned()
}
