//! What can happen to a case: random starts, law rows, events and answers of plugins, over few names, so that they meet.

use banshi_model::case::Case;
use banshi_model::command::{
    Command, Decline, DeclineGround, Due, EndLicence, Ending, IssueLicence, OpenTask, Recipient, SpecialKind,
    SpecialProcedure, Verdict, WayForward,
};
use banshi_model::definition::{Business, Mode, Processing, Span};
use banshi_model::draft::{Opinion, TaskResult};
use banshi_model::entry::Actor;
use banshi_model::event::Event;
use banshi_model::ids::Slug;
use banshi_model::text::{Finding, Reason, Severity, Subject, SubjectKind, Text};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::super::fixture::TYPE;

/// The most that the only fee allows, in fen.
pub(super) const FEE_AT_MOST: u64 = 5000;
/// The names of tasks; a stage of the definition each, and one that is none.
const NAMES: [&str; 5] = ["acceptance", "consult", "review", "verdict", "nowhere"];

/// How a case begins.
#[derive(Debug, Clone)]
pub(super) struct Start {
    pub mode: Mode,
    pub business: Business,
    pub agent: bool,
    pub part: bool,
}

/// The rows that vary: a limit for this place shorter than the nation's, and how soon a supplement is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Laws {
    pub ceiling: u16,
    pub supplement_within: u16,
}

impl Laws {
    /// As a law file of the place.
    pub(super) fn rows(&self) -> String {
        let row = |id: &str, rule: String| {
            format!(
                "[[row]]\nid = \"{id}\"\nclause = \"测试\"\ntitle = {{ zh = \"测试\" }}\nvalid_from = 2019-01-01\n\
                 matter_types = [\"licence\"]\nmodes = [\"approval\", \"commitment\"]\ndivision = \"310115\"\n{rule}\n\n"
            )
        };
        let (ceiling, within) = (self.ceiling, self.supplement_within);
        row("local-ceiling", format!("[row.rule.ceiling]\nspan = {{ count = {ceiling}, unit = \"working-days\" }}"))
            + &row(
                "local-supplement",
                format!("[row.rule.supplement]\ntimes = 1\nwithin = {{ count = {within}, unit = \"working-days\" }}"),
            )
    }
}

pub(super) fn laws() -> impl Strategy<Value = Laws> {
    (1..21_u16, 1..6_u16).prop_map(|(ceiling, supplement_within)| Laws { ceiling, supplement_within })
}

pub(super) fn start() -> impl Strategy<Value = Start> {
    let modes = select(vec![Mode::Approval, Mode::Approval, Mode::Commitment]);
    let business = select(vec![Business::Establish, Business::Establish, Business::Cancel]);
    (modes, business, any::<bool>(), prop::bool::weighted(0.2)).prop_map(|(mode, business, agent, part)| Start {
        mode,
        business,
        agent,
        part,
    })
}

/// What arrives.
#[derive(Debug, Clone)]
enum Arrival {
    Submitted,
    Supplemented,
    SupplementExpired,
    /// A task is answered, by a person or by silence; where none of this name is there, another one is.
    Answered {
        name: &'static str,
        opinion: Opinion,
        silence: bool,
    },
    Timer(&'static str),
}

/// One step: time passes, something arrives, the plugin answers.
#[derive(Debug, Clone)]
pub(super) struct Move {
    pub hours: u16,
    arrival: Arrival,
    answer: Vec<Command>,
    /// Whether the plugin rests its decisions on a task that is done, if there is one; a forger does not care.
    honest: bool,
    /// Whether it asks only for what is allowed; a careless one loses its whole step to one wrong command.
    pub careful: bool,
}

impl Move {
    pub(super) fn event(&self, case: &Case) -> (Event, Actor) {
        match &self.arrival {
            Arrival::Submitted => (Event::Submitted, Actor::Host),
            Arrival::Supplemented => (Event::Supplemented, Actor::Principal("applicant".to_owned())),
            Arrival::SupplementExpired => (Event::SupplementExpired, Actor::Host),
            Arrival::Timer(id) => (Event::TimerDue(slug(id)), Actor::Host),
            Arrival::Answered { name, opinion, silence } => {
                let open = case.tasks.iter().find(|task| task.local.as_str() == *name).or(case.tasks.last());
                let silence = *silence && open.is_some_and(|task| task.silence_consents);
                let result = TaskResult {
                    task: open.map_or_else(|| slug(name), |task| task.local.clone()),
                    unit: "科".to_owned(),
                    opinion: if silence { Opinion::Approve } else { *opinion },
                    by_silence: silence,
                    data: serde_json::Value::Null,
                    reasons: Vec::new(),
                };
                let by = if silence { Actor::Host } else { Actor::Principal("officer".to_owned()) };
                (Event::TaskDone(result), by)
            }
        }
    }

