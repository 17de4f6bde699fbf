//! Acceptance, supplement, decline.

use banshi_model::command::{Command, Decline, DeclineGround, WayForward};
use banshi_model::definition::{Processing, Span};
use banshi_model::draft::{Opinion, Outcome};
use banshi_model::effect::{Effect, TimerKind};
use banshi_model::text::{Finding, Severity, Text};

use super::fixture::*;

const ON_RECEIPT: &str = "2021-04-26T10:00:00+08:00";

fn missing() -> Vec<Finding> {
    vec![Finding { severity: Severity::Blocking, reason: reason("食品经营许可管理办法 第十二条") }]
}

#[test]
fn acceptance_counts_over_the_labour_day_holiday_with_its_make_up_sunday() {
    let world = World::on(ON_RECEIPT);
    let case = world.after(&received(), &[Command::Accept(Processing::Promised(Span::working_days(5)))]);
    let limits = case.limits.unwrap();
    // 2021-04-26 is day 0; 27, 28, 29, 30 April and 6 May: the first five days of May are a holiday.
    assert_eq!(limits.promised_due.date, jiff::civil::date(2021, 5, 6));
    assert_eq!(limits.statutory_row, "licence-law-42-single");
}

#[test]
fn a_promise_over_the_statutory_limit_is_refused_by_the_row() {
    let mut world = World::on(ON_RECEIPT);
    world.definition.promised = Processing::Promised(Span::working_days(30));
    let accept = Command::Accept(Processing::Promised(Span::working_days(30)));
    assert_eq!(world.refusal(&received(), &[accept]), "law.licence-law-42-single");
}

#[test]
fn accept_may_promise_less_than_the_definition_and_never_more() {
    let world = World::on(ON_RECEIPT);
    let days = |count| Command::Accept(Processing::Promised(Span::working_days(count)));
    assert!(world.decide(&received(), &[days(3)]).is_ok());
    assert_eq!(world.refusal(&received(), &[days(11)]), "case.promise");
}

#[test]
fn a_second_acceptance_is_refused() {
    let world = World::on(ON_RECEIPT);
    let accept = Command::Accept(Processing::Promised(Span::working_days(10)));
    assert_eq!(world.refusal(&received(), &[accept.clone(), accept]), "case.accepted");
}

#[test]
fn a_supplement_is_asked_for_once_and_within_five_working_days() {
    let world = World::on(ON_RECEIPT);
    let asked = world.after(&received(), &[Command::RequestSupplement(missing())]);
    let answered = folded(&asked, &[Effect::Supplemented { values: Vec::new(), documents: Vec::new() }], world.now);
    assert_eq!(world.refusal(&answered, &[Command::RequestSupplement(missing())]), "law.licence-law-32-supplement");

    // Five working days after 26 April end on 6 May.
    let late = World::on("2021-05-07T09:00:00+08:00");
    assert_eq!(late.refusal(&received(), &[Command::RequestSupplement(missing())]), "law.licence-law-32-supplement");
}

#[test]
fn a_supplement_notice_stops_the_clock_of_acceptance() {
    let world = World::on(ON_RECEIPT);
    let decision = world.decide(&received(), &[Command::RequestSupplement(missing())]).unwrap();
    assert!(decision.effects.contains(&Effect::TimerEnded(TimerKind::Acceptance)));
}

#[test]
fn an_empty_supplement_notice_or_checklist_is_refused() {
    let world = World::on(ON_RECEIPT);
    assert_eq!(world.refusal(&received(), &[Command::RequestSupplement(Vec::new())]), "case.supplement-empty");
    let way = Command::ShowWay(WayForward::Checklist(Vec::new()));
    assert_eq!(world.refusal(&received(), &[way]), "case.way-empty");
}

fn decline() -> Decline {
    Decline {
        ground: DeclineGround::NoLicenceNeeded,
        verdict: verdict("acceptance"),
        way: WayForward::Checklist(missing()),
        remedy: Text::new("可以申请行政复议", "administrative reconsideration"),
    }
}

#[test]
fn a_decline_without_an_officers_verdict_is_refused() {
    let world = World::on(ON_RECEIPT);
    assert_eq!(world.refusal(&received(), &[Command::Decline(decline())]), "case.verdict");
}

#[test]
fn a_decline_needs_a_remedy_even_with_a_verdict() {
    let world = World::on(ON_RECEIPT);
    let case = world.after(&received(), &[open("acceptance", "acceptance")]);
    let case = answered(&case, "acceptance", Opinion::Object, true);
    assert!(world.decide(&case, &[Command::Decline(decline()), Command::Close]).is_ok());
    let without = Decline { remedy: Text::new(" ", ""), ..decline() };
    assert_eq!(world.refusal(&case, &[Command::Decline(without)]), "case.remedy");
}

#[test]
fn closing_before_acceptance_takes_a_way_forward() {
    let world = World::on(ON_RECEIPT);
    assert_eq!(world.refusal(&received(), &[Command::Close]), "case.undecided");
    let way = Command::ShowWay(WayForward::Checklist(missing()));
    assert!(world.decide(&received(), &[way, Command::Close]).is_ok());
}

#[test]
fn an_application_lapses_after_its_last_day_to_answer_and_not_before() {
    let world = World::on(ON_RECEIPT);
    let ask = Command::RequestSupplement(missing());
    assert_eq!(world.refusal(&received(), &[ask.clone(), Command::Close]), "case.supplement-open");
    let case = world.after(&received(), &[ask]);
    let last = case.supplement.clone().unwrap().deadline.unwrap().date;
    let at = |day: jiff::civil::Date, time: &str| World::on(&format!("{day}T{time}+08:00"));
    assert_eq!(at(last, "23:59:59").refusal(&case, &[Command::Close]), "case.supplement-open");
    let lapsed = at(last.tomorrow().unwrap(), "00:00:00").after(&case, &[Command::Close]);
    assert_eq!(lapsed.outcome, Some(Outcome::Lapsed));
}
