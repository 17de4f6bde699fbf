//! What a declaration gives before there is a case: knobs, definition, guidance, precheck; and what is
//! wrong with one.

use banshi_sdk::contract::cases::Direction;
use banshi_sdk::contract::matters::{Processing, Source};
use banshi_sdk::harness::Harness;
use banshi_sdk::prelude::*;

const NEAR: NumberKnob = NumberKnob::lower("spacing", "间距（米） / Spacing in metres", 100);

#[derive(JsonSchema)]
#[allow(dead_code)]
struct Form {
    /// 名称 / Name
    name: String,
    /// 备注 / Note
    note: Option<String>,
}

#[derive(JsonSchema)]
#[allow(dead_code)]
struct Cold {
    /// 冷柜数量 / Cold cabinets
    cabinets: u8,
    /// 冷柜容积 / Their volume
    volume: u32,
}

struct Shop;

impl Matter for Shop {
    fn spec(settings: &Settings) -> Spec {
        let spacing = settings.number(&NEAR);
        Spec::new("小店 / Shop", "某局")
            .promised(working_days(8))
            .fields::<Form>()
            .fields_when::<Cold>(yes("cold"))
            .field_when("volume", above("area", 30))
            .material(Material::new("lease", "租约 / Lease", "第一条").waivable("housing/lease?food permit"))
            .material(Material::new("exits", "出口图 / Exits", "第二条").when(above("area", 200)))
            .question(Question::yes_no("cold", "有冷柜吗？ / Cold cabinets?"))
            .question(Question::number("area", "面积？ / Area?").cuts([10]))
            .question(Question::number("distance", "距学校？ / Distance?").when(yes("cold").and(above("area", 200))))
            .elsewhere(!above("distance", spacing), "X09", "由市局办理 / The city decides")
            .knob(NEAR)
            .check(|draft| {
                let long = draft.value("name").and_then(|name| name.as_str().map(|name| name.chars().count() > 4));
                let short_name = reason("name-length", "第三条", "名称过长 / The name is too long").shown_by(["name"]);
                long.unwrap_or(false).then(|| short_name.warning()).into_iter().collect()
            })
            .flow(Flow::new().review(Stage::new("review", "审查 / Review", "一科")))
    }
}

#[test]
fn standard_knobs_come_by_themselves_and_own_ones_beside_them() {
    let knobs = Harness::<Shop>::new().knobs();
    let of = |id: &str| knobs.iter().find(|knob| knob.id == id).unwrap_or_else(|| panic!("no knob {id}"));
    assert_eq!((of("promised-days").default.as_str(), of("promised-days").narrows), ("8", Direction::Lower));
    assert_eq!(of("shared-data-materials").default, "[]");
    assert!(of("shared-data-materials").schema.contains("lease"));
    assert_eq!(of("spacing").default, "100");
    assert!(!knobs.iter().any(|knob| knob.id == "commitment-below-area"), "this matter offers none");
}

#[test]
fn the_promise_follows_its_knob_and_never_grows() {
    let promised = |days: i64| Harness::<Shop>::new().parameter("promised-days", days).definition().promised;
    assert_eq!(promised(3), Processing::Promised(working_days(3)));
    assert_eq!(promised(0), Processing::OnTheSpot);
    assert_eq!(promised(99), Processing::Promised(working_days(8)));
}

#[test]
fn a_material_is_taken_from_shared_data_where_the_knob_lists_it() {
    let sources = |harness: Harness<Shop>| harness.definition().materials[0].sources.len();
    assert_eq!(sources(Harness::new()), 1);
    let waived = Harness::<Shop>::new().parameter("shared-data-materials", json!(["lease"])).definition();
    assert!(
        matches!(&waived.materials[0].sources[..], [Source::SharedData(field), Source::Applicant] if field.service == "housing")
    );
}

#[test]
fn the_guide_asks_what_is_open_and_names_only_what_is_certain() {
    let start = Harness::<Shop>::new().guide();
    assert_eq!(start.next, ["cold", "area"]);
    assert_eq!(start.fields, ["name", "note"]);
    assert!(start.way.is_none());
    let cold = Harness::<Shop>::new().answer("cold", true).answer("area", 250).guide();
    assert_eq!(cold.next, ["distance"]);
    assert_eq!(cold.fields, ["name", "note", "cabinets", "volume"]);
    assert_eq!(cold.materials, ["lease", "exits"]);
    let small = Harness::<Shop>::new().answer("cold", true).answer("area", 30).guide();
    assert_eq!(small.fields, ["name", "note", "cabinets"]);
    assert!(small.next.is_empty());
}

#[test]
fn a_path_that_belongs_elsewhere_shows_the_way_and_a_custom_knob_moves_the_line() {
    let at = |spacing: i64| {
        let asked = Harness::<Shop>::new().parameter("spacing", spacing);
        asked.answer("cold", true).answer("area", 250).answer("distance", 80).guide().way
    };
    assert!(at(100).is_some());
    assert!(at(50).is_none());
}

#[test]
fn cut_points_are_gathered_from_guards() {
    use banshi_sdk::contract::matters::Answers::NumberWithCuts;
    let definition = Harness::<Shop>::new().definition();
    assert_eq!(definition.questions[1].answers, NumberWithCuts(vec![10, 30, 200]));
    assert_eq!(definition.questions[2].answers, NumberWithCuts(vec![100]));
}