    /// The answer, with decisions on what somebody said last where the plugin is honest.
    pub(super) fn commands(&self, case: &Case) -> Vec<Command> {
        let last = case.results.last().map(|result| result.task.clone()).filter(|_| self.honest);
        let Some(last) = last else { return self.answer.clone() };
        let mut answer = self.answer.clone();
        for command in &mut answer {
            match command {
                Command::Grant(verdict) | Command::Refuse { verdict, .. } => verdict.task = last.clone(),
                Command::Decline(decline) => decline.verdict.task = last.clone(),
                Command::StartSpecialProcedure(procedure) => procedure.task = last.clone(),
                Command::EndLicence(EndLicence { verdict: Some(verdict), .. }) => verdict.task = last.clone(),
                _ => {}
            }
        }
        answer
    }
}

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

fn name() -> impl Strategy<Value = &'static str> {
    select(NAMES.to_vec())
}

pub(super) fn step() -> impl Strategy<Value = Move> {
    let hours = prop_oneof![3 => Just(0_u16), 3 => 1..30_u16, 1 => 30..400_u16];
    (hours, arrival(), prop::collection::vec(command(), 0..7), prop::bool::weighted(0.8), prop::bool::weighted(0.7))
        .prop_map(|(hours, arrival, answer, honest, careful)| Move { hours, arrival, answer, honest, careful })
}

fn arrival() -> impl Strategy<Value = Arrival> {
    let opinion = select(vec![Opinion::Approve, Opinion::Approve, Opinion::Object, Opinion::Abstain]);
    prop_oneof![
        2 => Just(Arrival::Submitted),
        1 => Just(Arrival::Supplemented),
        1 => Just(Arrival::SupplementExpired),
        6 => (name(), opinion, any::<bool>()).prop_map(|(name, opinion, silence)| Arrival::Answered { name, opinion, silence }),
        1 => name().prop_map(Arrival::Timer),
    ]
}

fn reasons() -> impl Strategy<Value = Vec<Reason>> {
    let basis = select(vec!["行政许可法 第三十八条", "行政许可法 第三十八条", "", " "]);
    let reason = basis.prop_map(|basis| Reason {
        rule: "r".to_owned(),
        basis: basis.to_owned(),
        text: Text::new("理由", "reason"),
        evidence: Vec::new(),
    });
    prop::collection::vec(reason, 0..3)
}

fn verdict() -> impl Strategy<Value = Verdict> {
    (name(), reasons()).prop_map(|(task, reasons)| Verdict { task: slug(task), reasons })
}

fn remedy() -> impl Strategy<Value = Text> {
    select(vec!["可以申请行政复议", "可以申请行政复议", "", " "]).prop_map(|zh| Text { zh: zh.to_owned(), en: None })
}

fn findings() -> impl Strategy<Value = Vec<Finding>> {
    let found = |reasons: Vec<Reason>| {
        reasons.into_iter().map(|reason| Finding { severity: Severity::Blocking, reason }).collect()
    };
    reasons().prop_map(found)
}

fn processing() -> impl Strategy<Value = Processing> {
    prop_oneof![
        Just(Processing::OnTheSpot),
        (0..30_u16).prop_map(|days| Processing::Promised(Span::working_days(days)))
    ]
}

fn task() -> impl Strategy<Value = OpenTask> {
    (name(), name(), prop::option::of(0..10_u16), any::<bool>()).prop_map(|(id, stage, limit, silence_consents)| {
        OpenTask {
            id: slug(id),
            unit: "科".to_owned(),
            title: Text::new("任务", "task"),
            limit: limit.map(Span::working_days),
            form: None,
            stage: slug(stage),
            silence_consents,
        }
    })
}

fn licence() -> impl Strategy<Value = IssueLicence> {
    let types = select(vec![TYPE, TYPE, "11310000MB2F3080XK999"]);
    types.prop_map(|licence_type| IssueLicence {
        licence_type: licence_type.to_owned(),
        content: json!({}),
        valid_until: None,
    })
}

