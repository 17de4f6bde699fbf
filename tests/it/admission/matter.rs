//! A matter with one thing wrong at a time.

use banshi_model::package::{Kind, Package};
use serde_json::json;

use super::{changed, findings, hinted_at, host, publish, refused_for, with_wrong};
use crate::support::say;

/// Name of the wrong, rule and place, text.
const REFUSED: [(&str, &str, &str); 26] = [
    ("ids", "admission.ids definition.fields[1].id", "`name` is there twice"),
    ("element", "admission.elements definition.fields.name.element", "not 1 to 64 letters"),
    ("text", "admission.text definition.title", "no Chinese"),
    ("schema", "admission.schema definition.fields.name.schema", "does not compile"),
    ("size", "admission.size definition.materials", "301 of them, at most 300"),
    ("basis", "admission.basis definition.statutory_basis", "clause is not named"),
    ("questions", "admission.questions definition.questions.kind.answers", "1 to 50 choices"),
    ("signers", "admission.signers definition.signers", "`/nobody` is no JSON pointer"),
    ("after", "admission.stages definition.stages.review.after", "comes after stage `nowhere`"),
    ("circle", "admission.stages definition.stages", "wait for each other: review"),
    ("unit", "admission.permissions definition.stages.second.unit", "uses `规划科`"),
    ("bundle", "admission.bundle definition.bundle.parts", "one part leads"),
    ("promise", "admission.limits definition.promised", "after the declared limit"),
    ("law", "admission.limits definition.statutory", "licence-law-42-single"),
    ("business", "admission.manifest definition.business", "at least one business"),
    ("knobs", "admission.knobs knobs.days", "does not fit the schema"),
    ("guide-again", "admission.guide guide(kind=\"c0\")", "asks `kind` again"),
    ("guide-unknown", "admission.guide guide()", "asks `colour`, which is not declared"),
    ("guide-end", "admission.guide guide(kind=\"c0\", size=\"c0\")", "without a mode"),
    ("guide-field", "admission.guide guide()", "field `nowhere`"),
    ("uses", "admission.permissions advance(submitted)", "may not use command `ship`"),
    ("trap-submitted", "guest.trap advance(submitted)", "trapped"),
    ("trap-withdrawn", "guest.trap advance(withdrawn)", "trapped"),
    ("trap-precheck", "guest.trap precheck", "trapped"),
    ("trap-judge", "guest.trap judge", "trapped"),
    ("trap-migrate", "guest.trap migrate", "trapped"),
];

/// The same for what is only hinted at.
const HINTED: [(&str, &str, &str); 5] = [
    ("element-twice", "admission.elements definition.fields.again.element", "stands for two fields"),
    ("no-value", "admission.trial definition.fields.name.schema", "no value was found"),
    ("unreached", "admission.stages definition.stages.second", "no case that was played came to stage `second`"),
    ("paper", "admission.materials definition.materials.licence.sources", "shanghai-papers-identity-sample"),
    ("two-hundred-paths", "", ""),
];

#[tokio::test]
async fn each_rule_refuses_a_matter_by_code_place_and_text() {
    let host = host().await;
    for (wrong, rule_and_place, text) in REFUSED {
        let answer = publish(&host, with_wrong(wrong)).await;
        if ["guide-end", "guide-field", "guide-again"].contains(&wrong) {
            // On every path of the guide, of which the first is told first.
            let found = findings(&say(&answer, 422)["report"]);
            assert_eq!(found[0].0, format!("error {rule_and_place}"), "{wrong}: {found:#?}");
            assert!(found[0].1.contains(text), "{wrong}: {found:#?}");
            continue;
        }
        refused_for(&answer, wrong, rule_and_place, text);
    }
}

