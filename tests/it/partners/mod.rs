//! Partners that misbehave: slow, silent, failing, repeating, out of order, forging, late. Each ends in the state that
//! the law and the case need.
//!
//! The simulated clock runs ahead of the real one here, because deliveries are retried by whichever is ahead: so a test
//! moves it, and waits for nothing.

mod answers;
mod deliveries;

use serde_json::{Value, json};

use crate::support::{Host, Message, Partner, Start, applicant_subject, say};

/// A Monday ahead of every real clock that these tests will see.
const START: &str = "2051-03-06T09:00:00+08:00";

/// The first retry comes after half an hour to an hour, the second after one to two, and there is no fourth.
const PATIENT: &str = "backoff_first_ms = 3600000\nbackoff_longest_ms = 86400000\nattempts = 3";

/// A host with the matter that asks every partner.
async fn host(partner: &Partner) -> Host {
    let host = Host::start(Start::simulated(START).configured(&partner.config(PATIENT))).await;
    host.put_in_force("tests/guests/asks-partners", "T-ASKS", "城市管理局", "310000").await;
    host
}

async fn submit(host: &Host) -> String {
    let application = json!({ "matter": "T-ASKS", "division": "310115", "subject": applicant_subject() });
    host.as_("applicant").submit(application).await
}

/// What a message of this case to this partner is.
fn to<'a>(case: &'a str, partner: &'a str) -> impl Fn(&Message) -> bool + 'a {
    move |message| message.case == case && message.partner == partner
}

/// The notice of this template to the subject of a case.
fn notice<'a>(case: &'a str, template: &'a str) -> impl Fn(&Message) -> bool + 'a {
    move |message| message.case == case && message.partner == "notice" && message.template() == template
}

/// What was asked of this partner in this case.
async fn asked(partner: &Partner, case: &str, kind: &str) -> Message {
    partner.nth(1, to(case, kind)).await
}

/// The names of a journal's lines.
async fn lines(host: &Host, case: &str) -> Vec<String> {
    let journal = host.as_("applicant").get(&format!("/cases/{case}/journal?limit=200")).await;
    let items = say(&journal, 200)["items"].as_array().unwrap();
    items.iter().map(|line| line["what"].as_str().unwrap().to_owned()).collect()
}

/// How often a line is in a journal.
async fn times(host: &Host, case: &str, what: &str) -> usize {
    lines(host, case).await.iter().filter(|line| *line == what).count()
}

/// Ends the host and looks at its folder.
fn verified(mut host: Host) {
    assert_eq!(host.terminate(), Some(0));
    let (code, said) = host.offline(&["verify"]);
    assert_eq!(code, 0, "{said}");
}

fn paid(paid: bool) -> Value {
    json!({ "kind": "payment", "paid": paid })
}
