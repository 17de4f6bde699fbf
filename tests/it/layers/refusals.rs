//! What a layer of a deep chain is refused: settings when they are published, with the place, the value below and their
//! own. What code is refused at a step is in `hostile::layers`; every rule by itself is a test of the registry.

use serde_json::json;

use super::{CITY, DISTRICT, PROVINCE, STREET, file, finding, in_force, nation, settings, stacked};

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