#[tokio::test]
async fn a_manifest_that_does_not_fit_is_refused_by_code_place_and_text() {
    let host = host().await;
    let files = [
        (
            "contract",
            changed("", |m| m.contract = "banshi:matter@9.0.0".to_owned()),
            "admission.contract manifest.contract",
            "this host serves",
        ),
        (
            "version",
            changed("", |m| m.version = "1".to_owned()),
            "admission.manifest manifest.version",
            "no semantic version",
        ),
        ("title", changed("", |m| m.title.zh = "Food".to_owned()), "admission.text manifest.title", "no Chinese"),
        (
            "command",
            changed("", |m| {
                m.permissions.commands.insert("delete-case".to_owned());
            }),
            "admission.permissions manifest.permissions.commands",
            "no command `delete-case`",
        ),
    ];
    for (name, file, rule_and_place, text) in files {
        refused_for(&publish(&host, file).await, name, rule_and_place, text);
    }
}

#[tokio::test]
async fn lints_are_told_by_code_place_and_text_and_refuse_nothing() {
    let host = host().await;
    let right = publish(&host, with_wrong("")).await;
    assert_eq!(findings(say(&right, 201)), [], "{:#}", right.body);
    assert_eq!(right.body["tried"]["events"], 21, "every kind of event is told: {:#}", right.body["tried"]);
    for (wrong, rule_and_place, text) in HINTED {
        let answer = publish(&host, with_wrong(wrong)).await;
        if rule_and_place.is_empty() {
            assert_eq!(say(&answer, 201)["tried"]["paths"], 200);
            assert_eq!(findings(&answer.body), []);
        } else {
            hinted_at(&answer, wrong, rule_and_place, text);
        }
    }
    let unused = changed("", |m| {
        m.name = "tests/unused".parse().unwrap();
        m.permissions.units.insert("规划科".to_owned());
    });
    hinted_at(&publish(&host, unused).await, "unused", "admission.unused manifest.permissions.units", "`规划科`");
    // Of these the case comes to no end, which is told as well.
    for (wrong, head, text) in [
        ("fault", "lint admission.fault advance(submitted)", "gave up: tired"),
        ("step", "lint admission.step advance(submitted)", "`grant` before acceptance"),
        ("no-basis", "lint admission.verdict advance(task-done review)", "`refuse` names no clause"),
    ] {
        let found = findings(say(&publish(&host, with_wrong(wrong)).await, 201));
        assert!(found.iter().any(|(told, what)| told == head && what.contains(text)), "{wrong}: {found:#?}");
    }
}

#[tokio::test]
async fn a_variation_is_judged_over_what_lies_below_it() {
    let host = host().await;
    let settings = |name: &str, set: serde_json::Value| {
        let mut whole = Package::decode(&with_wrong("")).unwrap();
        whole.component.clear();
        whole.manifest.kind = Kind::Settings;
        whole.manifest.name = format!("tests/{name}").parse().unwrap();
        whole.manifest.permissions = Default::default();
        whole.manifest.authority.division = "310101".parse().unwrap();
        whole.manifest.settings = serde_json::from_value(set).unwrap();
        whole.encode().unwrap()
    };
    let early = publish(&host, settings("early", json!({ "days": 3 }))).await;
    hinted_at(&early, "early", "admission.base manifest.matter", "not in force at 310101 yet");
    let ground = publish(&host, with_wrong("")).await;
    let digest = say(&ground, 201)["package"].as_str().unwrap().to_owned();
    host.enact(&digest, "T-WRONG", "城市管理局", "310000").await;
    let narrower = publish(&host, settings("narrower", json!({ "days": 3 }))).await;
    assert_eq!(findings(say(&narrower, 201)), []);
    assert!(narrower.body["chain"].is_string(), "{:#}", narrower.body);
    let wider = publish(&host, settings("wider", json!({ "days": 9 }))).await;
    refused_for(&wider, "wider", "admission.narrowing settings.days", "below it is 5, the package sets 9");
    let unknown = publish(&host, settings("unknown", json!({ "dayz": 1 }))).await;
    refused_for(&unknown, "unknown", "admission.settings settings.dayz", "no knob `dayz`");
}
