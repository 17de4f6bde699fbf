//! A share of new cases goes first, and one applicant always sees the same rules.

use banshi_model::package::Package;
use serde_json::{Value, json};

use super::{
    EVENING, PUDONG, application, citizen, dividing, enact, enactment, follows, guide, hands_in, proven, said_to_be_in,
};
use crate::shadow::support::{publish, shadow};
use crate::support::{Host, applicant_subject, package, say};

/// So many citizens apply: that none or all of them are in at a half happens once in 2^39.
const CITIZENS: usize = 40;

#[tokio::test]
async fn an_applicant_follows_the_same_rules_from_the_guide_to_the_case_and_after_a_restart() {
    let (mut host, planted) = proven().await;
    let id = enact(&host, &planted, &json!({ "share": 50 })).await;
    let said = said_to_be_in(&host, 0..CITIZENS).await;
    assert!(said.contains(&true) && said.contains(&false), "{said:?}");
    for (number, inside) in said.iter().enumerate() {
        assert_eq!(hands_in(&host, number).await.1, *inside, "citizen {number}");
    }

    // What an applicant can choose changes nothing: another try, through a draft, by another channel, under another name.
    let portal = host.as_("portal");
    for (number, inside) in said.iter().enumerate().take(6) {
        let mut again = application(number);
        again["channel"] = json!("kiosk");
        again["subject"]["name"] = json!("另名");
        assert_eq!(follows(&host, &portal.submit(again).await).await, *inside, "citizen {number} again");
        let path = format!("/divisions/{PUDONG}/matters/EX-PLAIN/prefill");
        let form = portal.post(&path, json!({ "subject": citizen(number), "answers": {} })).await;
        let mut drafted = application(number);
        drafted["draft"] = say(&form, 200)["draft"].clone();
        let path = format!("/divisions/{PUDONG}/matters/EX-PLAIN/precheck");
        say(&portal.post(&path, drafted.clone()).await, 200);
        assert_eq!(follows(&host, &portal.submit(drafted).await).await, *inside, "citizen {number} with a draft");
    }

    host.kill();
    host.restart();
    assert_eq!(said_to_be_in(&host, 0..CITIZENS).await, said, "the key and the share are those of before");
    assert_eq!(hands_in(&host, 0).await.1, said[0]);

    // An applicant's own token says who asks; for nobody in particular it is not said.
    let own = guide(&host, "applicant", json!({})).await["gradual"][0].clone();
    assert_eq!((&own["enactment"], &own["share"]), (&json!(id), &json!(50)));
    let named = guide(&host, "portal", json!({ "subject": applicant_subject() })).await;
    assert_eq!(own["applies"], named["gradual"][0]["applies"]);
    assert_eq!(guide(&host, "portal", json!({})).await["gradual"][0]["applies"], Value::Null);
    // Nobody asks for somebody else, so that nobody learns who is in.
    let path = format!("/divisions/{PUDONG}/matters/EX-PLAIN/guide");
    let foreign = host.as_("applicant").post(&path, json!({ "subject": citizen(1) })).await;
    assert_eq!(foreign.status, 403);
}

#[tokio::test]
async fn raising_the_share_brings_more_in_and_nobody_out_and_a_case_keeps_what_it_has() {
    let (host, planted) = proven().await;
    let platform = host.as_("platform");
    let id = enact(&host, &planted, &json!({ "share": 15 })).await;
    let few = said_to_be_in(&host, 0..CITIZENS).await;
    let outside = few.iter().position(|inside| !inside).unwrap();
    let (early, followed) = hands_in(&host, outside).await;
    assert!(!followed);

    let path = format!("/enactments/{id}/share");
    let raised = platform.post_once(&path, "raise-1", json!({ "percent": 50 })).await;
    let steps = say(&raised, 200)["gradual"]["steps"].clone();
    assert_eq!(
        (&steps[0]["percent"], &steps[1]["percent"], &steps[1]["by"]),
        (&json!(15), &json!(50), &json!("platform"))
    );
    let again = platform.post_once(&path, "raise-1", json!({ "percent": 50 })).await;
    assert!(again.replayed && again.body == raised.body);
    let more = said_to_be_in(&host, 0..CITIZENS).await;
    assert!(few.iter().zip(&more).all(|(before, after)| *after || !before), "{few:?} {more:?}");
    assert!(more.iter().filter(|inside| **inside).count() > few.iter().filter(|inside| **inside).count());

    say(&platform.post(&path, json!({ "percent": 100 })).await, 200);
    assert!(hands_in(&host, outside).await.1, "now it governs everybody");
    assert!(!follows(&host, &early).await, "a case keeps what it was pinned to");
    assert_eq!(guide(&host, "portal", json!({})).await.get("gradual"), None, "nothing is gradual any more");
}

