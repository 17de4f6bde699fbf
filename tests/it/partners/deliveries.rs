//! What becomes of deliveries: done once, tried again with growing pauses, given up and revived.

use std::process::Command;

use serde_json::{Value, json};

use super::{PATIENT, START, asked, host, lines, notice, paid, submit, times, to, verified};
use crate::support::{Does, Host, Partner, Roles, Start, say};

/// Everything that arrived in this case at this partner.
fn arrived(partner: &Partner, case: &str, kind: &str) -> usize {
    partner.messages().iter().filter(|message| to(case, kind)(message)).count()
}

/// Once this returns, the host has looked at all that is due: what it would have sent to `kind` has arrived.
async fn looked(host: &Host, partner: &Partner) {
    let other = submit(host).await;
    partner.nth(1, notice(&other, "received")).await;
}

fn banshi(host: &Host, args: &[&str]) -> (i32, String) {
    let (url, token) = (host.url(), Roles::token("platform"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_banshi"));
    let output = command.args(args).env("BANSHI_HOST", url).env("BANSHI_TOKEN", token).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}

/// A payment that is not delivered at `does` is tried thrice, listed as dead with `word`, and revived.
async fn dead_and_revived(does: Does, word: &str) {
    let partner = Partner::start().await;
    let failing = move |kind: &str| if kind == "payment" { does } else { Does::Says(202) };
    partner.behaves(move |message| failing(&message.partner));
    let host = host(&partner).await;
    let case = submit(&host).await;
    let first = asked(&partner, &case, "payment").await;

    // The pauses: at least half an hour, then at least an hour; at most an hour, then two.
    for (tried, too_early, late_enough) in [(1, "09:29:59", "10:30:00"), (2, "11:29:59", "13:30:00")] {
        attempted(&host, &case, tried).await;
        host.clock(&format!("2051-03-06T{too_early}+08:00")).await;
        looked(&host, &partner).await;
        assert_eq!(arrived(&partner, &case, "payment"), tried, "tried again too early");
        host.clock(&format!("2051-03-06T{late_enough}+08:00")).await;
        partner.nth(tried + 1, to(&case, "payment")).await;
    }
    let letter = dead(&host, &first.id).await;
    assert_eq!((&letter["attempts"], &letter["last_error"]), (&json!(3), &json!(word)), "{letter:#}");
    assert_eq!(letter["partner"], "payment");
    let (code, said) = banshi(&host, &["outbox", "dead"]);
    assert!(code == 0 && said.contains(&first.id) && said.contains(word), "{said}");
    // Weeks later nothing of it is sent by itself; the case has gone on without it.
    host.clock("2051-03-20T09:00:00+08:00").await;
    looked(&host, &partner).await;
    assert_eq!(arrived(&partner, &case, "payment"), 3);
    assert!(lines(&host, &case).await.contains(&"timer-due".to_owned()));

    partner.behaves(|_| Does::Says(202));
    let (code, said) = banshi(&host, &["outbox", "revive", &first.id]);
    assert_eq!(code, 0, "{said}");
    let again = partner.nth(4, to(&case, "payment")).await;
    assert_eq!((&again.id, &again.body), (&first.id, &first.body));
    say(&partner.call_back(&host, &again, paid(true)).await, 204);
    partner.nth(1, notice(&case, "payment")).await;
    let listed = host.as_("platform").get("/outbox/dead").await;
    let items = say(&listed, 200)["items"].as_array().unwrap().clone();
    assert!(items.iter().all(|item| item["key"] != first.id.as_str()), "{items:?}");
    let (code, said) = banshi(&host, &["outbox", "revive", &first.id]);
    assert_eq!(code, 1, "a letter that is not dead was revived: {said}");
    verified(host);
}

/// What waits for a partner, as the platform sees it.
async fn waiting(host: &Host) -> Vec<(String, u64)> {
    let listed = host.as_("platform").get("/outbox/waiting").await;
    let items = say(&listed, 200)["items"].as_array().unwrap();
    assert!(items.iter().all(|item| item["partner"] == "payment"), "{items:?}");
    items.iter().map(|item| (item["key"].as_str().unwrap().to_owned(), item["attempts"].as_u64().unwrap())).collect()
}

#[tokio::test]
async fn what_nobody_serves_waits_untried_until_there_is_a_partner() {
    let partner = Partner::start().await;
    let whole = partner.config(PATIENT);
    let (head, rest) = whole.split_once("[partners.payment]").unwrap();
    let (_, tail) = rest.split_once("[partners.courier]").unwrap();
    let without = format!("{head}[partners.courier]{tail}");
    let mut host = Host::start(Start::simulated(START).configured(&without)).await;
    host.put_in_force("tests/guests/asks-partners", "T-ASKS", "城市管理局", "310000").await;
    let case = submit(&host).await;
    partner.nth(1, notice(&case, "received")).await;
    let [(key, 0)] = &*waiting(&host).await else { panic!("{:?}", waiting(&host).await) };

    // Two days and a start later it is neither tried nor given up, and the operator is told.
    host.clock("2051-03-08T09:00:00+08:00").await;
    host.kill();
    host.restart();
    looked(&host, &partner).await;
    assert_eq!(waiting(&host).await.len(), 2, "this one, and the other case's");
    let (code, said) = banshi(&host, &["outbox", "waiting"]);
    assert!(code == 0 && said.contains(key) && said.contains("payment"), "{said}");
    assert!(say(&host.as_("platform").get("/outbox/dead").await, 200)["items"].as_array().unwrap().is_empty());
    let log = host.logged().await;
    assert!(
        log.contains("deliveries wait for a partner that is not configured") && !log.contains("not delivered"),
        "{log}"
    );

    assert_eq!(host.terminate(), Some(0));
    std::fs::write(host.folder().join("config.toml"), &whole).unwrap();
    host.restart();
    let first = asked(&partner, &case, "payment").await;
    assert_eq!(&first.id, key);
    say(&partner.call_back(&host, &first, paid(true)).await, 204);
    partner.nth(1, notice(&case, "payment")).await;
    assert!(waiting(&host).await.is_empty());
    verified(host);
}

/// Waits until an attempt has ended badly and was written down: the log says so.
async fn attempted(host: &Host, case: &str, number: usize) {
    let written = || {
        let log = host.log();
        log.lines().any(|line| {
            line.contains("not delivered")
                && line.contains(case)
                && line.contains("payment")
                && (line.contains(&format!("outbox.attempt={number} "))
                    || line.contains(&format!("\"outbox.attempt\":{number},")))
        })
    };
    let waiting = async {
        while !written() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(std::time::Duration::from_secs(60), waiting).await.is_ok(), "{}", host.log());
}

/// The dead letter of this key, once there is one.
async fn dead(host: &Host, key: &str) -> Value {
    let waiting = async {
        loop {
            let listed = host.as_("platform").get("/outbox/dead").await;
            let items = say(&listed, 200)["items"].as_array().unwrap().clone();
            if let Some(found) = items.into_iter().find(|item| item["key"] == key) {
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), waiting).await.expect("no dead letter")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_that_never_answers_is_tried_again_then_given_up_and_can_be_revived() {
    dead_and_revived(Does::Hangs, "timeout").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_that_answers_500_is_tried_again_then_given_up_and_can_be_revived() {
    dead_and_revived(Does::Says(500), "status-500").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_answer_is_an_answer_and_garbage_under_a_success_is_one_too() {
    let partner = Partner::start().await;
    partner.behaves(|message| match message.partner.as_str() {
        "payment" => Does::Waits,
        "identity" => Does::Garbage,
        _ => Does::Says(202),
    });
    let host = host(&partner).await;
    let case = submit(&host).await;
    let payment = asked(&partner, &case, "payment").await;
    let identity = asked(&partner, &case, "identity").await;
    // Called back before the delivery itself was answered: the case has moved on by then.
    say(&partner.call_back(&host, &payment, paid(true)).await, 204);
    partner.nth(1, notice(&case, "payment")).await;
    partner.release();
    say(&partner.call_back(&host, &identity, json!({ "kind": "identity", "verified": true })).await, 204);
    partner.nth(1, notice(&case, "identity")).await;
    // A month later neither has come a second time.
    host.clock("2051-04-06T09:00:00+08:00").await;
    partner.nth(1, notice(&case, "reminder")).await;
    looked(&host, &partner).await;
    assert_eq!((arrived(&partner, &case, "payment"), arrived(&partner, &case, "identity")), (1, 1));
    assert_eq!(times(&host, &case, "payment").await, 1);
    verified(host);
}
