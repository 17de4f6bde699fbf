//! How a case evolves: each effect of each entry, folded in order.
//!
//! Evolution is total: an effect that names what the case does not have changes nothing, so that a
//! journal written by an older host always folds. It reads no calendar, no law table and no plugin.

use jiff::Timestamp;

use crate::case::{Case, Decision, Extension, PartCase, Phase, Procedure, Supplement, Waiting};
use crate::draft::{Document, FieldValue};
use crate::effect::{Effect, TimerKind};
use crate::event::Event;
use crate::task::TaskStatus;

impl Case {
    /// Folds one effect of an entry made at `at`.
    pub fn apply(&mut self, effect: &Effect, at: Timestamp) {
        match effect {
            Effect::StatesSet(states) => self.states.clone_from(states),
            Effect::Accepted { .. }
            | Effect::LimitsSet(_)
            | Effect::ProcedureStarted { .. }
            | Effect::ProcedureEnded { .. }
            | Effect::Extended { .. } => self.apply_limits(effect),
            Effect::TimerSet { .. } | Effect::TimerEnded(_) => self.apply_timer(effect),
            Effect::SupplementAsked { findings, deadline } => {
                let (findings, deadline) = (findings.clone(), deadline.clone());
                self.supplement = Some(Supplement { findings, asked: at, deadline, answered: None });
                self.phase = Phase::Supplementing;
            }
            Effect::Supplemented { values, documents } => self.supplement_with(values, documents, at),
            Effect::TaskOpened(_) | Effect::TaskDone { .. } | Effect::TaskClosed(_) => self.apply_task(effect),
            Effect::SignerAsked(_) | Effect::SignerAnswered { .. } | Effect::SignerReplaced { .. } => {
                self.apply_signer(effect);
            }
            Effect::Sent(outgoing) if outgoing.answers.is_some() => {
                self.pending.insert(outgoing.key.clone(), outgoing.clone());
            }
            Effect::Sent(_) => {}
            Effect::Answered(key) => {
                self.pending.remove(key);
            }
            Effect::PartOpened { .. } | Effect::PartClosed(_) => self.apply_part(effect),
            Effect::Decided { outcome, reasons, remedy, row, .. } => {
                let (reasons, remedy, row) = (reasons.clone(), remedy.clone(), row.clone());
                self.decision = Some(Decision { outcome: *outcome, reasons, remedy, at, row });
                self.phase = Phase::Decided;
            }
            Effect::LicenceIssued(licence) => self.licences.push(licence.id.clone()),
            Effect::Parked { .. } | Effect::RetryFailed(_) | Effect::Resumed | Effect::ParkedDropped => {
                self.apply_parking(effect, at);
            }
            Effect::Closed(outcome) => {
                self.outcome = Some(*outcome);
                self.closed = Some(at);
                self.phase = Phase::Closed;
                self.timers.retain(|(timer, _)| matches!(timer, TimerKind::Plugin(_)));
            }
            Effect::WayShown(_)
            | Effect::LicencesReleased(_)
            | Effect::LicencesVoided(_)
            | Effect::LicenceEnded { .. }
            | Effect::FactPublished(_) => {}
            Effect::EventSent { to, event } => {
                self.bundle_told |= self.parent.as_ref() == Some(to) && matches!(event, Event::PartClosed(_));
            }
            Effect::EmergencyBegan(_) | Effect::EmergencyEnded { .. } | Effect::EmergencyExtends { .. } => {
                self.apply_emergency(effect);
            }
            Effect::ChainMoved(_) | Effect::GovernedByMigration(_) | Effect::WorkRestored { .. } => {
                self.apply_move(effect);
            }
        }
    }

    fn apply_move(&mut self, effect: &Effect) {
        match effect {
            Effect::ChainMoved(pin) => {
                self.draft.thaw().parameters.clone_from(&pin.parameters);
                self.pin = (**pin).clone().into();
            }
            Effect::GovernedByMigration(by) => self.moved_by.clone_from(by),
            Effect::WorkRestored { tasks, timers } => {
                self.tasks.clone_from(tasks);
                self.timers.clone_from(timers);
            }
            _ => {}
        }
    }

    fn apply_part(&mut self, effect: &Effect) {
        match effect {
            Effect::PartOpened { part, case, mode } => {
                self.parts.push(PartCase { part: part.clone(), case: case.clone(), mode: *mode, result: None });
            }
            Effect::PartClosed(result) => {
                if let Some(found) = self.parts.iter_mut().find(|part| part.part == result.part) {
                    found.result = Some(result.clone());
                }
            }
            _ => {}
        }
    }

