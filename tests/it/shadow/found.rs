//! What is found: planted differences exactly, nothing where there is none, and nothing personal in what is shown.

use serde_json::{Value, json};

use super::support::{AT, PLANTED, answer, decided, finished, planted_over, publish, recorded, shadow, steps, view};
use crate::support::{DAY_ONE, Host, Partner, Start, applicant_subject, host_with_plain_approval, say};

/// The evening of the first day: every timer of the day has fired.
const EVENING: &str = "2021-04-22T18:00:00+08:00";

#[tokio::test]
async fn planted_differences_are_found_exactly_and_hurt_nobody() {
    let mut host = host_with_plain_approval().await;
    let mut cases = Vec::new();
    for rules in [
        ["officer", "officer", "officer"],
        ["officer", "plant-notice", "officer"],
        ["plant-trap", "officer", "officer"],
        ["officer", "officer", "plant-drop"],
        ["officer", "plant-fault", "officer"],
    ] {
        cases.push(decided(&host, rules).await);
    }
    host.clock(EVENING).await;
    let total = recorded(&host, &cases).await;
    assert_eq!(total, 25);
    let before = host.as_("portal").case(&cases[2]).await;
    let planted = host.publish(PLANTED).await;
    let found = shadow(&host, &planted, AT, json!({})).await;
    let report = &found["report"];

    // Each application's titles are wording; then what the officer's rule planted, and what comes behind is unknown.
    assert_eq!(steps(&found), [4 + 1 + 2 + 1, 5, 1, 3, 2 + 3 + 1 + 2], "{report:#}");
    assert_eq!(steps(&found).iter().sum::<u64>(), total);
    assert_eq!(
        report["cases"],
        json!({
            "compared": 5, "same": 0, "wording": 1, "effect": 1, "failure": 3, "erased": 0, "passed_by": 0,
        })
    );
    assert_eq!(report["failures"], json!({ "guest.fault": 1, "guest.trap": 1, "layer.dropped": 1 }));
    assert_eq!(report["commands"]["notify"]["added"], 1);
    assert_eq!(report["commands"]["open-task"]["wording"], 15);
    assert_eq!(report["commands"]["accept"]["same"], 5);
    assert_eq!(report["unjudged"], 0, "{report:#}");
    let kinds: Vec<&Value> = report["samples"].as_array().unwrap().iter().map(|sample| &sample["kind"]).collect();
    assert!(["wording", "effect", "failure"].iter().all(|kind| kinds.contains(&&json!(kind))), "{kinds:?}");

    assert_eq!(host.as_("portal").case(&cases[2]).await, before, "a shadow wrote to a case");
    assert_eq!(host.terminate(), Some(0));
    for command in ["verify", "replay"] {
        let (code, said) = host.offline(&[command]);
        assert_eq!(code, 0, "{command}: {said}");
    }
}

#[tokio::test]
async fn a_package_against_itself_is_the_same_to_the_last_step() {
    let host = host_with_plain_approval().await;
    let case = decided(&host, ["officer"; 3]).await;
    let refused = host.as_("portal").submit(crate::support::plain_application()).await;
    for (review, opinion) in [("planning", "approve"), ("safety", "approve"), ("traffic", "object")] {
        answer(&host.as_("officer"), &refused, review, opinion, "officer").await;
    }
    let open = host.as_("portal").submit(crate::support::plain_application()).await;
    host.clock(EVENING).await;
    // The same bytes again answer with the package that is in force.
    let itself = host.publish("examples/plain-approval").await;
    let found = shadow(&host, &itself, "310000", json!({})).await;
    let total = recorded(&host, &[case.clone(), refused.clone()]).await;
    assert_eq!(steps(&found), [total, 0, 0, 0, 0], "{:#}", found["report"]);
    assert_eq!(found["report"]["cases"]["passed_by"], 1, "an open case was not asked for");
    assert_eq!(found["report"]["samples"], json!([]));
    assert_eq!(found["report"]["failures"], json!({}));

    let with_open = shadow(&host, &itself, "310000", json!({ "open": true })).await;
    assert_eq!(steps(&with_open), [total + recorded(&host, &[open]).await, 0, 0, 0, 0]);
    let later = shadow(&host, &itself, "310000", json!({ "since": "2021-04-23" })).await;
    assert_eq!(later["report"]["cases"]["compared"], 0);
    let elsewhere = shadow(&host, &itself, "310101", json!({})).await;
    assert_eq!(elsewhere["report"]["cases"]["compared"], 0);
}

