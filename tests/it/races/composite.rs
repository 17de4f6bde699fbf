//! A permit is revoked: its composite certificate ends once too few are left, whoever was first.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{journal, lines, sound, task};
use crate::support::{Caller, Host, Start, applicant_subject, say};

/// How long the bundle may take to hear of it.
const WITHIN: Duration = Duration::from_secs(20);

async fn host() -> Host {
    let host = Host::start(Start::simulated("2021-04-22T09:00:00+08:00")).await;
    for (source, matter) in [
        ("examples/smallest-matter", "EX-STALL"),
        ("examples/plain-approval", "EX-PLAIN"),
        ("examples/smallest-bundle", "EX-NIGHT-MARKET"),
    ] {
        host.put_in_force(source, matter, "城市管理局", "310000").await;
    }
    host
}

/// A night market stall with music, granted: the bundle's case, its two permits and the composite's code.
async fn granted(host: &Host) -> (String, [String; 2], String) {
    let (applicant, officer) = (host.as_("applicant"), host.as_("officer"));
    let plan = say(&applicant.upload("/documents", b"a plan".to_vec()).await, 201)["id"].clone();
    let application = json!({
        "matter": "EX-NIGHT-MARKET", "division": "310115", "subject": applicant_subject(),
        "answers": { "area": 4, "music": true },
        "values": { "org.name": "示例摊主", "stall.place": "示例路1号" }, "documents": { "plan": plan },
    });
    let id = applicant.submit(application).await;
    say(&officer.verdict(&task(&officer, &id, "acceptance").await, "approve").await, 200);
    let parts = until(host, &id, |case| case["parts"].as_array().is_some_and(|parts| parts.len() == 2)).await;
    for part in parts["parts"].as_array().unwrap() {
        let part = part["case"].as_str().unwrap();
        until(host, part, |case| case["tasks"].as_array().is_some_and(|tasks| !tasks.is_empty())).await;
        officer.approve_all(part).await;
    }
    let case = until(host, &id, |case| case["outcome"] == "granted").await;
    let permit = |n: usize| case["parts"][n]["result"]["licence"].as_str().unwrap().to_owned();
    (id, [permit(0), permit(1)], case["certificate"].as_str().unwrap().to_owned())
}

/// Waits for a case to be so; what parts tell each other takes a moment.
async fn until(host: &Host, id: &str, so: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let case = host.as_("applicant").case(id).await;
        if so(&case) {
            return case;
        }
        assert!(began.elapsed() < WITHIN, "{case:#}");
        host.clock("2021-04-22T09:00:00+08:00").await;
    }
}

async fn revoke(officer: Caller, licence: String) -> crate::support::Answer {
    let body = json!({
        "ending": "revoked", "reason": { "rule": "officer", "basis": "行政许可法 第六十九条", "text": { "zh": "以欺骗手段取得" } },
        "remedy": { "zh": "可以申请行政复议" },
    });
    officer.post(&format!("/licences/{licence}/end"), body).await
}

async fn certificate(host: &Host, code: &str) -> Value {
    say(&host.anybody().whole("GET", &format!("/api/v1/certificates/{code}"), None).await, 200).clone()
}

#[tokio::test]
async fn a_permit_that_two_officers_revoke_at_once_is_revoked_once_and_its_composite_ends_with_one_permit_left() {
    let mut host = host().await;
    let (id, [stall, plain], code) = granted(&host).await;
    assert_eq!(certificate(&host, &code).await["status"], "valid");
    let (one, two) =
        tokio::join!(revoke(host.as_("officer"), stall.clone()), revoke(host.as_("officer-2"), stall.clone()));
    let (done, told) = if one.status == 200 { (one, two) } else { (two, one) };
    assert_eq!(say(&done, 200)["status_today"], "revoked");
    assert_eq!(say(&told, 409)["code"], "licence.ended");

    // The clock that stays takes up what the revocation sent to the bundle.
    host.clock("2021-04-22T09:00:00+08:00").await;
    let shown = certificate(&host, &code).await;
    assert_eq!(shown["status"], "cancelled", "{shown:#}");
    let statuses: Vec<&Value> = shown["permits"].as_array().unwrap().iter().map(|permit| &permit["status"]).collect();
    let revoked = statuses.iter().filter(|status| **status == "revoked").count();
    assert_eq!((revoked, statuses.iter().filter(|status| **status == "valid").count()), (1, 1));
    let last = lines(&host, &id).await.pop().unwrap();
    assert_eq!(last["what"], "licence-ended");
    let ended = &last["effects"][0]["licence-ended"]["ended"];
    assert_eq!(ended["reason"]["rule"], "shanghai-composite-sample", "{last:#}");
    assert_eq!(ended["reason"]["evidence"], json!([stall]));

    // The permit that is left stands on its own, and ends on its own.
    let left = host.as_("applicant").get(&format!("/licences/{plain}")).await;
    assert_eq!(say(&left, 200)["status_today"], "valid");
    say(&revoke(host.as_("officer"), plain).await, 200);
    host.clock("2021-04-22T09:00:00+08:00").await;
    assert_eq!(lines(&host, &id).await.pop().unwrap()["what"], "noted");
    sound(&mut host);
}

#[tokio::test]
async fn both_permits_revoked_at_once_end_their_composite_once() {
    let mut host = host().await;
    for _ in 0..4 {
        let (id, [stall, plain], code) = granted(&host).await;
        let (one, two) = tokio::join!(revoke(host.as_("officer"), stall), revoke(host.as_("officer-2"), plain));
        say(&one, 200);
        say(&two, 200);
        host.clock("2021-04-22T09:00:00+08:00").await;
        assert_eq!(certificate(&host, &code).await["status"], "cancelled");
        let what = journal(&host, &id).await;
        assert_eq!(what.iter().filter(|what| *what == "licence-ended").count(), 1, "{what:?}");
        assert_eq!(what.iter().filter(|what| *what == "noted").count(), 1, "{what:?}");
    }
    sound(&mut host);
}
