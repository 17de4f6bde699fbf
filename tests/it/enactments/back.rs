//! The way back: new cases follow the former chain at once, and those begun meanwhile are listed with what can be done.

use serde_json::{Value, json};

use super::enactment;
use crate::support::{host_with_plain_approval, plain_application, say};

#[tokio::test]
async fn a_take_back_lists_the_cases_that_began_meanwhile_and_what_can_be_done_with_each() {
    let host = host_with_plain_approval().await;
    let (platform, portal) = (host.as_("platform"), host.as_("portal"));
    let before = portal.submit(plain_application()).await;
    let digest = host.publish("tests/variations/pudong-plain").await;
    let request = enactment(&digest, "EX-PLAIN", "310115", "2021-04-22", &json!({}));
    let id = say(&platform.post("/enactments", request).await, 201)["id"].as_str().unwrap().to_owned();
    let (open, ended) = (portal.submit(plain_application()).await, portal.submit(plain_application()).await);
    say(&portal.post(&format!("/cases/{ended}/withdraw"), json!({})).await, 200);

    let back = platform.post_once(&format!("/enactments/{id}/take-back"), "back-1", json!({})).await;
    let back = say(&back, 200).clone();
    assert_eq!((&back["id"], &back["begun"]["total"]), (&json!(id), &json!(1)));
    let case = &back["begun"]["items"][0];
    assert_eq!((&case["id"], &case["phase"]), (&json!(open), &json!("accepted")));
    assert_eq!(case["remedies"], json!(["finish-there", "by-hand", "migrate"]));
    assert_eq!(case.get("subject"), None, "nothing personal in a list for operators");

    // The same key gives the same answer, whatever has become of the case meanwhile.
    say(&portal.post(&format!("/cases/{open}/withdraw"), json!({})).await, 200);
    let again = platform.post_once(&format!("/enactments/{id}/take-back"), "back-1", json!({})).await;
    assert!(again.replayed);
    assert_eq!(again.body, back);
    let now = say(&platform.get(&format!("/enactments/{id}/cases?limit=200")).await, 200).clone();
    assert_eq!(now["items"], json!([]), "what has ended needs nothing");

    let other = platform.post(&format!("/enactments/{id}/take-back"), json!({})).await;
    assert_eq!((other.status, &other.body["code"]), (409, &json!("enactment.taken-back")));
    let new = portal.submit(plain_application()).await;
    for case in [before, new] {
        assert_eq!(portal.case(&case).await["layers"].as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test]
async fn the_cases_of_an_enactment_are_told_page_by_page() {
    let host = host_with_plain_approval().await;
    let (platform, portal) = (host.as_("platform"), host.as_("portal"));
    let enactments = say(&platform.get("/enactments").await, 200)["items"].clone();
    let id = enactments[0]["id"].as_str().unwrap();
    let mut begun = Vec::new();
    for _ in 0..3 {
        begun.push(portal.submit(plain_application()).await);
    }
    begun.sort();
    let (mut found, mut next) = (Vec::new(), String::new());
    loop {
        let page = say(&platform.get(&format!("/enactments/{id}/cases?limit=1{next}")).await, 200).clone();
        let ids = page["items"].as_array().unwrap().iter().map(|case| case["id"].as_str().unwrap().to_owned());
        found.extend(ids.collect::<Vec<_>>());
        match &page["next"] {
            Value::String(cursor) => next = format!("&cursor={cursor}"),
            _ => break,
        }
    }
    found.sort();
    assert_eq!(found, begun);
}