#[tokio::test]
async fn a_shorter_promise_in_settings_shows_as_a_date_and_in_its_direction() {
    let host = Host::start(Start::simulated(DAY_ONE)).await;
    host.put_in_force("examples/smallest-matter", "EX-STALL", "城市管理局", "310000").await;
    let plan = host.as_("portal").upload("/documents", b"a plan".to_vec()).await;
    let application = json!({
        "matter": "EX-STALL", "division": "310115", "subject": applicant_subject(), "answers": { "area": 4 },
        "values": { "name": "示例摊主甲", "place": "示例路7号旁" },
        "documents": { "site-plan": say(&plan, 201)["id"] },
    });
    let case = host.as_("portal").submit(application).await;
    host.as_("officer").approve_all(&case).await;
    host.clock(EVENING).await;
    assert_eq!(host.as_("portal").case(&case).await["outcome"], "granted");
    let faster = host.publish("examples/smallest-settings-variation").await;
    let found = shadow(&host, &faster, AT, json!({})).await;
    let [_, wording, effect, failure, _] = steps(&found);
    assert_eq!((wording, effect, failure), (0, 1, 0), "{:#}", found["report"]);
    assert_eq!(found["report"]["commands"]["accept"]["date"], 1);
    let sample = &found["report"]["samples"][0];
    assert_eq!(
        (&sample["differences"][0]["what"], &sample["differences"][0]["turn"]),
        (&json!("date"), &json!("less"))
    );
    // Both numbers stand in the definitions, so both are shown.
    assert_eq!(sample["recorded"][0]["accept"]["promised"]["count"], 5);
    assert_eq!(sample["candidate"][0]["accept"]["promised"]["count"], 2);
}

/// Everything personal that the run uses.
const PERSONAL: [&str; 9] = [
    "林示例",
    "310115199003070017",
    "13800000001",
    "示例路100号A座",
    "上海示例便利店有限公司",
    "91310115MA1K00015K",
    "王代办",
    "310104198506150023",
    "13900000009",
];

#[tokio::test]
async fn nothing_personal_stands_in_samples_reports_or_the_record_of_them() {
    let partner = Partner::start().await;
    let mut host = Host::prepare(Start::simulated(DAY_ONE).configured(&partner.config("")));
    host.restart();
    host.put_in_force("tests/guests/delivers", "T-DELIVERS", "城市管理局", "310000").await;
    for rule in ["plant-notice", "plant-trap", "13900000009"] {
        delivered(&host, &partner, rule).await;
    }
    let planted = publish(&host, planted_over("T-DELIVERS", "tests/planted-delivers")).await;
    let found = shadow(&host, &planted, AT, json!({ "open": true, "samples": 200 })).await;
    let samples = found["report"]["samples"].as_array().unwrap();
    assert!(samples.len() >= 3, "{found:#}");
    let text = found.to_string();
    for personal in PERSONAL {
        assert!(!text.contains(personal), "{personal} stands in the report: {found:#}");
    }
    // What the definition says is shown: a report that masks all would show nothing.
    assert!(text.contains("规划科"), "{found:#}");
    let id = found["id"].as_str().unwrap();
    assert_eq!(view(&host, id).await["digest"], found["digest"]);
    let log = host.logged().await;
    assert!(PERSONAL.iter().all(|personal| !log.contains(personal)));
}

/// A case with everything personal in it, up to the review's verdict.
async fn delivered(host: &Host, partner: &Partner, rule: &str) {
    let person = json!({ "kind": "natural-person", "id": "310115199003070017", "name": "林示例" });
    let application = json!({
        "matter": "T-DELIVERS", "division": "310115", "subject": applicant_subject(),
        "agent": { "kind": "natural-person", "id": "310104198506150023", "name": "王代办" },
        "values": { "representative": person, "address": "示例路100号A座", "mobile": "13800000001" },
    });
    let case = host.as_("portal").submit(application).await;
    let asked = partner.nth(1, |message| message.case == case && message.partner == "identity").await;
    say(&partner.call_back(host, &asked, json!({ "kind": "identity", "verified": true })).await, 204);
    answer(&host.as_("officer"), &case, "planning", "approve", rule).await;
}

