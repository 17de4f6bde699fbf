//! How an enactment begins: with a share of new cases, under a watch, and halted by it.

mod halts;
mod kills;
mod parts;
mod refused;
mod share;

use banshi_model::checkdigit::citizen;
use serde_json::{Value, json};

use crate::shadow::support::{PLANTED, answer, decided, shadow};
use crate::support::{Answer, DAY_ONE, Host, Start, host_with_plain_approval, say, top};

/// Where the variation is in force.
const PUDONG: &str = "310115";
/// The evening of the first day: every timer of the day has fired.
const EVENING: &str = "2021-04-22T18:00:00+08:00";

/// The configuration with a law row that lets Pudong divide up to half of new cases.
fn dividing() -> Start {
    let law = top().join("tests/it/gradual/law.toml");
    Start::simulated(DAY_ONE).configured(&format!("[law]\nfiles = [{law:?}]\n"))
}

/// A host with the plain approval in force, and that law.
async fn host() -> Host {
    let host = Host::start(dividing()).await;
    host.put_in_force("examples/plain-approval", "EX-PLAIN", "城市管理局", "310000").await;
    host
}

/// The same with two cases decided and a shadow of the planted variation that shows no difference in effect; gives its
/// digest.
async fn proven() -> (Host, String) {
    let host = host().await;
    for _ in 0..2 {
        decided(&host, ["officer"; 3]).await;
    }
    host.clock(EVENING).await;
    let planted = host.publish(PLANTED).await;
    let found = shadow(&host, &planted, PUDONG, json!({})).await;
    assert_eq!(found["report"]["steps"]["effect"], 0, "{:#}", found["report"]);
    (host, planted)
}

/// An enactment of the planted variation in Pudong, with more members.
fn enactment(package: &str, more: &Value) -> Value {
    let mut request = json!({
        "matter": "EX-PLAIN", "authority": { "department": "城市管理局", "division": PUDONG }, "package": package,
        "effective_from": "2021-04-22", "instrument": "测试〔2021〕8号",
    });
    for (name, value) in more.as_object().unwrap() {
        request[name] = value.clone();
    }
    request
}

/// Puts it in force; gives its id.
async fn enact(host: &Host, package: &str, more: &Value) -> String {
    let enacted = host.as_("platform").post("/enactments", enactment(package, more)).await;
    say(&enacted, 201)["id"].as_str().unwrap().to_owned()
}

/// A citizen of this number: all of them differ, and every number checks.
fn citizen(number: usize) -> Value {
    let first = format!("31011519900307{number:03}");
    let check = citizen::check_character(&first).unwrap();
    json!({ "kind": "natural-person", "id": format!("{first}{check}"), "name": "示例" })
}

/// An application of a citizen to the plain approval in Pudong.
fn application(number: usize) -> Value {
    json!({ "matter": "EX-PLAIN", "division": PUDONG, "subject": citizen(number) })
}

/// Hands one in; gives the case and whether it follows the variation.
async fn hands_in(host: &Host, number: usize) -> (String, bool) {
    let case = host.as_("portal").submit(application(number)).await;
    let inside = follows(host, &case).await;
    (case, inside)
}

/// Whether a case follows the variation.
async fn follows(host: &Host, case: &str) -> bool {
    host.as_("portal").case(case).await["layers"].as_array().unwrap().len() == 2
}

/// Which of these citizens the guide says are in.
async fn said_to_be_in(host: &Host, citizens: std::ops::Range<usize>) -> Vec<bool> {
    let mut said = Vec::new();
    for number in citizens {
        let told = guide(host, "portal", json!({ "subject": citizen(number) })).await;
        said.push(told["gradual"][0]["applies"].as_bool().unwrap_or(true));
    }
    said
}

/// What the guide says.
async fn guide(host: &Host, who: &str, request: Value) -> Value {
    let path = format!("/divisions/{PUDONG}/matters/EX-PLAIN/guide");
    say(&host.as_(who).post(&path, request).await, 200).clone()
}

/// An officer traps the variation in a case: the verdict names the rule that it was planted under.
async fn plants(host: &Host, case: &str, rule: &str) {
    answer(&host.as_("officer"), case, "planning", "approve", rule).await;
}

/// How the watch of an enactment stands.
async fn watch(host: &Host, id: &str) -> Value {
    say(&host.as_("platform").get(&format!("/enactments/{id}/watch")).await, 200).clone()
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str, place: &str, words: &[&str]) {
    let body = &answer.body;
    assert_eq!((answer.status, &body["code"]), (status, &json!(code)), "{body:#}");
    assert_eq!(body["place"].as_str().unwrap_or_default(), place, "{body:#}");
    for word in words {
        assert!(body.to_string().contains(word), "`{word}` in {body:#}");
    }
}
