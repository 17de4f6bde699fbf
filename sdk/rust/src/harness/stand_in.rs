//! What stands in for the host: enough of its rules to catch in a test what it would refuse in the field.
//!
//! The rules are the host's (`product.md`, property 6, and the contract); where both could differ, the
//! host is right.

use crate::contract::cases::{Command, Draft, Licence, Opinion, Outcome, Processing, Task, TaskResult, Verdict};
use crate::contract::matters::{Business, Definition, Stage};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Received,
    Supplementing,
    Accepted,
    Decided,
}

struct Known {
    task: Task,
    after_check: bool,
    /// None while it is open; closed tasks have no result.
    ended: Option<Option<TaskResult>>,
}

/// A host that forgets nothing and commits nothing.
pub(super) struct StandIn {
    definition: Definition,
    pub(super) part: bool,
    /// The holder asks for the end of a licence (注销).
    cancels: bool,
    phase: Phase,
    /// With its bundle, or because nobody answered.
    accepted_by_host: bool,
    tasks: Vec<Known>,
    timers: Vec<String>,
    procedures: Vec<String>,
    parts: Vec<(String, Option<Outcome>)>,
    supplements: usize,
    way_shown: bool,
    granted: Option<bool>,
    declined: bool,
    pub(super) parcels: Vec<String>,
    pub(super) licences: Vec<Licence>,
    pub(super) closed: Option<Outcome>,
}

impl StandIn {
    pub(super) fn new(definition: Definition, draft: &Draft) -> Self {
        Self {
            definition,
            part: draft.is_part(),
            cancels: draft.business == Business::Cancel,
            phase: Phase::Received,
            accepted_by_host: false,
            tasks: Vec::new(),
            timers: Vec::new(),
            procedures: Vec::new(),
            parts: Vec::new(),
            supplements: 0,
            way_shown: false,
            granted: None,
            declined: false,
            parcels: Vec::new(),
            licences: Vec::new(),
            closed: None,
        }
    }

    /// From now on the case is one of another version.
    pub(super) fn moves_to(&mut self, definition: Definition) {
        self.definition = definition;
    }

    pub(super) fn has_a_stage_for_each_open_task(&self) {
        for task in self.open_tasks() {
            let known = self.definition.stages.iter().any(|stage| stage.id == task.stage);
            assert!(known, "open task `{}` serves stage `{}`, which this version does not have", task.id, task.stage);
        }
    }

    pub(super) fn accept_by_law(&mut self) {
        self.phase = Phase::Accepted;
        self.accepted_by_host = true;
    }

    pub(super) fn grant_by_law(&mut self) {
        self.phase = Phase::Decided;
        self.granted = Some(true);
    }

    pub(super) fn supplemented(&mut self) {
        assert_eq!(self.phase, Phase::Supplementing, "no supplement was asked for");
        self.phase = Phase::Received;
    }

