//! Where the configuration demands it, nothing is enacted without its report, and no difference without a person.

use serde_json::{Value, json};

use super::support::{AT, PLANTED, authority, decided, shadow};
use crate::support::{Answer, DAY_ONE, Host, Start, say};

const DEMANDED: &str = "[engine.shadow]\nrequired = true\n";

async fn enact(host: &Host, package: &str, matter: &str, division: &str) -> Answer {
    let request = json!({
        "matter": matter, "authority": authority(division), "package": package, "effective_from": "2021-01-01",
        "instrument": "测试〔2021〕1号",
    });
    host.as_("platform").post("/enactments", request).await
}

async fn sign(host: &Host, shadow: &Value, report: &Value) -> Answer {
    let path = format!("/shadows/{}/sign-off", shadow["id"].as_str().unwrap());
    host.as_("platform").post(&path, json!({ "person": "李某某（法制科科长）", "report": report })).await
}

#[tokio::test]
async fn enacting_takes_a_report_of_this_very_package_here_and_a_signature_under_its_differences() {
    let host = Host::start(Start::simulated(DAY_ONE).configured(DEMANDED)).await;
    let plain = host.publish("examples/plain-approval").await;
    let refused = enact(&host, &plain, "EX-PLAIN", "310000").await;
    assert_eq!(say(&refused, 422)["code"], "enactment.shadow");
    assert!(refused.body["detail"].as_str().unwrap().contains("banshi shadow"), "{:#}", refused.body);
    // No case, no difference: the report alone is enough.
    shadow(&host, &plain, "310000", json!({})).await;
    say(&enact(&host, &plain, "EX-PLAIN", "310000").await, 201);

    decided(&host, ["officer", "plant-notice", "officer"]).await;
    host.clock("2021-04-22T18:00:00+08:00").await;
    let planted = host.publish(PLANTED).await;
    assert_eq!(say(&enact(&host, &planted, "EX-PLAIN", AT).await, 422)["code"], "enactment.shadow");
    let elsewhere = shadow(&host, &planted, "310101", json!({})).await;
    assert_eq!(elsewhere["report"]["steps"]["effect"], 0);
    assert_eq!(say(&enact(&host, &planted, "EX-PLAIN", AT).await, 422)["code"], "enactment.shadow");
    let found = shadow(&host, &planted, AT, json!({})).await;
    assert_eq!(found["report"]["steps"]["effect"], 1);
    let refused = enact(&host, &planted, "EX-PLAIN", AT).await;
    assert_eq!(say(&refused, 422)["code"], "enactment.shadow-sign-off");

    let another = sign(&host, &found, &json!("0".repeat(64))).await;
    assert_eq!(say(&another, 422)["code"], "shadow.report");
    let path = format!("/shadows/{}/sign-off", found["id"].as_str().unwrap());
    for nobody in ["", " ", "李\n某", &"某".repeat(61)] {
        let nameless = json!({ "person": nobody, "report": found["digest"] });
        let nameless = host.as_("platform").post(&path, nameless).await;
        assert_eq!(
            (&say(&nameless, 422)["code"], &nameless.body["place"]),
            (&json!("shadow.person"), &json!("/person"))
        );
        assert!(nameless.body.to_string().contains("who signs is not named"), "{:#}", nameless.body);
    }
    let signed = sign(&host, &found, &found["digest"]).await;
    assert_eq!(say(&signed, 200)["sign_offs"][0]["person"], "李某某（法制科科长）");
    assert_eq!(signed.body["sign_offs"][0]["by"], "platform");
    say(&enact(&host, &planted, "EX-PLAIN", AT).await, 201);
}

#[tokio::test]
async fn without_the_policy_enacting_asks_for_no_report() {
    let host = Host::start(Start::simulated(DAY_ONE)).await;
    let plain = host.publish("examples/plain-approval").await;
    say(&enact(&host, &plain, "EX-PLAIN", "310000").await, 201);
}