    fn apply_emergency(&mut self, effect: &Effect) {
        match effect {
            Effect::EmergencyBegan(bound) => {
                self.emergencies.retain(|known| known.id != bound.id);
                self.emergencies.push(bound.clone());
            }
            Effect::EmergencyEnded { id, .. } => self.emergencies.retain(|known| &known.id != id),
            Effect::EmergencyExtends { id, .. } => {
                if let Some(bound) = self.emergencies.iter_mut().find(|bound| &bound.id == id) {
                    bound.tried = true;
                }
            }
            _ => {}
        }
    }

    fn apply_limits(&mut self, effect: &Effect) {
        match effect {
            Effect::Accepted { on, limits, deemed } => {
                self.accepted = Some(*on);
                self.deemed_accepted = *deemed;
                self.limits = Some(limits.clone());
                self.phase = Phase::Accepted;
            }
            Effect::LimitsSet(limits) => self.limits = Some(limits.clone()),
            Effect::ProcedureStarted { procedure, from } => {
                self.procedures.push(Procedure { procedure: procedure.clone(), from: *from, to: None });
            }
            Effect::ProcedureEnded { id, to } => {
                if let Some(found) = self.procedures.iter_mut().find(|p| &p.procedure.id == id) {
                    found.to = Some(*to);
                }
            }
            Effect::Extended { span, row, instrument } => {
                self.extensions.push(Extension { span: *span, row: row.clone(), instrument: instrument.clone() });
            }
            _ => {}
        }
    }

    fn apply_timer(&mut self, effect: &Effect) {
        match effect {
            Effect::TimerSet { timer, at } => {
                self.timers.retain(|(set, _)| set != timer);
                self.timers.push((timer.clone(), *at));
            }
            Effect::TimerEnded(timer) => self.timers.retain(|(set, _)| set != timer),
            _ => {}
        }
    }

    fn supplement_with(&mut self, values: &[FieldValue], documents: &[Document], at: Timestamp) {
        for value in values {
            let draft = self.draft.thaw();
            draft.values.retain(|old| old.field != value.field);
            draft.values.push(value.clone());
        }
        for document in documents {
            let draft = self.draft.thaw();
            draft.documents.retain(|old| old.material != document.material);
            draft.documents.push(document.clone());
        }
        if let Some(supplement) = &mut self.supplement {
            supplement.answered = Some(at);
        }
        if self.phase == Phase::Supplementing {
            self.phase = Phase::Received;
        }
    }

    fn apply_task(&mut self, effect: &Effect) {
        match effect {
            Effect::TaskOpened(task) => {
                self.tasks.retain(|old| old.local != task.local);
                self.tasks.push(task.clone());
            }
            Effect::TaskDone { result, by } => {
                if let Some(task) = self.tasks.iter_mut().find(|task| task.local == result.task) {
                    let task = task.thaw();
                    task.status = TaskStatus::Done;
                    task.result = Some(result.clone());
                    task.done_by.clone_from(by);
                    task.revision += 1;
                    self.results.push(result.clone());
                }
            }
            Effect::TaskClosed(local) => {
                if let Some(task) = self.tasks.iter_mut().find(|task| &task.local == local) {
                    let task = task.thaw();
                    task.status = TaskStatus::Closed;
                    task.revision += 1;
                }
            }
            _ => {}
        }
    }

    fn apply_signer(&mut self, effect: &Effect) {
        match effect {
            Effect::SignerAsked(signer) if !self.signers.iter().any(|known| known.person.id == signer.person.id) => {
                self.signers.push(signer.clone());
            }
            Effect::SignerAnswered { person, verified } => {
                if let Some(signer) = self.signers.iter_mut().find(|signer| signer.person.id == person.id) {
                    signer.verified = *verified;
                }
            }
            Effect::SignerReplaced { former, person } => {
                if let Some(signer) = self.signers.iter_mut().find(|signer| &signer.person.id == former) {
                    signer.person = person.clone();
                    signer.verified = false;
                }
            }
            _ => {}
        }
    }

    fn apply_parking(&mut self, effect: &Effect, at: Timestamp) {
        match effect {
            Effect::Parked { event, fault } => {
                self.parked.push(Waiting { event: (**event).clone(), since: at });
                if self.fault.is_none() {
                    self.fault = Some(fault.clone());
                    self.attempts = 1;
                }
            }
            Effect::RetryFailed(fault) => {
                self.fault = Some(fault.clone());
                self.attempts += 1;
            }
            Effect::Resumed => {
                if !self.parked.is_empty() {
                    self.parked.remove(0);
                }
                self.fault = None;
                self.attempts = 0;
            }
            Effect::ParkedDropped => {
                self.parked.clear();
                self.fault = None;
                self.attempts = 0;
            }
            _ => {}
        }
    }
}
