//! Requests that are not right, one of each kind: refused under a stable code, at a place, with what to do.

use serde_json::{Value, json};

use crate::support::{
    Answer, Host, Start, Store, applicant_subject, host_with_plain_approval, licence_id, plain_application, say,
};

/// A request that can be corrected.
#[track_caller]
fn invalid(answer: &Answer, code: &str, place: &str, words: &str) {
    let body = say(answer, 422);
    assert_eq!((&body["code"], &body["place"]), (&json!(code), &json!(place)), "{body:#}");
    assert!(body.to_string().contains(words), "`{words}` in {body:#}");
    assert!(!body["fix"].as_str().unwrap_or_default().is_empty(), "{body:#}");
}

/// A request that something stands against.
#[track_caller]
fn stands_against(answer: &Answer, code: &str, words: &str) {
    let body = say(answer, 409);
    assert_eq!(body["code"], json!(code), "{body:#}");
    assert!(body["detail"].to_string().contains(words), "`{words}` in {body:#}");
}

fn reason(basis: &str) -> Value {
    json!({ "rule": "r", "basis": basis, "text": { "zh": "测试" } })
}

#[tokio::test]
async fn what_an_officer_and_the_platform_do_with_a_case_rests_on_something() {
    let host = host_with_plain_approval().await;
    let (officer, platform) = (host.as_("officer"), host.as_("platform"));
    let id = host.as_("applicant").submit(plain_application()).await;
    let extend = format!("/cases/{id}/extend");
    let days =
        |instrument: &str| json!({ "working_days": 1, "instrument": instrument, "reason": reason("第四十二条") });
    invalid(&officer.post(&extend, days(" ")).await, "extend.instrument", "/instrument", "rests on an approval");
    let erase = format!("/cases/{id}/erase");
    let basis = |basis: &str| json!({ "basis": basis });
    invalid(&platform.post(&erase, basis(" ")).await, "erase.basis", "/basis", "rests on a law");
    stands_against(&platform.post(&erase, basis("个人信息保护法 第四十七条")).await, "case.open", "an open case");
    let by_hand = json!({ "outcome": "withdrawn", "reasons": [reason("第三十八条")] });
    let refused = officer.post(&format!("/cases/{id}/finish-by-hand"), by_hand).await;
    assert_eq!(say(&refused, 422)["code"], "finish.outcome");
    assert!(refused.body["detail"].as_str().unwrap().contains("准予或者不予许可"), "{:#}", refused.body);
    assert!(officer.case(&id).await["decision"].is_null());
}

#[tokio::test]
async fn a_limit_is_extended_while_a_case_is_in_work_and_not_before() {
    let partner = crate::support::Partner::start().await;
    let host = Host::start(Start::simulated("2021-04-22T09:00:00+08:00").configured(&partner.config(""))).await;
    host.put_in_force("tests/guests/appears", "T-APPEARS", "城市管理局", "310000").await;
    let legal = json!({ "kind": "natural-person", "id": "11010519491231002X", "name": "示例" });
    let id = host
        .as_("applicant")
        .submit(json!({
            "matter": "T-APPEARS", "division": "310115", "subject": applicant_subject(), "values": { "legal": legal },
        }))
        .await;
    let request = json!({ "working_days": 1, "instrument": "测试〔2021〕1号", "reason": reason("第四十二条") });
    let early = host.as_("officer").post(&format!("/cases/{id}/extend"), request).await;
    stands_against(&early, "case.not-in-work", "after acceptance and before the decision");
}

