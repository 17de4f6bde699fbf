//! What happens to the case, in the words of a test.

use serde_json::Value;

use super::stand_in::StandIn;
use super::{Harness, twice};
use crate::contract::cases::{Command, Event, Opinion, Outcome, PartResult, Step, TaskResult};
use crate::contract::types::{Fault, Reason, Subject};
use crate::matter::Matter;
use crate::text::reason;

impl<M: Matter> Harness<M> {
    /// Files the application. A part (channel `bundle`) is accepted on receipt.
    pub fn submit(&mut self) -> &mut Self {
        self.receive();
        self.event(Event::Submitted)
    }

    /// Files an application that the matter cannot take up: the host would park it with the fault `code`.
    pub fn submit_expecting_fault(&mut self, code: &str) {
        self.receive();
        match self.try_event(&Event::Submitted) {
            Ok(_) => panic!("the step did not fault"),
            Err(fault) => assert_eq!(fault.code, code, "{}", fault.text),
        }
    }

    fn receive(&mut self) {
        let definition = self.definition();
        let mode = self.view.draft.mode;
        assert!(
            definition.modes.contains(&mode),
            "mode {mode:?} is not offered; the definition has {:?}",
            definition.modes
        );
        if definition.bundle.is_some() && self.view.draft.parts.is_empty() {
            self.view.draft.parts = self.guide().parts;
        }
        let mut host = StandIn::new(definition, &self.view.draft);
        if host.part {
            self.view.accepted = Some(self.view.draft.today.clone());
            host.accept_by_law();
        }
        self.host = Some(host);
    }

    /// Moves the clock to a day, `YYYY-MM-DD`.
    pub fn on(&mut self, date: &str) -> &mut Self {
        self.view.now = [date, "T09:00:00+08:00"].concat();
        self
    }

    /// An officer approves the first open task of `stage`.
    pub fn approve(&mut self, stage: &str) -> &mut Self {
        self.say(stage, Opinion::Approve, Value::Null, Vec::new())
    }

    /// An officer objects to the first open task of `stage`, with one reason.
    pub fn object(&mut self, stage: &str, says: &str) -> &mut Self {
        let because = reason("officer", "行政许可法 第三十八条", says);
        self.say(stage, Opinion::Object, Value::Null, vec![because])
    }

    /// An officer says something to the first open task of `stage`.
    pub fn say(&mut self, stage: &str, opinion: Opinion, data: Value, reasons: Vec<Reason>) -> &mut Self {
        let task = self.first_open(stage);
        self.done(TaskResult { opinion, data: data.to_string(), reasons, ..task })
    }

    /// The officer of `unit` says something to its open task of `stage`: for panels.
    pub fn unit_says(&mut self, stage: &str, unit: &str, opinion: Opinion, reasons: Vec<Reason>) -> &mut Self {
        let open = self.open_tasks();
        let found = open.iter().find(|task| task.stage == stage && task.unit == unit);
        let Some(task) = found.map(|task| task.id.clone()) else {
            panic!("unit `{unit}` has no open task of stage `{stage}`; open are {:?}", self.open_stages())
        };
        let (unit, by_silence, data) = (unit.to_owned(), false, "null".to_owned());
        self.done(TaskResult { task, unit, opinion, by_silence, data, reasons })
    }

    /// Nobody answers a consultation within its limit.
    pub fn silence(&mut self, stage: &str) -> &mut Self {
        let task = self.first_open(stage);
        let silent = self.open_tasks().iter().any(|open| open.id == task.task && open.silence_consents);
        assert!(silent, "silence does not close stage `{stage}`; only a consultation with a limit is closed so");
        self.done(TaskResult { opinion: Opinion::Approve, by_silence: true, ..task })
    }

    fn first_open(&self, stage: &str) -> TaskResult {
        let open = self.open_tasks();
        let Some(task) = open.iter().find(|task| task.stage == stage) else {
            panic!("no open task of stage `{stage}`; open are {:?}", self.open_stages())
        };
        TaskResult {
            task: task.id.clone(),
            unit: task.unit.clone(),
            opinion: Opinion::Abstain,
            by_silence: false,
            data: "null".to_owned(),
            reasons: Vec::new(),
        }
    }

    fn done(&mut self, result: TaskResult) -> &mut Self {
        let after_check = self.host.as_mut().is_some_and(|host| host.done(&result));
        self.view.tasks.push(result.clone());
        let kept = result.opinion == Opinion::Approve;
        self.event(Event::TaskDone(result));
        if after_check && !self.is_closed() {
            self.event(Event::CommitmentChecked(kept));
        }
        self
    }

    /// The signer with this id proves who they are.
    pub fn identity_verified(&mut self, id: &str) -> &mut Self {
        let person = self.signer(id, true);
        self.event(Event::IdentityVerified(person))
    }

    /// The signer with this id fails to.
    pub fn identity_failed(&mut self, id: &str) -> &mut Self {
        let person = self.signer(id, false);
        self.event(Event::IdentityFailed(person))
    }

    /// Another person takes the place of the signer with this id.
    pub fn signer_replaced(&mut self, former: &str, person: Subject) -> &mut Self {
        self.signer(former, false);
        let signer = self.view.signers.iter_mut().find(|signer| signer.person.id == former);
        if let Some(signer) = signer {
            signer.person = person.clone();
        }
        self.event(Event::SignerReplaced(person))
    }

