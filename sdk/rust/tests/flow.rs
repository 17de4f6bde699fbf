//! The way of a case through reviews in sequence and in parallel, panels, consultations, special
//! procedures, verdict, certificate and delivery.

use banshi_sdk::contract::cases::DeclineGround;
use banshi_sdk::harness::Harness;
use banshi_sdk::prelude::*;

#[derive(JsonSchema)]
#[allow(dead_code)]
struct Form {
    /// 店铺名称 / Shop name
    #[schemars(extend("element" = "org.name"))]
    shop_name: String,
    /// 面积 / Area
    area: u32,
}

struct Kiosk;

impl Matter for Kiosk {
    fn spec(_: &Settings) -> Spec {
        Spec::new("报刊亭许可 / Kiosk permit", "城市管理局")
            .statutory(working_days(20), "行政许可法 第四十二条")
            .promised(working_days(8))
            .fields::<Form>()
            .question(Question::number("area", "多大面积？ / How large?"))
            .question(Question::yes_no("street", "临街吗？ / On a street?"))
            .flow(
                Flow::new()
                    .acceptance(Stage::new("acceptance", "受理 / Acceptance", "综合窗口"))
                    .review(Stage::new("papers", "书面审查 / Papers", "审批科"))
                    .onsite(
                        Stage::new("onsite", "现场核查 / On site", "监管所").after(["papers"]).when(above("area", 20)),
                    )
                    .panel(
                        Stage::new("experts", "联合审查 / Panel", "审批科").when(above("area", 50)),
                        Panel::of(["消防", "规划", "交通"]).quorum(2).veto("消防"),
                    )
                    .consultation(
                        Stage::new("neighbours", "征求意见 / Opinion", "街道办")
                            .within(working_days(3))
                            .when(yes("street")),
                    )
                    .special(
                        Stage::new("hearing", "听证 / Hearing", "法制科").when(above("area", 100)),
                        SpecialKind::Hearing,
                        days(20),
                    )
                    .verdict(Stage::new("verdict", "决定 / Decision", "审批科"))
                    .certificate(
                        Certificate::new("11310115MB2F00001X001", "报刊亭许可证 / Kiosk permit")
                            .shows(["org.name"])
                            .valid_for(months(36)),
                    )
                    .delivery("许可证 / The permit"),
            )
    }
}

fn kiosk(area: i64) -> Harness<Kiosk> {
    Harness::new().answer("area", area).answer("street", false).value("shop_name", "朝阳报刊亭").value("area", area)
}

fn names(commands: &[Command]) -> Vec<&'static str> {
    let name = |command: &Command| match command {
        Command::Accept(_) => "accept",
        Command::ShowWay(_) => "show-way",
        Command::Decline(_) => "decline",
        Command::RequestSupplement(_) => "request-supplement",
        Command::OpenTask(_) => "open-task",
        Command::CloseTask(_) => "close-task",
        Command::StartSpecialProcedure(_) => "start-special-procedure",
        Command::Grant(_) => "grant",
        Command::Refuse(_) => "refuse",
        Command::IssueLicence(_) => "issue-licence",
        Command::Ship(_) => "ship",
        Command::Close => "close",
        _ => "other",
    };
    commands.iter().map(name).collect()
}

