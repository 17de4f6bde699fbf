//! Publishing, enacting and taking back on a whole engine, with real wasm.

use std::collections::BTreeMap;

use banshi_model::definition::{Processing, Source, Span};
use banshi_model::package::Kind;
use banshi_model::time;
use banshi_model::watch::{Halt, Trigger, WatchCounts};
use serde_json::json;

use super::findings::english;
use super::live::{Live, code, file, manifest, of, place, platform, portal, request};
use crate::Error;
use crate::api::PageRequest;
use crate::api::registry::EffectiveView;
use crate::principal::{Principal, Role};

const STALL: &str = "examples/smallest-matter";
const PUDONG: &str = "examples/smallest-settings-variation";
const XUHUI: &str = "examples/smallest-code-variation";

fn publisher(folder: &str) -> Principal {
    Principal { name: "publisher".to_owned(), role: Role::Publisher { authority: manifest(folder).authority } }
}

async fn view(live: &Live, division: &str) -> EffectiveView {
    live.engine.effective_view(&place(division), &code("EX-STALL"), false).await.unwrap()
}

/// The layer's package name and value of one effective value.
fn origin(view: &EffectiveView, path: &str) -> Option<(String, serde_json::Value)> {
    view.provenance.iter().find(|found| found.path == path).map(|found| (found.name.to_string(), found.value.clone()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_district_s_settings_change_its_own_matter_and_nobody_else_s_and_are_taken_back() {
    let mut live = Live::new().await;
    live.enact(STALL).await.unwrap();
    let local = live.enact(PUDONG).await.unwrap();
    assert_eq!(
        live.layers("EX-STALL", "310115").await,
        ["examples/smallest-matter 0.1.0", "examples/smallest-settings-variation 0.1.0"]
    );
    assert_eq!(live.layers("EX-STALL", "310101").await, ["examples/smallest-matter 0.1.0"]);
    let pudong = view(&live, "310115").await;
    assert_eq!(pudong.definition.promised, Processing::Promised(Span::working_days(2)));
    assert_eq!(pudong.parameters["promised-days"], json!(2));
    assert_eq!(origin(&pudong, "promised").unwrap().0, "examples/smallest-settings-variation");
    assert_eq!(
        origin(&pudong, "parameters.promised-days").unwrap(),
        ("examples/smallest-settings-variation".to_owned(), json!(2))
    );
    assert_eq!(origin(&pudong, "materials.site-plan.sources").unwrap().0, "examples/smallest-settings-variation");
    assert_eq!(origin(&pudong, "statutory").unwrap().0, "examples/smallest-matter");
    assert_eq!(pudong.ceiling.unwrap().span, Span::working_days(20));
    assert!(matches!(pudong.definition.materials[0].sources[0], Source::SharedData(_)));
    assert_eq!(view(&live, "310101").await.definition.promised, Processing::Promised(Span::working_days(5)));
    live.restart().await;
    assert_eq!(view(&live, "310115").await.definition, pudong.definition);
    live.engine.take_back(&platform(), None, &local.id).await.unwrap();
    assert_eq!(live.layers("EX-STALL", "310115").await, ["examples/smallest-matter 0.1.0"]);
    let again = live.engine.take_back(&platform(), None, &local.id).await;
    assert!(matches!(again, Err(Error::Conflict { code: "enactment.taken-back", .. })));
    live.restart().await;
    assert_eq!(live.layers("EX-STALL", "310115").await, ["examples/smallest-matter 0.1.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_case_was_pinned_to_reads_the_same_after_it_was_taken_back() {
    let mut live = Live::new().await;
    live.enact(STALL).await.unwrap();
    let local = live.enact(PUDONG).await.unwrap();
    let now = live.engine.now();
    let before = live.engine.effective_at(&code("EX-STALL"), &place("310115"), now).await.unwrap();
    let pin = banshi_model::case::Pin {
        chain: before.chain.clone(),
        digest: before.digest,
        definition: before.definition_digest,
        parameters: before.parameters.clone(),
        parts: BTreeMap::new(),
    };
    live.engine.take_back(&platform(), None, &local.id).await.unwrap();
    live.restart().await;
    let after = live.engine.effective_of(&pin).await.unwrap();
    assert_eq!(after.definition, before.definition);
    assert_eq!((after.digest, &after.parameters, &after.origins), (before.digest, &before.parameters, &before.origins));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_widen_are_refused_with_knob_both_values_and_direction() {
    let live = Live::new().await;
    live.enact(STALL).await.unwrap();
    live.enact(PUDONG).await.unwrap();
    let mut wider = manifest(PUDONG);
    wider.name = "pudong/wider".parse().unwrap();
    wider.settings = BTreeMap::from([("promised-days".to_owned(), json!(3))]);
    let Err(Error::NotAdmitted(report)) = live.engine.publish(&platform(), None, of(wider.clone(), PUDONG)).await
    else {
        panic!("settings that widen were admitted")
    };
    assert_eq!(
        english(&report.findings[0].what),
        "knob `promised-days` may only be turned lower: below it is 2, the package sets 3"
    );
    wider.settings = BTreeMap::from([("promised-dayz".to_owned(), json!(1))]);
    wider.version = "0.1.1".to_owned();
    let Err(Error::NotAdmitted(report)) = live.engine.publish(&platform(), None, of(wider, PUDONG)).await else {
        panic!("an unknown knob was admitted")
    };
    assert!(english(&report.findings[0].fix).contains("promised-days"), "{:?}", report.findings);
    assert_eq!(
        live.engine.packages(&platform(), PageRequest { cursor: None, limit: 10 }).unwrap().items.len(),
        2,
        "nothing of a refused package is kept"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_variation_is_admitted_if_it_narrows_and_refused_by_each_thing_that_it_loosens() {
    let live = Live::new().await;
    live.enact(STALL).await.unwrap();
    live.enact(XUHUI).await.unwrap();
    assert_eq!(live.layers("EX-STALL", "310104").await.len(), 2);
    let mut greedy = manifest(XUHUI);
    greedy.name = "xuhui/greedy".parse().unwrap();
    let Err(Error::NotAdmitted(report)) =
        live.engine.publish(&platform(), None, of(greedy, "tests/guests/greedy")).await
    else {
        panic!("a variation that loosens was admitted")
    };
    let places: Vec<&str> = report.findings.iter().map(|found| found.place.as_str()).collect();
    for place in [
        "definition.promised",
        "definition.stages.acceptance",
        "definition.stages.verdict",
        "definition.materials.certificate-of-everything",
    ] {
        assert!(places.contains(&place), "{place} is missing in {places:?}");
    }
    let material = report.findings.iter().find(|found| found.rule == "law.local-materials").unwrap();
    let named = english(&material.what);
    assert!(named.contains("行政许可法"), "the law row is named: {named}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variation_needs_a_base_and_the_very_one_that_it_names() {
    let live = Live::new().await;
    let report = live.engine.publish(&platform(), None, file(PUDONG)).await.unwrap().fresh().unwrap();
    assert_eq!(report.findings[0].rule, "admission.base", "a hint: it is checked when it is enacted");
    let mut wish = request(&report.manifest, report.package, "2021-01-01");
    let refused = live.engine.enact(&platform(), None, wish.clone()).await;
    assert!(matches!(refused, Err(Error::Conflict { code: "enactment.base", .. })), "{refused:?}");
    let ground = live.enact(STALL).await.unwrap();
    wish.base = Some(report.package);
    let refused = live.engine.enact(&platform(), None, wish.clone()).await;
    assert!(matches!(refused, Err(Error::Conflict { code: "enactment.base", .. })), "{refused:?}");
    wish.base = Some(ground.package);
    assert_eq!(live.engine.enact(&platform(), None, wish).await.unwrap().fresh().unwrap().base, Some(ground.package));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_names_one_file_and_the_same_file_gives_the_same_report() {
    let live = Live::new().await;
    let first = live.engine.publish(&platform(), None, file(STALL)).await.unwrap().fresh().unwrap();
    assert_eq!(live.engine.publish(&platform(), None, file(STALL)).await.unwrap().fresh().unwrap(), first);
    let mut other = manifest(STALL);
    other.changelog.push("other bytes".to_owned());
    let refused = live.engine.publish(&platform(), None, of(other, STALL)).await;
    assert!(matches!(refused, Err(Error::Conflict { code: "package.version", .. })), "{refused:?}");
    assert!(first.admitted && !first.knobs.is_empty() && first.component_bytes > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn publishers_act_for_their_own_authority_and_nobody_takes_another_s_ground() {
    let live = Live::new().await;
    let refused = live.engine.publish(&publisher(PUDONG), None, file(STALL)).await;
    assert!(matches!(refused, Err(Error::Forbidden { .. })));
    assert!(matches!(live.engine.publish(&portal(), None, file(STALL)).await, Err(Error::Forbidden { .. })));
    live.engine.publish(&publisher(STALL), None, file(STALL)).await.unwrap();
    let ground = request(&manifest(STALL), banshi_model::package::Package::digest(&file(STALL)), "2021-01-01");
    live.engine.enact(&publisher(STALL), None, ground.clone()).await.unwrap();
    let own = live.engine.publish(&publisher(PUDONG), None, file(PUDONG)).await.unwrap().fresh().unwrap();
    let local = request(&own.manifest, own.package, "2021-01-01");
    let enacted = live.engine.enact(&publisher(PUDONG), None, local).await.unwrap().fresh().unwrap();
    let mut usurped = ground;
    usurped.authority = manifest(PUDONG).authority;
    assert!(matches!(live.engine.enact(&publisher(PUDONG), None, usurped).await, Err(Error::Forbidden { .. })));
    assert!(matches!(live.engine.take_back(&publisher(XUHUI), None, &enacted.id).await, Err(Error::Forbidden { .. })));
    live.engine.take_back(&publisher(PUDONG), None, &enacted.id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_takes_over_on_its_day_and_no_variation_is_stranded_by_it() {
    let live = Live::new().await;
    live.enact(STALL).await.unwrap();
    live.enact(PUDONG).await.unwrap();
    let mut second = manifest(STALL);
    second.version = "0.2.0".to_owned();
    let second = live.enact_file(of(second, STALL), "2021-05-01").await.unwrap();
    assert_eq!(live.layers("EX-STALL", "310115").await[0], "examples/smallest-matter 0.1.0");
    live.engine.set_clock(&platform(), None, time::parse("2021-05-01T00:00:00+08:00").unwrap()).await.unwrap();
    let layers = live.layers("EX-STALL", "310115").await;
    assert_eq!(layers, ["examples/smallest-matter 0.2.0", "examples/smallest-settings-variation 0.1.0"]);
    // Another matter under the same code has no such knob: the variation could not stand on it.
    let mut other = manifest("examples/plain-approval");
    (other.matter, other.name) = (code("EX-STALL"), "examples/other".parse().unwrap());
    let refused = live.enact_file(of(other, "examples/plain-approval"), "2021-05-01").await.unwrap_err();
    let told = refused.to_string();
    assert!(told.contains("examples/smallest-settings-variation") && told.contains("shared-data-materials"), "{told}");
    live.engine.take_back(&platform(), None, &second.id).await.unwrap();
    assert_eq!(live.layers("EX-STALL", "310115").await[0], "examples/smallest-matter 0.1.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_halt_is_not_released_under_a_variation_that_was_enacted_meanwhile_and_could_not_stand_on_it() {
    let live = Live::new().await;
    live.enact(STALL).await.unwrap();
    let mut other = manifest("examples/plain-approval");
    (other.matter, other.name) = (code("EX-STALL"), "examples/other".parse().unwrap());
    let other = live.enact_file(of(other, "examples/plain-approval"), "2021-02-01").await.unwrap();
    let (counts, trigger) = (WatchCounts::default(), Trigger::Traps);
    let halt = Halt { at: live.engine.now(), trigger, threshold: 1, counts, released: None };
    assert!(live.engine.halt_enactment(&other.id, halt).await.unwrap());
    let local = live.enact(PUDONG).await.unwrap();
    let refused = live.engine.release_halt(&platform(), None, &other.id).await.unwrap_err().to_string();
    assert!(refused.contains("examples/smallest-settings-variation"), "{refused}");
    assert_eq!(live.layers("EX-STALL", "310115").await.len(), 2, "it is halted as before");
    live.engine.take_back(&platform(), None, &local.id).await.unwrap();
    live.engine.release_halt(&platform(), None, &other.id).await.unwrap();
    assert_eq!(live.layers("EX-STALL", "310115").await, ["examples/other 0.1.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variation_that_cannot_stand_on_what_is_in_force_is_left_out_and_the_matter_goes_on() {
    let live = Live::new().await;
    let mut other = manifest("examples/plain-approval");
    (other.matter, other.name) = (code("EX-STALL"), "examples/other".parse().unwrap());
    live.enact_file(of(other, "examples/plain-approval"), "2021-01-01").await.unwrap();
    let stall = live.enact_file(file(STALL), "2021-04-01").await.unwrap();
    live.enact(PUDONG).await.unwrap();
    assert_eq!(live.layers("EX-STALL", "310115").await.len(), 2);
    live.engine.take_back(&platform(), None, &stall.id).await.unwrap();
    assert_eq!(live.layers("EX-STALL", "310115").await, ["examples/other 0.1.0"]);
    assert_eq!(live.engine.matters(&place("310115")).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_is_not_granted_takes_its_source_out_of_the_definition() {
    let live = Live::new().await;
    let report = live.engine.publish(&platform(), None, file(STALL)).await.unwrap().fresh().unwrap();
    let mut wish = request(&report.manifest, report.package, "2021-01-01");
    let mut granted = report.manifest.permissions.clone();
    granted.licences.remove("11100000MB0143028R001");
    wish.permissions = Some(granted.clone());
    live.engine.enact(&platform(), None, wish.clone()).await.unwrap();
    let name = view(&live, "310115").await.definition.field("name").unwrap().clone();
    assert!(!name.sources.iter().any(|source| matches!(source, Source::Licence(_))), "{:?}", name.sources);
    granted.services.insert("population".to_owned());
    wish.permissions = Some(granted);
    let refused = live.engine.enact(&platform(), None, wish).await;
    assert!(matches!(refused, Err(Error::Invalid { code: "enactment.permissions", .. })), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_package_or_no_plugin_is_refused_by_name() {
    let live = Live::new().await;
    let refused = live.engine.publish(&platform(), None, b"hello".to_vec()).await;
    assert!(matches!(refused, Err(Error::Invalid { code: "package.format", .. })));
    let mut broken = manifest(STALL);
    broken.version = "first".to_owned();
    let package = banshi_model::package::Package { manifest: broken, component: b"no wasm".to_vec() };
    let Err(Error::NotAdmitted(report)) = live.engine.publish(&platform(), None, package.encode().unwrap()).await
    else {
        panic!("no wasm was admitted")
    };
    let rules: Vec<&str> = report.findings.iter().map(|found| found.rule.as_str()).collect();
    assert_eq!(rules[0], "admission.manifest");
    assert!(rules[1].starts_with("package."), "{rules:?}");
    assert_eq!(report.manifest.kind, Kind::Matter);
}
