//! Guide, prefill, precheck and preparation on a whole engine, with real wasm.

use std::collections::BTreeMap;

use banshi_model::command::WayForward;
use banshi_model::definition::{Mode, Source};
use banshi_model::draft::Counts;
use banshi_model::ids::{CaseId, Digest, DocumentId};
use banshi_model::licence::{Licence, LicenceStatus};
use banshi_store::{DocumentRecord, Group, SubjectValue};
use serde_json::{Value, json};

use crate::api::intake::{Application, GuideRequest, PrefillRequest};
use crate::principal::{Principal, Role};
use crate::registry::live::{Live, code, place, platform, portal, stallholder};
use crate::{Error, SourceProblem};

const STALL: &str = "examples/smallest-matter";
const PLAIN: &str = "examples/plain-approval";
const MARKET: &str = "examples/smallest-bundle";
const PUDONG: &str = "examples/smallest-settings-variation";
const BUSINESS_LICENCE: &str = "11100000MB0143028R001";

async fn live(folders: &[&str]) -> Live {
    let live = Live::new().await;
    for folder in folders {
        live.enact(folder).await.unwrap();
    }
    live
}

fn answers(list: Value) -> BTreeMap<String, Value> {
    serde_json::from_value(list).unwrap()
}

fn application(matter: &str, given: Value, values: Value) -> Application {
    serde_json::from_value(json!({
        "matter": matter,
        "division": "310115",
        "subject": stallholder(),
        "answers": given,
        "values": values,
    }))
    .unwrap()
}

fn prefill(given: Value) -> PrefillRequest {
    PrefillRequest { subject: stallholder(), agent: None, answers: answers(given), business: None, channel: None }
}

/// A document that a principal uploaded.
async fn upload(live: &Live, by: &str, seed: u8) -> DocumentId {
    let id = DocumentId::new([seed; 16]);
    let mut group = Group::new();
    group.put_document(DocumentRecord {
        id: id.clone(),
        digest: Digest::of(&[seed]),
        media_type: "application/pdf".to_owned(),
        bytes: vec![seed],
        uploaded: live.engine.now(),
        by: by.to_owned(),
        case: None,
    });
    live.engine.store().commit(group).await.unwrap();
    id
}

/// A licence of the stallholder's in the library.
async fn hold(live: &Live, content: Value) {
    let case: CaseId = "310115-200101-0000000000".parse().unwrap();
    let licence = Licence {
        id: "1.2.156.3005.2.x".to_owned(),
        licence_type: BUSINESS_LICENCE.to_owned(),
        title: banshi_model::text::Text::new("营业执照", "business licence"),
        matter: code("P00"),
        case: case.clone(),
        division: place("310115"),
        department: "市场监督管理局".to_owned(),
        holder: stallholder(),
        content,
        members: vec![],
        issued: live.engine.now(),
        valid_until: None,
        status: LicenceStatus::Valid,
        ended: None,
        capability: None,
    };
    let mut group = Group::new();
    group.open_case(case);
    group.put_licence(&licence);
    live.engine.store().commit(group).await.unwrap();
}