fn procedure() -> impl Strategy<Value = SpecialProcedure> {
    let kinds = select(vec![SpecialKind::Hearing, SpecialKind::Testing, SpecialKind::ExpertReview]);
    (name(), kinds, name(), reasons()).prop_map(|(id, kind, task, reasons)| SpecialProcedure {
        id: slug(id),
        kind,
        expected: Span::working_days(5),
        task: slug(task),
        reason: reasons.into_iter().next().unwrap_or(Reason {
            rule: "r".to_owned(),
            basis: "行政许可法 第四十五条".to_owned(),
            text: Text::new("检测", "testing"),
            evidence: Vec::new(),
        }),
    })
}

fn ending() -> impl Strategy<Value = EndLicence> {
    let endings = select(vec![Ending::Revoked, Ending::WithdrawnByAuthority, Ending::Cancelled, Ending::Punished]);
    (endings, reasons(), prop::option::of(verdict())).prop_map(|(ending, mut reasons, verdict)| EndLicence {
        licence: TYPE.to_owned(),
        ending,
        reason: reasons.pop().unwrap_or(Reason {
            rule: "r".to_owned(),
            basis: "行政许可法 第六十九条".to_owned(),
            text: Text::new("因", "because"),
            evidence: Vec::new(),
        }),
        verdict,
    })
}

fn person() -> impl Strategy<Value = Subject> {
    select(vec!["91310115MA1K00015K", "310104198506150023", "310115199003070017"]).prop_map(|id| Subject {
        kind: SubjectKind::NaturalPerson,
        id: id.to_owned(),
        name: "某".to_owned(),
    })
}

fn command() -> impl Strategy<Value = Command> {
    let way = findings().prop_map(WayForward::Checklist);
    let decline = (verdict(), findings(), remedy()).prop_map(|(verdict, findings, remedy)| Decline {
        ground: DeclineGround::NoLicenceNeeded,
        verdict,
        way: WayForward::Checklist(findings),
        remedy,
    });
    let recipients = select(vec![Recipient::Subject, Recipient::Agent, Recipient::Signers]);
    let due = prop_oneof![
        (0..8_u16).prop_map(|days| Due::After(Span::working_days(days))),
        Just(Due::On(jiff::civil::date(2021, 6, 1)))
    ];
    let working = prop_oneof![
        5 => processing().prop_map(Command::Accept),
        2 => findings().prop_map(Command::RequestSupplement),
        8 => task().prop_map(Command::OpenTask),
        1 => name().prop_map(|id| Command::CloseTask(slug(id))),
        2 => procedure().prop_map(Command::StartSpecialProcedure),
        1 => (name(), due).prop_map(|(id, due)| Command::SetTimer { id: slug(id), due }),
        1 => name().prop_map(|id| Command::CancelTimer(slug(id))),
        2 => task().prop_map(Command::OpenAfterCheck),
    ];
    let deciding = prop_oneof![
        1 => way.prop_map(Command::ShowWay),
        2 => decline.prop_map(Command::Decline),
        6 => verdict().prop_map(Command::Grant),
        3 => (verdict(), remedy()).prop_map(|(verdict, remedy)| Command::Refuse { verdict, remedy }),
        4 => licence().prop_map(Command::IssueLicence),
        1 => prop::option::of(licence()).prop_map(Command::ReleaseParts),
        3 => ending().prop_map(Command::EndLicence),
        3 => Just(Command::Close),
    ];
    let leaving = prop_oneof![
        prop::collection::vec(person(), 0..3).prop_map(Command::VerifyIdentity),
        name().prop_map(|id| Command::LookUp {
            id: slug(id),
            service: "s".to_owned(),
            purpose: "p".to_owned(),
            arguments: json!({})
        }),
        (name(), 0..2 * FEE_AT_MOST).prop_map(|(id, amount)| Command::RequestPayment {
            id: slug(id),
            fee: slug("fee"),
            amount
        }),
        recipients.prop_map(|to| Command::Notify { to, template: "t".to_owned(), data: json!({}) }),
        name().prop_map(|id| Command::Ship { id: slug(id), what: "证照".to_owned() }),
    ];
    prop_oneof![4 => working, 4 => deciding, 1 => leaving]
}