#[tokio::test]
async fn a_candidate_that_does_not_stand_is_refused_with_its_reason() {
    let host = Host::start(Start::simulated(DAY_ONE)).await;
    let planted = crate::support::package(PLANTED);
    let report = host.as_("platform").upload("/packages", planted).await;
    let digest = say(&report, 201)["package"].clone();
    let request = json!({ "package": digest, "at": super::support::authority(AT) });
    let refused = host.as_("platform").post("/shadows", request).await;
    assert_eq!(say(&refused, 409)["code"], "shadow.base");
    let many = json!({ "package": digest, "at": super::support::authority(AT), "samples": 201 });
    let refused = host.as_("platform").post("/shadows", many).await;
    assert_eq!((&say(&refused, 422)["code"], &refused.body["place"]), (&json!("shadow.samples"), &json!("/samples")));
    assert!(
        refused.body["detail_en"].as_str().unwrap_or_default().contains("at most 200")
            || refused.body["detail"].to_string().contains("at most 200"),
        "{:#}",
        refused.body
    );
    let nowhere = json!({ "package": "0".repeat(64), "at": super::support::authority(AT) });
    say(&host.as_("platform").post("/shadows", nowhere).await, 404);
}

#[tokio::test]
async fn a_report_is_read_and_checked_from_the_command_line() {
    let host = host_with_plain_approval().await;
    decided(&host, ["officer", "plant-notice", "officer"]).await;
    host.clock(EVENING).await;
    let planted = host.publish(PLANTED).await;
    let at = "城市管理局@310115";
    let (code, said) = crate::cli::banshi(&host, "platform", &["shadow", &planted, "--at", at]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("实质 effect") && said.contains("notify"), "{said}");

    let (code, said) = crate::cli::banshi(&host, "platform", &["--json", "shadow", &planted, "--at", at]);
    assert_eq!(code, 0, "{said}");
    let mut report: Value = serde_json::from_str(&said).unwrap();
    finished(&host, report["id"].as_str().unwrap()).await;
    let file = host.folder().join("report.json");
    let file_name = file.to_str().unwrap().to_owned();
    std::fs::write(&file, &said).unwrap();
    let (code, said) = crate::cli::banshi(&host, "platform", &["shadow", "verify", &file_name]);
    assert_eq!(code, 0, "{said}");
    let other_key = "0".repeat(64);
    let (code, said) = crate::cli::banshi(&host, "platform", &["shadow", "verify", &file_name, "--key", &other_key]);
    assert_eq!(code, 1, "{said}");
    report["report"]["steps"]["effect"] = json!(0);
    std::fs::write(&file, report.to_string()).unwrap();
    let (code, said) = crate::cli::banshi(&host, "platform", &["shadow", "verify", &file_name]);
    assert_eq!(code, 1, "{said}");
}

#[tokio::test]
async fn a_candidate_that_no_longer_stands_on_its_ground_is_refused_by_place_and_values() {
    let host = Host::start(Start::simulated(DAY_ONE)).await;
    // Published before the matter was in force: nobody could say then that nine days are more than five.
    let slower = json!({
        "name": "tests/slower", "version": "0.1.0", "kind": "settings", "matter": "EX-PLAIN",
        "authority": super::support::authority(AT), "title": { "zh": "更慢", "en": "slower" },
        "settings": { "promised-days": 9 },
    });
    let manifest = serde_json::from_value(slower).unwrap();
    let slower = banshi_model::package::Package { manifest, component: Vec::new() }.encode().unwrap();
    let slower = super::support::publish(&host, slower).await;
    host.put_in_force("examples/plain-approval", "EX-PLAIN", "城市管理局", "310000").await;
    let request = json!({ "package": slower, "at": super::support::authority(AT) });
    let refused = host.as_("platform").post("/shadows", request).await;
    let said = say(&refused, 422);
    assert_eq!((&said["code"], &said["place"]), (&json!("shadow.chain"), &json!("settings.promised-days")));
    assert!(said.to_string().contains("below it is 5, the package sets 9"), "{said:#}");
}