    fn signer(&mut self, id: &str, verified: bool) -> Subject {
        match self.view.signers.iter_mut().find(|signer| signer.person.id == id) {
            Some(signer) => {
                signer.verified = verified;
                signer.person.clone()
            }
            None => panic!("nobody with this id was asked to prove who they are"),
        }
    }

    /// A timer of the case comes due.
    pub fn timer(&mut self, id: &str) -> &mut Self {
        let set = self.host.as_mut().is_some_and(|host| host.fire(id));
        assert!(set, "timer `{id}` is not set");
        self.event(Event::TimerDue(id.to_owned()))
    }

    /// A part of the bundle ends; a granted one with a made-up licence.
    pub fn part_closed(&mut self, part: &str, outcome: Outcome) -> &mut Self {
        let licence = (outcome == Outcome::Granted).then(|| ["licence-of-", part].concat());
        let result = PartResult { part: part.to_owned(), outcome, licence, reasons: Vec::new() };
        let open = self.host.as_mut().is_some_and(|host| host.part_closed(part, outcome));
        assert!(open, "part `{part}` is not open");
        self.view.parts.push(result.clone());
        self.event(Event::PartClosed(result))
    }

    /// The applicant supplements.
    pub fn supplement(&mut self) -> &mut Self {
        self.host_mut().supplemented();
        self.event(Event::Supplemented)
    }

    /// Nobody supplemented in time.
    pub fn supplement_expired(&mut self) -> &mut Self {
        self.event(Event::SupplementExpired)
    }

    /// The host deems it accepted as of receipt.
    pub fn deemed_accepted(&mut self) -> &mut Self {
        self.view.accepted = Some(self.view.draft.today.clone());
        self.host_mut().accept_by_law();
        self.event(Event::DeemedAccepted)
    }

    /// The law grants the renewal that nobody decided.
    pub fn deemed_granted(&mut self) -> &mut Self {
        self.host_mut().grant_by_law();
        self.event(Event::DeemedGranted)
    }

    /// A special procedure ends.
    pub fn procedure_ended(&mut self, id: &str) -> &mut Self {
        assert!(self.host_mut().procedure_ended(id), "special procedure `{id}` is not under way");
        self.event(Event::SpecialProcedureEnded(id.to_owned()))
    }

    /// The parcel arrives.
    pub fn delivered(&mut self) -> &mut Self {
        let Some(parcel) = self.host_mut().parcels.pop() else { panic!("nothing was shipped") };
        self.event(Event::Delivered(parcel))
    }

    /// The applicant withdraws: the host ends the case and tells the plugin.
    pub fn withdrawn(&mut self) -> &mut Self {
        self.event(Event::Withdrawn);
        self.host_mut().closed = Some(Outcome::Withdrawn);
        self
    }

    fn host_mut(&mut self) -> &mut StandIn {
        self.host.as_mut().expect("submit the application first")
    }

    /// Any event. Panics on a fault.
    pub fn event(&mut self, event: Event) -> &mut Self {
        if let Err(fault) = self.try_event(&event) {
            panic!("the step faulted and the host would park it: {}: {}", fault.code, fault.text);
        }
        self
    }

    /// Any event; the fault leaves the case as it was.
    pub fn try_event(&mut self, event: &Event) -> Result<&mut Self, Fault> {
        assert!(self.host.is_some(), "submit the application first");
        assert!(!self.is_closed(), "the case has ended; the host would only note the event");
        let steps = self.steps(event)?;
        self.states = steps.iter().map(|step| step.state.clone()).collect();
        for state in &self.states {
            assert!(serde_json::from_str::<Value>(state).is_ok(), "the state is not JSON: {state}");
        }
        let commands = steps.into_iter().last().map(|step| step.commands).unwrap_or_default();
        for command in &commands {
            self.host_mut().check(command);
            self.see(command);
        }
        self.all.extend(commands.iter().cloned());
        self.last = commands;
        Ok(self)
    }

    /// Every layer's answer, the ground first.
    fn steps(&self, event: &Event) -> Result<Vec<Step>, Fault> {
        let seen_by = |layer: usize| {
            let mut view = self.view.clone();
            view.state = self.states.get(layer).cloned().unwrap_or_else(|| "null".to_owned());
            view
        };
        let ground = seen_by(0);
        let mut steps = vec![twice("advance", || M::advance(&ground, event))?];
        for (at, layer) in self.layers.iter().enumerate() {
            let (view, below) = (seen_by(at + 1), steps.last().cloned());
            let Some(below) = below else { continue };
            steps.push(twice("refine-step", || (layer.step)(&view, event, below.clone()))?);
        }
        Ok(steps)
    }

    /// What the next view shows of a command.
    fn see(&mut self, command: &Command) {
        match command {
            Command::Accept(_) if self.view.accepted.is_none() => {
                self.view.accepted = self.view.now.get(..10).map(str::to_owned);
            }
            Command::VerifyIdentity(people) => {
                for person in people {
                    if !self.view.signers.iter().any(|signer| signer.person.id == person.id) {
                        let (person, role) = (person.clone(), "signer".to_owned());
                        self.view.signers.push(crate::contract::cases::Signer { person, role, verified: false });
                    }
                }
            }
            _ => {}
        }
    }
}
