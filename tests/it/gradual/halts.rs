//! A watch counts what the first cases come to, and halts the enactment: not before enough cases, at once when it does,
//! and until a person releases it.

use serde_json::{Value, json};

use super::{EVENING, PUDONG, application, enact, follows, hands_in, plants, proven, refused, watch};
use crate::cli::banshi;
use crate::shadow::support::{PLANTED, answer, decided};
use crate::support::{Host, host_with_plain_approval, say};

/// A watch that looks at one thing only.
fn only(what: &str, threshold: u8, cases: u32) -> Value {
    let mut watch = json!({ "hours": 2400, "cases": cases, "traps": 0, "parked": 0, "refusals": 0, "late": 0 });
    watch[what] = json!(threshold);
    json!({ "watch": watch })
}

/// A host with the planted variation in force in Pudong, watched like that; and the enactment.
async fn watched(more: Value) -> (Host, String) {
    let host = host_with_plain_approval().await;
    let planted = host.publish(PLANTED).await;
    let id = enact(&host, &planted, &more).await;
    (host, id)
}

#[tokio::test]
async fn traps_halt_an_enactment_once_there_are_enough_cases_and_new_cases_follow_the_former_chain_at_once() {
    let (host, id) = watched(only("traps", 60, 3)).await;
    let mut begun = Vec::new();
    for number in 0..2 {
        let (case, inside) = hands_in(&host, number).await;
        assert!(inside);
        plants(&host, &case, "plant-trap").await;
        begun.push(case);
    }
    let view = watch(&host, &id).await;
    assert_eq!((&view["state"], &view["counts"]["traps"]), (&json!("watching"), &json!(2)), "two cases are too few");
    let (third, inside) = hands_in(&host, 2).await;
    assert!(inside);
    begun.push(third);
    // Two of three is more than the threshold: the third case alone made them enough.
    let (_, inside) = hands_in(&host, 3).await;
    assert!(!inside, "the very next case follows the former chain");

    let view = watch(&host, &id).await;
    let halt = &view["enactment"]["halts"][0];
    assert_eq!((&view["state"], &halt["trigger"], &halt["threshold"]), (&json!("halted"), &json!("traps"), &json!(60)));
    assert_eq!((&halt["counts"]["cases"], &halt["counts"]["traps"]), (&json!(3), &json!(2)));
    assert_eq!(halt["released"], Value::Null);
    let cities = say(&host.as_("platform").get("/enactments?division=310000").await, 200)["items"][0]["id"].clone();
    listed_with_what_can_be_done(&view, &begun, &cities);

    let log = host.logged().await;
    let line = log.lines().find(|line| line.contains("was halted by its watch")).unwrap();
    assert!(line.contains(&id) && line.contains("traps") && !line.contains("310115199003070"), "{line}");
    let metrics = host.as_("platform").metrics().await;
    assert!(metrics.contains("banshi_enactment_halts_total{trigger=\"traps\"} 1"), "{metrics}");
    assert!(metrics.contains("banshi_enactments_halted 1"), "{metrics}");
    let (code, said) = banshi(&host, "platform", &["enactment", "watch", &id]);
    assert_eq!(code, 0, "{said}");
    for word in ["已自动停用 halted", "组件出错 traps", "手工办结", begun[0].as_str(), "banshi enactment release"]
    {
        assert!(said.contains(word), "`{word}` in {said}");
    }
    let (code, said) = banshi(&host, "platform", &["enactments", "--division", PUDONG]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("停用 halted"), "{said}");
}

/// The cases that began meanwhile, each with its remedies: a parked one by hand, one that runs on its own chain too.
fn listed_with_what_can_be_done(view: &Value, begun: &[String], former: &Value) {
    assert_eq!(view["begun"]["total"], begun.len());
    for case in view["begun"]["items"].as_array().unwrap() {
        assert!(begun.iter().any(|id| case["id"] == *id), "{case:#}");
        let remedies = case["remedies"].as_array().unwrap();
        assert!(remedies.contains(&json!("by-hand")) && remedies.contains(&json!("migrate")), "{case:#}");
        assert_eq!(&case["migrate_to"], former, "a migration names what new cases follow");
        assert_eq!(remedies.contains(&json!("finish-there")), case["parked"] == json!(false), "{case:#}");
        assert_eq!(case.get("subject"), None, "nothing personal in a list for operators");
    }
}

#[tokio::test]
async fn parked_cases_halt_where_no_plugin_trapped() {
    let (host, id) = watched(only("parked", 100, 2)).await;
    for number in 0..2 {
        let (case, inside) = hands_in(&host, number).await;
        assert!(inside);
        for review in ["planning", "safety", "traffic"] {
            answer(&host.as_("officer"), &case, review, "approve", "plant-drop").await;
        }
    }
    let view = watch(&host, &id).await;
    let halt = &view["enactment"]["halts"][0];
    assert_eq!(
        (&halt["trigger"], &halt["counts"]["parked"], &halt["counts"]["traps"]),
        (&json!("parked"), &json!(2), &json!(0))
    );
    assert!(!hands_in(&host, 9).await.1);
}

