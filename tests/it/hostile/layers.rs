//! Code variations that loosen what they stand on: at publication and at each step.

use banshi_model::package::{Kind, Package};
use serde_json::{Value, json};

use super::hand_made::{manifest, trapping_variation};
use super::{DEPARTMENT, Neighbour, fault, host_under_fire, shown, told};
use crate::support::{Host, package, say};

/// Where the loosening variation is in force.
const HERE: &str = "310101";

async fn host_with_the_layer() -> (Host, String) {
    package("tests/guests/wild-layer");
    let host = host_under_fire("").await;
    let digest = host.publish("tests/guests/wild-layer").await;
    host.enact(&digest, "T-WILD", DEPARTMENT, HERE).await;
    (host, digest)
}

/// The fault is the variation's, not the matter's below it.
#[track_caller]
fn blames(case: &Value, name: &str, layer: &str) {
    assert_eq!(fault(case), name, "{:#}", case["fault"]);
    assert_eq!(case["fault"]["fault"]["package"], layer, "{:#}", case["fault"]);
}

#[tokio::test]
async fn a_variation_that_drops_a_stage_a_review_or_a_promise_is_parked_by_name() {
    let (host, layer) = host_with_the_layer().await;
    let neighbour = Neighbour::begin(&host);
    let wrongs = [
        ("drop-stage", "layer.stage-dropped"),
        ("drop-review", "layer.review-dropped"),
        ("other-stage", "layer.stage-dropped"),
        ("silence", "layer.silenced"),
        ("longer", "layer.dropped"),
        ("add-grant", "layer.added"),
        ("add-refusal", "layer.added"),
        ("add-notice", "permission.denied"),
        ("trap", "guest.trap"),
    ];
    for (wrong, name) in wrongs {
        let id = host.as_("applicant").submit(told(HERE, &format!("ordinary.{wrong}"))).await;
        let case = host.as_("officer-huangpu").case(&id).await;
        blames(&case, name, &layer);
        assert_eq!(case["tasks"], json!([]), "{wrong}: nothing of the step stands");
    }
    shown(&host, "banshi_step_faults_total", "code", wrongs.iter().map(|(_, name)| *name)).await;
    neighbour.end().await;
}

#[tokio::test]
async fn a_variation_that_drops_a_reason_a_person_or_the_decision_is_parked_by_name() {
    let (host, layer) = host_with_the_layer().await;
    let officer = host.as_("officer-huangpu");
    for opinion in ["approve", "object"] {
        for wrong in ["drop-reason", "other-person", "drop-decision"] {
            let id = host.as_("applicant").submit(told(HERE, &format!("ordinary.{wrong}"))).await;
            let task = say(&officer.get(&format!("/tasks/{id}.verdict")).await, 200).clone();
            say(&officer.verdict(&task, opinion).await, 200);
            let case = officer.case(&id).await;
            blames(&case, "layer.dropped", &layer);
            assert_eq!(case["decision"], json!(null), "{wrong}");
        }
    }
    shown(&host, "banshi_step_faults_total", "code", ["layer.dropped"; 6].into_iter()).await;
}

#[tokio::test]
async fn a_trap_in_each_export_of_a_variation_is_named() {
    let (host, _) = host_with_the_layer().await;
    let applicant = host.as_("applicant");
    let path = format!("/divisions/{HERE}/matters/T-WILD");
    let precheck = applicant.post(&format!("{path}/precheck"), told(HERE, "ordinary.precheck.trap")).await;
    let guide = applicant.post(&format!("{path}/guide"), json!({ "answers": { "q-19": true } })).await;
    for answer in [precheck, guide] {
        assert_eq!(say(&answer, 502)["plugin"]["code"], "guest.trap", "{:#}", answer.body);
    }
    let last = json!({ "answers": { "q-18": true, "q-19": true } });
    let widened = applicant.post(&format!("{path}/guide"), last).await;
    assert_eq!(say(&widened, 502)["plugin"]["code"], "layer.guidance", "{:#}", widened.body);
    assert!(widened.body["plugin"]["text"].as_str().unwrap().contains("takes away a mode"), "{:#}", widened.body);
    let mut manifest = manifest(Kind::Code, "layer-traps", "T-WILD");
    manifest.authority.division = HERE.parse().unwrap();
    let file = Package { manifest, component: trapping_variation() }.encode().unwrap();
    let answer = host.as_("platform").upload("/packages", file).await;
    assert_eq!(super::refused(&answer), ["guest.trap"], "{:#}", answer.body);
    shown(&host, "banshi_plugin_failures_total", "code", ["guest.trap"; 3].into_iter()).await;
}

#[tokio::test]
async fn the_same_variation_is_no_hindrance_where_it_loosens_nothing() {
    let (host, _) = host_with_the_layer().await;
    let officer = host.as_("officer-huangpu");
    for (opinion, outcome) in [("approve", "granted"), ("object", "refused")] {
        let id = host.as_("applicant").submit(told(HERE, "ordinary")).await;
        let task = say(&officer.get(&format!("/tasks/{id}.verdict")).await, 200).clone();
        say(&officer.verdict(&task, opinion).await, 200);
        assert_eq!(officer.case(&id).await["outcome"], outcome);
    }
}

#[tokio::test]
async fn a_variation_whose_definition_loosens_is_not_admitted() {
    let greedy = package("tests/guests/greedy");
    let host = host_under_fire("").await;
    let answer = host.as_("platform").upload("/packages", greedy).await;
    assert!(super::refused(&answer).contains(&"admission.narrowing".to_owned()), "{:#}", answer.body);
    let places: Vec<&str> =
        answer.body["report"]["findings"].as_array().unwrap().iter().filter_map(|f| f["place"].as_str()).collect();
    for place in ["definition.stages.verdict", "definition.promised"] {
        assert!(places.contains(&place), "{places:?}");
    }
    shown(&host, "banshi_packages_refused_total", "rule", ["admission.narrowing"].into_iter()).await;
}
