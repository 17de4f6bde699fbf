//! What is guessed, and answers that tell nothing about how near a guess was.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::{
    DAY_ONE, Host, Partner, Start, applicant_subject, host_with_plain_approval, plain_application, say,
};

#[tokio::test]
async fn a_guessed_certificate_gets_the_same_answer_however_near_it_is() {
    let host = host_with_plain_approval().await;
    let id = host.as_("applicant").submit(plain_application()).await;
    host.as_("officer").approve_all(&id).await;
    host.clock("2021-04-22T09:00:01+08:00").await;
    let case = host.as_("applicant").case(&id).await;
    let (real, licence) = (case["certificate"].as_str().unwrap(), case["licences"][0].as_str().unwrap());
    assert_eq!(look(&host, real, "application/json").await.0, 200);

    let last = if real.ends_with('0') { '1' } else { '0' };
    let near = format!("{}{last}", &real[..real.len() - 1]);
    let guesses = [
        near.as_str(),
        &real.to_uppercase(),
        &real[..real.len() - 2],
        &format!("{real}00"),
        licence,
        &id,
        "0000000000000000000000000000000000000000",
        "0",
        "%00",
        "..%2f..%2fkeys",
        "'%20or%20'1'='1",
        &"f".repeat(128),
        &"f".repeat(5_000),
    ];
    for media_type in ["application/json", "text/html"] {
        let expected = look(&host, "ffffffffffffffffffffffffffffffffffffffff", media_type).await;
        assert_eq!(expected.0, 404);
        for guess in guesses {
            assert_eq!(look(&host, guess, media_type).await, expected, "{media_type}: {guess}");
        }
    }
}

/// Status, headers but the request's own name and time, and body.
async fn look(host: &Host, capability: &str, media_type: &str) -> (u16, Vec<(String, String)>, String) {
    let address = format!("{}/certificates/{capability}", host.url());
    let response = reqwest::Client::new().get(address).header("Accept", media_type).send().await.unwrap();
    let own = ["x-request-id", "date"];
    let mut headers: Vec<(String, String)> = response
        .headers()
        .iter()
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    (response.status().as_u16(), headers, response.text().await.unwrap())
}

#[tokio::test]
async fn a_guessed_callback_changes_nothing_and_the_true_one_still_counts() {
    let partner = Partner::start().await;
    let host = Host::start(Start::simulated(DAY_ONE).configured(&partner.config(""))).await;
    host.put_in_force("tests/guests/wild", "T-WILD", "城市管理局", "310000").await;
    let subject = applicant_subject();
    let application = json!({
        "matter": "T-WILD", "division": "310115", "subject": subject, "values": { "do": "own-identity" },
    });
    let one = host.as_("applicant").submit(application.clone()).await;
    let other = host.as_("applicant").submit(application).await;
    let mine = partner.nth(1, |message| message.case == one && message.partner == "identity").await;
    let others = partner.nth(1, |message| message.case == other && message.partner == "identity").await;
    let (mine, others) = (mine.token().unwrap().to_owned(), others.token().unwrap().to_owned());

    let (key, mac) = mine.split_once('.').unwrap();
    let (_, others_mac) = others.split_once('.').unwrap();
    let mut near = URL_SAFE_NO_PAD.decode(mac).unwrap();
    near[31] ^= 1;
    let guesses = [
        format!("{key}.{}", URL_SAFE_NO_PAD.encode([0; 32])),
        format!("{key}.{}", URL_SAFE_NO_PAD.encode(near)),
        format!("{key}.{others_mac}"),
        format!("{key}."),
        key.to_owned(),
        format!("{}.{mac}", URL_SAFE_NO_PAD.encode("x/1/1")),
        format!("{}.{mac}", "A".repeat(4_000)),
    ];
    let verified = json!({ "kind": "identity", "verified": true });
    let refusals = [host.anybody().post("/callbacks/0.0", verified.clone()).await.body];
    for guess in &guesses {
        let answer = host.anybody().post(&format!("/callbacks/{guess}"), verified.clone()).await;
        assert_eq!((answer.status, &answer.body), (404, &refusals[0]), "{guess}");
    }
    // Another partner's word under the right token is a guess too.
    let paid = host.anybody().post(&format!("/callbacks/{mine}"), json!({ "kind": "payment", "paid": true })).await;
    assert_eq!((paid.status, &paid.body), (404, &refusals[0]));
    assert_eq!(journal(&host, &one).await, 2, "received and submitted, nothing else");

    let taken = host.anybody().post(&format!("/callbacks/{mine}"), verified).await;
    assert_eq!(taken.status, 204, "{:#}", taken.body);
    assert_eq!(journal(&host, &one).await, 3);
    assert_eq!(journal(&host, &other).await, 2);
}

async fn journal(host: &Host, case: &str) -> usize {
    let lines: Value = say(&host.as_("applicant").get(&format!("/cases/{case}/journal?limit=50")).await, 200).clone();
    lines["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn nobody_reads_anothers_kept_reply_under_its_key() {
    let host = host_with_plain_approval().await;
    let path = "/cases";
    let first = host.as_("portal").post_once(path, "key-of-the-portal", plain_application()).await;
    say(&first, 201);
    // The same key and the same request, by everybody else who may or may not apply.
    for (who, status) in [("portal-2", 201), ("applicant", 201), ("officer", 201), ("stranger", 403), ("platform", 403)]
    {
        let answer = host.as_(who).post_once(path, "key-of-the-portal", plain_application()).await;
        assert_eq!((answer.status, answer.replayed), (status, false), "{who}: {:#}", answer.body);
        assert_ne!(answer.body["id"], first.body["id"], "{who}");
    }
    let again = host.as_("portal").post_once(path, "key-of-the-portal", plain_application()).await;
    assert_eq!((again.replayed, &again.body), (true, &first.body));
}
