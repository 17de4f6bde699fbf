//! Enactments as the law has them: days, clauses, persons, the way back, and emergencies that reach everything at once.

mod acceptance;
mod back;
mod dates;
mod emergency;
mod refusals;

use serde_json::{Value, json};

use crate::support::{Caller, Host, Message, Partner, Start, applicant_subject, say};

/// A Thursday.
const START: &str = "2021-04-22T09:00:00+08:00";

/// A host with the matter whose signer appears in person, in force for all of Shanghai.
async fn host(partner: &Partner) -> Host {
    let host = Host::start(Start::simulated(START).configured(&partner.config(""))).await;
    host.put_in_force("tests/guests/appears", "T-APPEARS", "城市管理局", "310000").await;
    host
}

fn application() -> Value {
    let legal = json!({ "kind": "natural-person", "id": "11010519491231002X", "name": "示例" });
    json!({
        "matter": "T-APPEARS", "division": "310115", "subject": applicant_subject(), "values": { "legal": legal },
    })
}

/// An enactment of the city's authority from a day on, with more members.
fn enactment(package: &str, matter: &str, division: &str, from: &str, more: &Value) -> Value {
    let mut request = json!({
        "matter": matter, "authority": { "department": "城市管理局", "division": division }, "package": package,
        "effective_from": from, "instrument": "测试〔2021〕2号",
    });
    for (name, value) in more.as_object().unwrap() {
        request[name] = value.clone();
    }
    request
}

/// What was asked of the identity partner in this case.
async fn identity(partner: &Partner, case: &str) -> Message {
    partner.nth(1, |message| message.case == case && message.partner == "identity").await
}

/// The journal's lines.
async fn journal(host: &Host, case: &str) -> Vec<Value> {
    let journal = host.as_("applicant").get(&format!("/cases/{case}/journal?limit=200")).await;
    say(&journal, 200)["items"].as_array().unwrap().clone()
}

/// What happened, line by line.
async fn told(host: &Host, case: &str) -> Vec<String> {
    journal(host, case).await.iter().map(|line| line["what"].as_str().unwrap().to_owned()).collect()
}

/// The effects of this name in a line.
fn effects<'a>(line: &'a Value, name: &str) -> Vec<&'a Value> {
    line["effects"].as_array().unwrap().iter().filter_map(|effect| effect.get(name)).collect()
}

/// Does one task of a case.
async fn does(officer: &Caller, case: &str, local: &str) {
    let task = say(&officer.get(&format!("/tasks/{case}.{local}")).await, 200).clone();
    say(&officer.verdict(&task, "approve").await, 200);
}

/// Ends the host; its folder verifies, and every step replays to the byte.
fn verifies_and_replays(mut host: Host) {
    assert_eq!(host.terminate(), Some(0));
    for command in ["verify", "replay"] {
        let (code, said) = host.offline(&[command]);
        assert_eq!(code, 0, "{command}: {said}");
    }
}
