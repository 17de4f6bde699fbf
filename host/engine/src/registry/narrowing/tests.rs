//! What the rules of narrowing let through and what they refuse: each rule with its place, its code and both values.

use super::*;
use crate::registry::findings::english;
use crate::registry::sample::{bundle as sample_bundle, definition, field, material, stage};
use banshi_model::definition::{
    Bundle, Business, Cover, Fee, Issuance, JointInspection, MatterType, PartStage, Partial, SignerRule, Trigger,
};

/// No row of the law lets the layer loosen anything.
fn none() -> Leeway {
    Leeway { more_materials: Err("local-materials-16 (行政许可法 第十六条)".to_owned()), longer: None }
}

/// The places that are refused when `change` is what a layer does.
fn refused(below: &Definition, change: impl FnOnce(&mut Definition)) -> Vec<String> {
    let mut above = below.clone();
    change(&mut above);
    check(below, &above, none()).into_inner().into_iter().map(|found| found.place).collect()
}

#[test]
fn a_layer_may_shorten_waive_serve_and_offer_a_commitment() {
    let places = refused(&definition(), |d| {
        d.promised = Processing::Promised(Span::working_days(5));
        d.modes.push(Mode::Commitment);
        d.materials[0].sources.insert(0, Source::SubjectRecord);
        d.fields[0].required = false;
        d.stages.push(stage("joint", &[], false));
    });
    assert!(places.is_empty(), "{places:?}");
    assert!(refused(&definition(), |d| d.materials.clear()).is_empty());
}

#[test]
fn a_mandatory_stage_stays_and_stays_mandatory() {
    assert_eq!(refused(&definition(), |d| drop(d.stages.remove(0))), ["definition.stages.review"]);
    assert_eq!(refused(&definition(), |d| d.stages[0].mandatory = false), ["definition.stages.review"]);
    let mut below = definition();
    below.stages[1].mandatory = false;
    assert!(refused(&below, |d| drop(d.stages.remove(1))).is_empty());
}

#[test]
fn nothing_takes_longer() {
    assert_eq!(
        refused(&definition(), |d| d.promised = Processing::Promised(Span::working_days(13))),
        ["definition.promised"]
    );
    assert_eq!(refused(&definition(), |d| d.statutory = Span::working_days(21)), ["definition.statutory"]);
    let mut below = definition();
    below.stages[0].limit = Some(Span::working_days(3));
    assert_eq!(refused(&below, |d| d.stages[0].limit = None), ["definition.stages.review"]);
}

#[test]
fn nothing_more_is_asked_without_a_row_that_allows_it() {
    assert_eq!(refused(&definition(), |d| d.fields.push(field("more", "x", &[]))), ["definition.fields.more"]);
    assert_eq!(refused(&definition(), |d| d.materials.push(material("more", &[]))), ["definition.materials.more"]);
    let mut above = definition();
    above.materials.push(material("more", &[]));
    assert!(!check(&definition(), &above, Leeway { more_materials: Ok(()), longer: None }).blocks());
    let mut below = definition();
    below.fields[0].sources = vec![Source::SubjectRecord, Source::Applicant];
    assert_eq!(refused(&below, |d| drop(d.fields[0].sources.remove(0))), ["definition.fields.name"]);
    assert_eq!(refused(&below, |d| d.fields[0].schema = serde_json::json!({})), ["definition.fields.name"]);
}

#[test]
fn fees_fall_signers_stay_and_a_sample_stays_labelled() {
    let mut below = definition();
    below.fees = vec![Fee { id: "card".parse().unwrap(), basis: "收费标准".to_owned(), at_most: 1_000 }];
    below.signers =
        vec![SignerRule { role: "法定代表人".to_owned(), people: "/legal".to_owned(), in_person: true }];
    below.samples = vec![crate::registry::sample::text("示例")];
    assert!(refused(&below, |d| d.fees.clear()).is_empty());
    assert!(refused(&below, |d| d.signers[0].in_person = false).is_empty());
    assert_eq!(refused(&below, |d| d.fees[0].at_most = 2_000), ["definition.fees.card"]);
    assert_eq!(refused(&below, |d| d.signers.clear()), ["definition.signers"]);
    assert_eq!(refused(&below, |d| d.samples.clear()), ["definition.samples"]);
}

