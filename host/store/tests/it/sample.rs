//! Cases to store: a small approval whose journal folds, as the engine would write it.

use std::collections::BTreeMap;

use banshi_model::case::{Case, Pin, Receipt};
use banshi_model::definition::{Business, Mode, Source};
use banshi_model::draft::{Draft, FieldValue, Opinion, Outcome, TaskResult};
use banshi_model::effect::{DueDate, Effect, Limits, Outgoing, PartnerKind, StepFault, TimerKind};
use banshi_model::enactment::Chain;
use banshi_model::entry::{Actor, Bindings, Cause, Entry, HostAct, LayerAnswer};
use banshi_model::event::Event;
use banshi_model::ids::{CaseId, Digest};
use banshi_model::licence::{Licence, LicenceStatus};
use banshi_model::task::{Task, TaskStatus};
use banshi_model::text::{Subject, SubjectKind, Text};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use serde_json::json;

/// A name that must never be found on disk.
pub const NAME: &str = "王小明食品店";
/// A code that must never be found on disk.
pub const SUBJECT: &str = "92310115MA1K4XYZ0A";

/// 2021-04-26, `seconds` after nine in Shanghai.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_619_398_800 + seconds).unwrap()
}

/// The `n`th case of a county.
pub fn id(county: &str, n: u8) -> CaseId {
    CaseId::new(&county.parse().unwrap(), at(0), [n, n / 32, n, 1, 2, 3, 4])
}

/// An applicant.
pub fn subject() -> Subject {
    Subject { kind: SubjectKind::OtherOrganisation, id: SUBJECT.to_owned(), name: NAME.to_owned() }
}

/// An application in a division with some form values.
pub fn draft(division: &str, subject: Subject) -> Draft {
    let value = |n: u8| FieldValue {
        field: format!("field-{n}").parse().unwrap(),
        value: json!(format!("浦东新区世纪大道 {n} 号")),
        origin: Source::Applicant,
        at: at(0),
    };
    Draft {
        licence: None,
        division: division.parse().unwrap(),
        today: date(2021, 4, 26),
        channel: "portal".to_owned(),
        business: Business::Establish,
        mode: Mode::Approval,
        subject,
        agent: None,
        answers: BTreeMap::from([("sells-food".to_owned(), json!(true))]),
        values: (0..12).map(value).collect(),
        documents: Vec::new(),
        parts: Vec::new(),
        parameters: BTreeMap::new(),
    }
}

/// A journal that is being written: the case, its sequence, and entries that were not stored yet.
#[derive(Clone)]
pub struct Story {
    pub case: Case,
    pub seq: u64,
    pub fresh: Vec<Entry>,
    pub before: u64,
}

impl Story {
    /// A case that is received.
    pub fn begin(id: &CaseId, draft: Draft, received: Timestamp) -> Self {
        let digest = Digest::of(b"chain");
        let chain = Chain { matter: "food-business".parse().unwrap(), layers: Vec::new() };
        let pin = Pin { chain, digest, definition: digest, parameters: BTreeMap::new(), parts: BTreeMap::new() };
        let receipt = Receipt {
            received,
            draft: draft.into(),
            pin: pin.into(),
            counts: counts(),
            parent: None,
            simulated: false,
        };
        let case = Case::open(id.clone(), receipt.clone());
        let mut story = Self { case, seq: 0, fresh: Vec::new(), before: 0 };
        story.push(received, Cause::Received(Box::new(receipt)), Vec::new());
        story
    }

    /// One more entry with these effects.
    pub fn push(&mut self, when: Timestamp, cause: Cause, effects: Vec<Effect>) -> &mut Self {
        effects.iter().for_each(|effect| self.case.apply(effect, when));
        self.seq += 1;
        self.fresh.push(Entry {
            case: self.case.id.clone(),
            seq: self.seq,
            at: when,
            by: Actor::Host,
            cause,
            effects,
            after: self.case.digest().unwrap(),
        });
        self
    }

    /// A step of the plugin.
    pub fn step(&mut self, when: Timestamp, effects: Vec<Effect>) -> &mut Self {
        let digest = Digest::of(b"bound");
        let bindings = Bindings { chain: digest, definition: digest, calendar: digest, law: digest, before: digest };
        let output =
            banshi_model::command::StepOutput { state: json!({"stage": self.seq}).to_string(), commands: Vec::new() };
        let answers = vec![LayerAnswer { package: digest, output: output.clone() }];
        let mut all = vec![Effect::StatesSet(vec![output.state])];
        all.extend(effects);
        let cause =
            Cause::Step { event: Box::new(Event::Submitted), answers, bindings: Box::new(bindings), arrived: 0 };
        self.push(when, cause, all)
    }

