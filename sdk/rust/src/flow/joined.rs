//! The way of a bundle between acceptance and certificate: parts are opened, and joined when all have ended.

use serde_json::{Value, json};

use super::run::Run;
use super::state::Phase;
use crate::contract::cases::{Command, Event, Licence, Outcome, PartOpening, PartResult};
use crate::contract::matters::{Mode, Partial};
use crate::contract::types::Fault;
use crate::declared::chosen_parts;
use crate::spec::{Inspection, Part};
use crate::text::fault;

impl Run<'_> {
    /// Opens what the guide chose, and the joint inspections that serve at least two of it.
    pub(super) fn open_parts(&mut self) -> Result<(), Fault> {
        let mut chosen = self.view.draft.parts.clone();
        if chosen.is_empty() {
            chosen = chosen_parts(self.spec, &self.answers);
        }
        if chosen.is_empty() {
            let says = "未选定任何单项事项 / no part is chosen on this path; the guide asks until at least one is";
            return Err(fault("no-part", says));
        }
        for code in &chosen {
            let part = self.spec.parts.iter().find(|part| part.code == code);
            let mode = part.map_or(Mode::Approval, |part| self.mode_of(part));
            self.commands.push(Command::OpenPart(PartOpening { part: code.clone(), mode }));
        }
        for inspection in &self.spec.inspections {
            if self.met(&inspection.when) && serves_several(inspection, &chosen) {
                self.commands.push(Command::InspectJointly(inspection.id.to_owned()));
            }
        }
        self.state.parts = chosen;
        self.state.phase = Phase::Parts;
        Ok(())
    }

    fn mode_of(&self, part: &Part) -> Mode {
        if part.on_commitment && self.mode() == Mode::Commitment { Mode::Commitment } else { part.mode }
    }

    /// A part has ended: when all have, what was granted is released.
    pub(super) fn join(&mut self) -> Result<(), Fault> {
        let results: Vec<&PartResult> = self.state.parts.iter().filter_map(|code| self.part_result(code)).collect();
        if self.state.phase != Phase::Parts || results.len() < self.state.parts.len() {
            return Ok(());
        }
        let granted: Vec<&PartResult> =
            results.into_iter().filter(|result| result.outcome == Outcome::Granted).collect();
        let whole = granted.len() == self.state.parts.len();
        if granted.is_empty() || (self.spec.partial == Partial::AllOrNone && !whole) {
            // Each part carries its officer's verdict; the bundle has nothing of its own to decide.
            self.close();
            return Ok(());
        }
        let composite = self.composite(&granted)?;
        self.commands.push(Command::ReleaseParts(composite));
        self.ship();
        self.state.phase = Phase::Following;
        self.close_if_done()
    }

    fn part_result(&self, code: &str) -> Option<&PartResult> {
        match self.event {
            Event::PartClosed(result) if result.part == code => Some(result),
            _ => self.view.parts.iter().find(|result| result.part == code),
        }
    }

    /// 综合许可证: what the bundle's form says, and the permits that it loads.
    fn composite(&self, granted: &[&PartResult]) -> Result<Option<Licence>, Fault> {
        let Some(certificate) = self.spec.flow.certificate.as_ref().filter(|one| granted.len() >= one.composite_from)
        else {
            return Ok(None);
        };
        let mut licence = self.licence(certificate)?;
        let mut content: Value = serde_json::from_str(&licence.content).unwrap_or_default();
        let permits = granted.iter().map(|part| json!({ "matter": part.part, "licence": part.licence }));
        if let Value::Object(content) = &mut content {
            content.insert("permits".to_owned(), permits.collect());
        }
        licence.content = content.to_string();
        Ok(Some(licence))
    }
}

/// Whether it stands for stages of at least two of the chosen parts.
fn serves_several(inspection: &Inspection, chosen: &[String]) -> bool {
    let served = |code: &&String| inspection.serves.iter().any(|stage| &stage.part == *code);
    chosen.iter().filter(served).count() >= 2
}