/// A case whose last review objects: it is refused.
async fn objects(host: &Host, number: usize) -> bool {
    let (case, inside) = hands_in(host, number).await;
    for (review, opinion) in [("planning", "approve"), ("safety", "approve"), ("traffic", "object")] {
        answer(&host.as_("officer"), &case, review, opinion, "officer").await;
    }
    inside
}

#[tokio::test]
async fn refusals_halt_against_the_former_chain_s_own_rate() {
    let host = host_with_plain_approval().await;
    // The former chain refuses one of three.
    for _ in 0..2 {
        decided(&host, ["officer"; 3]).await;
    }
    assert!(!objects(&host, 900).await);
    host.clock(EVENING).await;
    let planted = host.publish(PLANTED).await;
    let id = enact(&host, &planted, &only("refusals", 60, 3)).await;
    let view = watch(&host, &id).await;
    assert_eq!(view["enactment"]["watch"]["former"], json!({ "decided": 3, "refused": 1 }));
    for number in 0..2 {
        assert!(objects(&host, number).await, "two decisions are too few");
    }
    assert_eq!(watch(&host, &id).await["state"], "watching");
    assert!(objects(&host, 2).await);
    let view = watch(&host, &id).await;
    assert_eq!((&view["state"], &view["enactment"]["halts"][0]["trigger"]), (&json!("halted"), &json!("refusals")));
    assert!(!hands_in(&host, 9).await.1);
}

#[tokio::test]
async fn as_many_refusals_as_before_halt_nothing() {
    let host = host_with_plain_approval().await;
    for number in 900..903 {
        objects(&host, number).await;
    }
    host.clock(EVENING).await;
    let planted = host.publish(PLANTED).await;
    let id = enact(&host, &planted, &only("refusals", 10, 3)).await;
    for number in 0..4 {
        assert!(objects(&host, number).await);
    }
    let view = watch(&host, &id).await;
    assert_eq!((&view["state"], &view["counts"]["refused"]), (&json!("watching"), &json!(4)));
}

#[tokio::test]
async fn limits_that_pass_halt_without_another_step() {
    let (host, id) = watched(only("late", 100, 2)).await;
    let mut begun = Vec::new();
    for number in 0..2 {
        begun.push(hands_in(&host, number).await.0);
    }
    let due = host.as_("portal").case(&begun[0]).await["limits"]["promised_due"]["date"].as_str().unwrap().to_owned();
    host.clock(&format!("{due}T23:59:00+08:00")).await;
    assert_eq!(watch(&host, &id).await["state"], "watching", "until the end of its last day it is in time");
    host.clock("2021-05-14T09:00:00+08:00").await;
    let view = watch(&host, &id).await;
    assert_eq!((&view["state"], &view["enactment"]["halts"][0]["trigger"]), (&json!("halted"), &json!("late")));
    assert!(!hands_in(&host, 9).await.1);
}

#[tokio::test]
async fn a_person_releases_a_halt_and_what_was_counted_before_does_not_count_again() {
    let (host, id) = watched(only("traps", 50, 2)).await;
    let platform = host.as_("platform");
    let release = format!("/enactments/{id}/release");
    refused(&platform.post(&release, json!({})).await, 409, "enactment.not-halted", "", &[&id]);
    for number in 0..2 {
        let (case, _) = hands_in(&host, number).await;
        plants(&host, &case, "plant-trap").await;
    }
    let (meanwhile, inside) = hands_in(&host, 3).await;
    assert!(!inside);
    // Cases of the instant of a release count with what came since.
    host.clock(EVENING).await;
    let huangpu = host.as_("publisher-huangpu").post(&release, json!({})).await;
    assert_eq!(huangpu.status, 403);
    let released = host.as_("publisher-pudong").post_once(&release, "release-1", json!({})).await;
    let halt = &say(&released, 200)["halts"][0];
    assert_eq!(
        (&halt["released"]["by"], &halt["released"]["counts"]["traps"]),
        (&json!("publisher-pudong"), &json!(2))
    );
    let again = host.as_("publisher-pudong").post_once(&release, "release-1", json!({})).await;
    assert!(again.replayed && again.body == released.body);
    assert!(!follows(&host, &meanwhile).await, "a case keeps what it was pinned to");

    let (fourth, inside) = hands_in(&host, 4).await;
    assert!(inside, "it takes new cases again");
    plants(&host, &fourth, "plant-trap").await;
    let view = watch(&host, &id).await;
    assert_eq!(
        (&view["state"], &view["counts"]["cases"], &view["counts"]["traps"]),
        (&json!("watching"), &json!(1), &json!(1))
    );
    let (fifth, inside) = hands_in(&host, 5).await;
    assert!(inside);
    plants(&host, &fifth, "plant-trap").await;
    let view = watch(&host, &id).await;
    assert_eq!((&view["state"], view["enactment"]["halts"].as_array().map(Vec::len)), (&json!("halted"), Some(2)));
    let (code, said) = banshi(&host, "platform", &["enactment", "release", &id]);
    assert_eq!(code, 0, "{said}");
    let back = platform.post(&format!("/enactments/{id}/take-back"), json!({})).await;
    assert_eq!(say(&back, 200)["begun"]["total"], 4);
    assert_eq!(watch(&host, &id).await["state"], "taken-back");
}

