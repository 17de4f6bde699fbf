//! The pure parts: what counts as the same, as wording, as effect; what a sample may show; how what was found is joined.

use banshi_model::command::{Command, Due, IssueLicence, OpenTask, Recipient, Verdict};
use banshi_model::definition::{Processing, Span};
use banshi_model::ids::Digest;
use banshi_model::text::{Reason, Subject, SubjectKind, Text};
use serde_json::{Value, json};

use super::compare::{self, Comparison, Outcome};
use super::judge::decide_alike;
use super::mask::{Clear, Mask};
use super::tally::{Tally, UNNAMED, likeness};
use crate::api::shadow::{DifferenceView, Sample, SampleKind, ShadowId, Turn, What};
use crate::registry::sample;

fn reason(basis: &str, text: &str) -> Reason {
    Reason { rule: "r".to_owned(), basis: basis.to_owned(), text: Text::new(text, "why"), evidence: Vec::new() }
}

fn grant(reasons: Vec<Reason>) -> Command {
    Command::Grant(Verdict { task: "verdict".parse().unwrap(), reasons })
}

fn accept(days: u16) -> Command {
    Command::Accept(Processing::Promised(Span::working_days(days)))
}

fn task(id: &str, title: &str) -> Command {
    Command::OpenTask(OpenTask {
        id: id.parse().unwrap(),
        unit: "审批科".to_owned(),
        title: Text::new(title, "task"),
        limit: Some(Span::working_days(3)),
        form: Some(json!({ "type": "object", "title": title })),
        stage: id.parse().unwrap(),
        silence_consents: false,
    })
}

fn licence(until: &str, name: &str) -> Command {
    Command::IssueLicence(IssueLicence {
        licence_type: "11100000MB0143028R001".to_owned(),
        content: json!({ "org.name": name }),
        valid_until: Some(until.parse().unwrap()),
    })
}

fn pay(amount: u64) -> Command {
    Command::RequestPayment { id: "fee".parse().unwrap(), fee: "fee".parse().unwrap(), amount }
}

/// What differs: name, in what, in which direction.
fn found(recorded: &[Command], candidate: &[Command]) -> Vec<(String, What, Option<Turn>)> {
    let comparison = compare::commands(recorded, candidate).unwrap_or_default();
    comparison.differences.into_iter().map(|found| (found.name, found.what, found.turn)).collect()
}

fn outcome(recorded: &[Command], candidate: &[Command]) -> Outcome {
    compare::commands(recorded, candidate).as_ref().map_or(Outcome::Same, Comparison::outcome)
}

#[test]
fn the_same_commands_are_the_same() {
    assert_eq!(outcome(&[accept(5), Command::Close], &[accept(5), Command::Close]), Outcome::Same);
    assert_eq!(outcome(&[], &[]), Outcome::Same);
}

#[test]
fn other_texts_alone_are_wording() {
    let (then, now) = (
        [task("review", "审查"), grant(vec![reason("第一条", "准予")])],
        [task("review", "材料审查"), grant(vec![reason("第一条", "同意")])],
    );
    assert_eq!(outcome(&then, &now), Outcome::Wording);
    assert!(found(&then, &now).iter().all(|(_, what, _)| *what == What::Text));
}

#[test]
fn a_command_more_or_less_is_effect() {
    assert_eq!(found(&[accept(5)], &[accept(5), Command::Close]), [("close".to_owned(), What::Added, None)]);
    assert_eq!(found(&[accept(5), Command::Close], &[accept(5)]), [("close".to_owned(), What::Dropped, None)]);
    assert_eq!(outcome(&[accept(5)], &[]), Outcome::Effect);
    let other = found(&[task("review", "审查")], &[task("onsite", "审查")]);
    assert_eq!(other.iter().map(|(_, what, _)| *what).collect::<Vec<_>>(), [What::Dropped, What::Added]);
}

