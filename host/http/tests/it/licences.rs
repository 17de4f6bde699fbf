//! The licence library over HTTP: registered once, found by holder without the holder in an address.

use banshi_model::checkdigit::LicenceId;
use serde_json::{Value, json};

use crate::support::{CITIZEN, Host, bearer};

fn licence() -> Value {
    let id = LicenceId::new("11100000000013338W001", "11310000002420000X", "310115202100001", 1).unwrap();
    json!({
        "id": id.to_string(),
        "licence_type": "11100000000013338W001",
        "title": { "zh": "营业执照", "en": "Business licence" },
        "division": "310115",
        "department": "市场监督管理局",
        "holder": { "kind": "natural-person", "id": CITIZEN, "name": "张三" },
        "content": {},
    })
}

#[tokio::test]
async fn a_licence_is_registered_once_under_its_key() {
    let host = Host::simulated().await;
    let first = host.post_once("/api/v1/licences", &host.platform, "k1", &licence()).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let address = first.header("location").to_owned();
    assert_eq!(address, format!("/api/v1/licences/{}", licence()["id"].as_str().unwrap()));

    let again = host.post_once("/api/v1/licences", &host.platform, "k1", &licence()).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
    assert_eq!((again.header("location"), &again.body), (address.as_str(), &first.body));

    let conflict = host.post_once("/api/v1/licences", &host.platform, "k2", &licence()).await;
    assert_eq!((conflict.status, conflict.json()["retry_safe"].as_bool()), (409, Some(false)));

    let shown = host.get(&address, &[("authorization", &bearer(&host.applicant))]).await;
    assert_eq!((shown.status, shown.json()["status_today"].as_str()), (200, Some("valid")));
}

#[tokio::test]
async fn a_holder_finds_their_licences() {
    let host = Host::simulated().await;
    host.post("/api/v1/licences", &host.platform, &licence()).await;
    let found = host.post("/api/v1/licences/search", &host.applicant, &json!({ "holder": CITIZEN })).await;
    assert_eq!(found.status, 200, "{}", found.text());
    assert_eq!(found.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(found.json()["items"][0]["id"], licence()["id"]);
    let typed = json!({ "holder": CITIZEN, "licence_type": "11100000000013338W002" });
    let none = host.post("/api/v1/licences/search", &host.applicant, &typed).await;
    assert_eq!(none.json()["items"], json!([]));
}

#[tokio::test]
async fn an_applicant_registers_nothing() {
    let host = Host::simulated().await;
    let refused = host.post("/api/v1/licences", &host.applicant, &licence()).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("forbidden")));
    assert!(!refused.text().contains(CITIZEN));
}
