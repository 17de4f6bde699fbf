//! What the law does when nobody answers (行政许可法 第三十二条). Dates are literals of the 2021 calendar.

use serde_json::json;

use crate::support::{Host, Start, applicant_subject, say};

/// In force: the smallest matter of `examples/`, which an officer accepts.
async fn host(at: &str) -> Host {
    let host = Host::start(Start::simulated(at)).await;
    host.put_in_force("examples/smallest-matter", "EX-STALL", "城市管理局", "310000").await;
    host
}

#[tokio::test]
async fn nobody_answers_over_mid_autumn_and_the_case_is_accepted_as_of_receipt() {
    // Wednesday 2021-09-15. Mid-autumn is off from Sunday the 19th to Tuesday the 21st; Saturday the 18th is
    // worked. The five working days are 16, 17, 18, 22 and 23 September.
    let mut host = host("2021-09-15T15:00:00+08:00").await;
    let application = application(&host).await;
    let id = host.as_("applicant").submit(application).await;

    host.clock("2021-09-23T23:59:59+08:00").await;
    assert_eq!(host.as_("applicant").case(&id).await["phase"], "received");

    // The host is down when the time runs out; the timer fires once when it is back.
    host.kill();
    host.restart();
    host.clock("2021-09-24T08:00:00+08:00").await;
    let case = host.as_("applicant").case(&id).await;
    assert_eq!(case["phase"], "accepted", "{case:#}");
    assert_eq!(case["accepted"], "2021-09-15");
    assert_eq!(case["deemed_accepted"], true);
    let journal = host.as_("applicant").get(&format!("/cases/{id}/journal?limit=100")).await;
    let deemed = journal.body["items"].as_array().unwrap().iter().filter(|line| line["kind"] == "host").count();
    assert_eq!(deemed, 1, "{:#}", journal.body);
}

async fn application(host: &Host) -> serde_json::Value {
    let uploaded = host.as_("applicant").upload("/documents", b"a plan".to_vec()).await;
    let plan = say(&uploaded, 201)["id"].clone();
    json!({
        "matter": "EX-STALL", "division": "310115", "subject": applicant_subject(), "answers": { "area": 4 },
        "values": { "name": "示例摊主", "place": "示例路1号" }, "documents": { "site-plan": plan },
    })
}