async fn guide(live: &Live, matter: &str, given: Value) -> crate::api::intake::GuideAnswer {
    let request = GuideRequest { answers: answers(given), business: None, channel: None, subject: None };
    live.engine.guide(&portal(), &place("310115"), &code(matter), request).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guide_asks_until_the_path_is_complete_and_a_bundle_gives_its_parts_the_answers() {
    let live = live(&[STALL, PLAIN, MARKET]).await;
    let first = guide(&live, "EX-NIGHT-MARKET", json!({})).await;
    let open: Vec<&str> = first.next.iter().map(|question| question.id.as_str()).collect();
    assert_eq!((open, first.complete), (vec!["area", "music"], false), "the part's own `area` is asked once");
    let quiet = guide(&live, "EX-NIGHT-MARKET", json!({ "area": 4, "music": false })).await;
    assert!(quiet.complete && quiet.way.is_none());
    assert_eq!(quiet.parts.iter().map(|part| part.code.as_str()).collect::<Vec<_>>(), ["EX-STALL"]);
    let loud = guide(&live, "EX-NIGHT-MARKET", json!({ "area": 4, "music": true })).await;
    assert_eq!(loud.parts.len(), 2);
    assert_eq!(loud.modes, [Mode::Approval]);
    assert!(loud.counts.days_declared > quiet.counts.days_declared);
    let request =
        GuideRequest { answers: answers(json!({ "colour": "red" })), business: None, channel: None, subject: None };
    let refused = live.engine.guide(&portal(), &place("310115"), &code("EX-STALL"), request).await;
    assert!(matches!(refused, Err(Error::Invalid { code: "intake.answers", .. })));
    assert!(!matches!(loud.way, Some(WayForward::Signpost { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_whose_part_is_not_in_force_says_which() {
    let live = live(&[STALL, MARKET]).await;
    let request = GuideRequest {
        answers: answers(json!({ "area": 4, "music": true })),
        business: None,
        channel: None,
        subject: None,
    };
    let refused = live.engine.guide(&portal(), &place("310115"), &code("EX-NIGHT-MARKET"), request).await.unwrap_err();
    assert!(refused.to_string().contains("EX-PLAIN"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn prefilling_asks_licences_then_the_record_then_shared_data_and_counts_what_is_left() {
    let live = live(&[STALL, PUDONG]).await;
    hold(&live, json!({ "org.name": "某某小吃店" })).await;
    live.register.say("city-map", "stall-site", Ok(json!({ "drawn": true })));
    let filled = live
        .engine
        .prefill(&portal(), &place("310115"), &code("EX-STALL"), prefill(json!({ "area": 9 })))
        .await
        .unwrap();
    let name = filled.fields.iter().find(|field| field.id.as_str() == "name").unwrap().filled.clone().unwrap();
    assert_eq!((name.value, name.origin), (json!("某某小吃店"), Source::Licence(BUSINESS_LICENCE.to_owned())));
    let expect = Counts {
        fields_declared: 2,
        fields_distinct: 2,
        fields_asked: 1,
        materials_declared: 1,
        materials_asked: 0,
        days_declared: 20,
    };
    assert_eq!(filled.counts, expect);
    assert_eq!(live.register.asked.lock().unwrap().len(), 1);
    assert_eq!(filled.schema["required"], json!(["name", "place"]));
    let answered: Vec<bool> = filled.sources.iter().map(|report| report.answered).collect();
    assert_eq!(answered, [true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_fails_is_told_and_the_applicant_is_asked() {
    let live = live(&[STALL, PUDONG]).await;
    live.register.say("city-map", "stall-site", Err(SourceProblem::Timeout));
    let filled = live
        .engine
        .prefill(&portal(), &place("310115"), &code("EX-STALL"), prefill(json!({ "area": 9 })))
        .await
        .unwrap();
    assert_eq!((filled.counts.fields_asked, filled.counts.materials_asked), (2, 1));
    let problems: Vec<Option<&str>> = filled.sources.iter().map(|report| report.problem.as_deref()).collect();
    assert_eq!(problems, [Some("no-record"), Some("no-record"), Some("timeout")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_apply_prefills_and_a_path_must_be_complete() {
    let live = live(&[STALL]).await;
    let ask = async |who: &Principal, given: Value| {
        live.engine.prefill(who, &place("310115"), &code("EX-STALL"), prefill(given)).await
    };
    assert!(matches!(ask(&platform(), json!({ "area": 9 })).await, Err(Error::Forbidden { .. })));
    let own = Principal { name: "a".to_owned(), role: Role::Applicant { subject: stallholder() } };
    assert!(ask(&own, json!({ "area": 9 })).await.is_ok());
    assert!(matches!(ask(&portal(), json!({})).await, Err(Error::Invalid { code: "intake.guide", .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_draft_binds_what_was_shown_and_belongs_to_who_asked() {
    let live = live(&[STALL, PUDONG]).await;
    hold(&live, json!({ "org.name": "某某小吃店" })).await;
    live.register.say("city-map", "stall-site", Ok(json!("on the map")));
    let filled = live
        .engine
        .prefill(&portal(), &place("310115"), &code("EX-STALL"), prefill(json!({ "area": 9 })))
        .await
        .unwrap();
    live.register.say("city-map", "stall-site", Err(SourceProblem::Unreachable));
    let mut handed = application("EX-STALL", json!({}), json!({ "place": "陆家嘴环路1号旁" }));
    handed.draft = Some(filled.draft.clone());
    let prepared = live.engine.prepare(&portal(), handed.clone()).await.unwrap();
    assert_eq!((&prepared.id, prepared.draft_kept), (&filled.draft, true));
    assert_eq!(prepared.draft.answers, answers(json!({ "area": 9 })), "the draft's answers stand");
    let origins: Vec<(&str, bool)> =
        prepared.draft.values.iter().map(|value| (value.field.as_str(), value.origin == Source::Applicant)).collect();
    assert_eq!(origins, [("name", false), ("place", true)]);
    assert_eq!(prepared.draft.documents.len(), 1, "the paper that shared data stood for then");
    assert_eq!(prepared.subject_values.iter().map(|value| value.element.as_str()).collect::<Vec<_>>(), ["stall.place"]);
    assert_eq!(live.register.asked.lock().unwrap().len(), 1, "sources are not asked again");
    let other = Principal { name: "other-portal".to_owned(), ..portal() };
    assert!(matches!(live.engine.prepare(&other, handed.clone()).await, Err(Error::NotFound { .. })));
    let expired = live.engine.now() + jiff::SignedDuration::from_hours(24);
    live.engine.set_clock(&platform(), None, expired).await.unwrap();
    assert!(matches!(live.engine.prepare(&portal(), handed).await, Err(Error::NotFound { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_complete_valid_and_names_its_own_uploads() {
    let live = live(&[STALL]).await;
    let values = json!({ "name": "某某小吃店", "place": "陆家嘴环路1号旁" });
    let code_of = async |who: &Principal, application: Application| match live.engine.prepare(who, application).await {
        Err(Error::Invalid { code, .. } | Error::Conflict { code, .. }) => code,
        Err(Error::NotFound { what, .. }) => what,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        code_of(&portal(), application("EX-STALL", json!({ "area": 9 }), values.clone())).await,
        "intake.incomplete"
    );
    assert_eq!(
        code_of(&portal(), application("EX-STALL", json!({ "area": 9 }), json!({ "name": "", "place": "" }))).await,
        "intake.invalid"
    );
    assert_eq!(
        code_of(&portal(), application("EX-STALL", json!({ "area": 9 }), json!({ "nmae": 1 }))).await,
        "intake.unknown-field"
    );
    assert_eq!(code_of(&portal(), application("EX-STALL", json!({}), values.clone())).await, "intake.guide");
    let mut handed = application("EX-STALL", json!({ "area": 9 }), values);
    handed.documents.insert("site-plan".to_owned(), upload(&live, "somebody", 1).await);
    assert_eq!(code_of(&portal(), handed.clone()).await, "document", "another's upload is not there");
    handed.documents.insert("site-plan".to_owned(), upload(&live, "portal", 2).await);
    let prepared = live.engine.prepare(&portal(), handed.clone()).await.unwrap();
    assert_eq!((prepared.documents.len(), prepared.draft.mode, prepared.draft_kept), (1, Mode::Approval, false));
    assert_eq!(prepared.pin.chain.layers.len(), 1);
    handed.mode = Some(Mode::Commitment);
    assert_eq!(code_of(&portal(), handed.clone()).await, "intake.mode");
    handed.mode = None;
    handed.licence = Some("x".to_owned());
    assert_eq!(code_of(&portal(), handed).await, "intake.licence");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_before_is_not_asked_again() {
    let live = live(&[STALL]).await;
    let case: CaseId = "310115-200101-0000000001".parse().unwrap();
    let mut group = Group::new();
    group.open_case(case.clone());
    let value =
        SubjectValue { element: "org.name".to_owned(), value: json!("某某小吃店"), at: live.engine.now(), case };
    group.put_subject_value(&stallholder().id, value);
    live.engine.store().commit(group).await.unwrap();
    let filled = live
        .engine
        .prefill(&portal(), &place("310115"), &code("EX-STALL"), prefill(json!({ "area": 9 })))
        .await
        .unwrap();
    let name = filled.fields.iter().find(|field| field.id.as_str() == "name").unwrap();
    assert_eq!(name.filled.as_ref().unwrap().origin, Source::SubjectRecord);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_precheck_tells_each_thing_once_and_stores_nothing() {
    let live = live(&[STALL]).await;
    let check = async |handed: Application| {
        live.engine.precheck(&portal(), &place("310115"), &code("EX-STALL"), handed).await.unwrap()
    };
    let found = check(application("EX-STALL", json!({ "area": 9 }), json!({ "place": "陆家嘴环路1号旁" }))).await;
    let rules: Vec<&str> = found.findings.iter().map(|finding| finding.reason.rule.as_str()).collect();
    assert_eq!(rules, ["intake.missing-field", "intake.missing-material"]);
    assert!(!found.complete);
    let open = check(application("EX-STALL", json!({}), json!({}))).await;
    assert_eq!(open.findings[0].reason.rule, "intake.guide");
    let mut handed =
        application("EX-STALL", json!({ "area": 9 }), json!({ "name": "某店", "place": "陆家嘴环路1号旁" }));
    handed.documents.insert("site-plan".to_owned(), upload(&live, "portal", 3).await);
    let whole = check(handed).await;
    assert!(whole.complete, "{:?}", whole.findings);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_s_form_is_one_and_its_parts_are_pinned() {
    let live = live(&[STALL, PLAIN, MARKET]).await;
    let given = json!({ "area": 9, "music": true });
    let filled = live
        .engine
        .prefill(&portal(), &place("310115"), &code("EX-NIGHT-MARKET"), prefill(given.clone()))
        .await
        .unwrap();
    let ids: Vec<&str> = filled.fields.iter().map(|field| field.id.as_str()).collect();
    assert_eq!(ids, ["org.name", "stall.place"]);
    let papers: Vec<(&str, &str)> = filled.materials.iter().map(|m| (m.id.as_str(), m.serves[0].id.as_str())).collect();
    assert_eq!(papers, [("plan", "site-plan")], "the bundle's plan stands for the part's");
    let mut handed =
        application("EX-NIGHT-MARKET", given, json!({ "org.name": "某店", "stall.place": "世纪大道1号旁" }));
    handed.documents.insert("plan".to_owned(), upload(&live, "portal", 4).await);
    let prepared = live.engine.prepare(&portal(), handed).await.unwrap();
    let parts: Vec<&str> = prepared.draft.parts.iter().map(|part| part.as_str()).collect();
    assert_eq!(parts, ["EX-STALL", "EX-PLAIN"]);
    assert_eq!(prepared.pin.parts.len(), 2);
    let stall = live.engine.effective_of(&prepared.pin.parts[&code("EX-STALL")]).await.unwrap();
    let bundle = live.engine.effective_of(&prepared.pin).await.unwrap();
    let guidance = live.engine.guide_part(&prepared.draft, &stall).await.unwrap();
    let derived =
        super::part_draft(&prepared.draft, &bundle.definition, &code("EX-STALL"), &stall, &guidance, Mode::Approval);
    let values: Vec<(&str, &Value)> = derived.values.iter().map(|value| (value.field.as_str(), &value.value)).collect();
    assert_eq!(values, [("name", &json!("某店")), ("place", &json!("世纪大道1号旁"))]);
    assert_eq!(derived.documents[0].material.as_str(), "site-plan");
}

/// Handlers are spawned by the web server: what they await has to be able to move between threads.
#[test]
fn every_call_can_be_awaited_on_another_thread() {
    fn movable<T: Send>(_: impl FnOnce(Live) -> T) {}
    movable(|live| async move { live.engine.publish(&platform(), None, vec![]).await });
    movable(|live| async move { live.engine.take_back(&platform(), None, &"e-0000000000".parse().unwrap()).await });
    movable(|live| async move { live.engine.matters(&place("310115")).await });
    movable(|live| async move { live.engine.effective_view(&place("310115"), &code("P01"), false).await });
    movable(|live| async move {
        live.engine
            .guide(
                &portal(),
                &place("310115"),
                &code("P01"),
                GuideRequest { answers: BTreeMap::new(), business: None, channel: None, subject: None },
            )
            .await
    });
    movable(
        |live| async move { live.engine.prefill(&portal(), &place("310115"), &code("P01"), prefill(json!({}))).await },
    );
    movable(|live| async move { live.engine.prepare(&portal(), application("P01", json!({}), json!({}))).await });
    movable(|live| async move {
        live.engine.precheck(&portal(), &place("310115"), &code("P01"), application("P01", json!({}), json!({}))).await
    });
}