    /// Accepted.
    pub fn accept(&mut self, when: Timestamp) -> &mut Self {
        let day = |day| DueDate { date: date(2021, 5, day), provisional: false };
        let span = serde_json::from_value(json!({"count": 5, "unit": "working-days"})).unwrap();
        let limits = Limits {
            statutory: span,
            statutory_row: "al-42".to_owned(),
            statutory_due: day(27),
            promised: Some(span),
            promised_due: day(7),
            bundle_due: None,
        };
        self.step(when, vec![Effect::Accepted { on: date(2021, 4, 26), limits, deemed: false }])
    }

    /// A task of a unit is opened.
    pub fn open_task(&mut self, when: Timestamp, local: &str, unit: &str, due: Option<Date>) -> &mut Self {
        let local = local.parse().unwrap();
        let task = Task {
            id: self.case.id.task(&local),
            stage: local.clone(),
            local,
            unit: unit.to_owned(),
            title: Text::new("审查", "review"),
            form: None,
            opened: when,
            due,
            silence_consents: false,
            after_check: false,
            serves: Vec::new(),
            revision: 1,
            status: TaskStatus::Open,
            result: None,
            done_by: None,
        };
        self.step(when, vec![Effect::TaskOpened(task.into())])
    }

    /// The task is done.
    pub fn do_task(&mut self, when: Timestamp, local: &str) -> &mut Self {
        let result = TaskResult {
            task: local.parse().unwrap(),
            unit: "审批科".to_owned(),
            opinion: Opinion::Approve,
            by_silence: false,
            data: json!({"note": "符合"}),
            reasons: Vec::new(),
        };
        self.step(when, vec![Effect::TaskDone { result: result.into(), by: Some("officer-1".to_owned()) }])
    }

    /// A timer is set.
    pub fn set_timer(&mut self, when: Timestamp, timer: TimerKind, due: Timestamp) -> &mut Self {
        self.step(when, vec![Effect::TimerSet { timer, at: due }])
    }

    /// The plugin fails and an event waits.
    pub fn park(&mut self, when: Timestamp) -> &mut Self {
        let fault = StepFault { code: "guest.deadline".to_owned(), text: "too slow".to_owned(), package: None };
        let event = Box::new(Event::Submitted);
        self.push(
            when,
            Cause::Failed { event: event.clone(), fault: fault.clone() },
            vec![Effect::Parked { event, fault }],
        )
    }

    /// It ends.
    pub fn close(&mut self, when: Timestamp) -> &mut Self {
        self.push(when, Cause::Host(HostAct::FinishedByHand), vec![Effect::Closed(Outcome::Granted)])
    }

    /// What was not handed out before: the case, the sequence before, and the entries.
    pub fn take(&mut self) -> (Case, u64, Vec<Entry>) {
        let before = self.before;
        self.before = self.seq;
        (self.case.clone(), before, std::mem::take(&mut self.fresh))
    }
}

fn counts() -> banshi_model::draft::Counts {
    serde_json::from_value(json!({
        "fields_declared": 12, "fields_distinct": 12, "fields_asked": 12,
        "materials_declared": 1, "materials_asked": 1, "days_declared": 5,
    }))
    .unwrap()
}

/// A licence that a case issued.
pub fn licence(id: &str, case: &CaseId, holder: Subject, capability: Option<&str>) -> Licence {
    Licence {
        id: id.to_owned(),
        licence_type: "11310000MB2F0000X0001".to_owned(),
        title: Text::new("食品经营许可证", "food business licence"),
        matter: "food-business".parse().unwrap(),
        case: case.clone(),
        division: "310115".parse().unwrap(),
        department: "市场监督管理局".to_owned(),
        holder,
        content: json!({"scope": "预包装食品"}),
        members: Vec::new(),
        issued: at(60),
        valid_until: Some(date(2026, 4, 25)),
        status: LicenceStatus::Valid,
        ended: None,
        capability: capability.map(str::to_owned),
    }
}

/// Something that leaves the host.
pub fn outgoing(case: &CaseId, seq: u64) -> Outgoing {
    Outgoing {
        key: format!("{case}/{seq}/0"),
        partner: PartnerKind::Notice,
        action: "notice".to_owned(),
        data: json!({"to": NAME}),
        answers: None,
    }
}
