//! Open cases on their way to the next version: what is called as before goes on, what is called otherwise is found by name.

// A test that cannot go on has failed.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, missing_docs)]

use banshi_sdk::contract::cases::Command;
use banshi_sdk::harness::Harness;
use banshi_sdk::prelude::*;

fn spec(flow: Flow) -> Spec {
    let end = flow
        .verdict(Stage::new("verdict", "决定 / Decision", "审批科"))
        .certificate(Certificate::new("11310115MB00000193901", "示例许可证 / A sample permit"));
    Spec::new("示例许可 / A sample permit", "城市管理局").promised(working_days(5)).flow(end)
}

fn intake() -> Flow {
    Flow::new().acceptance(Stage::new("acceptance", "受理 / Acceptance", "窗口"))
}

/// As it was.
struct First;

impl Matter for First {
    fn spec(_: &Settings) -> Spec {
        spec(intake().review(Stage::new("check", "审查 / Check", "审查科")))
    }
}

/// One more review beside the first, and all else as it was.
struct OneMore;

impl Matter for OneMore {
    fn spec(_: &Settings) -> Spec {
        let flow = intake().review(Stage::new("check", "审查 / Check", "审查科"));
        spec(flow.review(Stage::new("fire", "消防审查 / Fire safety", "消防科")))
    }
}

/// The review has another name, and says so.
struct Renamed;

impl Matter for Renamed {
    fn spec(_: &Settings) -> Spec {
        spec(intake().review(Stage::new("document-review", "材料审查 / Document review", "审查科")))
    }

    fn migrate(view: &View, _from_digest: &str) -> Result<Step, Fault> {
        declared::migrate::<Self>(view, &Stages::unchanged().renamed("check", "document-review"))
    }
}

/// The same without a word of it.
struct Silent;

impl Matter for Silent {
    fn spec(settings: &Settings) -> Spec {
        Renamed::spec(settings)
    }
}

/// No review at all any more.
struct Fewer;

impl Matter for Fewer {
    fn spec(_: &Settings) -> Spec {
        spec(intake())
    }

    fn migrate(view: &View, _from_digest: &str) -> Result<Step, Fault> {
        declared::migrate::<Self>(view, &Stages::unchanged().dropped("check"))
    }
}

fn accepted() -> Harness<First> {
    let mut case = Harness::<First>::new();
    case.submit().approve("acceptance");
    case
}

fn taken<N: Matter>(case: Harness<First>) -> Harness<N> {
    case.migrated_to::<N>().unwrap_or_else(|fault| panic!("{}: {}", fault.code, fault.text))
}

#[test]
fn by_default_a_case_goes_on_where_it_stands_and_stages_that_came_new_are_opened() {
    let mut case = taken::<OneMore>(accepted());
    assert!(matches!(case.commands(), [Command::OpenTask(task)] if task.stage == "fire"), "{:?}", case.commands());
    case.approve("check").approve("fire").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn a_verdict_that_was_asked_for_waits_for_a_review_that_came_new() {
    let mut before = accepted();
    before.approve("check");
    let mut case = taken::<OneMore>(before);
    assert_eq!(case.open_stages(), ["fire"]);
    case.approve("fire").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn a_renamed_stage_is_asked_for_under_its_new_name_and_what_was_said_before_stands() {
    let mut case = taken::<Renamed>(accepted());
    assert_eq!(case.open_stages(), ["document-review"]);
    case.approve("document-review").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));

    let mut before = accepted();
    before.approve("check");
    let case = taken::<Renamed>(before);
    assert_eq!((case.open_stages(), case.commands().len()), (vec!["verdict"], 0));
}

#[test]
fn a_dropped_stage_is_closed_and_the_verdict_asked_for() {
    assert_eq!(taken::<Fewer>(accepted()).open_stages(), ["verdict"]);
}

#[test]
fn a_stage_that_nobody_names_leaves_the_case_where_it_is() {
    let fault = accepted().migrated_to::<Silent>().err().expect("a fault");
    assert_eq!(fault.code, "migrate.stage");
    assert!(fault.text.contains("`check`"), "{}", fault.text);
}

#[test]
fn before_its_acceptance_a_case_stays_at_the_window() {
    let mut before = Harness::<First>::new();
    before.submit();
    let mut case = taken::<OneMore>(before);
    assert_eq!(case.open_stages(), ["acceptance"]);
    case.approve("acceptance").approve("check").approve("fire").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}
