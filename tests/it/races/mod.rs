//! Two at once: of everything that only one may do, one has an effect, and the other is told precisely why not.
//!
//! Each race is run many times over cases of its own, because which side is first is chance; the assertions hold
//! whichever it was.

mod callbacks;
mod cases;
mod composite;
mod registry;

use serde_json::Value;

use crate::support::{Caller, Host, say};

/// How often a race is run.
const ROUNDS: usize = 12;

/// What a case's journal says happened, in order.
async fn journal(host: &Host, case: &str) -> Vec<String> {
    let lines = lines(host, case).await;
    lines.iter().map(|line| line["what"].as_str().unwrap().to_owned()).collect()
}

/// A case's journal.
async fn lines(host: &Host, case: &str) -> Vec<Value> {
    let answer = host.as_("applicant").get(&format!("/cases/{case}/journal?limit=200")).await;
    say(&answer, 200)["items"].as_array().unwrap().clone()
}

/// A task of a case, by its id within the case.
async fn task(officer: &Caller, case: &str, local: &str) -> Value {
    say(&officer.get(&format!("/tasks/{case}.{local}")).await, 200).clone()
}

/// Stops the host: everything verifies, and every journal replays to the byte.
fn sound(host: &mut Host) {
    assert_eq!(host.terminate(), Some(0));
    for command in ["verify", "replay"] {
        let (code, said) = host.offline(&[command]);
        assert_eq!(code, 0, "{command}: {said}");
    }
}
