//! Bundles: parts, joint inspections, release and the composite.

use banshi_model::case::Case;
use banshi_model::command::{Command, IssueLicence};
use banshi_model::definition::{Bundle, Business, JointInspection, Mode, Part, PartStage, Partial, Processing, Span};
use banshi_model::draft::{Opinion, Outcome, PartResult, TaskResult};
use banshi_model::effect::Effect;
use banshi_model::event::Event;
use banshi_model::text::Text;
use serde_json::json;

use super::fixture::*;
use crate::decide::{BundleView, PartView, part_result};

const NOW: &str = "2021-04-27T11:00:00+08:00";

pub(super) fn world() -> World {
    let mut world = World::on(NOW);
    let part = |code: &str| Part {
        code: code.parse().unwrap(),
        department: "市场监督管理局".to_owned(),
        business: Business::Establish,
        lead: code == "P01",
    };
    let stage = |part: &str| PartStage { part: part.parse().unwrap(), stage: slug("onsite") };
    world.definition.bundle = Some(Bundle {
        parts: vec![part("P01"), part("P05")],
        covers: Vec::new(),
        inspections: vec![JointInspection {
            id: slug("joint"),
            title: Text::new("联合核查", "joint check"),
            unit: "综合科".to_owned(),
            serves: vec![stage("P01"), stage("P05")],
        }],
        partial: Partial::WhatIsGranted,
    });
    for code in ["P01", "P05"] {
        world.parts.insert(code.parse().unwrap(), PartView { modes: vec![Mode::Approval] });
    }
    world
}

pub(super) fn opened(world: &World) -> Case {
    let mut case = received();
    case.draft.thaw().parts = vec!["P01".parse().unwrap(), "P05".parse().unwrap()];
    let part = |code: &str| Command::OpenPart { part: code.parse().unwrap(), mode: Mode::Approval };
    let accept = Command::Accept(Processing::Promised(Span::working_days(5)));
    world.after(&case, &[accept, part("P01"), part("P05")])
}

pub(super) fn ended(case: &Case, part: &str, outcome: Outcome) -> Case {
    let licence = (outcome == Outcome::Granted).then(|| format!("licence-{part}"));
    let result = PartResult { part: part.parse().unwrap(), outcome, licence, reasons: Vec::new() };
    folded(case, &[Effect::PartClosed(result)], at(NOW))
}

pub(super) fn composite() -> Option<IssueLicence> {
    Some(IssueLicence { licence_type: TYPE.to_owned(), content: json!({}), valid_until: None })
}

#[test]
fn a_part_is_opened_once_and_only_if_the_guide_chose_it() {
    let world = world();
    let case = opened(&world);
    let again = Command::OpenPart { part: "P01".parse().unwrap(), mode: Mode::Approval };
    assert_eq!(world.refusal(&case, &[again]), "part.exists");
    let other = Command::OpenPart { part: "P04".parse().unwrap(), mode: Mode::Approval };
    assert_eq!(world.refusal(&case, &[other]), "part.not-chosen");
}

#[test]
fn a_part_that_cannot_be_had_as_wished_is_opened_as_its_own_guide_proposes() {
    let world = world();
    let mut case = received();
    case.draft.thaw().parts = vec!["P01".parse().unwrap()];
    let wish = Command::OpenPart { part: "P01".parse().unwrap(), mode: Mode::Commitment };
    let accept = Command::Accept(Processing::Promised(Span::working_days(5)));
    let decision = world.decide(&case, &[accept, wish]).unwrap();
    assert_eq!(decision.parts[0].mode, Mode::Approval);
}

#[test]
fn parts_are_released_when_all_have_ended_and_a_composite_takes_two_permits() {
    let world = world();
    let case = opened(&world);
    assert_eq!(world.refusal(&case, &[Command::ReleaseParts(composite())]), "release.parts-open");
    let one = ended(&ended(&case, "P01", Outcome::Granted), "P05", Outcome::Refused);
    let code = world.refusal(&one, &[Command::ReleaseParts(composite())]);
    assert!(code.starts_with("law."), "{code}");
    assert!(world.decide(&one, &[Command::ReleaseParts(None), Command::Close]).is_ok());
    let two = ended(&ended(&case, "P01", Outcome::Granted), "P05", Outcome::Granted);
    let decision = world.decide(&two, &[Command::ReleaseParts(composite()), Command::Close]).unwrap();
    assert_eq!(decision.licences.last().unwrap().members, ["licence-P01", "licence-P05"]);
}

