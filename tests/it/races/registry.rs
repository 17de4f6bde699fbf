//! What is in force changes while cases come in and are accepted.

use serde_json::{Value, json};

use super::{ROUNDS, sound, task};
use crate::support::{Host, Start, applicant_subject, host_with_plain_approval, plain_application, say};

/// Two working days instead of five, in Pudong.
const VARIATION: &str = "tests/variations/pudong-plain";
/// Submissions on each side of a change.
const AT_ONCE: usize = 24;

/// A case's layers and its due date belong together, whichever side of the change it came in on.
fn layers_and_due(case: &Value) -> (usize, String) {
    let layers = case["layers"].as_array().unwrap().len();
    let due = case["due"]["date"].as_str().unwrap().to_owned();
    assert!(matches!((layers, due.as_str()), (1, "2021-04-28") | (2, "2021-04-25")), "{layers} layers, due {due}");
    (layers, due)
}

#[tokio::test]
async fn a_case_is_pinned_to_what_was_in_force_before_an_enactment_or_after_it_and_never_to_half_of_each() {
    let mut host = host_with_plain_approval().await;
    let digest = host.publish(VARIATION).await;
    for _ in 0..3 {
        let before = host.as_("applicant").submit(plain_application()).await;
        let mut racing = tokio::task::JoinSet::new();
        for _ in 0..AT_ONCE {
            let applicant = host.as_("applicant");
            racing.spawn(async move { applicant.submit(plain_application()).await });
        }
        let enacted = host.enact(&digest, "EX-PLAIN", "城市管理局", "310115").await;
        let after = host.as_("applicant").submit(plain_application()).await;
        let ids = racing.join_all().await;
        assert_eq!(layers_and_due(&host.as_("applicant").case(&before).await).0, 1);
        assert_eq!(layers_and_due(&host.as_("applicant").case(&after).await).0, 2);
        for id in &ids {
            layers_and_due(&host.as_("applicant").case(id).await);
            host.as_("officer").approve_all(id).await;
        }
        let path = format!("/enactments/{}/take-back", enacted["id"].as_str().unwrap());
        let (one, two) = (host.as_("platform"), host.as_("publisher-pudong"));
        let (one, two) = tokio::join!(one.post(&path, json!({})), two.post(&path, json!({})));
        let (done, told) = if one.status == 200 { (one, two) } else { (two, one) };
        say(&done, 200);
        assert_eq!(say(&told, 409)["code"], "enactment.taken-back");
    }
    sound(&mut host);
}

async fn stall(host: &Host) -> Value {
    let uploaded = host.as_("applicant").upload("/documents", b"a plan".to_vec()).await;
    let plan = say(&uploaded, 201)["id"].clone();
    json!({
        "matter": "EX-STALL", "division": "310115", "subject": applicant_subject(), "answers": { "area": 4 },
        "values": { "name": "示例摊主", "place": "示例路1号" }, "documents": { "site-plan": plan },
    })
}

#[tokio::test]
async fn a_take_back_while_cases_are_accepted_leaves_each_on_the_rules_that_it_came_in_under() {
    let mut host = Host::start(Start::simulated("2021-04-22T09:00:00+08:00")).await;
    host.put_in_force("examples/smallest-matter", "EX-STALL", "城市管理局", "310000").await;
    let digest = host.publish("examples/smallest-settings-variation").await;
    let enacted = host.enact(&digest, "EX-STALL", "城市管理局", "310115").await;
    let mut ids = Vec::new();
    for _ in 0..ROUNDS {
        ids.push(host.as_("applicant").submit(stall(&host).await).await);
    }
    let mut racing = tokio::task::JoinSet::new();
    for id in ids.clone() {
        let officer = host.as_("officer");
        racing.spawn(async move {
            let open = task(&officer, &id, "acceptance").await;
            officer.verdict(&open, "approve").await
        });
    }
    let path = format!("/enactments/{}/take-back", enacted["id"].as_str().unwrap());
    say(&host.as_("platform").post(&path, json!({})).await, 200);
    for answer in racing.join_all().await {
        assert_eq!(say(&answer, 200)["phase"], "accepted");
    }
    for id in &ids {
        let case = host.as_("applicant").case(id).await;
        // Two working days from Thursday the 22nd: the 23rd, and the 25th, a Sunday that is worked.
        assert_eq!((case["layers"].as_array().unwrap().len(), &case["due"]["date"]), (2, &json!("2021-04-25")));
        host.as_("officer").approve_all(id).await;
        assert_eq!(host.as_("applicant").case(id).await["outcome"], "granted");
    }
    let new = host.as_("applicant").submit(stall(&host).await).await;
    assert_eq!(host.as_("applicant").case(&new).await["layers"].as_array().unwrap().len(), 1);
    sound(&mut host);
}
