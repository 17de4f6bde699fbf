//! What a layer of a deep chain is refused: settings when they are published, with the place, the value below and their
//! own. What code is refused at a step is in `hostile::layers`; every rule by itself is a test of the registry.

use serde_json::{Value, json};

use super::{
    CITY, DEPARTMENT, DISTRICT, NATION, PROVINCE, STREET, enact, file, finding, in_force, nation, published, settings,
    stacked,
};
use crate::support::{package, say};

const MATTER: &str = "EX-PLAIN";

#[tokio::test]
async fn settings_of_the_street_are_measured_by_those_of_the_province_three_levels_above() {
    let host = nation().await;
    let promised =
        |place, days: u8| file(settings(MATTER, &format!("promise-{place}"), place, &json!({ "promised-days": days })));
    in_force(&host, promised(PROVINCE, 3), MATTER, PROVINCE).await;
    let refused = host.as_("platform").upload("/packages", promised(STREET, 4)).await;
    let (place, text) = finding(&refused, "admission.narrowing");
    assert_eq!(place, "settings.promised-days");
    assert_eq!(text, "knob `promised-days` may only be turned lower: below it is 3, the package sets 4");
    let unknown = file(settings(MATTER, "other", STREET, &json!({ "no-such-knob": 1 })));
    let refused = host.as_("platform").upload("/packages", unknown).await;
    let (place, text) = finding(&refused, "admission.settings");
    assert_eq!((place.as_str(), text.as_str()), ("settings.no-such-knob", "the matter has no knob `no-such-knob`"));
}

#[tokio::test]
async fn settings_that_code_below_them_does_not_leave_room_for_are_refused_by_its_name() {
    let host = nation().await;
    in_force(&host, stacked(MATTER, "city", CITY).await, MATTER, CITY).await;
    let one_day = file(settings(MATTER, "haste", DISTRICT, &json!({ "promised-days": 1 })));
    let refused = host.as_("platform").upload("/packages", one_day).await;
    let findings = refused.body["report"]["findings"].as_array().unwrap();
    let told: Vec<(&str, &str)> = findings
        .iter()
        .filter(|found| found["rule"] == "admission.narrowing")
        .map(|found| (found["place"].as_str().unwrap(), found["what"]["en"].as_str().unwrap()))
        .collect();
    let [(settings, code), (promised, values)] = told.as_slice() else { panic!("{:#}", refused.body) };
    assert_eq!((*settings, *promised), ("settings", "definition.promised"));
    assert!(code.contains("`tests/city` 0.1.0"), "{code}");
    assert!(values.contains("\"count\":1") && values.contains("\"count\":2"), "{values}");
}

#[tokio::test]
async fn what_would_leave_a_variation_above_it_without_ground_is_not_put_in_force() {
    let host = nation().await;
    let promised = |name, place, days: u8| file(settings(MATTER, name, place, &json!({ "promised-days": days })));
    let local = in_force(&host, promised("district", DISTRICT, 3), MATTER, DISTRICT).await;
    let digest = published(&host, promised("province", PROVINCE, 2)).await;
    let refused = enact(&host, &digest, MATTER, PROVINCE, None).await;
    let said = say(&refused, 422);
    let place = format!("enactments.{}", local["id"].as_str().unwrap());
    assert_eq!((&said["code"], &said["place"]), (&json!("enactment.checks"), &json!(place)));
    for named in ["enactment.strands", "tests/district", "promised-days", "take that variation back first"] {
        assert!(said.to_string().contains(named), "{named}: {said:#}");
    }
}

#[tokio::test]
async fn an_enactment_names_its_instrument_its_ground_and_no_more_permissions_than_were_asked() {
    let host = nation().await;
    let platform = host.as_("platform");
    let stall = tokio::task::spawn_blocking(|| package("examples/smallest-matter")).await.unwrap();
    let stall = published(&host, stall).await;
    let quick = file(settings("EX-STALL", "quick", DISTRICT, &json!({ "promised-days": 2 })));
    let quick = published(&host, quick).await;
    let request = |package: &str, division: &str, more: Value| {
        let mut request = json!({
            "matter": "EX-STALL", "authority": { "department": DEPARTMENT, "division": division },
            "package": package, "effective_from": "2021-01-01", "instrument": "测试〔2021〕1号",
        });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let early = platform.post("/enactments", request(&quick, DISTRICT, json!({}))).await;
    assert_eq!(say(&early, 409)["code"], "enactment.base");
    assert!(early.body["detail"].as_str().unwrap().contains("enact the matter first"), "{:#}", early.body);
    let mut more =
        say(&platform.get(&format!("/packages/{stall}/report")).await, 200)["report"]["manifest"]["permissions"]
            .clone();
    more["commands"].as_array_mut().unwrap().push(json!("ship"));
    for (wrong, code, place, words) in [
        (json!({ "instrument": " " }), "enactment.instrument", "/instrument", "文号"),
        (json!({ "instrument": "号".repeat(201) }), "enactment.instrument", "/instrument", "rests on an instrument"),
        (json!({ "base": stall }), "enactment.base", "/base", "stands on nothing"),
        (json!({ "permissions": more }), "enactment.permissions", "/permissions", "more is permitted"),
    ] {
        let refused = platform.post("/enactments", request(&stall, NATION, wrong)).await;
        let said = say(&refused, 422);
        assert_eq!((&said["code"], &said["place"]), (&json!(code), &json!(place)), "{said:#}");
        assert!(said.to_string().contains(words), "{words}: {said:#}");
    }
    say(&platform.post("/enactments", request(&stall, NATION, json!({}))).await, 201);
    let other = platform.post("/enactments", request(&quick, DISTRICT, json!({ "base": quick }))).await;
    assert_eq!(say(&other, 409)["code"], "enactment.base");
    assert!(other.body["detail"].as_str().unwrap().contains("is meant for base"), "{:#}", other.body);
}

#[tokio::test]
async fn a_flood_of_findings_is_cut_and_says_so() {
    let host = nation().await;
    let unknown: Value = (0..300).map(|nth| (format!("knob-{nth}"), json!(nth))).collect();
    let refused = host.as_("platform").upload("/packages", file(settings(MATTER, "flood", DISTRICT, &unknown))).await;
    let findings = say(&refused, 422)["report"]["findings"].as_array().unwrap();
    let last = findings.last().unwrap();
    assert_eq!((findings.len(), &last["rule"], &last["place"]), (201, &json!("admission.more"), &json!("package")));
    assert!(last["what"]["zh"].as_str().unwrap().contains("200 项"), "{last:#}");
}