#[test]
fn all_or_none_releases_nothing_when_one_part_is_refused() {
    let mut world = world();
    if let Some(bundle) = &mut world.definition.bundle {
        bundle.partial = Partial::AllOrNone;
    }
    let case = ended(&ended(&opened(&world), "P01", Outcome::Granted), "P05", Outcome::Refused);
    assert_eq!(world.refusal(&case, &[Command::ReleaseParts(None)]), "release.all-or-none");
}

#[test]
fn a_bundle_whose_parts_were_all_refused_closes_as_refused() {
    let world = world();
    let case = ended(&ended(&opened(&world), "P01", Outcome::Refused), "P05", Outcome::Refused);
    assert_eq!(world.refusal(&case, &[Command::ReleaseParts(None)]), "release.none-granted");
    assert_eq!(world.after(&case, &[Command::Close]).outcome, Some(Outcome::Refused));
}

#[test]
fn a_bundle_does_not_close_while_a_part_is_open() {
    let world = world();
    assert_eq!(world.refusal(&opened(&world), &[Command::Close]), "case.parts-open");
}

#[test]
fn a_joint_inspection_gives_each_stage_a_result_of_its_own() {
    let data = json!({ "results": {
        "P01.onsite": { "opinion": "approve", "data": { "clean": true } },
        "P05.onsite": { "opinion": "object", "reasons": [{ "rule": "r", "basis": "第一条", "text": { "zh": "无药师" } }] },
    }});
    let unit = "综合科".to_owned();
    let joint = TaskResult {
        task: slug("joint"),
        unit,
        opinion: Opinion::Approve,
        by_silence: false,
        data,
        reasons: Vec::new(),
    };
    let food = part_result(&joint, "P01", &slug("onsite")).unwrap();
    let drugs = part_result(&joint, "P05", &slug("onsite")).unwrap();
    assert_eq!((food.opinion, drugs.opinion), (Opinion::Approve, Opinion::Object));
    assert_eq!(drugs.reasons[0].basis, "第一条");
    assert_eq!(part_result(&joint, "P04", &slug("onsite")), None);
}

#[test]
fn a_parts_stage_that_a_joint_inspection_has_served_already_gets_its_result_at_once() {
    let bundle_world = world();
    let bundle = bundle_world.after(&opened(&bundle_world), &[Command::InspectJointly(slug("joint"))]);
    let mut task = bundle.task(&slug("joint")).unwrap().clone();
    let data = json!({ "results": { "P01.onsite": { "opinion": "approve" } } });
    let unit = "综合科".to_owned();
    let said = TaskResult {
        task: slug("joint"),
        unit,
        opinion: Opinion::Approve,
        by_silence: false,
        data,
        reasons: Vec::new(),
    };
    task.status = banshi_model::task::TaskStatus::Done;
    task.result = Some(said.into());
    let inspection = bundle_world.definition.bundle.as_ref().unwrap().inspections[0].clone();

    let mut part_world = World::on(NOW);
    part_world.definition.stages[2].id = slug("onsite");
    part_world.bundle = Some(BundleView { due: None, inspections: vec![(inspection, task)] });
    let case = in_work(&part_world);
    let decision = part_world.decide(&case, &[open("onsite", "onsite")]).unwrap();
    let told = decision.effects.iter().any(|effect| {
        matches!(effect, Effect::EventSent { event: Event::TaskDone(result), .. } if result.task == slug("onsite"))
    });
    assert!(told);

    // Told once: a plugin that opens the stage again and again would go round for ever.
    let done = answered(&part_world.after(&case, &[open("onsite", "onsite")]), "onsite", Opinion::Approve, true);
    assert_eq!(part_world.refusal(&done, &[open("onsite-again", "onsite")]), "task.stage-served");
}