    pub(super) fn open_tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|known| known.ended.is_none()).map(|known| &known.task)
    }

    /// Records what was said; answers whether it was an after-check.
    pub(super) fn done(&mut self, result: &TaskResult) -> bool {
        let known = self.tasks.iter_mut().find(|known| known.task.id == result.task).expect("an open task");
        known.ended = Some(Some(result.clone()));
        known.after_check
    }

    pub(super) fn fire(&mut self, id: &str) -> bool {
        let before = self.timers.len();
        self.timers.retain(|timer| timer != id);
        self.timers.len() < before
    }

    pub(super) fn procedure_ended(&mut self, id: &str) -> bool {
        let before = self.procedures.len();
        self.procedures.retain(|procedure| procedure != id);
        self.procedures.len() < before
    }

    pub(super) fn part_closed(&mut self, part: &str, outcome: Outcome) -> bool {
        match self.parts.iter_mut().find(|(code, ended)| code == part && ended.is_none()) {
            Some((_, ended)) => {
                *ended = Some(outcome);
                true
            }
            None => false,
        }
    }

    /// Takes a command, or panics with what the host would say.
    pub(super) fn check(&mut self, command: &Command) {
        assert!(self.closed.is_none(), "the host would refuse {command:?}: it comes after `close`");
        match command {
            Command::Accept(processing) => self.accept(*processing),
            Command::ShowWay(_) => {
                self.before_acceptance("show-way");
                self.way_shown = true;
            }
            Command::Decline(decline) => {
                self.before_acceptance("decline");
                self.person_decided("decline", &decline.verdict, false);
                assert!(!decline.remedy.zh.is_empty(), "the host would refuse `decline`: it says no remedy");
                (self.phase, self.declined) = (Phase::Decided, true);
            }
            Command::RequestSupplement(findings) => {
                self.before_acceptance("request-supplement");
                assert!(!findings.is_empty(), "the host would refuse `request-supplement`: it names nothing");
                assert_eq!(self.supplements, 0, "the host would refuse `request-supplement`: it is asked for once");
                (self.supplements, self.phase) = (1, Phase::Supplementing);
            }
            Command::OpenTask(task) => self.open(task, false),
            Command::OpenAfterCheck(task) => {
                assert_eq!(self.granted, Some(true), "the host would refuse `open-after-check`: nothing was granted");
                self.open(task, true);
            }
            Command::CloseTask(id) => self.close_task(id),
            Command::StartSpecialProcedure(procedure) => {
                assert_eq!(
                    self.phase,
                    Phase::Accepted,
                    "the host would refuse `start-special-procedure` before acceptance or after the decision"
                );
                self.person_did(&procedure.task);
                self.procedures.push(procedure.id.clone());
            }
            Command::SetTimer(timer) => self.timers.push(timer.id.clone()),
            Command::CancelTimer(id) => self.timers.retain(|timer| timer != id),
            Command::Ship(parcel) => self.parcels.push(parcel.id.clone()),
            Command::OpenPart(_) | Command::InspectJointly(_) | Command::ReleaseParts(_) => self.check_bundle(command),
            Command::Grant(_) | Command::Refuse(_) | Command::IssueLicence(_) | Command::EndLicence(_) => {
                self.check_decision(command)
            }
            Command::Close => self.close(),
            Command::VerifyIdentity(_)
            | Command::LookUp(_)
            | Command::RequestPayment(_)
            | Command::Refund(_)
            | Command::Notify(_)
            | Command::PublishFact(_) => {}
        }
    }

    fn accept(&mut self, processing: Processing) {
        // What the host accepted can still be promised sooner.
        assert!(
            self.phase == Phase::Received || (self.phase == Phase::Accepted && self.accepted_by_host),
            "the host would refuse `accept`: it comes before acceptance, once"
        );
        if let (Processing::Promised(asked), Processing::Promised(all)) = (processing, self.definition.promised) {
            let longer = asked.unit == all.unit && asked.count > all.count;
            assert!(!longer, "the host would refuse `accept`: it promises more time than the definition");
        }
        self.phase = Phase::Accepted;
    }

    fn before_acceptance(&self, what: &str) {
        assert_eq!(self.phase, Phase::Received, "the host would refuse `{what}`: it comes before acceptance, once");
    }

    fn stage(&self, id: &str) -> Option<&Stage> {
        self.definition.stages.iter().find(|stage| stage.id == id)
    }

    fn open(&mut self, task: &Task, after_check: bool) {
        let id = &task.id;
        assert!(
            !self.tasks.iter().any(|known| &known.task.id == id),
            "the host would refuse task `{id}`: it was opened before"
        );
        let stage = self.stage(&task.stage);
        let Some(stage) = stage else {
            panic!("the host would refuse task `{id}`: the definition has no stage `{}`", task.stage)
        };
        let silent = task.silence_consents && (stage.mandatory || task.limit.or(stage.limit).is_none());
        assert!(
            !silent,
            "the host would refuse task `{id}`: silence may close a consultation with a limit, nothing else"
        );
        self.tasks.push(Known { task: task.clone(), after_check, ended: None });
    }

    fn close_task(&mut self, id: &str) {
        let known = self.tasks.iter_mut().find(|known| known.task.id == id);
        let Some(known) = known else { panic!("the host would refuse `close-task`: no task `{id}`") };
        known.ended.get_or_insert(None);
    }

    fn person_did(&self, task: &str) -> &TaskResult {
        let known = self.tasks.iter().find(|known| known.task.id == task);
        let result = known.and_then(|known| known.ended.as_ref()).and_then(Option::as_ref);
        match result {
            Some(result) if !result.by_silence => result,
            _ => panic!("the host would refuse: it rests on task `{task}`, which no person has done"),
        }
    }

    fn person_decided(&self, what: &str, verdict: &Verdict, favourable: bool) {
        let result = self.person_did(&verdict.task);
        let agrees = match result.opinion {
            Opinion::Approve => favourable,
            Opinion::Object => !favourable,
            Opinion::Abstain => false,
        };
        assert!(agrees, "the host would refuse `{what}`: the officer of task `{}` did not say so", verdict.task);
        let grounded = verdict.reasons.iter().all(|reason| favourable || !reason.basis.trim().is_empty());
        assert!(
            !verdict.reasons.is_empty() && grounded,
            "the host would refuse `{what}`: it gives no reasons by clause"
        );
    }

    fn check_decision(&mut self, command: &Command) {
        match command {
            Command::Grant(verdict) => {
                assert_eq!(
                    self.phase,
                    Phase::Accepted,
                    "the host would refuse `grant` before acceptance or after the decision"
                );
                self.person_decided("grant", verdict, true);
                self.mandatory_done();
                (self.phase, self.granted) = (Phase::Decided, Some(true));
            }
            Command::Refuse(refusal) => {
                assert_eq!(
                    self.phase,
                    Phase::Accepted,
                    "the host would refuse `refuse` before acceptance or after the decision"
                );
                self.person_decided("refuse", &refusal.verdict, false);
                assert!(!refusal.remedy.zh.is_empty(), "the host would refuse `refuse`: it says no remedy");
                (self.phase, self.granted) = (Phase::Decided, Some(false));
            }
            Command::IssueLicence(licence) => {
                assert_eq!(self.granted, Some(true), "the host would refuse `issue-licence`: nothing was granted");
                self.issue(licence);
            }
            Command::EndLicence(end) => {
                let cancelled = end.ending == crate::contract::cases::Ending::Cancelled;
                match &end.verdict {
                    Some(verdict) => self.person_decided("end-licence", verdict, cancelled),
                    None => {
                        assert!(cancelled && self.cancels, "the host would refuse `end-licence`: no officer decided it")
                    }
                }
            }
            _ => {}
        }
    }

    fn mandatory_done(&self) {
        for stage in self.definition.stages.iter().filter(|stage| stage.mandatory) {
            let open = self.open_tasks().any(|task| task.stage == stage.id);
            assert!(!open, "the host would refuse `grant`: mandatory stage `{}` is open", stage.id);
        }
    }

    fn issue(&mut self, licence: &Licence) {
        let kind = &licence.licence_type;
        let declared = self.definition.issues.iter().any(|issuance| &issuance.licence_type == kind);
        assert!(declared, "the host would refuse `issue-licence`: the definition does not issue `{kind}`");
        let content: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(&licence.content);
        assert!(content.is_ok(), "the host would refuse `issue-licence`: its content is no JSON object");
        self.licences.push(licence.clone());
    }

    fn check_bundle(&mut self, command: &Command) {
        let Some(bundle) = &self.definition.bundle else { panic!("the host would refuse {command:?}: no bundle") };
        match command {
            Command::OpenPart(opening) => {
                assert_eq!(
                    self.phase,
                    Phase::Accepted,
                    "the host would refuse `open-part`: the bundle is not accepted"
                );
                let known = bundle.parts.iter().any(|part| part.code == opening.part);
                let again = self.parts.iter().any(|(code, _)| code == &opening.part);
                assert!(known && !again, "the host would refuse `open-part`: `{}` is unknown or open", opening.part);
                self.parts.push((opening.part.clone(), None));
            }
            Command::InspectJointly(id) => {
                let known = bundle.inspections.iter().find(|inspection| &inspection.id == id);
                let Some(known) = known else { panic!("the host would refuse `inspect-jointly`: no `{id}`") };
                let serves = known.serves.iter().any(|stage| self.parts.iter().any(|(code, _)| code == &stage.part));
                assert!(serves, "the host would refuse `inspect-jointly`: `{id}` serves no open part");
            }
            Command::ReleaseParts(composite) => {
                assert!(
                    self.parts.iter().all(|(_, ended)| ended.is_some()),
                    "the host would refuse `release-parts`: a part is open"
                );
                let granted = self.parts.iter().filter(|(_, ended)| *ended == Some(Outcome::Granted)).count();
                assert!(granted > 0, "the host would refuse `release-parts`: nothing was granted");
                (self.phase, self.granted) = (Phase::Decided, Some(true));
                if let Some(composite) = composite {
                    self.issue(&composite.clone());
                }
            }
            _ => {}
        }
    }

    fn close(&mut self) {
        let checking = self.tasks.iter().any(|known| known.after_check && known.ended.is_none());
        assert!(!checking, "the host would refuse `close`: an after-check is open");
        let outcome = match self.granted {
            Some(true) => Outcome::Granted,
            Some(false) => Outcome::Refused,
            None if self.declined || self.way_shown => Outcome::Declined,
            None if self.phase == Phase::Supplementing => Outcome::Lapsed,
            None if !self.parts.is_empty() && self.parts.iter().all(|(_, ended)| ended.is_some()) => Outcome::Refused,
            None => panic!("the host would refuse `close`: nothing was decided and no way was shown"),
        };
        for known in &mut self.tasks {
            known.ended.get_or_insert(None);
        }
        self.timers.clear();
        self.closed = Some(outcome);
    }
}
