//! What the platform does to a running host: the clock, calendars, dead letters.

use serde_json::json;

use crate::support::{Host, bearer};

#[tokio::test]
async fn the_platform_moves_a_simulated_clock_and_only_forward() {
    let host = Host::simulated().await;
    let to = |at: &str| json!({ "to": at });
    let moved = host.post("/api/v1/clock", &host.platform, &to("2099-04-26T09:00:00+08:00")).await;
    assert_eq!(moved.json(), json!({ "now": "2099-04-26T01:00:00Z", "simulated": true }), "{}", moved.text());
    let back = host.post("/api/v1/clock", &host.platform, &to("2021-04-26T09:00:00+08:00")).await;
    assert_eq!((back.status, back.json()["code"].as_str()), (409, Some("clock.backwards")));
    let applicant = host.post("/api/v1/clock", &host.applicant, &to("2099-04-27T09:00:00+08:00")).await;
    assert_eq!(applicant.json()["code"], "forbidden");
    assert_eq!(host.engine.now(), "2099-04-26T01:00:00Z".parse().unwrap());
}

#[tokio::test]
async fn a_real_clock_is_not_moved() {
    let host = Host::start(false, Default::default()).await;
    let refused = host.post("/api/v1/clock", &host.platform, &json!({ "to": "2099-04-26T09:00:00+08:00" })).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
}

#[tokio::test]
async fn a_year_of_the_calendar_is_loaded_and_nonsense_is_refused() {
    let host = Host::simulated().await;
    let year: serde_json::Value = serde_json::from_str(include_str!("../../../calendars/2021.json")).unwrap();
    let loaded = host.post("/api/v1/calendars", &host.platform, &year).await;
    assert_eq!(loaded.json(), json!({ "cases_recalculated": 0 }), "{}", loaded.text());
    let refused = host.post("/api/v1/calendars", &host.platform, &json!({ "year": "soon" })).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
}

#[tokio::test]
async fn there_are_no_dead_letters_at_first_and_none_to_revive() {
    let host = Host::simulated().await;
    let none = host.get("/api/v1/outbox/dead?limit=10", &[("authorization", &bearer(&host.platform))]).await;
    assert_eq!(none.json(), json!({ "items": [], "next": null }), "{}", none.text());
    let refused = host.get("/api/v1/outbox/dead", &[("authorization", &bearer(&host.applicant))]).await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn nothing_waits_for_a_partner_at_first_and_only_the_platform_is_told() {
    let host = Host::simulated().await;
    let none = host.get("/api/v1/outbox/waiting", &[("authorization", &bearer(&host.platform))]).await;
    assert_eq!(none.json(), json!({ "items": [], "next": null }), "{}", none.text());
    let refused = host.get("/api/v1/outbox/waiting", &[("authorization", &bearer(&host.applicant))]).await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn a_callback_with_a_guessed_token_is_not_found() {
    let host = Host::simulated().await;
    for token in ["x", "Zm9v.YmFy", "%E5%BC%A0"] {
        let answer =
            host.post(&format!("/api/v1/callbacks/{token}"), "", &json!({ "kind": "payment", "paid": true })).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (404, Some("not-found")), "{token}");
    }
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let host = Host::simulated().await;
    let answer =
        host.get("/api/v1/packages?cursor=AQAAAAAAAAAAAA", &[("authorization", &bearer(&host.platform))]).await;
    assert_eq!((answer.status, answer.json()["place"].as_str()), (400, Some("cursor")));
}
