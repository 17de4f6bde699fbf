//! Cases as callers may see them.

use banshi_model::case::{Case, Phase};
use banshi_model::clock;
use banshi_model::definition::Definition;
use banshi_model::effect::{Late, Limits};
use banshi_model::entry::{Cause, Entry, HostAct};
use banshi_model::quarantine::Quarantine;
use banshi_model::text::Subject;
use serde_json::Value;

use crate::Engine;
use crate::api::cases::{CaseSummary, CaseView, JournalLine, ParkedView};
use crate::authorise::Sight;
use crate::error::Error;

impl Engine {
    /// A case in a list.
    pub(super) fn summary(&self, case: &Case, definition: &Definition) -> CaseSummary {
        CaseSummary {
            id: case.id.clone(),
            matter: case.pin.chain.matter.clone(),
            title: definition.title.clone(),
            division: case.draft.division.clone(),
            phase: case.phase,
            received: case.received,
            due: self.limits_today(case, definition).as_ref().map(Limits::effective).cloned(),
            late: self.late(case, definition),
            outcome: case.outcome,
            parked: case.fault.is_some(),
            parent: case.parent.clone(),
        }
    }

    /// Which limit an undecided case has passed. While a special procedure runs none passes: the dates go with the days.
    pub(super) fn late(&self, case: &Case, definition: &Definition) -> Option<Late> {
        undecided(case).then(|| self.limits_today(case, definition))?.and_then(|limits| limits.late(self.today()))
    }

    /// The limits as they stand today. An entry counts a running procedure up to its own day; looked at later, it has
    /// taken out the days since as well. An emergency that extends them does so from its confirmation on, also where the
    /// case has had no step since that could say so. (Of a part, its own limits; its bundle's date comes to it with the
    /// bundle's next step.)
    pub(super) fn limits_today(&self, case: &Case, definition: &Definition) -> Option<Limits> {
        let (kept, accepted) = (case.limits.as_ref()?, case.accepted?);
        let running = case.procedures.iter().any(|procedure| procedure.to.is_none());
        let ordered = self.ordered_extensions(case, definition);
        if !undecided(case) || (!running && ordered.is_empty()) {
            return Some(kept.clone());
        }
        let extensions = [case.extensions.as_slice(), &ordered].concat();
        let terms = clock::Terms {
            accepted,
            statutory: (kept.statutory, &kept.statutory_row),
            promised: kept.promised,
            bundle_due: kept.bundle_due.clone(),
            extensions: &extensions,
            procedures: &case.procedures,
        };
        Some(clock::limits(&self.calendar(), &terms, self.today()))
    }

    /// A case, whole or bare.
    pub(super) fn view(&self, case: &Case, seq: u64, definition: &Definition, sight: Sight) -> Result<CaseView, Error> {
        let mut view = CaseView {
            summary: self.summary(case, definition),
            seq,
            simulated: case.simulated,
            department: definition.department.clone(),
            subject: case.draft.subject.clone(),
            agent: case.draft.agent.clone(),
            business: case.draft.business,
            mode: case.draft.mode,
            answers: case.draft.answers.clone(),
            values: case.draft.values.clone(),
            documents: case.draft.documents.clone(),
            counts: case.counts,
            layers: case.pin.chain.layers.clone(),
            accepted: case.accepted,
            deemed_accepted: case.deemed_accepted,
            limits: self.limits_today(case, definition),
            extensions: case.extensions.clone(),
            procedures: case.procedures.clone(),
            supplement: case.supplement.clone(),
            tasks: case.tasks.clone(),
            parts: case.parts.clone(),
            decision: case.decision.clone(),
            licences: case.licences.clone(),
            certificate: self.certificate_of(case)?,
            fault: self.parked(case, definition),
            closed: case.closed,
            samples: definition.samples.clone(),
            emergencies: case.emergencies.clone(),
            moved_by: case.moved_by.clone(),
        };
        if sight == Sight::Bare {
            redact(&mut view);
        }
        Ok(view)
    }

