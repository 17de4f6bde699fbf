//! 受理之日: where another chain is in force on the day of acceptance, the transitional clause says which governs.

use serde_json::{Value, json};

use super::{application, does, effects, enactment, host, identity, journal, told, verifies_and_replays};
use crate::support::{Host, Partner, say};

/// A case of version 1, whose signer has appeared: it waits for its acceptance.
async fn waiting(host: &Host, partner: &Partner) -> String {
    let case = host.as_("applicant").submit(application()).await;
    let asked = identity(partner, &case).await;
    assert_eq!(asked.data["presence"], json!({ "kind": "in-person" }));
    let body = json!({ "kind": "identity", "verified": true, "in_person": true });
    say(&partner.call_back(host, &asked, body).await, 204);
    case
}

/// Version 2 from the next day on, under this clause.
async fn version_2(host: &Host, clause: &str) {
    let digest = host.publish("tests/guests/appears-anew").await;
    let request = enactment(&digest, "T-APPEARS", "310000", "2021-04-23", &json!({ "transitional": clause }));
    say(&host.as_("platform").post("/enactments", request).await, 201);
}

async fn version(host: &Host, case: &str) -> Value {
    host.as_("applicant").case(case).await["layers"][0]["version"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_from_the_first_day_on_is_run_again_on_what_governs_then() {
    let partner = Partner::start().await;
    let host = host(&partner).await;
    let officer = host.as_("officer");
    let (before, after, alone) =
        (waiting(&host, &partner).await, waiting(&host, &partner).await, waiting(&host, &partner).await);
    version_2(&host, "accepted-on-or-after").await;
    does(&officer, &before, "acceptance").await;
    host.clock("2021-04-23T09:00:00+08:00").await;
    does(&officer, &after, "acceptance").await;

    // Accepted the day before: five working days, no second review.
    assert_eq!(version(&host, &before).await, "1.0.0");
    assert_eq!(told(&host, &before).await, ["received", "submitted", "identity-verified", "task-done"]);
    // Accepted on the first day: three working days, one more review, and nobody was asked anything twice.
    let case = host.as_("applicant").case(&after).await;
    assert_eq!((&case["layers"][0]["version"], &case["accepted"]), (&json!("2.0.0"), &json!("2021-04-23")));
    assert_eq!((&case["limits"]["promised"]["count"], &case["fault"]), (&json!(3), &Value::Null));
    let lines = journal(&host, &after).await;
    assert_eq!(
        told(&host, &after).await,
        ["received", "submitted", "identity-verified", "run-again", "task-done"],
        "{lines:#?}"
    );
    assert_eq!(effects(&lines[3], "chain-moved").len(), 1);
    let asked_again: Vec<_> = lines[3..].iter().flat_map(|line| effects(line, "signer-asked")).collect();
    assert_eq!(asked_again, Vec::<&Value>::new());
    does(&officer, &after, "review").await;
    does(&officer, &after, "verdict").await;
    assert_eq!(host.as_("applicant").case(&after).await["outcome"], "granted");

    // Nobody accepts: the law does, and the same clause governs.
    host.clock("2021-05-08T00:00:01+08:00").await;
    let case = host.as_("applicant").case(&alone).await;
    assert_eq!((&case["layers"][0]["version"], &case["deemed_accepted"]), (&json!("2.0.0"), &json!(true)));
    let lines = told(&host, &alone).await;
    let at = lines.iter().position(|line| line == "run-again").unwrap();
    assert_eq!(lines[at + 1], "deemed-accepted", "{lines:?}");
    verifies_and_replays(host);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clause_for_what_is_received_moves_nothing_that_was_received_before() {
    let partner = Partner::start().await;
    let host = host(&partner).await;
    let case = waiting(&host, &partner).await;
    version_2(&host, "received-on-or-after").await;
    host.clock("2021-04-23T09:00:00+08:00").await;
    does(&host.as_("officer"), &case, "acceptance").await;
    assert_eq!(version(&host, &case).await, "1.0.0");
    let new = host.as_("applicant").submit(application()).await;
    assert_eq!(version(&host, &new).await, "2.0.0");
}

#[tokio::test]
async fn what_would_have_been_told_otherwise_on_the_chain_of_the_acceptance_waits_for_a_person() {
    let _built = crate::support::package(crate::admission::GUEST);
    let host = Host::start(crate::support::Start::simulated(super::START)).await;
    let publish = async |file: Vec<u8>| {
        let report = host.as_("platform").upload("/packages", file).await;
        say(&report, 201)["package"].as_str().unwrap().to_owned()
    };
    let first = publish(crate::admission::changed("waits", |_| {})).await;
    host.enact(&first, "T-WRONG", "城市管理局", "310000").await;
    let application = json!({
        "matter": "T-WRONG", "division": "310115", "subject": crate::support::applicant_subject(),
        "answers": { "kind": "c0", "size": "c0" }, "values": { "name": "示例" },
    });
    let case = host.as_("portal").submit(application).await;
    // The next version would have shown this applicant another way at once, and accepted nothing.
    let next = crate::admission::changed("way", |manifest| {
        manifest.version = "2.0.0".to_owned();
        manifest.permissions.commands.insert("show-way".to_owned());
    });
    let next = publish(next).await;
    let clause = json!({ "transitional": "accepted-on-or-after" });
    let request = enactment(&next, "T-WRONG", "310000", "2021-04-23", &clause);
    say(&host.as_("platform").post("/enactments", request).await, 201);
    host.clock("2021-04-23T09:00:00+08:00").await;
    let officer = host.as_("officer");
    let task = say(&officer.get(&format!("/tasks/{case}.take")).await, 200).clone();
    let answer = officer.verdict(&task, "approve").await;
    let parked = &say(&answer, 200)["parked"];
    assert_eq!(parked["code"], "transition.differs", "{:#}", answer.body);
    assert!(parked["text"].as_str().unwrap().contains("finish it by hand, or take the enactment back"), "{parked:#}");
    let shown = officer.case(&case).await;
    assert_eq!(
        (&shown["parked"], &shown["phase"], &shown["accepted"]),
        (&json!(true), &json!("received"), &Value::Null)
    );
    assert_eq!(version(&host, &case).await, json!("0.1.0"), "it is on its own chain still");
}