#[test]
fn amounts_dates_and_clauses_are_told_apart_with_their_direction() {
    assert_eq!(found(&[pay(100)], &[pay(50)]), [("request-payment".to_owned(), What::Amount, Some(Turn::Less))]);
    assert_eq!(found(&[accept(5)], &[accept(7)]), [("accept".to_owned(), What::Date, Some(Turn::More))]);
    let (then, now) = ([licence("2024-05-06", "甲")], [licence("2026-05-06", "甲")]);
    assert_eq!(found(&then, &now), [("issue-licence".to_owned(), What::Date, Some(Turn::More))]);
    let (then, now) = ([grant(vec![reason("第一条", "准予")])], [grant(vec![reason("第二条", "准予")])]);
    assert_eq!(found(&then, &now), [("grant".to_owned(), What::Clause, None)]);
    let now = [grant(vec![reason("第一条", "准予"), reason("第三条", "并")])];
    assert_eq!(found(&then, &now), [("grant".to_owned(), What::Clause, None)]);
    let on_the_spot = [Command::Accept(Processing::OnTheSpot)];
    assert_eq!(found(&[accept(5)], &on_the_spot), [("accept".to_owned(), What::Date, None)]);
}

#[test]
fn what_a_licence_says_is_substance_and_no_wording() {
    let (then, now) = ([licence("2024-05-06", "甲")], [licence("2024-05-06", "乙")]);
    assert_eq!(found(&then, &now), [("issue-licence".to_owned(), What::Other, None)]);
    let says = |text: &str| Command::PublishFact(json!({ "kind": "k", "text": { "zh": text } }));
    assert_eq!(outcome(&[says("甲")], &[says("乙")]), Outcome::Effect);
}

#[test]
fn another_recipient_is_no_date_and_another_day_of_a_timer_is_one() {
    let notify = |to| Command::Notify { to, template: "t".to_owned(), data: Value::Null };
    let (then, now) = ([notify(Recipient::Subject)], [notify(Recipient::Agent)]);
    assert_eq!(found(&then, &now), [("notify".to_owned(), What::Other, None)]);
    let timer = |day: &str| Command::SetTimer { id: "t".parse().unwrap(), due: Due::On(day.parse().unwrap()) };
    let (then, now) = ([timer("2021-05-06")], [timer("2021-05-04")]);
    assert_eq!(found(&then, &now), [("set-timer".to_owned(), What::Date, Some(Turn::Less))]);
}

#[test]
fn the_order_of_commands_is_effect() {
    let timer = |id: &str| Command::SetTimer { id: id.parse().unwrap(), due: Due::After(Span::working_days(1)) };
    let (then, now) = ([timer("a"), timer("b")], [timer("b"), timer("a")]);
    assert_eq!(found(&then, &now), [("set-timer".to_owned(), What::Order, None)]);
}

#[test]
fn definitions_decide_alike_unless_they_differ_in_what_a_decision_reads() {
    let own = sample::definition();
    let mut other = own.clone();
    other.title = Text::new("别名", "another name");
    other.fields.clear();
    assert!(decide_alike(&own, &other));
    other.statutory = Span::working_days(own.statutory.count + 1);
    assert!(!decide_alike(&own, &other));
}

fn clear() -> Clear {
    Clear::of(&[json!({ "unit": "审批科", "basis": "第一条", "limit": 3, "fields": [{ "id": "org.name" }] })])
}

#[test]
fn a_sample_shows_what_a_definition_or_a_law_row_says_and_nothing_else() {
    let clear = clear();
    let mut mask = Mask::new(&clear);
    let mut shown = |command: &Command, name: &str| {
        let whole = serde_json::to_value(command).unwrap();
        mask.item(name, &whole[name]).to_string()
    };
    let said = shown(&task("review", "请核实林示例的身份证 310115199003070017"), "open-task");
    assert!(said.contains("审批科") && said.contains("working-days"), "{said}");
    assert!(!said.contains("林示例") && !said.contains("310115199003070017") && !said.contains("review"), "{said}");
    let said = shown(&licence("2024-05-06", "上海示例便利店有限公司"), "issue-licence");
    assert!(said.contains("org.name") && !said.contains("示例") && !said.contains("2024-05-06"), "{said}");
    let people = vec![Subject {
        kind: SubjectKind::NaturalPerson,
        id: "310115199003070017".to_owned(),
        name: "林示例".to_owned(),
    }];
    let said = shown(&Command::VerifyIdentity(people), "verify-identity");
    assert!(!said.contains("林示例") && !said.contains("3101151990"), "{said}");
    let said = shown(&grant(vec![reason("第一条", "电话 13800000001，示例路100号")]), "grant");
    assert!(said.contains("第一条") && !said.contains("138") && !said.contains("示例路"), "{said}");
}