#[test]
fn a_bundle_keeps_parts_covers_and_joint_visits() {
    let mut below = definition();
    let mut joined = sample_bundle(&["P01", "P05"]);
    joined.covers = vec![Cover {
        material: "plan".parse().unwrap(),
        part: "P01".parse().unwrap(),
        part_material: "plan".parse().unwrap(),
    }];
    let stage = PartStage { part: "P01".parse().unwrap(), stage: "onsite".parse().unwrap() };
    let inspection = JointInspection {
        id: "visit".parse().unwrap(),
        title: crate::registry::sample::text("联合核查"),
        unit: "食品科".to_owned(),
        serves: vec![stage],
    };
    joined.inspections = vec![inspection];
    below.bundle = Some(joined);
    let of = |change: fn(&mut Bundle)| refused(&below, |d| change(d.bundle.as_mut().unwrap()));
    assert_eq!(of(|b| drop(b.parts.pop())), ["definition.bundle.parts"]);
    assert_eq!(of(|b| b.covers.clear()), ["definition.bundle.covers"]);
    assert_eq!(of(|b| b.inspections.clear()), ["definition.bundle.inspections"]);
    assert_eq!(of(|b| b.partial = Partial::AllOrNone), ["definition.bundle.partial"]);
    assert_eq!(refused(&below, |d| d.bundle = None), ["definition.bundle"]);
    assert!(
        of(|b| b.inspections[0]
            .serves
            .push(PartStage { part: "P05".parse().unwrap(), stage: "onsite".parse().unwrap() }))
        .is_empty()
    );
}