#[tokio::test]
async fn a_gradual_start_is_watched_and_a_halt_stops_its_share_from_being_raised() {
    let (host, planted) = proven().await;
    let more = json!({ "share": 50, "watch": only("traps", 10, 1)["watch"] });
    let id = enact(&host, &planted, &more).await;
    let plain = enact(&host, &planted, &json!({ "share": 50 })).await;
    let defaults = watch(&host, &plain).await["enactment"]["watch"].clone();
    assert_eq!((&defaults["hours"], &defaults["cases"], &defaults["traps"]), (&json!(168), &json!(20), &json!(5)));
    say(&host.as_("platform").post(&format!("/enactments/{plain}/take-back"), json!({})).await, 200);

    let mut number = 0;
    let case = loop {
        let (case, inside) = hands_in(&host, number).await;
        if inside {
            break case;
        }
        number += 1;
        assert!(number < 60, "nobody is in");
    };
    plants(&host, &case, "plant-trap").await;
    assert_eq!(watch(&host, &id).await["state"], "halted");
    let again = host.as_("portal").submit(application(number)).await;
    assert!(!follows(&host, &again).await, "whoever was in follows the former chain like everybody");
    let raised = host.as_("platform").post(&format!("/enactments/{id}/share"), json!({ "percent": 100 })).await;
    refused(&raised, 409, "enactment.halted", "", &["banshi enactment release", &id]);
}

#[tokio::test]
async fn without_a_watch_nothing_halts_and_with_the_option_everything_is_watched() {
    let (host, planted) = (host_with_plain_approval().await, PLANTED);
    let planted = host.publish(planted).await;
    let id = enact(&host, &planted, &json!({})).await;
    assert_eq!(watch(&host, &id).await["state"], "unwatched");
    for number in 0..3 {
        let (case, _) = hands_in(&host, number).await;
        plants(&host, &case, "plant-trap").await;
    }
    assert!(hands_in(&host, 9).await.1);

    let always = "[engine.watch]\nalways = true\ncases = 2\ntraps_percent = 50\n";
    let host = Host::start(crate::support::Start::simulated(crate::support::DAY_ONE).configured(always)).await;
    host.put_in_force("examples/plain-approval", "EX-PLAIN", "城市管理局", "310000").await;
    let digest = host.publish(PLANTED).await;
    let id = enact(&host, &digest, &json!({})).await;
    assert_eq!(watch(&host, &id).await["enactment"]["watch"]["cases"], 2);
    for number in 0..2 {
        let (case, _) = hands_in(&host, number).await;
        plants(&host, &case, "plant-trap").await;
    }
    assert!(!hands_in(&host, 9).await.1);
}

#[tokio::test]
async fn a_raise_begins_the_watch_anew_and_counts_what_came_before_again() {
    let (host, planted) = proven().await;
    let strict = json!({ "hours": 1, "cases": 50, "traps": 1, "parked": 0, "refusals": 0, "late": 0 });
    let id = enact(&host, &planted, &json!({ "share": 50, "watch": strict })).await;
    let mut begun = Vec::new();
    for number in 0..12 {
        let (case, inside) = hands_in(&host, number).await;
        begun.extend(inside.then_some(case));
    }
    plants(&host, &begun[0], "plant-trap").await;
    host.clock("2021-04-22T21:00:00+08:00").await;
    let view = watch(&host, &id).await;
    assert_eq!((&view["state"], &view["counts"]), (&json!("ended"), &Value::Null));
    // The next day ends what is over; the raise reads its cases again.
    host.clock("2021-04-23T09:00:00+08:00").await;
    say(&host.as_("platform").post(&format!("/enactments/{id}/share"), json!({ "percent": 100 })).await, 200);
    let view = watch(&host, &id).await;
    let counted = (&view["counts"]["cases"], &view["counts"]["traps"]);
    assert_eq!((&view["state"], counted), (&json!("watching"), (&json!(begun.len()), &json!(1))));
}
