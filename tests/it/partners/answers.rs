//! What becomes of callbacks: twice, out of order, garbage, forged, late.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::{asked, host, lines, notice, paid, submit, times, to, verified};
use crate::support::{Host, Partner, say};

async fn callback(host: &Host, token: &str, body: serde_json::Value) -> (u16, serde_json::Value) {
    let answer = host.as_("nobody").post(&format!("/callbacks/{token}"), body).await;
    (answer.status, answer.body["code"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_twice_counts_once_whatever_the_second_says() {
    let partner = Partner::start().await;
    let mut host = host(&partner).await;
    let case = submit(&host).await;
    let payment = asked(&partner, &case, "payment").await;
    say(&partner.call_back(&host, &payment, paid(true)).await, 204);
    let before = lines(&host, &case).await;
    for body in [paid(true), paid(false)] {
        say(&partner.call_back(&host, &payment, body).await, 204);
    }
    assert_eq!(lines(&host, &case).await, before);
    host.kill();
    host.restart();
    say(&partner.call_back(&host, &payment, paid(false)).await, 204);
    assert_eq!(lines(&host, &case).await, before);
    assert_eq!(times(&host, &case, "payment").await, 1);
    let notice = partner.nth(1, notice(&case, "payment")).await;
    assert_eq!(notice.data["data"], json!({ "said": true }));
    verified(host);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_copies_of_an_answer_at_once_count_once() {
    let partner = Partner::start().await;
    let host = host(&partner).await;
    let case = submit(&host).await;
    let payment = asked(&partner, &case, "payment").await;
    let path = format!("/callbacks/{}", payment.token().unwrap());
    let mut copies = tokio::task::JoinSet::new();
    for number in 0..16 {
        let (caller, path) = (host.as_("nobody"), path.clone());
        copies.spawn(async move { caller.post(&path, paid(number % 2 == 0)).await.status });
    }
    assert!(copies.join_all().await.into_iter().all(|status| status == 204));
    assert_eq!(times(&host, &case, "payment").await, 1);
    verified(host);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_in_another_order_than_the_questions_are_each_taken_for_what_they_answer() {
    let partner = Partner::start().await;
    let host = host(&partner).await;
    let case = submit(&host).await;
    // Decided before anybody has answered anything.
    host.as_("officer").approve_all(&case).await;
    let payment = asked(&partner, &case, "payment").await;
    let lookup = asked(&partner, &case, "shared-data").await;
    let identity = asked(&partner, &case, "identity").await;
    say(&partner.call_back(&host, &payment, paid(false)).await, 204);
    say(&partner.call_back(&host, &lookup, json!({ "kind": "looked-up", "value": 7 })).await, 204);
    say(&partner.call_back(&host, &identity, json!({ "kind": "identity", "verified": false })).await, 204);
    for (template, said) in [("payment", json!(false)), ("looked-up", json!("7")), ("identity", json!(false))] {
        let notice = partner.nth(1, notice(&case, template)).await;
        assert_eq!(notice.data["data"]["said"], said, "{template}");
    }
    let parcel = asked(&partner, &case, "courier").await;
    say(&partner.call_back(&host, &parcel, json!({ "kind": "delivered" })).await, 204);
    let ended = host.as_("applicant").case(&case).await;
    assert_eq!((&ended["phase"], &ended["outcome"]), (&json!("closed"), &json!("granted")));
    verified(host);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_answer_is_refused_and_leaves_no_trace() {
    let partner = Partner::start().await;
    let host = host(&partner).await;
    let (case, other) = (submit(&host).await, submit(&host).await);
    let identity = asked(&partner, &case, "identity").await;
    let payment = asked(&partner, &case, "payment").await;
    let theirs = asked(&partner, &other, "payment").await;
    let before = (lines(&host, &case).await, lines(&host, &other).await);
    let token = payment.token().unwrap();
    let (key, mac) = token.split_once('.').unwrap();
    let other_key = URL_SAFE_NO_PAD.encode(&theirs.id);
    let flipped = if let Some(rest) = mac.strip_prefix('A') { format!("B{rest}") } else { format!("A{}", &mac[1..]) };
    let guessed = URL_SAFE_NO_PAD.encode([7; 32]);
    for forged in [
        format!("{key}.{flipped}"),
        format!("{key}.{guessed}"),
        format!("{key}."),
        key.to_owned(),
        format!("{other_key}.{mac}"),
        format!("{}.{mac}", URL_SAFE_NO_PAD.encode("../../etc/passwd")),
        format!("{}.{mac}", URL_SAFE_NO_PAD.encode([0xff, 0xfe])),
        "x".repeat(4000),
    ] {
        let (status, code) = callback(&host, &forged, paid(true)).await;
        assert_eq!((status, code), (404, json!("not-found")), "{forged}");
    }
    // One partner in another's name.
    let named = callback(&host, identity.token().unwrap(), paid(true)).await;
    assert_eq!(named, (404, json!("not-found")));
    assert_eq!((lines(&host, &case).await, lines(&host, &other).await), before);
    say(&partner.call_back(&host, &payment, paid(true)).await, 204);
    verified(host);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_garbage_is_refused_and_the_right_one_is_still_taken() {
    let partner = Partner::start().await;
    let host = host(&partner).await;
    let case = submit(&host).await;
    let payment = asked(&partner, &case, "payment").await;
    let before = lines(&host, &case).await;
    let url = format!("{}/api/v1/callbacks/{}", host.url(), payment.token().unwrap());
    let http = reqwest::Client::new();
    let deep = "[".repeat(50_000);
    for garbage in
        ["", "\u{1b}[2J", "{\"kind\":\"payment\"", "{\"kind\":\"payment\",\"paid\":\"yes\"}", "[]", "null", &deep]
    {
        let sent =
            http.post(&url).header("Content-Type", "application/json").body(garbage.to_owned()).send().await.unwrap();
        assert!(matches!(sent.status().as_u16(), 400 | 422), "{garbage:.40}: {}", sent.status());
    }
    let huge =
        http.post(&url).header("Content-Type", "application/json").body(" ".repeat(100_000)).send().await.unwrap();
    assert_eq!(huge.status(), 413);
    for body in [json!({ "kind": "payment", "paid": true, "amount": 0 }), json!({ "kind": "bribe" })] {
        let sent = http.post(&url).json(&body).send().await.unwrap();
        assert!(matches!(sent.status().as_u16(), 400 | 422), "{body}: {}", sent.status());
    }
    assert_eq!(lines(&host, &case).await, before);
    say(&partner.call_back(&host, &payment, paid(true)).await, 204);
    assert_eq!(times(&host, &case, "payment").await, 1);
    verified(host);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_after_the_case_has_ended_is_refused_as_late() {
    let partner = Partner::start().await;
    let host = host(&partner).await;
    let case = submit(&host).await;
    host.as_("officer").approve_all(&case).await;
    let identity = asked(&partner, &case, "identity").await;
    say(&partner.call_back(&host, &identity, json!({ "kind": "identity", "verified": true })).await, 204);
    let parcel = partner.nth(1, to(&case, "courier")).await;
    say(&partner.call_back(&host, &parcel, json!({ "kind": "delivered" })).await, 204);
    assert_eq!(host.as_("applicant").case(&case).await["phase"], "closed");
    let before = lines(&host, &case).await;

    let payment = asked(&partner, &case, "payment").await;
    let late = partner.call_back(&host, &payment, paid(true)).await;
    assert_eq!((late.status, &late.body["code"]), (409, &json!("callback.late")), "{:#}", late.body);
    // What was answered in time stays a mere repetition.
    say(&partner.call_back(&host, &parcel, json!({ "kind": "delivered" })).await, 204);
    assert_eq!(lines(&host, &case).await, before);
    verified(host);
}