#[tokio::test]
async fn what_an_applicant_hands_in_names_its_subject_place_draft_and_papers() {
    let host = host_with_plain_approval().await;
    host.put_in_force("examples/smallest-matter", "EX-STALL", "城市管理局", "310000").await;
    let portal = host.as_("portal");
    let with = |changes: Value| {
        let mut request = json!({
            "matter": "EX-STALL", "division": "310115", "answers": { "area": 4 }, "subject": applicant_subject(),
            "values": { "name": "示例摊位", "place": "示例路1号旁" },
        });
        request.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        request
    };
    let nobody = json!({ "subject": { "kind": "legal-person", "id": "91310115MA1K0001", "name": "示例" } });
    invalid(&portal.post("/cases", with(nobody)).await, "intake.subject", "/subject/id", "unified social credit code");
    let nameless = json!({ "subject": { "kind": "legal-person", "id": "91310115MA1K00015K", "name": " " } });
    invalid(&portal.post("/cases", with(nameless)).await, "intake.subject", "/subject/name", "not a name");
    let channel = portal.post("/cases", with(json!({ "channel": "Not a channel" }))).await;
    invalid(&channel, "intake.channel", "/channel", "not a channel's name");

    let path = "/divisions/310115/matters/EX-STALL";
    let elsewhere = portal.post(&format!("{path}/precheck"), with(json!({ "division": "310101" }))).await;
    invalid(&elsewhere, "intake.address", "/matter", "differ from the address");
    let wish = json!({ "subject": applicant_subject(), "answers": { "area": 4 } });
    let form = portal.post(&format!("{path}/prefill"), wish).await;
    let draft = say(&form, 200)["draft"].clone();
    let moved = portal.post("/cases", with(json!({ "division": "310101", "draft": draft }))).await;
    invalid(&moved, "intake.draft", "/draft", "of another matter or place");

    let paper = portal.upload("/documents", b"a plan".to_vec()).await;
    let paper = say(&paper, 201)["id"].clone();
    let unknown = portal.post("/cases", with(json!({ "documents": { "passport": paper } }))).await;
    invalid(&unknown, "intake.unknown-material", "/documents", "no paper of this form");
    say(&portal.post("/cases", with(json!({ "documents": { "site-plan": paper } }))).await, 201);
    let again = portal.post("/cases", with(json!({ "documents": { "site-plan": paper } }))).await;
    stands_against(&again, "document.claimed", "belongs to another case");
    let nothing = portal.upload("/documents", Vec::new()).await;
    invalid(&nothing, "document.size", "body", "0 bytes");
}

#[tokio::test]
async fn what_the_platform_takes_in_is_checked_too() {
    let host = host_with_plain_approval().await;
    let platform = host.as_("platform");
    let year = platform.post("/calendars", json!({ "year": "none" })).await;
    invalid(&year, "calendar.year", "body", "the format of host/calendars");
    invalid(&platform.get("/cases").await, "cases.filter", "division", "of a division or a subject");
    let licence = |id: &str| {
        json!({
            "id": id, "licence_type": crate::support::BUSINESS_LICENCE, "title": { "zh": "营业执照" },
            "division": "310115", "department": "城市管理局", "holder": applicant_subject(), "content": {},
        })
    };
    let wrong = platform.post("/licences", licence("1.2.3")).await;
    invalid(&wrong, "licence.identifier", "/id", "GB/T 36904");
    let id = licence_id(crate::support::BUSINESS_LICENCE, "11310115MB1A01151B", "2021000000115001");
    say(&platform.post("/licences", licence(&id)).await, 201);
    let ending = json!({ "ending": "cancelled", "reason": reason(" ") });
    let bare = host.as_("applicant").post(&format!("/licences/{id}/end"), ending).await;
    invalid(&bare, "licence.reason", "/reason/basis", "rests on a clause");
}

#[tokio::test]
async fn a_clock_that_is_the_system_s_is_not_set() {
    let host = Host::start(Start::default()).await;
    let set = host.as_("platform").post("/clock", json!({ "to": "2021-04-22T09:00:00+08:00" })).await;
    stands_against(&set, "clock.system", "runs on system time");
}

#[tokio::test]
async fn a_bundle_whose_part_was_taken_back_is_not_offered() {
    let store = Store::open().await;
    let platform = store.host.as_("platform");
    let enacted = platform.get("/enactments?matter=P05").await;
    let enactment = say(&enacted, 200)["items"][0]["id"].as_str().unwrap().to_owned();
    say(&platform.post(&format!("/enactments/{enactment}/take-back"), json!({})).await, 200);
    let wish = json!({ "subject": crate::support::subject(), "answers": crate::support::sample("answers") });
    let form = store.applicant().post("/divisions/310115/matters/B01/prefill", wish).await;
    stands_against(&form, "intake.part", "part `P05` is not in force at 310115");
}
