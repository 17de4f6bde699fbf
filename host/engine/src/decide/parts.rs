//! Bundles: parts as child cases, joint inspections, and telling the bundle how a part ended.

use banshi_model::case::Phase;
use banshi_model::command::OpenTask;
use banshi_model::definition::{Mode, PartStage};
use banshi_model::draft::{Outcome, PartResult};
use banshi_model::effect::Effect;
use banshi_model::event::Event;
use banshi_model::ids::{MatterCode, Slug};
use banshi_model::task::{Task, TaskStatus};
use serde_json::{Value, json};

use super::{Deciding, OpenedPart, Refused};

impl Deciding<'_> {
    /// Opens a chosen part as a case of its own, accepted with its bundle (一口受理).
    pub(super) fn open_part(&mut self, part: &MatterCode, mode: Mode) -> Result<(), Refused> {
        if self.case.phase != Phase::Accepted {
            return Err(Refused::rule("part.phase", "parts are opened after the bundle's acceptance"));
        }
        if !self.case.draft.parts.contains(part) {
            return Err(Refused::rule(
                "part.not-chosen",
                format!("part `{part}` was not chosen by the guide for this case"),
            ));
        }
        if self.case.parts.iter().any(|open| &open.part == part) {
            return Err(Refused::rule("part.exists", format!("part `{part}` was opened before")));
        }
        let Some(view) = self.ctx.parts.get(part) else {
            return Err(Refused::rule("part.unpinned", format!("part `{part}` is not pinned in this case")));
        };
        // The bundle cannot know how each part may be had here; its wish stands where it can, and the
        // part's own proposal otherwise.
        let mode = if view.modes.contains(&mode) { Some(mode) } else { view.modes.first().copied() };
        let Some(mode) = mode else {
            return Err(Refused::rule("part.mode", format!("part `{part}` may not be had here in any mode")));
        };
        let case = self.case.id.derive(part.as_str());
        self.out.parts.push(OpenedPart { part: part.clone(), case: case.clone(), mode });
        self.emit(Effect::PartOpened { part: part.clone(), case, mode });
        Ok(())
    }

    /// Opens a joint inspection of the definition for those of its stages whose parts are open.
    pub(super) fn inspect_jointly(&mut self, id: &Slug) -> Result<(), Refused> {
        let inspections = self.ctx.definition.bundle.as_ref().map_or(&[][..], |bundle| &bundle.inspections);
        let Some(inspection) = inspections.iter().find(|inspection| &inspection.id == id) else {
            return Err(Refused::rule("inspection.unknown", format!("the definition has no joint inspection `{id}`")));
        };
        let open =
            |stage: &&PartStage| self.case.parts.iter().any(|part| part.part == stage.part && part.result.is_none());
        let serves: Vec<PartStage> = inspection.serves.iter().filter(open).cloned().collect();
        if serves.is_empty() {
            return Err(Refused::rule(
                "inspection.empty",
                format!("joint inspection `{id}` serves no open part; open the parts first"),
            ));
        }
        if self.case.task(id).is_some() {
            return Err(Refused::rule("task.exists", format!("joint inspection `{id}` was opened before")));
        }
        let wish = OpenTask {
            id: id.clone(),
            unit: inspection.unit.clone(),
            title: inspection.title.clone(),
            limit: None,
            form: Some(joint_form(&serves)),
            stage: id.clone(),
            silence_consents: false,
        };
        let task = Task {
            id: self.case.id.task(id),
            local: id.clone(),
            stage: wish.stage,
            unit: wish.unit,
            title: wish.title,
            form: wish.form,
            opened: self.ctx.now,
            due: self.case.limits.as_ref().map(|limits| limits.effective().date),
            silence_consents: false,
            after_check: false,
            serves,
            revision: 1,
            status: TaskStatus::Open,
            result: None,
            done_by: None,
        };
        self.emit(Effect::TaskOpened(task.into()));
        Ok(())
    }

    /// Tells the bundle how this part ended, through its inbox; once.
    pub(super) fn tell_bundle(&mut self, outcome: Outcome) {
        let Some(bundle) = self.case.parent.clone().filter(|_| !self.case.bundle_told) else { return };
        let result = part_result_of(&self.case, outcome);
        self.emit(Effect::EventSent { to: bundle, event: Event::PartClosed(result) });
    }

    /// A part that was granted and has issued its licence is decided for its bundle, even while the after-check
    /// of its commitment is to come: the composite does not wait for that.
    pub(super) fn tell_decided(&mut self) {
        let granted = self.case.decision.as_ref().is_some_and(|decision| decision.outcome == Outcome::Granted);
        if granted && !self.case.licences.is_empty() {
            self.tell_bundle(Outcome::Granted);
        }
    }
}

/// How a part ended, for its bundle.
pub(crate) fn part_result_of(case: &banshi_model::case::Case, outcome: Outcome) -> PartResult {
    PartResult {
        part: case.pin.chain.matter.clone(),
        outcome,
        licence: case.licences.first().cloned().filter(|_| outcome == Outcome::Granted),
        reasons: case.decision.as_ref().map(|decision| decision.reasons.clone()).unwrap_or_default(),
    }
}

/// What an officer fills in on a joint inspection: a result of its own for each stage.
fn joint_form(serves: &[PartStage]) -> Value {
    let names: Vec<String> = serves.iter().map(|served| format!("{}.{}", served.part, served.stage)).collect();
    let result = json!({
        "type": "object",
        "required": ["opinion"],
        "properties": { "opinion": { "enum": ["approve", "object"] }, "data": {}, "reasons": { "type": "array" } },
    });
    let properties: serde_json::Map<String, Value> = names.iter().map(|name| (name.clone(), result.clone())).collect();
    json!({
        "type": "object",
        "required": ["results"],
        "properties": { "results": { "type": "object", "required": names, "properties": properties } },
    })
}
