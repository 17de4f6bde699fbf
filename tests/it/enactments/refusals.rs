//! What is refused, each with its code, its place and a text that says what to do.

use serde_json::{Value, json};

use super::enactment;
use crate::support::{Answer, host_with_plain_approval, say};

#[track_caller]
fn refused(answer: &Answer, code: &str, place: &str, words: &str) {
    let body = &answer.body;
    assert_eq!((answer.status, &body["code"], &body["place"]), (422, &json!(code), &json!(place)), "{body:#}");
    assert!(body.to_string().contains(words), "`{words}` in {body:#}");
}

#[tokio::test]
async fn an_enactment_that_could_not_be_kept_is_refused() {
    let host = host_with_plain_approval().await;
    let digest = host.publish("tests/variations/pudong-plain").await;
    let platform = host.as_("platform");
    for (more, code, place, words) in [
        (json!({ "until": "2021-04-30" }), "enactment.until", "/until", "name a later day"),
        (json!({ "until": "2021-04-21", "effective_from": "2021-01-01" }), "enactment.until", "/until", "has passed"),
        (json!({ "transitional": "all-open" }), "enactment.transitional", "/transitional", "migration"),
        (json!({ "share": 10 }), "enactment.share-law", "/share", "begin with one authority"),
        (json!({ "reviewed_by": ["platform"] }), "enactment.persons", "/reviewed_by", "reviewer"),
        (json!({ "reviewed_by": [" "] }), "enactment.persons", "/reviewed_by", "reviewer"),
    ] {
        let request = enactment(&digest, "EX-PLAIN", "310115", "2021-05-01", &more);
        refused(&platform.post("/enactments", request).await, code, place, words);
    }
    let none = say(&platform.get("/enactments?division=310115").await, 200)["items"].as_array().unwrap().len();
    assert_eq!(none, 1, "only the city's matter was enacted");
}

/// An emergency order that is in order.
fn right() -> Value {
    json!({
        "instrument": "沪府〔2021〕示例9号", "reason": { "zh": "疫情防控" }, "measures": [{ "remote-identity": {} }],
        "scope": { "authorities": [{ "division": "310000" }], "open_cases": true }, "until": "2021-04-30",
    })
}

#[tokio::test]
async fn an_emergency_that_could_not_be_kept_is_refused() {
    let host = host_with_plain_approval().await;
    let platform = host.as_("platform");
    let right = right();
    let scope = |scope: Value| json!({ "scope": scope });
    let twice = json!([{ "extend-limits": { "working_days": 1 } }, { "extend-limits": { "working_days": 2 } }]);
    for (wrong, code, place, words) in [
        (json!({ "instrument": " " }), "emergency.instrument", "/instrument", "文号"),
        (json!({ "reason": { "zh": "" } }), "emergency.reason", "/reason/zh", "says why"),
        (json!({ "measures": [] }), "emergency.measures", "/measures", "at least one"),
        (json!({ "measures": twice }), "emergency.measures", "/measures", "each once"),
        (
            json!({ "measures": [{ "extend-limits": { "working_days": 0 } }] }),
            "emergency.measures",
            "/measures",
            "at least 1",
        ),
        (json!({ "until": "2021-04-21" }), "emergency.until", "/until", "has passed"),
        (
            scope(json!({ "authorities": [], "open_cases": true })),
            "emergency.scope",
            "/scope/authorities",
            "no authority",
        ),
        (
            scope(json!({ "matters": [], "authorities": [{ "division": "310000" }], "open_cases": true })),
            "emergency.scope",
            "/scope/matters",
            "no matter",
        ),
        (
            scope(json!({ "matters": ["NO-1"], "authorities": [{ "division": "310000" }], "open_cases": true })),
            "emergency.scope",
            "/scope/matters",
            "never enacted",
        ),
    ] {
        let mut request = right.clone();
        for (name, value) in wrong.as_object().unwrap() {
            request[name] = value.clone();
        }
        refused(&platform.post("/emergencies", request).await, code, place, words);
    }
    let mut endless = right;
    endless.as_object_mut().unwrap().remove("until");
    assert_eq!(platform.post("/emergencies", endless).await.status, 400, "an expiry is mandatory");
    assert_eq!(say(&platform.get("/emergencies").await, 200)["items"], json!([]));
}

#[tokio::test]
async fn a_second_word_that_comes_twice_too_late_or_for_nothing_is_refused() {
    let host = host_with_plain_approval().await;
    let platform = host.as_("platform");
    let ids = [platform.post("/emergencies", right()).await, platform.post("/emergencies", right()).await]
        .map(|answer| say(&answer, 201)["id"].as_str().unwrap().to_owned());
    let second = host.as_("platform-2");
    let confirm = |id: &str| format!("/emergencies/{id}/confirm");
    say(&second.post(&confirm(&ids[0]), json!({})).await, 200);
    let twice = second.post(&confirm(&ids[0]), json!({})).await;
    assert_eq!((twice.status, &twice.body["code"]), (409, &json!("emergency.confirmed")));
    host.clock("2021-05-01T00:00:00+08:00").await;
    let late = second.post(&confirm(&ids[1]), json!({})).await;
    assert_eq!((late.status, &late.body["code"]), (409, &json!("emergency.ended")));
    assert_eq!(second.post(&confirm("e-0000000000"), json!({})).await.status, 404);
}
