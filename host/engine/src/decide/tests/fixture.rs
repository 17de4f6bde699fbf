//! A small permit and a small case of it, in work on 2021-04-26.

use std::collections::BTreeMap;

use banshi_model::calendar::Calendar;
use banshi_model::case::{Case, Pin, Receipt};
use banshi_model::command::{Command, OpenTask, Verdict};
use banshi_model::definition::{Business, Definition, Issuance, MatterType, Mode, Processing, Span, Stage};
use banshi_model::draft::{Counts, Draft, Opinion, TaskResult};
use banshi_model::effect::Effect;
use banshi_model::enactment::Chain;
use banshi_model::ids::{Digest, Slug};
use banshi_model::law::Table;
use banshi_model::licence::Licence;
use banshi_model::text::{Reason, Subject, SubjectKind, Text};
use banshi_model::time;
use jiff::Timestamp;

use crate::decide::{BundleView, Context, Decision, PartView, Refused, decide};

pub(super) const TYPE: &str = "11310000MB2F3080XK001";

pub(super) fn at(text: &str) -> Timestamp {
    time::parse(text).unwrap()
}

pub(super) fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

pub(super) fn reason(basis: &str) -> Reason {
    Reason { rule: "r".to_owned(), basis: basis.to_owned(), text: Text::new("理由", "reason"), evidence: Vec::new() }
}

pub(super) fn verdict(task: &str) -> Verdict {
    Verdict { task: slug(task), reasons: vec![reason("行政许可法 第三十八条")] }
}

pub(crate) fn definition() -> Definition {
    let stage = |id: &str, mandatory| Stage {
        id: slug(id),
        title: Text::new("环节", "stage"),
        after: Vec::new(),
        unit: "科".to_owned(),
        limit: None,
        mandatory,
    };
    Definition {
        title: Text::new("示例许可", "sample permit"),
        department: "市场监督管理局".to_owned(),
        matter_type: MatterType::Licence,
        business: vec![Business::Establish],
        modes: vec![Mode::Approval],
        statutory: Span::working_days(20),
        statutory_basis: "行政许可法 第四十二条".to_owned(),
        promised: Processing::Promised(Span::working_days(10)),
        fields: Vec::new(),
        materials: Vec::new(),
        questions: Vec::new(),
        bundle: None,
        stages: vec![
            stage("acceptance", false),
            stage("consult", false),
            stage("review", true),
            stage("verdict", true),
        ],
        issues: vec![Issuance { licence_type: TYPE.to_owned(), title: Text::new("许可证", "permit") }],
        triggers: Vec::new(),
        signers: Vec::new(),
        fees: Vec::new(),
        samples: Vec::new(),
    }
}

pub(crate) fn received() -> Case {
    let draft = Draft {
        licence: None,
        division: "310115".parse().unwrap(),
        today: jiff::civil::date(2021, 4, 26),
        channel: "portal".to_owned(),
        business: Business::Establish,
        mode: Mode::Approval,
        subject: Subject {
            kind: SubjectKind::LegalPerson, id: "91310115MA1K00015K".to_owned(), name: "甲".to_owned()
        },
        agent: None,
        answers: BTreeMap::new(),
        values: Vec::new(),
        documents: Vec::new(),
        parts: Vec::new(),
        parameters: BTreeMap::new(),
    };
    let chain = Chain { matter: "P01".parse().unwrap(), layers: Vec::new() };
    let digest = Digest::of(b"chain");
    let pin = Pin { chain, digest, definition: digest, parameters: BTreeMap::new(), parts: BTreeMap::new() };
    let receipt = Receipt {
        received: at("2021-04-26T10:00:00+08:00"),
        draft: draft.into(),
        pin: pin.into(),
        counts: Counts::default(),
        parent: None,
        simulated: true,
    };
    Case::open("310115-210426-AAAAAAAAAA".parse().unwrap(), receipt)
}

/// What the world around a step is; changed by each test as it needs.
pub(super) struct World {
    pub now: Timestamp,
    pub definition: Definition,
    pub parts: BTreeMap<banshi_model::ids::MatterCode, PartView>,
    pub bundle: Option<BundleView>,
    pub licences: Vec<Licence>,
    pub law: Table,
}

impl World {
    pub(super) fn on(now: &str) -> Self {
        Self {
            now: at(now),
            definition: definition(),
            parts: BTreeMap::new(),
            bundle: None,
            licences: Vec::new(),
            law: Table::built_in().unwrap(),
        }
    }

    pub(super) fn decide(&self, case: &Case, commands: &[Command]) -> Result<Decision, Refused> {
        let calendar = Calendar::built_in().unwrap();
        let capability = |id: &str| Digest::of(id.as_bytes()).to_string();
        let ctx = Context {
            now: self.now,
            today: time::date_of(self.now),
            seq: 2,
            definition: &self.definition,
            law: &self.law,
            calendar: &calendar,
            bundle: self.bundle.as_ref(),
            parts: &self.parts,
            licences: &self.licences,
            issuer: "310115",
            capability: &capability,
        };
        decide(&ctx, case, commands)
    }

    /// The case after the commands; they must be allowed.
    pub(super) fn after(&self, case: &Case, commands: &[Command]) -> Case {
        let decision = self.decide(case, commands).unwrap();
        folded(case, &decision.effects, self.now)
    }

    /// The name of the rule that refuses the commands.
    pub(super) fn refusal(&self, case: &Case, commands: &[Command]) -> String {
        self.decide(case, commands).unwrap_err().code
    }
}

pub(super) fn folded(case: &Case, effects: &[Effect], at: Timestamp) -> Case {
    let mut case = case.clone();
    for effect in effects {
        case.apply(effect, at);
    }
    case
}

pub(super) fn open(id: &str, stage: &str) -> Command {
    Command::OpenTask(OpenTask {
        id: slug(id),
        unit: "科".to_owned(),
        title: Text::new("任务", "task"),
        limit: None,
        form: None,
        stage: slug(stage),
        silence_consents: false,
    })
}

/// The case with the task answered, by a person or by silence.
pub(super) fn answered(case: &Case, task: &str, opinion: Opinion, person: bool) -> Case {
    let result = TaskResult {
        task: slug(task),
        unit: "科".to_owned(),
        opinion,
        by_silence: !person,
        data: serde_json::Value::Null,
        reasons: Vec::new(),
    };
    let by = person.then(|| "officer-1".to_owned());
    folded(case, &[Effect::TaskDone { result: result.into(), by }], at("2021-04-27T10:00:00+08:00"))
}

/// A case accepted with its promise, with the verdict's task open.
pub(super) fn in_work(world: &World) -> Case {
    let accept = Command::Accept(Processing::Promised(Span::working_days(10)));
    world.after(&received(), &[accept, open("verdict", "verdict")])
}
