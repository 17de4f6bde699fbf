//! What is refused: each with its code, its place, both values and what to do.

use serde_json::{Value, json};

use super::{PUDONG, enact, enactment, host, host_with_plain_approval, proven, refused};
use crate::shadow::support::{PLANTED, decided, shadow};
use crate::support::{DAY_ONE, Host, Start, say};

#[tokio::test]
async fn a_share_takes_a_law_row_a_former_chain_and_a_shadow_that_shows_that_nobody_is_touched() {
    let host = host().await;
    let planted = host.publish(PLANTED).await;
    let asks = async |more: Value| host.as_("platform").post("/enactments", enactment(&planted, &more)).await;
    let (share, by_authority) = ("/share", "逐个机构施行");

    for percent in [0, 100, 250] {
        let given = format!("{percent} %");
        refused(&asks(json!({ "share": percent })).await, 422, "enactment.share", share, &[&given, "1 to 99"]);
    }
    let clause = json!({ "share": 10, "transitional": "accepted-on-or-after" });
    refused(&asks(clause).await, 422, "enactment.share-clause", share, &["10 %", "received-on-or-after"]);
    let more = asks(json!({ "share": 60 })).await;
    refused(&more, 422, "enactment.share-law", share, &["gradual-start-sample", "50 %", "60 %", by_authority]);
    let unseen = asks(json!({ "share": 10 })).await;
    refused(&unseen, 422, "enactment.share-shadow", share, &["banshi shadow", PUDONG, by_authority]);

    shadow(&host, &planted, PUDONG, json!({})).await;
    let nothing = asks(json!({ "share": 10 })).await;
    refused(&nothing, 422, "enactment.share-empty", share, &["0 步", "至少须 1 步", by_authority]);

    decided(&host, ["officer", "plant-notice", "officer"]).await;
    decided(&host, ["officer", "plant-trap", "officer"]).await;
    host.clock(super::EVENING).await;
    // Who asks for the share does not choose the cases that prove it.
    shadow(&host, &planted, PUDONG, json!({ "since": "2021-04-22" })).await;
    let chosen = asks(json!({ "share": 10 })).await;
    refused(
        &chosen,
        422,
        "enactment.share-shadow",
        share,
        &["2021-04-22", "without --since", "不带 --since", by_authority],
    );
    shadow(&host, &planted, PUDONG, json!({})).await;
    let differs = asks(json!({ "share": 10 })).await;
    refused(&differs, 422, "enactment.share-differs", share, &["实质差异 1", "失败 1", "容许 0", by_authority]);
    let none = say(&host.as_("platform").get("/enactments?division=310115").await, 200)["items"].clone();
    assert_eq!(none.as_array().unwrap().len(), 1, "only the city's matter was enacted");
}

#[tokio::test]
async fn without_a_law_row_nobody_divides_new_cases() {
    let host = host_with_plain_approval().await;
    let planted = host.publish(PLANTED).await;
    let asked = host.as_("platform").post("/enactments", enactment(&planted, &json!({ "share": 1 }))).await;
    let words = ["no-row.gradual-start", "0 %", "1 %", "逐个机构施行"];
    refused(&asked, 422, "enactment.share-law", "/share", &words);
}

#[tokio::test]
async fn where_nothing_is_in_force_there_is_nobody_to_be_outside_and_nothing_to_fall_back_on() {
    let host = Host::start(Start::simulated(DAY_ONE)).await;
    let plain = host.publish("examples/plain-approval").await;
    let asks = async |more: Value| {
        let mut request = enactment(&plain, &more);
        request["authority"]["division"] = json!("310000");
        host.as_("platform").post("/enactments", request).await
    };
    refused(&asks(json!({ "share": 40 })).await, 422, "enactment.share-former", "/share", &["60 %", "EX-PLAIN"]);
    let watched = asks(json!({ "watch": { "cases": 3 } })).await;
    refused(&watched, 422, "enactment.watch-former", "/watch", &["EX-PLAIN", "310000"]);
    say(&asks(json!({ "watch": { "hours": 0 } })).await, 201);
}

#[tokio::test]
async fn a_shadow_of_another_chain_proves_nothing_for_this_one() {
    let (host, planted) = proven().await;
    // Another variation comes into force at the same place: what was compared is not what would be.
    let other = host.publish("tests/variations/pudong-plain").await;
    let local = enact(&host, &other, &json!({})).await;
    let asked = host.as_("platform").post("/enactments", enactment(&planted, &json!({ "share": 10 }))).await;
    refused(&asked, 422, "enactment.share-shadow", "/share", &["规则链", "banshi shadow"]);
    // Without it, what was compared is what would be.
    say(&host.as_("platform").post(&format!("/enactments/{local}/take-back"), json!({})).await, 200);
    enact(&host, &planted, &json!({ "share": 10 })).await;
}

#[tokio::test]
async fn a_watch_that_could_not_halt_or_never_ends_is_refused() {
    let host = host_with_plain_approval().await;
    let planted = host.publish(PLANTED).await;
    let none = json!({ "traps": 0, "parked": 0, "refusals": 0, "late": 0 });
    for (watch, place, words) in [
        (json!({ "hours": 8785 }), "/watch/hours", "8784"),
        (json!({ "cases": 0 }), "/watch/cases", "0 cases"),
        (json!({ "traps": 101 }), "/watch/traps", "101"),
        (none, "/watch", "threshold"),
    ] {
        let asked = enactment(&planted, &json!({ "watch": watch }));
        refused(&host.as_("platform").post("/enactments", asked).await, 422, "enactment.watch", place, &[words]);
    }
    let misspelt = enactment(&planted, &json!({ "watch": { "trap": 1 } }));
    assert_eq!(host.as_("platform").post("/enactments", misspelt).await.status, 400);
}

#[tokio::test]
async fn a_share_is_raised_and_never_lowered_and_only_while_it_is_open() {
    let (host, planted) = proven().await;
    let platform = host.as_("platform");
    let id = enact(&host, &planted, &json!({ "share": 20 })).await;
    let raise =
        async |percent: u8| platform.post(&format!("/enactments/{id}/share"), json!({ "percent": percent })).await;
    refused(&raise(20).await, 422, "enactment.share-lower", "/percent", &["20 %", "只升不降", "21"]);
    refused(&raise(10).await, 422, "enactment.share-lower", "/percent", &["20 %", "10 %", "收回"]);
    refused(&raise(101).await, 422, "enactment.share", "/percent", &["101 %", "100 %"]);
    refused(&raise(60).await, 422, "enactment.share-law", "/percent", &["50 %", "60 %"]);
    let stranger = host.as_("publisher-huangpu");
    let foreign = stranger.post(&format!("/enactments/{id}/share"), json!({ "percent": 50 })).await;
    assert_eq!(foreign.status, 403);
    say(&raise(100).await, 200);
    refused(&raise(100).await, 409, "enactment.share-complete", "", &[&id]);
    say(&platform.post(&format!("/enactments/{id}/take-back"), json!({})).await, 200);
    refused(&raise(100).await, 409, "enactment.taken-back", "", &[&id]);
    let release = platform.post(&format!("/enactments/{id}/release"), json!({})).await;
    refused(&release, 409, "enactment.taken-back", "", &[&id]);
}