/// One change by a layer that is refused: what it does to the definition below, and the refusal's code, place and text.
type Refusal = (fn(&mut Definition), &'static str, &'static str, &'static str);

/// A definition below that has one of everything that a layer could loosen.
fn full() -> Definition {
    let mut below = definition();
    below.stages[0].limit = Some(Span::working_days(3));
    below.fields[0].sources = vec![Source::SubjectRecord, Source::Applicant];
    below.fields.push(Field { required: false, ..field("note", "x", &[]) });
    below.materials.push(Material { required: false, ..material("extra", &[Source::SubjectRecord]) });
    below.fees = vec![Fee { id: "card".parse().unwrap(), basis: "收费标准".to_owned(), at_most: 1_000 }];
    below.signers =
        vec![SignerRule { role: "法定代表人".to_owned(), people: "/legal".to_owned(), in_person: false }];
    below.samples = vec![crate::registry::sample::text("示例")];
    below
}

const REFUSALS: [Refusal; 22] = [
    (
        |d| d.department = "公安局".to_owned(),
        RULE,
        "definition.department",
        "below it is \"市场监督管理局\", in this layer \"公安局\"",
    ),
    (
        |d| d.matter_type = MatterType::Benefit,
        RULE,
        "definition.matter_type",
        "below it is \"licence\", in this layer \"benefit\"",
    ),
    (
        |d| d.business.push(Business::Renew),
        RULE,
        "definition.business",
        "below it is [\"establish\"], in this layer [\"establish\",\"renew\"]",
    ),
    (|d| d.issues = Vec::<Issuance>::new(), RULE, "definition.issues", "in this layer []"),
    (|d| d.samples.clear(), RULE, "definition.samples", "in this layer []"),
    (
        |d| d.modes.push(Mode::Filing),
        RULE,
        "definition.modes",
        "a layer may add no mode but a commitment: below it is [\"approval\"], in this layer [\"approval\",\"filing\"]",
    ),
    (
        |d| d.modes = vec![Mode::Commitment],
        RULE,
        "definition.modes",
        "a layer may not take away a mode: below it is [\"approval\"], in this layer [\"commitment\"]",
    ),
    (
        |d| d.promised = Processing::Promised(Span::working_days(13)),
        RULE,
        "definition.promised",
        "\"count\":12,\"unit\":\"working-days\"}}, in this layer {\"promised\":{\"count\":13",
    ),
    (
        |d| d.statutory = Span::working_days(21),
        RULE,
        "definition.statutory",
        "below it is {\"count\":20,\"unit\":\"working-days\"}, in this layer {\"count\":21",
    ),
    (
        |d| drop(d.stages.remove(0)),
        RULE,
        "definition.stages.review",
        "below it is [\"review\",\"decide\"], in this layer [\"decide\"]",
    ),
    (
        |d| d.stages[0].mandatory = false,
        RULE,
        "definition.stages.review",
        "stage `review` is no longer mandatory: below it is true, in this layer false",
    ),
    (
        |d| d.stages[0].limit = Some(Span::working_days(4)),
        RULE,
        "definition.stages.review",
        "below it is {\"count\":3,\"unit\":\"working-days\"}, in this layer {\"count\":4",
    ),
    (
        |d| d.fields.push(field("more", "org.phone", &[])),
        RULE,
        "definition.fields.more",
        "below it is null, in this layer \"org.phone\"",
    ),
    (
        |d| d.fields[1].required = true,
        RULE,
        "definition.fields.note",
        "field `note` became required: below it is false, in this layer true",
    ),
    (
        |d| d.fields[0].element = "other".to_owned(),
        RULE,
        "definition.fields.name",
        "below it is [\"subject.name\",{\"type\":\"string\"}], in this layer [\"other\"",
    ),
    (
        |d| drop(d.fields[0].sources.remove(0)),
        RULE,
        "definition.fields.name",
        "below it is [\"subject-record\",\"applicant\"], in this layer [\"applicant\"]",
    ),
    (
        |d| d.materials.push(material("more", &[])),
        "law.local-materials",
        "definition.materials.more",
        "local-materials-16",
    ),
    (
        |d| d.materials[1].required = true,
        RULE,
        "definition.materials.extra",
        "material `extra` became required: below it is false, in this layer true",
    ),
    (
        |d| d.materials[0].basis = "本单位要求".to_owned(),
        RULE,
        "definition.materials.plan",
        "in this layer \"本单位要求\"",
    ),
    (|d| d.signers[0].in_person = true, RULE, "definition.signers", "\"in_person\":false}], in this layer"),
    (|d| d.fees[0].at_most = 2_000, RULE, "definition.fees.card", "\"at_most\":1000}, in this layer"),
    (|d| d.bundle = Some(sample_bundle(&["P01"])), RULE, "definition.bundle", "below it is false, in this layer true"),
];

#[test]
fn each_rule_names_its_code_its_place_and_both_values() {
    for (change, code, place, text) in REFUSALS {
        let mut above = full();
        change(&mut above);
        let found = check(&full(), &above, none()).into_inner();
        let [refused] = found.as_slice() else { panic!("{place}: {found:#?}") };
        assert_eq!((refused.rule.as_str(), refused.place.as_str()), (code, place));
        assert!(english(&refused.what).contains(text), "{place}: {}", english(&refused.what));
        assert!(refused.what.zh.chars().any(|c| c >= '\u{4E00}'), "{place}");
    }
}

#[test]
fn a_trigger_and_a_question_stay() {
    let mut below = definition();
    below.questions = vec![crate::registry::sample::question("q", banshi_model::definition::Answers::YesNo)];
    assert_eq!(refused(&below, |d| d.questions.clear()), ["definition.questions"]);
    below.triggers = vec![Trigger::Fact("fact.moved".to_owned())];
    assert_eq!(refused(&below, |d| d.triggers.clear()), ["definition.triggers"]);
}

#[test]
fn a_row_that_derogates_lends_time_up_to_its_own_span_and_no_more() {
    let lent = || Leeway { more_materials: none().more_materials, longer: Some(Span::working_days(30)) };
    let taking = |days| Definition {
        promised: Processing::Promised(Span::working_days(days)),
        statutory: Span::working_days(days),
        ..definition()
    };
    assert!(!check(&definition(), &taking(30), lent()).blocks());
    let places: Vec<String> =
        check(&definition(), &taking(31), lent()).into_inner().into_iter().map(|found| found.place).collect();
    assert_eq!(places, ["definition.promised", "definition.statutory"]);
}
