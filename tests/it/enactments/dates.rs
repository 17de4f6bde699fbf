//! First days, last days, and midnight, when nobody is awake.

use serde_json::{Value, json};

use super::{application, enactment};
use crate::support::{Host, Partner, host_with_plain_approval, plain_application, say};

async fn due(host: &Host) -> String {
    let case = host.as_("portal").submit(plain_application()).await;
    host.as_("portal").case(&case).await["due"]["date"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_enactment_ends_with_its_last_day_and_what_stood_before_it_governs_again() {
    let host = host_with_plain_approval().await;
    let digest = host.publish("tests/variations/pudong-plain").await;
    let more = json!({ "until": "2021-04-23", "reviewed_by": ["李审核"] });
    let request = enactment(&digest, "EX-PLAIN", "310115", "2021-04-22", &more);
    say(&host.as_("platform").post("/enactments", request).await, 201);
    let shown = say(&host.as_("portal").get("/divisions/310115/matters/EX-PLAIN").await, 200).clone();
    assert_eq!(shown["in_force"][1]["until"], "2021-04-23");
    assert_eq!(shown["in_force"][1]["transitional"], "received-on-or-after");
    let persons = json!({ "wrote": ["platform"], "reviewed": ["李审核"], "released": ["platform"] });
    assert_eq!(shown["in_force"][1]["persons"], persons);
    assert_eq!(due(&host).await, "2021-04-25");
    host.clock("2021-04-23T23:59:59+08:00").await;
    assert_eq!(due(&host).await, "2021-04-26");
    host.clock("2021-04-24T00:00:00+08:00").await;
    assert_eq!(due(&host).await, "2021-04-29");
}

/// How many components this process has compiled.
async fn compiled(host: &Host) -> u64 {
    let metrics = host.as_("platform").metrics().await;
    let line = metrics.lines().find_map(|line| line.strip_prefix("banshi_components_compiled_total "));
    line.map_or(0, |count| count.trim().parse::<f64>().unwrap() as u64)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_request_of_the_day_compiles_nothing_also_after_a_restart_before_it() {
    let partner = Partner::start().await;
    let mut host = super::host(&partner).await;
    let digest = host.publish("tests/guests/appears-anew").await;
    let request = enactment(&digest, "T-APPEARS", "310000", "2021-04-23", &json!({}));
    say(&host.as_("platform").post("/enactments", request).await, 201);
    assert_eq!(host.terminate(), Some(0));
    // As on a machine that has never seen these components.
    std::fs::remove_dir_all(host.folder().join("data/compiled")).unwrap();
    host.restart();
    let began = std::time::Instant::now();
    while compiled(&host).await == 0 {
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "nothing was made ready");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(compiled(&host).await, 1, "what is yet to come, and only that");
    host.clock("2021-04-23T00:00:00+08:00").await;
    let case = host.as_("portal").submit(application()).await;
    let case = host.as_("portal").case(&case).await;
    assert_eq!(case["layers"][0]["version"], "2.0.0");
    assert_eq!(case["fault"], Value::Null);
    assert_eq!(compiled(&host).await, 1, "the first request of the day compiled");
}
