//! Hostile and broken plugins on a running host: each wrong ends under the name of the limit or rule that
//! stopped it, shows in the metrics, and a neighbour's cases go on being answered correctly.
//!
//! Most wrongs are done by one guest, `tests/guests/wild`, as the form's field `do` tells it; what Rust cannot
//! say is a core module written as text (`hand_made`).

mod admission;
mod bytes;
mod compile_bomb;
mod hand_made;
mod layers;
mod output;
mod reach;
mod runs;
mod settings;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::support::{Answer, Caller, DAY_ONE, Host, Start, applicant_subject, package, plain_application, say};

const PLAIN: &str = "examples/plain-approval";
const WILD: &str = "tests/guests/wild";
const DEPARTMENT: &str = "城市管理局";

/// A host with a matter that does what it is told, beside the plain approval of its neighbour.
async fn host_under_fire(config: &str) -> Host {
    // Built before anything is said to the host: meanwhile it would close an idle connection.
    let _built = [PLAIN, WILD].map(package);
    let host = Host::start(Start::simulated(DAY_ONE).configured(config)).await;
    host.put_in_force(PLAIN, "EX-PLAIN", DEPARTMENT, "310000").await;
    host.put_in_force(WILD, "T-WILD", DEPARTMENT, "310000").await;
    host
}

/// An application that tells the wild matter what to do.
fn told(division: &str, wrong: &str) -> Value {
    let subject = applicant_subject();
    json!({ "matter": "T-WILD", "division": division, "subject": subject, "values": { "do": wrong } })
}

/// Why a case is parked; `none` where it is not.
fn fault(case: &Value) -> String {
    case["fault"]["fault"]["code"].as_str().unwrap_or("none").to_owned()
}

/// Does each wrong at submission, and shows that its case is parked under the name beside it, once in the
/// metrics for each.
async fn parked_at_submission(host: &Host, wrongs: &[(&str, &str)]) {
    for (wrong, name) in wrongs {
        let id = host.as_("applicant").submit(told("310115", wrong)).await;
        let case = host.as_("officer").case(&id).await;
        assert_eq!(fault(&case), *name, "{wrong}: {:#}", case["fault"]);
        assert_eq!((&case["parked"], &case["phase"]), (&json!(true), &json!("received")), "{wrong}");
    }
    shown(host, "banshi_step_faults_total", "code", wrongs.iter().map(|(_, name)| *name)).await;
}

/// Shows that a counter has counted each of these labels as often as it stands here.
async fn shown<'a>(host: &Host, counter: &str, label: &str, names: impl Iterator<Item = &'a str> + Clone) {
    let metrics = host.as_("platform").metrics().await;
    for name in names.clone() {
        let line = format!("{counter}{{{label}=\"{name}\"}} ");
        let counted: usize = metrics
            .lines()
            .find_map(|found| found.strip_prefix(&line))
            .unwrap_or_else(|| panic!("no `{line}`:\n{metrics}"))
            .parse()
            .unwrap();
        let expected = names.clone().filter(|other| *other == name).count();
        assert!(counted >= expected, "{line}{counted}, {expected} were seen");
    }
}

/// The rules that refused a package, from the report that its publisher gets.
#[track_caller]
fn refused(answer: &Answer) -> Vec<String> {
    let body = say(answer, 422);
    let findings = body["report"]["findings"].as_array().cloned().unwrap_or_default();
    let blocking = findings.iter().filter(|finding| finding["severity"] == "error");
    let rules: Vec<String> = blocking.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect();
    if rules.is_empty() { vec![body["code"].as_str().unwrap().to_owned()] } else { rules }
}

/// Somebody else's cases on the same host, driven from now on until `end`.
struct Neighbour {
    over: Arc<AtomicBool>,
    driven: tokio::task::JoinHandle<usize>,
}

impl Neighbour {
    fn begin(host: &Host) -> Self {
        let (applicant, officer) = (host.as_("applicant"), host.as_("officer"));
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&over);
        let driven = tokio::spawn(async move {
            let mut cases = 0;
            while !seen.load(Ordering::Relaxed) {
                one_approval(&applicant, &officer).await;
                cases += 1;
            }
            cases
        });
        Self { over, driven }
    }

    /// Stops after the case at hand; every answer so far was the right one.
    async fn end(self) {
        self.over.store(true, Ordering::Relaxed);
        assert!(self.driven.await.unwrap() > 0);
    }
}

/// One plain approval, from the application to the decision, each answer looked at.
async fn one_approval(applicant: &Caller, officer: &Caller) {
    let id = applicant.submit(plain_application()).await;
    let case = applicant.case(&id).await;
    assert_eq!((&case["phase"], &case["due"]["date"]), (&json!("accepted"), &json!("2021-04-28")), "{case:#}");
    for local in ["planning", "safety", "traffic"] {
        let task = say(&officer.get(&format!("/tasks/{id}.{local}")).await, 200).clone();
        let answer = officer.verdict(&task, "approve").await;
        assert_eq!(say(&answer, 200)["parked"], Value::Null, "{:#}", answer.body);
    }
    let case = applicant.case(&id).await;
    assert_eq!(case["decision"]["outcome"], "granted", "{case:#}");
}
