//! The circuit breaker and the quotas: what one package or one authority does wrong stays there.

mod quarantine;
mod quotas;
mod rounds;

use serde_json::{Value, json};

use crate::support::{Caller, DAY_ONE, Host, Start, applicant_subject, package, say};

const DEPARTMENT: &str = "城市管理局";
const PUDONG: &str = "310115";
const HUANGPU: &str = "310101";

/// A quarantine begins after four failures in three cases; its first trial is five minutes later.
const STRICT: &str = "[engine.breaker]\nfailures = 4\ncases = 3\nwindow_seconds = 600\npause_seconds = 300\n\
                      pause_longest_seconds = 86400\n";

/// A host with a matter that does what it is told, beside the plain approval of its neighbour.
async fn host(config: &str) -> Host {
    let sources = [("tests/guests/wild", "T-WILD"), ("examples/plain-approval", "EX-PLAIN")];
    // Built before anything is said to the host: meanwhile it would close an idle connection.
    for (source, _) in sources {
        package(source);
    }
    let host = Host::start(Start::simulated(DAY_ONE).configured(config)).await;
    for (source, matter) in sources {
        host.put_in_force(source, matter, DEPARTMENT, "310000").await;
    }
    host
}

/// An application that tells the wild matter what to do.
fn told(division: &str, what: &str) -> Value {
    json!({
        "matter": "T-WILD", "division": division, "subject": applicant_subject(), "values": { "do": what },
    })
}

fn plain(division: &str) -> Value {
    json!({ "matter": "EX-PLAIN", "division": division, "subject": applicant_subject() })
}

/// Hands in, and gives the case as its applicant sees it.
async fn case(host: &Host, application: Value) -> Value {
    let applicant = host.as_("applicant");
    let id = applicant.submit(application).await;
    applicant.case(&id).await
}

/// Why a case is parked; `none` where it is not.
fn fault(case: &Value) -> &str {
    case["fault"]["fault"]["code"].as_str().unwrap_or("none")
}

/// What operators are shown, newest first.
async fn quarantines(host: &Host) -> Vec<Value> {
    let answer = host.as_("platform").get("/quarantines").await;
    say(&answer, 200)["items"].as_array().unwrap().clone()
}

/// What a counter has counted under a label; 0 where it has not.
async fn counted(host: &Host, counter: &str, label: &str, value: &str) -> u64 {
    let line = format!("{counter}{{{label}=\"{value}\"}} ");
    let metrics = host.as_("platform").metrics().await;
    metrics.lines().find_map(|found| found.strip_prefix(&line)).map_or(0, |count| count.parse().unwrap())
}

/// An officer finishes a case by hand.
async fn finished_by_hand(officer: &Caller, case: &str) {
    let reason = json!({ "rule": "by-hand", "basis": "行政许可法 第三十八条", "text": { "zh": "经审查（测试）" } });
    let request = json!({ "outcome": "granted", "reasons": [reason] });
    let done = officer.post(&format!("/cases/{case}/finish-by-hand"), request).await;
    assert_eq!(say(&done, 200)["outcome"], "granted", "{:#}", done.body);
}
