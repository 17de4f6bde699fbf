//! Before the work: the signers prove who they are, and an officer takes the application in.

use serde_json::Value;

use super::run::{Run, Wish};
use super::state::{Phase, State};
use crate::contract::cases::{Command, Decline, DeclineGround, Opinion, Path, Signpost, TaskResult, WayForward};
use crate::contract::matters::Mode;
use crate::contract::types::{Fault, Finding, Reason, Severity, Subject, SubjectKind, Text};
use crate::declared::promise;
use crate::text::{days, fault, text};

/// The timer that asks signers again who failed too often to be asked at once.
pub(super) const IDENTITY: &str = "identity";
/// So often in a row a signer who failed is asked again at once; after that, the next day.
const TRIES: u64 = 3;

/// What an officer who takes in may fill in.
const FORM: &str = r#"{"type":["object","null"],"properties":{"act":{"enum":["accept","supplement","signpost","path","decline"]},"matter":{"type":"string"},"division":{"type":"string"},"text":{"type":"string"},"question":{"type":"string"},"owner":{"type":"string"},"days":{"type":"integer","minimum":1,"maximum":60},"ground":{"enum":["no-licence-needed","not-this-authority"]},"remedy":{"type":"string"}}}"#;

impl Run<'_> {
    pub(super) fn receive(&mut self) -> Result<(), Fault> {
        // Accepted with its bundle, which has asked the signers.
        if self.spec.flow.signers.is_empty() || self.view.accepted.is_some() {
            return self.take_in();
        }
        let people = self.signers();
        if people.is_empty() {
            let says =
                "表单中没有应当核验身份的人 / no rule for signers finds anybody in the form; correct its pointer";
            return Err(fault("signers", says));
        }
        self.state.phase = Phase::Identity;
        self.commands.push(Command::VerifyIdentity(people));
        Ok(())
    }

    /// Whom the rules find in the form, each once.
    fn signers(&self) -> Vec<Subject> {
        let form = self.view.draft.form_value();
        let mut people: Vec<Subject> = Vec::new();
        for rule in &self.spec.flow.signers {
            let found = form.pointer(&rule.people);
            let list = match found {
                Some(Value::Array(list)) => list.as_slice(),
                Some(one) => std::slice::from_ref(one),
                None => &[],
            };
            for person in list.iter().filter_map(subject) {
                if !people.iter().any(|known| known.id == person.id) {
                    people.push(person);
                }
            }
        }
        people
    }

    pub(super) fn signer_verified(&mut self) -> Result<(), Fault> {
        if !self.all_verified() {
            return Ok(());
        }
        match self.state.phase {
            Phase::Identity => self.take_in(),
            Phase::Work => self.go_on(),
            _ => Ok(()),
        }
    }

    /// Whether everybody who had to has proved who they are.
    pub(super) fn all_verified(&self) -> bool {
        self.view.signers.iter().all(|signer| signer.verified)
    }

    pub(super) fn signer_failed(&mut self, person: &Subject) -> Result<(), Fault> {
        // Whoever was asked by somebody else, a layer or an emergency, is not this flow's to ask again.
        if self.spec.flow.signers.is_empty() {
            return Ok(());
        }
        if State::count(&mut self.state.failures, &person.id) < TRIES {
            self.commands.push(Command::VerifyIdentity(vec![person.clone()]));
        } else {
            self.set_timer(IDENTITY, days(1));
        }
        Ok(())
    }

    /// Those who failed too often in a row, once more; the others' proofs stand.
    pub(super) fn ask_signers_again(&mut self) -> Result<(), Fault> {
        let failures = &self.state.failures;
        let tried = |id: &str| failures.iter().any(|(known, times)| known == id && *times >= TRIES);
        let open = self.view.signers.iter().filter(|signer| !signer.verified && tried(&signer.person.id));
        let people: Vec<Subject> = open.map(|signer| signer.person.clone()).collect();
        self.state.failures.retain(|(known, _)| !people.iter().any(|person| &person.id == known));
        if !people.is_empty() {
            self.commands.push(Command::VerifyIdentity(people));
        }
        Ok(())
    }

    pub(super) fn signer_replaced(&mut self, person: &Subject) -> Result<(), Fault> {
        if self.spec.flow.signers.is_empty() {
            return Ok(());
        }
        self.commands.push(Command::VerifyIdentity(vec![person.clone()]));
        Ok(())
    }

    /// Asks for the officer who takes in, where there is still something to take in.
    pub(super) fn take_in(&mut self) -> Result<(), Fault> {
        match &self.spec.flow.acceptance {
            // A filing that came in with its bundle is not registered yet.
            Some(stage) if self.view.accepted.is_none() || self.registers_at_intake() => {
                self.state.phase = Phase::Acceptance;
                self.open(stage, Wish { form: Some(FORM), ..Wish::default() });
                Ok(())
            }
            _ => self.start(),
        }
    }

    /// Accepted: the work begins.
    fn start(&mut self) -> Result<(), Fault> {
        self.accept();
        if self.spec.is_bundle() { self.open_parts() } else { self.begin_work() }
    }

    pub(super) fn intake_done(&mut self, result: &TaskResult) -> Result<(), Fault> {
        let data: Value = serde_json::from_str(&result.data).unwrap_or(Value::Null);
        let act = data.get("act").and_then(Value::as_str);
        match (result.opinion, act) {
            (Opinion::Approve, None | Some("accept")) if self.registers_at_intake() => self.register(result),
            (Opinion::Approve, None | Some("accept")) => self.start(),
            (Opinion::Object, _) if result.reasons.is_empty() => self.take_in_again(),
            (Opinion::Object, _) if self.view.accepted.is_some() => self.refuse(&result.task),
            (Opinion::Object, Some("decline")) => self.decline(result, &data),
            (Opinion::Object, Some("signpost")) => self.show(signpost(&data), result),
            (Opinion::Object, Some("path")) => self.show(path(&data), result),
            (Opinion::Object, None | Some("supplement")) if !self.state.supplement => self.ask_supplement(result),
            (Opinion::Object, None | Some("supplement")) => self.show(None, result),
            _ => self.take_in_again(),
        }
    }

    /// 备案: registered by who took it in.
    fn register(&mut self, result: &TaskResult) -> Result<(), Fault> {
        self.accept();
        self.grant(&result.task)
    }

    /// Accepts, or where the host has done so, promises what this way of handling promises: the host could only
    /// give what the definition promises to all.
    fn accept(&mut self) {
        let channel = &self.view.draft.channel;
        let processing = promise(self.spec, self.settings, self.mode(), channel);
        if self.view.accepted.is_none() || processing != promise(self.spec, self.settings, Mode::Approval, channel) {
            self.commands.push(Command::Accept(processing));
        }
    }

    /// Nothing was said that stands: an objection needs reasons, and an act must fit its opinion.
    fn take_in_again(&mut self) -> Result<(), Fault> {
        if let Some(stage) = &self.spec.flow.acceptance {
            self.open(stage, Wish { again: true, form: Some(FORM), ..Wish::default() });
        }
        Ok(())
    }

    fn ask_supplement(&mut self, result: &TaskResult) -> Result<(), Fault> {
        self.state.supplement = true;
        self.state.phase = Phase::Supplement;
        self.commands.push(Command::RequestSupplement(checklist(&result.reasons)));
        Ok(())
    }

    /// 窗口无否决: shows the way, or where none fits what is missing, and ends without a decision.
    fn show(&mut self, way: Option<WayForward>, result: &TaskResult) -> Result<(), Fault> {
        let way = way.unwrap_or_else(|| WayForward::Checklist(checklist(&result.reasons)));
        self.commands.push(Command::ShowWay(way));
        self.close();
        Ok(())
    }

    fn decline(&mut self, result: &TaskResult, data: &Value) -> Result<(), Fault> {
        let ground = match data.get("ground").and_then(Value::as_str) {
            Some("no-licence-needed") => DeclineGround::NoLicenceNeeded,
            Some("not-this-authority") => DeclineGround::NotThisAuthority,
            _ => return self.take_in_again(),
        };
        let way = signpost(data).unwrap_or_else(|| WayForward::Checklist(checklist(&result.reasons)));
        let remedy = self.remedy(data);
        let verdict = self.verdict(&result.task);
        self.commands.push(Command::Decline(Decline { ground, verdict, way, remedy }));
        self.close();
        Ok(())
    }

    /// How a decision can be contested: what the officer wrote, or the flow's own.
    pub(super) fn remedy(&self, data: &Value) -> Text {
        match written(data, "remedy") {
            Some(remedy) => text(remedy),
            None => self.spec.flow.remedy.clone(),
        }
    }

    pub(super) fn supplemented(&mut self) -> Result<(), Fault> {
        if self.state.phase == Phase::Supplement { self.take_in() } else { Ok(()) }
    }

    pub(super) fn deemed_accepted(&mut self) -> Result<(), Fault> {
        match self.state.phase {
            // Accepted by law is not yet registered: the officer's task stays.
            Phase::Acceptance if self.registers_at_intake() => Ok(()),
            Phase::Identity if self.registers_at_intake() => self.take_in(),
            Phase::New | Phase::Identity | Phase::Acceptance | Phase::Supplement => {
                self.close_all_tasks();
                self.start()
            }
            _ => Ok(()),
        }
    }
}