    fn parked(&self, case: &Case, definition: &Definition) -> Option<ParkedView> {
        let first = case.parked.first()?;
        let quarantine = self.quarantine_of(case, &definition.department);
        Some(ParkedView {
            event: first.event.name().to_owned(),
            fault: case.fault.clone()?,
            attempts: case.attempts,
            since: first.since,
            waiting: case.parked.len(),
            advice: quarantine.as_ref().map(Quarantine::explained),
            quarantine,
        })
    }

    /// The capability of the case's last valid licence: of a bundle, its composite.
    fn certificate_of(&self, case: &Case) -> Result<Option<String>, Error> {
        let Some(id) = case.licences.last() else { return Ok(None) };
        let licence = self.inner.store.licence(id)?;
        let released = licence.filter(|licence| licence.status != banshi_model::licence::LicenceStatus::Draft);
        Ok(released.and_then(|licence| licence.capability))
    }
}

fn undecided(case: &Case) -> bool {
    !matches!(case.phase, Phase::Decided | Phase::Closed)
}

/// Takes out what is personal: an operator sees where a case stands, and not whose it is.
fn redact(view: &mut CaseView) {
    view.subject = nameless(&view.subject);
    view.agent = view.agent.as_ref().map(nameless);
    view.answers.clear();
    view.values.clear();
    view.documents.clear();
    view.supplement = None;
    view.certificate = None;
    view.licences.clear();
    for task in &mut view.tasks {
        let task = task.thaw();
        task.result = None;
        task.form = None;
    }
    for part in &mut view.parts {
        part.result = None;
    }
    if let Some(decision) = &mut view.decision {
        decision.reasons.clear();
    }
}

fn nameless(subject: &Subject) -> Subject {
    Subject { kind: subject.kind, id: String::new(), name: String::new() }
}

/// A journal line; bare ones name what happened and leave out what was said.
pub(super) fn journal_line(entry: &Entry, simulated: bool, sight: Sight) -> JournalLine {
    let (kind, what) = match &entry.cause {
        Cause::Received(_) => ("received", "received".to_owned()),
        Cause::Step { event, .. } => ("step", event.name().to_owned()),
        Cause::Failed { event, .. } => ("failed", event.name().to_owned()),
        Cause::Host(act) => ("host", host_act(act).to_owned()),
        Cause::RunAgain(_) => ("host", "run-again".to_owned()),
        Cause::Migrated(_) => ("host", "migrated".to_owned()),
        Cause::MigrationUndone(_) => ("host", "migration-undone".to_owned()),
    };
    let effects = entry.effects.iter().filter_map(|effect| serde_json::to_value(effect).ok());
    let effects = match sight {
        Sight::Whole => effects.filter(|effect| effect.get("states-set").is_none()).collect(),
        Sight::Bare => effects.map(|effect| name_only(&effect)).collect(),
    };
    JournalLine {
        seq: entry.seq,
        at: entry.at,
        by: entry.by.clone(),
        kind: kind.to_owned(),
        what,
        effects,
        after: entry.after,
        simulated,
    }
}

fn name_only(effect: &Value) -> Value {
    let name = effect.as_object().and_then(|object| object.keys().next().cloned());
    name.or_else(|| effect.as_str().map(str::to_owned)).map_or(Value::Null, Value::String)
}

fn host_act(act: &HostAct) -> &'static str {
    match act {
        HostAct::DeemedAccepted(_) => "deemed-accepted",
        HostAct::DeemedGranted(_) => "deemed-granted",
        HostAct::AcceptedWithBundle => "accepted-with-bundle",
        HostAct::Withdrawn => "withdrawn",
        HostAct::Extended { .. } => "extended",
        HostAct::Supplemented => "supplemented",
        HostAct::Recalculated => "recalculated",
        HostAct::FinishedByHand => "finished-by-hand",
        HostAct::LicenceEnded => "licence-ended",
        HostAct::ProcedureEnded => "procedure-ended",
        HostAct::LicencesSettled => "licences-settled",
        HostAct::EmergencyBegan { .. } => "emergency-began",
        HostAct::EmergencyEnded(_) => "emergency-ended",
        HostAct::EmergencyExtends(_) => "emergency-extends",
        HostAct::PartMigrated { .. } => "part-migrated",
        HostAct::Noted(_) => "noted",
    }
}