#[test]
fn free_data_is_masked_even_where_it_says_what_a_definition_says() {
    let clear = clear();
    let mut mask = Mask::new(&clear);
    let value = json!({ "to": "subject", "template": "t", "data": { "审批科": 3, "13800000001": true } });
    let said = mask.item("notify", &value).to_string();
    assert!(!said.contains("13800000001") && !said.contains(":3") && !said.contains("true"), "{said}");
    let fact = mask.item("publish-fact", &json!({ "kind": "审批科", "13800000001": "x" })).to_string();
    assert!(!fact.contains("13800000001") && !fact.contains("\"x\""), "{fact}");
    let path = ["data", "13800000001"].map(str::to_owned);
    assert!(!mask.path("notify", &path).contains("138"));
    assert!(!mask.path("publish-fact", &path[1..]).contains("138"));
}

#[test]
fn equal_values_have_equal_masks_in_one_sample() {
    let clear = clear();
    let mut mask = Mask::new(&clear);
    let both = mask.item("x", &json!(["甲", "乙", "甲"]));
    assert_eq!(both["x"][0], both["x"][2]);
    assert_ne!(both["x"][0], both["x"][1]);
}

#[test]
fn clauses_are_counted_by_side_and_named_only_where_they_are_public() {
    let clear = clear();
    let (then, now) = ([grant(vec![reason("第一条", "a")])], [grant(vec![reason("林示例说的", "a")])]);
    let mut tally = Tally::default();
    tally.differs(&compare::commands(&then, &now).unwrap(), &clear);
    tally.same(&then, &clear);
    assert_eq!((tally.clauses["第一条"].recorded, tally.clauses["第一条"].same), (1, 1));
    assert_eq!((tally.clauses[UNNAMED].candidate, tally.clauses[UNNAMED].recorded), (1, 0));
    assert_eq!((tally.commands["grant"].clause, tally.commands["grant"].same), (1, 1));
    assert!(!serde_json::to_string(&tally).unwrap().contains("林示例"));
}

fn one(seq: u64, command: &str) -> Sample {
    let difference = DifferenceView { command: command.to_owned(), at: String::new(), what: What::Added, turn: None };
    Sample {
        case: "310115-210426-7K3M9QX2TR".parse().unwrap(),
        seq,
        event: "submitted".to_owned(),
        kind: SampleKind::Effect,
        differences: vec![difference],
        recorded: vec![Value::Null],
        candidate: Vec::new(),
        failure: None,
    }
}

fn with_samples(samples: Vec<Sample>) -> Tally {
    let mut tally = Tally::default();
    tally.steps.effect = samples.len() as u64;
    samples.into_iter().for_each(|sample| tally.sample(likeness(&sample), sample));
    tally
}

#[test]
fn samples_that_look_alike_leave_room_for_others() {
    let mut all = Tally::default();
    all.merge(with_samples((1..=5).map(|seq| one(seq, "close")).collect()), 20);
    all.merge(with_samples((6..=8).map(|seq| one(seq, "accept")).collect()), 5);
    assert_eq!(all.samples.iter().map(|sample| sample.seq).collect::<Vec<_>>(), [1, 2, 3, 6, 7]);
    assert_eq!(all.steps.effect, 8);
}

#[test]
fn the_heads_of_journals_make_the_same_chain_however_they_were_merged() {
    let case = |n: u8| format!("310115-210426-7K3M9QX2T{n}").parse().unwrap();
    let tally = |numbers: &[u8]| {
        let mut tally = Tally::default();
        numbers.iter().for_each(|n| tally.journal(case(*n), u64::from(*n), Digest::of(&[*n])));
        tally
    };
    let (mut one, mut two, mut other) = (Tally::default(), Tally::default(), Tally::default());
    one.merge(tally(&[1, 2, 3]), 0);
    two.merge(tally(&[1]), 0);
    two.merge(tally(&[2, 3]), 0);
    other.merge(tally(&[1, 3, 2]), 0);
    assert!(one.compared.heads.is_some());
    assert_eq!(one.compared.heads, two.compared.heads);
    assert_ne!(one.compared.heads, other.compared.heads);
}

#[test]
fn an_id_reads_back() {
    let id = ShadowId::new([0, 1, 2, 3, 4, 5, 6, 7, 8, 255]);
    assert_eq!(id.as_str().parse::<ShadowId>().unwrap(), id);
    for wrong in ["", "s-", "s-short", "e-7K3M9QX2TR", "s-7k3m9qx2tr"] {
        assert!(wrong.parse::<ShadowId>().is_err(), "{wrong}");
    }
}