#[test]
fn the_precheck_names_what_is_missing_and_what_the_rules_find() {
    let found = Harness::<Shop>::new().answer("cold", false).value("name", "很长的名字").precheck();
    let rules: Vec<(&str, &str)> =
        found.iter().map(|finding| (finding.reason.rule.as_str(), finding.reason.evidence[0].as_str())).collect();
    assert_eq!(rules, [("question-open", "area"), ("material-missing", "lease"), ("name-length", "name")]);
    assert!(found[1].reason.text.en.as_deref() == Some("Material missing: Lease"));
    let whole = Harness::<Shop>::new().answer("cold", false).answer("area", 5).value("name", "小店").document("lease");
    assert!(whole.precheck().is_empty());
}

#[derive(JsonSchema)]
#[allow(dead_code)]
struct Misnamed {
    /// 类型 / Kind
    #[serde(rename = "org.kind")]
    #[schemars(extend("element" = "org.type"))]
    kind: String,
}

struct Wrong;

impl Matter for Wrong {
    fn spec(_: &Settings) -> Spec {
        Spec::new("错 / Wrong", "某局")
            .fields::<Form>()
            .fields::<Misnamed>()
            .fields_when::<Form>(yes("nobody-asks"))
            .question(Question::one_of("kind", "哪种？ / Which?", [("a", "甲 / A")]))
            .question(Question::number("weight", "多重？ / How heavy?"))
            .material(Material::new("not an id", "材料 / Paper", "第一条").when(is("kind", "b")))
            .cover("lease", "P01", "x")
            .flow(Flow::new().consultation(Stage::new("ask", "征求意见 / Ask", "二科").after(["later"])).certificate(
                Certificate::new("11310115MB2F00001X006", "证 / Licence").shows(["org.nowhere", "org.kind"]),
            ))
    }
}

#[test]
fn a_declaration_that_contradicts_itself_faults_and_names_every_place() {
    let fault = Harness::<Wrong>::new().try_definition().expect_err("a fault");
    assert_eq!(fault.code, "spec");
    for place in [
        "field `name` is declared twice",
        "nobody-asks",
        "with `b`",
        "`not an id` is not an id",
        "cover names material `lease`",
        "cover names part `P01`",
        "`ask` comes after `later`",
        "`weight` has no cut point",
        "nobody decides",
        "org.nowhere",
        "`org.kind`, and the field of that name is of another, `org.type`",
    ] {
        assert!(fault.text.contains(place), "{place} is not in: {}", fault.text);
    }
}

struct Leaderless;

impl Matter for Leaderless {
    fn spec(_: &Settings) -> Spec {
        Spec::new("无牵头 / Nobody leads", "某局")
            .part(Part::new("P01", "某局"))
            .part(Part::new("P02", "某局"))
            .flow(Flow::new().verdict(Stage::new("verdict", "决定 / Decision", "一科")))
    }
}

#[test]
fn a_bundle_has_one_part_that_leads_and_no_verdict_of_its_own() {
    let fault = Harness::<Leaderless>::new().try_definition().expect_err("a fault");
    assert!(fault.text.contains("exactly one part that leads"), "{}", fault.text);
    assert!(fault.text.contains("stages of its own"), "{}", fault.text);
}

struct Joint;

impl Variation for Joint {
    fn refine_definition(_: &Settings, mut below: Definition) -> Result<Definition, Fault> {
        for stage in &mut below.stages {
            stage.unit = "联合科".to_owned();
        }
        Ok(below)
    }

    fn refine_step(view: &View, event: &Event, below: Step) -> Result<Step, Fault> {
        let mut step = below.keeping(view);
        if matches!(event, Event::Submitted) {
            step.state = json!({"seen": 1}).to_string();
        }
        Ok(step)
    }
}

#[test]
fn a_variation_keeps_a_state_of_its_own_and_what_it_does_not_refine_stands() {
    let mut case = Harness::<Shop>::new().over::<Joint>().answer("cold", false).answer("area", 1);
    assert_eq!(case.definition().stages[0].unit, "联合科");
    assert_eq!(case.guide().fields, ["name", "note"]);
    case.submit().approve("review");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
    assert!(!case.state().contains("seen"));
}

struct Polite;

impl Matter for Polite {
    fn spec(settings: &Settings) -> Spec {
        Shop::spec(settings)
    }

    fn advance(view: &View, event: &Event) -> Result<Step, Fault> {
        let mut step = banshi_sdk::declared::advance::<Self>(view, event)?;
        if step.commands.iter().any(|command| matches!(command, Command::Accept(_))) {
            step.commands.push(Command::PublishFact("{\"kind\":\"accepted\"}".to_owned()));
        }
        Ok(step)
    }
}

#[test]
fn a_function_written_by_hand_adds_to_what_the_declaration_gives() {
    let mut case = Harness::<Polite>::new().answer("cold", false).answer("area", 1);
    case.submit();
    assert!(matches!(case.commands(), [Command::Accept(_), Command::OpenTask(_), Command::PublishFact(_)]));
    case.approve("review");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

struct Fickle;

impl Matter for Fickle {
    fn spec(settings: &Settings) -> Spec {
        Shop::spec(settings)
    }

    fn advance(view: &View, event: &Event) -> Result<Step, Fault> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static CALLS: AtomicU32 = AtomicU32::new(0);
        let mut step = banshi_sdk::declared::advance::<Self>(view, event)?;
        step.state = CALLS.fetch_add(1, Ordering::Relaxed).to_string();
        Ok(step)
    }
}

#[test]
#[should_panic(expected = "answered differently the second time")]
fn a_step_that_is_no_pure_function_is_found() {
    Harness::<Fickle>::new().submit();
}

#[test]
fn what_is_logged_is_kept_for_the_test() {
    use banshi_sdk::log::{Level, emit, take};
    emit(Level::Info, "a line");
    assert!(matches!(take().as_slice(), [(Level::Info, line)] if line == "a line"));
    assert!(take().is_empty());
}
