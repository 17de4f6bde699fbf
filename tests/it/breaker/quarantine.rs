//! A package that fails is not called where it fails: its cases are parked with a clear status, officers finish by hand,
//! clocks go on, and elsewhere nothing is different.

use serde_json::{Value, json};

use super::{
    DEPARTMENT, HUANGPU, PUDONG, STRICT, case, counted, fault, finished_by_hand, host, plain, quarantines, told,
};
use crate::support::{package, say};

#[tokio::test]
async fn what_traps_stalls_or_answers_nonsense_is_quarantined_where_it_does_and_nowhere_else() {
    let host = host(STRICT).await;
    // A trap, a stall, an answer that does not read, and a decision that nobody took.
    for wrong in ["trap", "loop", "no-json", "grant-alone"] {
        let parked = case(&host, told(PUDONG, wrong)).await;
        assert!(!["none", "package.quarantined"].contains(&fault(&parked)), "{wrong}: {}", fault(&parked));
    }
    let [quarantine] = <[Value; 1]>::try_from(quarantines(&host).await).unwrap();
    assert_eq!((&quarantine["state"], &quarantine["failures"]), (&json!("quarantined"), &json!(4)), "{quarantine:#}");
    assert_eq!(quarantine["authority"], json!({ "department": DEPARTMENT, "division": PUDONG }));
    assert_eq!((&quarantine["name"], &quarantine["matter"]), (&json!("tests/wild"), &json!("T-WILD")));

    // Its steps are not called: one that would trap does not, and one that would go well waits.
    let traps = counted(&host, "banshi_plugin_failures_total", "code", "guest.trap").await;
    assert_eq!(fault(&case(&host, told(PUDONG, "trap")).await), "package.quarantined");
    assert_eq!(counted(&host, "banshi_plugin_failures_total", "code", "guest.trap").await, traps);
    let waits = case(&host, told(PUDONG, "ordinary")).await;
    assert_eq!((fault(&waits), &waits["phase"]), ("package.quarantined", &json!("received")));
    assert_eq!(waits["fault"]["quarantine"]["id"], quarantine["id"], "{:#}", waits["fault"]);
    let advice = &waits["fault"]["advice"];
    for (language, word) in [("zh", "手工办结"), ("zh", "时限照常计算"), ("en", "by hand"), ("en", "2021-04-22")]
    {
        assert!(advice[language].as_str().unwrap().contains(word), "{word}: {advice:#}");
    }

    // The same package elsewhere, and its neighbour here, are as they were.
    assert_eq!(case(&host, told(HUANGPU, "ordinary")).await["phase"], "accepted");
    assert_eq!(case(&host, plain(PUDONG)).await["phase"], "accepted");

    finished_by_hand(&host.as_("officer"), waits["id"].as_str().unwrap()).await;
    assert_eq!(counted(&host, "banshi_quarantine_changes_total", "change", "opened").await, 1);
    let log = host.logged().await;
    let line = log.lines().find(|line| line.contains("quarantine.change")).unwrap();
    for word in ["opened", "tests/wild", "城市管理局@310115", quarantine["id"].as_str().unwrap()] {
        assert!(line.contains(word), "{word}: {line}");
    }
}

#[tokio::test]
async fn the_law_s_clocks_go_on_for_cases_of_a_quarantined_package() {
    let host = host(STRICT).await;
    for _ in 0..4 {
        case(&host, told(PUDONG, "trap")).await;
    }
    let parked = case(&host, told(PUDONG, "trap")).await;
    assert_eq!(fault(&parked), "package.quarantined");
    // Five working days later: accepted as of receipt, although the plugin was never asked.
    host.clock("2021-04-29T00:00:00+08:00").await;
    let parked = host.as_("applicant").case(parked["id"].as_str().unwrap()).await;
    assert_eq!((&parked["accepted"], &parked["deemed_accepted"]), (&json!("2021-04-22"), &json!(true)), "{parked:#}");
    let [quarantine] = <[Value; 1]>::try_from(quarantines(&host).await).unwrap();
    assert_eq!(quarantine["released"], Value::Null);
    assert!(quarantine["failed_trials"].as_u64().unwrap() > 3, "it was tried again and again: {quarantine:#}");
}

#[tokio::test]
async fn a_variation_whose_answers_may_not_stand_is_quarantined_and_the_matter_below_it_is_not() {
    package("tests/guests/wild-layer");
    let host = host(STRICT).await;
    let digest = host.publish("tests/guests/wild-layer").await;
    host.enact(&digest, "T-WILD", DEPARTMENT, HUANGPU).await;
    for wrong in ["drop-stage", "drop-review", "silence", "longer"] {
        let parked = case(&host, told(HUANGPU, &format!("ordinary.{wrong}"))).await;
        assert!(fault(&parked).starts_with("layer."), "{wrong}: {:#}", parked["fault"]);
    }
    let [quarantine] = <[Value; 1]>::try_from(quarantines(&host).await).unwrap();
    assert_eq!((&quarantine["package"], &quarantine["kind"]), (&json!(digest), &json!("code")), "{quarantine:#}");
    assert_eq!(quarantine["publisher"], json!({ "department": DEPARTMENT, "division": HUANGPU }));
    // No layer is left out by itself: what a variation holds back below it may be what is mandatory here.
    assert_eq!(fault(&case(&host, told(HUANGPU, "ordinary")).await), "package.quarantined");
    assert_eq!(case(&host, told(PUDONG, "ordinary")).await["phase"], "accepted");
    // Whoever put it in force sees it, and the neighbour's publisher does not.
    let own = host.as_("publisher-huangpu").get("/quarantines").await;
    assert_eq!(say(&own, 200)["items"][0]["id"], quarantine["id"]);
    assert_eq!(say(&host.as_("publisher-pudong").get("/quarantines").await, 200)["items"], json!([]));
}

#[tokio::test]
async fn one_case_that_fails_again_and_again_quarantines_nothing() {
    let host = host(STRICT).await;
    let parked = case(&host, told(PUDONG, "trap")).await;
    host.clock("2021-04-22T09:10:00+08:00").await;
    let parked = host.as_("applicant").case(parked["id"].as_str().unwrap()).await;
    assert!(parked["fault"]["attempts"].as_u64().unwrap() > 4, "{:#}", parked["fault"]);
    assert_eq!(fault(&parked), "guest.trap");
    assert_eq!(quarantines(&host).await, Vec::<Value>::new());
    assert_eq!(case(&host, told(PUDONG, "ordinary")).await["phase"], "accepted");
}
