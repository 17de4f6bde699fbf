//! A bundle: parts are chosen, opened, joined and released together.

use banshi_sdk::harness::{Harness, asks};
use banshi_sdk::prelude::*;

struct Shop;

impl Matter for Shop {
    fn spec(_: &Settings) -> Spec {
        Spec::new("便利店 / Convenience store", "市场监督管理局")
            .promised(working_days(5))
            .question(Question::yes_no("tobacco", "卖烟吗？ / Tobacco?"))
            .question(Question::yes_no("medicine", "卖药吗？ / Medicine?"))
            .question(Question::one_of(
                "food",
                "食品？ / Food?",
                [("prepacked", "仅预包装 / Prepacked only"), ("loose", "散装 / Loose")],
            ))
            .question(Question::number("area", "面积？ / Area?"))
            .commitment(Commitment::below_area("area", 0))
            .part(Part::new("P01", "市场监督管理局").lead().on_commitment().when(is("food", "loose")))
            .part(Part::new("P02", "市场监督管理局").filing().when(is("food", "prepacked")))
            .part(Part::new("P04", "烟草专卖局").when(yes("tobacco")))
            .part(Part::new("P05", "药品监督管理局").when(yes("medicine")))
            .material(Material::new("lease", "场所证明 / Premises", "食品经营许可管理办法 第十二条"))
            .cover("lease", "P01", "premises")
            .cover("lease", "P04", "place")
            .inspection(
                Inspection::new("joint", "联合核查 / Joint visit", "联合检查组")
                    .serves("P01", "onsite")
                    .serves("P05", "onsite")
                    .when(above("area", 100)),
            )
            .flow(
                Flow::new()
                    .acceptance(Stage::new("acceptance", "受理 / Acceptance", "综合窗口"))
                    .certificate(
                        Certificate::new("11310115MB2F00001X005", "行业综合许可证 / Composite").shows(["org.name"]),
                    )
                    .delivery("综合许可证 / Composite certificate"),
            )
    }
}

fn shop(tobacco: bool, medicine: bool, food: &str, area: i64) -> Harness<Shop> {
    Harness::new()
        .answer("tobacco", tobacco)
        .answer("medicine", medicine)
        .answer("food", food)
        .answer("area", area)
        .value("org.name", "转角便利店")
}

fn opened(commands: &[Command]) -> Vec<(String, Mode)> {
    let parts = commands.iter().filter_map(|command| match command {
        Command::OpenPart(opening) => Some((opening.part.clone(), opening.mode)),
        _ => None,
    });
    parts.collect()
}

#[test]
fn the_guide_chooses_the_parts_and_acceptance_opens_them() {
    let mut case = shop(true, false, "prepacked", 40);
    assert_eq!(case.guide().parts, ["P02", "P04"]);
    case.submit().approve("acceptance");
    assert_eq!(opened(case.commands()), [("P02".to_owned(), Mode::Filing), ("P04".to_owned(), Mode::Approval)]);
}

#[test]
fn two_granted_parts_are_released_with_a_composite_that_lists_them() {
    let mut case = shop(true, false, "loose", 40);
    case.submit().approve("acceptance").part_closed("P04", Outcome::Granted);
    assert!(case.commands().is_empty(), "one part is open");
    case.part_closed("P01", Outcome::Granted);
    let [Command::ReleaseParts(Some(composite)), Command::Ship(_)] = case.commands() else {
        panic!("{:?}", case.commands())
    };
    let content: Value = serde_json::from_str(&composite.content).unwrap();
    assert_eq!(content["org.name"], "转角便利店");
    assert_eq!(content["permits"].as_array().map(Vec::len), Some(2));
    case.delivered();
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn one_granted_part_gets_no_composite() {
    let mut case = shop(true, false, "loose", 40);
    case.submit().approve("acceptance").part_closed("P04", Outcome::Refused).part_closed("P01", Outcome::Granted);
    assert!(matches!(case.commands(), [Command::ReleaseParts(None), Command::Ship(_)]));
}

#[test]
fn a_bundle_whose_parts_were_all_refused_or_withdrawn_closes_without_release() {
    let mut case = shop(true, false, "loose", 40);
    case.submit().approve("acceptance").part_closed("P04", Outcome::Refused).part_closed("P01", Outcome::Withdrawn);
    assert_eq!(case.commands(), [Command::Close]);
}

#[test]
fn a_joint_visit_is_made_above_the_area_for_parts_that_are_there() {
    let jointly = |case: &Harness<Shop>| case.commands().contains(&Command::InspectJointly("joint".to_owned()));
    let mut large = shop(false, true, "loose", 101);
    large.submit().approve("acceptance");
    assert!(jointly(&large));
    let mut small = shop(false, true, "loose", 100);
    small.submit().approve("acceptance");
    assert!(!jointly(&small));
    let mut one_part = shop(true, false, "loose", 500);
    one_part.submit().approve("acceptance");
    assert!(!jointly(&one_part), "a visit for one part is no joint one");
}

#[test]
fn parts_that_may_be_are_opened_on_the_bundles_commitment() {
    let mut case = shop(true, false, "loose", 40).parameter("commitment-below-area", 60).mode(Mode::Commitment);
    assert_eq!(case.guide().modes, [Mode::Commitment, Mode::Approval]);
    case.submit().approve("acceptance");
    assert_eq!(opened(case.commands()), [("P01".to_owned(), Mode::Commitment), ("P04".to_owned(), Mode::Approval)]);
}

#[test]
fn a_path_without_a_part_is_a_fault_and_no_empty_bundle() {
    let mut case = shop(false, false, "loose", 40).parts([]).answer("food", Value::Null);
    case.submit();
    let result = case.open_tasks()[0].id.clone();
    let done = TaskResult {
        task: result,
        unit: "综合窗口".to_owned(),
        opinion: Opinion::Approve,
        by_silence: false,
        data: "null".to_owned(),
        reasons: vec![],
    };
    let fault = case.try_event(&Event::TaskDone(done)).err().expect("a fault");
    assert_eq!(fault.code, "no-part");
}

struct AllOrNone;

impl Matter for AllOrNone {
    fn spec(settings: &Settings) -> Spec {
        Shop::spec(settings).all_or_none()
    }
}

#[test]
fn all_or_none_releases_nothing_when_one_part_was_refused() {
    let mut case = Harness::<AllOrNone>::new()
        .answer("tobacco", true)
        .answer("medicine", false)
        .answer("food", "loose")
        .answer("area", 1);
    case.submit().approve("acceptance").part_closed("P04", Outcome::Refused).part_closed("P01", Outcome::Granted);
    assert_eq!(case.commands(), [Command::Close]);
}

#[test]
fn a_manifest_that_asks_for_too_little_is_found_in_a_test() {
    let needs = asks::<Shop>();
    assert!(needs.commands.contains("release-parts") && !needs.commands.contains("grant"));
    let manifest = "[permissions]\ncommands = [\"accept\", \"close\", \"open-task\", \"close-task\", \"show-way\", \"decline\", \
        \"request-supplement\", \"open-part\", \"inspect-jointly\", \"ship\"]\nlicences = [\"11310115MB2F00001X005\"]\nunits = []";
    assert_eq!(needs.missing_from(manifest), ["commands: release-parts", "units: 综合窗口"]);
}