/// The officer's reasons, item by item.
fn checklist(reasons: &[Reason]) -> Vec<Finding> {
    let finding = |reason: &Reason| Finding { severity: Severity::Blocking, reason: reason.clone() };
    reasons.iter().map(finding).collect()
}

fn written<'a>(data: &'a Value, member: &str) -> Option<&'a str> {
    data.get(member).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

fn signpost(data: &Value) -> Option<WayForward> {
    let (matter, division) = (written(data, "matter")?.to_owned(), written(data, "division")?.to_owned());
    let says = written(data, "text").unwrap_or("请到该处办理 / Please apply there");
    Some(WayForward::Signpost(Signpost { matter, division, text: text(says) }))
}

fn path(data: &Value) -> Option<WayForward> {
    let (question, owner) = (text(written(data, "question")?), written(data, "owner")?.to_owned());
    let count = data.get("days").and_then(Value::as_u64).and_then(|days| u16::try_from(days).ok());
    let limit = crate::text::working_days(count.unwrap_or(5));
    Some(WayForward::Path(Path { question, owner, limit }))
}

/// A person in the form: an object with kind, id and name, or an id alone.
fn subject(value: &Value) -> Option<Subject> {
    let member = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let id = value.as_str().map(str::to_owned).or_else(|| member("id")).filter(|id| !id.is_empty())?;
    let kind = match member("kind").as_deref() {
        Some("legal-person") => SubjectKind::LegalPerson,
        Some("other-organisation") => SubjectKind::OtherOrganisation,
        _ => SubjectKind::NaturalPerson,
    };
    Some(Subject { kind, id, name: member("name").unwrap_or_default() })
}