#[tokio::test]
async fn what_is_in_force_is_shown_for_those_outside_and_inside_with_the_share_of_each_value() {
    let (host, planted) = proven().await;
    let id = enact(&host, &planted, &json!({ "share": 30 })).await;
    let view = async |inside: &str| {
        let path = format!("/divisions/{PUDONG}/matters/EX-PLAIN{inside}");
        say(&host.anybody().get(&path).await, 200).clone()
    };
    let (outside, inside) = (view("").await, view("?inside=true").await);
    assert_eq!((outside["layers"].as_array().unwrap().len(), inside["layers"].as_array().unwrap().len()), (1, 2));
    for (shown, applies) in [(&outside, false), (&inside, true)] {
        let start = &shown["gradual"][0];
        assert_eq!(
            (&start["enactment"], &start["share"], &start["applies"]),
            (&json!(id), &json!(30), &json!(applies))
        );
    }
    assert_eq!(inside["in_force"][1]["share"], 30);
    assert_eq!(inside["in_force"][0]["share"], 100);

    let (code, said) = crate::cli::banshi(&host, "platform", &["matter", "explain", PUDONG, "EX-PLAIN", "--inside"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("逐步施行") && said.contains("30 %") && said.contains(&id), "{said}");
    let (code, said) = crate::cli::banshi(&host, "platform", &["enactment", "share", &id, "50"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("50 %"), "{said}");
}

/// Settings for stalls in Pudong: the plan of the site comes from the city map. No recorded step asks for it.
fn from_the_map() -> Vec<u8> {
    let mut local = Package::decode(&package("examples/smallest-settings-variation")).unwrap();
    local.manifest.settings.remove("promised-days");
    local.manifest.name = "tests/from-the-map".parse().unwrap();
    local.encode().unwrap()
}

fn stall(subject: &Value, plan: &Value) -> Value {
    json!({
        "matter": "EX-STALL", "division": PUDONG, "subject": subject, "answers": { "area": 4 },
        "values": { "name": "示例摊主", "place": "示例路7号旁" }, "documents": { "site-plan": plan },
    })
}

#[tokio::test]
async fn a_value_of_a_gradual_start_says_so_and_the_form_is_that_of_the_rules_that_hold_for_the_applicant() {
    let host = Host::start(dividing()).await;
    host.put_in_force("examples/smallest-matter", "EX-STALL", "城市管理局", "310000").await;
    let portal = host.as_("portal");
    let plan = say(&portal.upload("/documents", b"a plan".to_vec()).await, 201)["id"].clone();
    let case = portal.submit(stall(&applicant_subject(), &plan)).await;
    host.as_("officer").approve_all(&case).await;
    host.clock(EVENING).await;
    let local = publish(&host, from_the_map()).await;
    shadow(&host, &local, PUDONG, json!({})).await;
    let mut asked = enactment(&local, &json!({ "share": 50 }));
    asked["matter"] = json!("EX-STALL");
    let id = say(&host.as_("platform").post("/enactments", asked).await, 201)["id"].clone();

    let view = host.anybody().get(&format!("/divisions/{PUDONG}/matters/EX-STALL?inside=true")).await;
    let values = say(&view, 200)["provenance"].as_array().unwrap().clone();
    let own = |value: &Value| value["enactment"] == id;
    assert!(values.iter().any(own), "{values:#?}");
    assert!(values.iter().all(|value| value.get("share") == own(value).then_some(&json!(50))), "{values:#?}");

    let mut seen = [0, 0];
    for number in 0..12 {
        let guide = json!({ "subject": citizen(number), "answers": { "area": 4 } });
        let path = format!("/divisions/{PUDONG}/matters/EX-STALL");
        let told = portal.post(&format!("{path}/guide"), guide).await;
        let inside = say(&told, 200)["gradual"][0]["applies"].as_bool().unwrap();
        let form = json!({ "subject": citizen(number), "answers": { "area": 4 } });
        let form = portal.post(&format!("{path}/prefill"), form).await;
        let sources = say(&form, 200)["materials"][0]["sources"].to_string();
        assert_eq!(sources.contains("city-map"), inside, "citizen {number}: {sources}");
        seen[usize::from(inside)] += 1;
    }
    assert!(seen.iter().all(|seen| *seen > 0), "{seen:?}");
}