#[test]
fn a_case_goes_from_window_to_certificate() {
    let mut case = kiosk(30);
    case.submit();
    assert_eq!(case.open_stages(), ["acceptance"]);
    case.approve("acceptance");
    assert_eq!(names(case.commands()), ["accept", "open-task"]);
    assert_eq!(case.open_stages(), ["papers"], "the visit comes after the papers");
    case.approve("papers").approve("onsite");
    assert_eq!(case.open_stages(), ["verdict"]);
    case.approve("verdict");
    assert_eq!(names(case.commands()), ["grant", "issue-licence", "ship"]);
    assert!(!case.is_closed(), "the parcel is under way");
    case.delivered();
    assert_eq!(case.outcome(), Some(Outcome::Granted));
    assert_eq!(case.licences()[0].content, r#"{"org.name":"朝阳报刊亭"}"#);
    assert_eq!(case.licences()[0].valid_until.as_deref(), Some("2024-04-25"));
}

#[test]
fn a_stage_whose_guard_does_not_hold_is_left_out() {
    let mut case = kiosk(20);
    case.submit().approve("acceptance").approve("papers");
    assert_eq!(case.open_stages(), ["verdict"]);
}

#[test]
fn a_question_that_is_still_open_leaves_no_stage_out() {
    let mut case = Harness::<Kiosk>::new();
    case.submit().approve("acceptance");
    assert_eq!(case.open_stages(), ["papers", "experts", "experts", "experts", "neighbours", "hearing"]);
}

#[test]
fn an_objection_opens_nothing_after_it_and_a_person_decides_with_the_reasons() {
    let mut case = kiosk(30);
    case.submit().approve("acceptance").object("papers", "图纸与现场不符 / The plan does not match the site");
    assert_eq!(case.open_stages(), ["verdict"], "the visit after the papers is not made");
    case.object("verdict", "不符合设置条件 / The conditions are not met");
    assert_eq!(names(case.commands()), ["refuse", "close"]);
    let Command::Refuse(refusal) = &case.commands()[0] else { panic!("no refusal") };
    assert_eq!(refusal.verdict.task, "verdict");
    assert_eq!(refusal.verdict.reasons[0].text.zh, "不符合设置条件");
    assert!(refusal.remedy.zh.contains("行政复议"), "{}", refusal.remedy.zh);
    assert_eq!(case.outcome(), Some(Outcome::Refused));
}

#[test]
fn an_objection_without_reasons_and_an_abstention_are_no_decision() {
    let mut case = kiosk(10);
    case.submit().approve("acceptance").approve("papers");
    case.say("verdict", Opinion::Object, Value::Null, vec![]);
    assert_eq!(case.open_tasks()[0].id, "verdict.2");
    case.say("verdict", Opinion::Abstain, Value::Null, vec![]);
    assert_eq!(case.open_tasks()[0].id, "verdict.3");
    case.approve("verdict").delivered();
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn the_officers_own_remedy_stands() {
    let mut case = kiosk(10);
    case.submit().approve("acceptance").approve("papers");
    let why = vec![reason("r", "某条例 第三条", "理由 / reason")];
    case.say("verdict", Opinion::Object, json!({"remedy": "向区政府申请复议 / Ask the district government"}), why);
    let Command::Refuse(refusal) = &case.commands()[0] else { panic!("no refusal") };
    assert_eq!(refusal.remedy.zh, "向区政府申请复议");
}

#[test]
fn a_quorum_is_enough_once_the_unit_with_a_veto_has_spoken() {
    let mut case = kiosk(60);
    case.submit().approve("acceptance");
    assert_eq!(case.open_stages(), ["papers", "experts", "experts", "experts"]);
    case.unit_says("experts", "规划", Opinion::Approve, vec![]);
    case.unit_says("experts", "交通", Opinion::Approve, vec![]);
    assert_eq!(case.open_stages(), ["papers", "experts"], "fire safety has a veto and is waited for");
    case.unit_says("experts", "消防", Opinion::Abstain, vec![]);
    assert_eq!(case.open_stages(), ["papers"]);
}

#[test]
fn a_veto_closes_the_panel_and_leaves_the_decision_to_the_verdict() {
    let mut case = kiosk(60);
    let why = vec![reason("fire", "消防法 第十五条", "疏散通道不足 / Too few exits")];
    case.submit().approve("acceptance").unit_says("experts", "消防", Opinion::Object, why);
    assert_eq!(names(case.commands()), ["close-task", "close-task"]);
    assert_eq!(case.open_stages(), ["papers"]);
    case.approve("papers").approve("onsite");
    assert_eq!(case.open_stages(), ["verdict"]);
}

#[test]
fn who_abstained_is_asked_again_when_the_quorum_cannot_be_reached_without_them() {
    let mut case = kiosk(60);
    case.submit().approve("acceptance");
    case.unit_says("experts", "规划", Opinion::Abstain, vec![]);
    case.unit_says("experts", "交通", Opinion::Abstain, vec![]);
    assert_eq!(case.open_stages(), ["papers", "experts", "experts", "experts"], "two are asked again");
    assert!(case.open_tasks().iter().any(|task| task.id == "experts.u2.2" && task.unit == "规划"));
}

#[test]
fn silence_closes_a_consultation_and_nothing_else() {
    let mut case = kiosk(10).answer("street", true);
    case.submit().approve("acceptance").silence("neighbours").approve("papers");
    assert_eq!(case.open_stages(), ["verdict"]);
}

#[test]
#[should_panic(expected = "silence does not close")]
fn silence_never_closes_a_verdict() {
    let mut case = kiosk(10);
    case.submit().approve("acceptance").approve("papers").silence("verdict");
}

#[test]
fn an_objection_of_who_was_only_asked_decides_nothing() {
    let mut case = kiosk(10).answer("street", true);
    case.submit().approve("acceptance").object("neighbours", "太吵 / Too loud").approve("papers").approve("verdict");
    assert_eq!(names(case.commands()), ["grant", "issue-licence", "ship"]);
}

#[test]
fn a_special_procedure_runs_only_if_an_officer_decides_so_and_the_verdict_waits_for_its_end() {
    let mut case = kiosk(120);
    case.submit().approve("acceptance").approve("hearing");
    let Command::StartSpecialProcedure(procedure) = &case.commands()[0] else { panic!("no procedure") };
    assert_eq!((procedure.kind, procedure.task.as_str()), (SpecialKind::Hearing, "hearing"));
    for unit in ["消防", "规划"] {
        case.unit_says("experts", unit, Opinion::Approve, vec![]);
    }
    case.approve("papers").approve("onsite");
    assert!(case.open_stages().is_empty(), "the hearing is under way");
    case.procedure_ended("hearing");
    assert_eq!(case.open_stages(), ["verdict"]);
}

#[test]
fn a_special_procedure_that_is_not_needed_is_left_out() {
    let mut case = kiosk(120);
    case.submit().approve("acceptance").object("hearing", "无人申请听证 / Nobody asked for a hearing");
    assert_eq!(names(case.commands()), Vec::<&str>::new());
}

#[test]
fn an_objection_at_the_window_asks_once_for_a_supplement_with_the_reasons_as_checklist() {
    let mut case = kiosk(10);
    case.submit().object("acceptance", "缺少平面图 / The plan is missing");
    let Command::RequestSupplement(findings) = &case.commands()[0] else { panic!("no supplement") };
    assert_eq!(findings[0].reason.text.zh, "缺少平面图");
    case.supplement();
    assert_eq!(case.open_tasks()[0].id, "acceptance.2");
    case.object("acceptance", "仍缺少平面图 / Still missing");
    assert_eq!(names(case.commands()), ["show-way", "close"], "there is no second notice, and still a way");
    assert_eq!(case.outcome(), Some(Outcome::Declined));
}

#[test]
fn who_does_not_supplement_in_time_lapses() {
    let mut case = kiosk(10);
    case.submit().object("acceptance", "缺少平面图 / The plan is missing").supplement_expired();
    assert_eq!(case.outcome(), Some(Outcome::Lapsed));
}

#[test]
fn a_decline_names_ground_reasons_way_and_remedy() {
    let mut case = kiosk(10);
    let why = vec![reason("scope", "城市管理条例 第二条", "属交通部门 / It belongs to transport")];
    let data = json!({"act": "decline", "ground": "not-this-authority", "matter": "T01", "division": "310115"});
    case.submit().say("acceptance", Opinion::Object, data, why);
    let Command::Decline(decline) = &case.commands()[0] else { panic!("no decline") };
    assert_eq!(decline.ground, DeclineGround::NotThisAuthority);
    assert!(matches!(decline.way, banshi_sdk::contract::cases::WayForward::Signpost(_)));
    assert_eq!(case.outcome(), Some(Outcome::Declined));
}

#[test]
fn a_decline_without_a_ground_is_asked_again() {
    let mut case = kiosk(10);
    let why = vec![reason("scope", "城市管理条例 第二条", "理由 / reason")];
    case.submit().say("acceptance", Opinion::Object, json!({"act": "decline"}), why);
    assert_eq!(case.open_tasks()[0].id, "acceptance.2");
}

#[test]
fn what_nobody_answered_is_accepted_by_law_and_the_work_begins() {
    let mut case = kiosk(10);
    case.submit().deemed_accepted();
    assert_eq!(names(case.commands()), ["close-task", "open-task"]);
    case.approve("papers").approve("verdict").delivered();
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn an_unknown_task_and_a_late_event_change_nothing() {
    let mut case = kiosk(10);
    case.submit().approve("acceptance");
    let before = case.state().to_owned();
    let (task, unit, data) = ("somebody-elses".to_owned(), "某科".to_owned(), "null".to_owned());
    case.event(Event::TaskDone(TaskResult {
        task,
        unit,
        opinion: Opinion::Object,
        by_silence: false,
        data,
        reasons: vec![],
    }));
    case.event(Event::FactHeard("{}".to_owned())).event(Event::DeemedAccepted);
    assert_eq!(case.state(), before);
}

#[test]
fn a_withdrawn_case_asks_for_nothing() {
    let mut case = kiosk(10);
    case.submit().approve("acceptance").withdrawn();
    assert!(case.commands().is_empty());
}

/// Reviews that decide by themselves, and a certificate in an entry of its own.
struct Plain;

impl Matter for Plain {
    fn spec(_: &Settings) -> Spec {
        Spec::new("普通审批 / Plain approval", "某局").promised(working_days(5)).flow(
            Flow::new()
                .review(Stage::new("a", "甲 / A", "一科"))
                .review(Stage::new("b", "乙 / B", "二科"))
                .review(Stage::new("c", "丙 / C", "三科"))
                .certificate(Certificate::new("11310115MB2F00001X002", "证 / Licence").issued_after(working_days(0))),
        )
    }
}

#[test]
fn without_a_verdict_stage_the_reviews_decide() {
    let mut case = Harness::<Plain>::new();
    case.submit();
    assert_eq!(names(case.commands()), ["accept", "open-task", "open-task", "open-task"]);
    case.approve("c").approve("a").approve("b");
    let Command::Grant(verdict) = &case.commands()[0] else { panic!("no grant") };
    assert_eq!(verdict.task, "b", "it rests on the last of them");
    case.timer("issue");
    assert_eq!(names(case.commands()), ["issue-licence", "close"]);
}

#[test]
fn without_a_verdict_stage_an_objection_refuses_when_all_have_spoken() {
    let mut case = Harness::<Plain>::new();
    case.submit().object("a", "不符 / No").approve("b");
    assert_eq!(names(case.commands()), Vec::<&str>::new());
    case.approve("c");
    let Command::Refuse(refusal) = &case.commands()[0] else { panic!("no refusal") };
    assert_eq!(refusal.verdict.task, "a");
    assert_eq!(case.outcome(), Some(Outcome::Refused));
}
