//! The stages between acceptance and verdict: opened as soon as what comes before is done.

use super::run::{Run, Wish};
use super::state::{Ended, Open, Phase, Vote};
use super::{Station, Work};
use crate::contract::cases::{Command, Opinion, SpecialProcedure, TaskResult};
use crate::contract::matters::Mode;
use crate::contract::types::Fault;
use crate::spec::Panel;
use crate::text::reason;

impl Run<'_> {
    pub(super) fn begin_work(&mut self) -> Result<(), Fault> {
        self.state.phase = Phase::Work;
        self.go_on()
    }

    /// Opens what can be opened, and goes to the verdict when nothing is left.
    pub(super) fn go_on(&mut self) -> Result<(), Fault> {
        let spec = self.spec;
        // Stations come after stations that are declared before them, so one pass reaches them all.
        for station in &spec.flow.stations {
            let id = station.stage.id;
            let begun = self.state.ended(id).is_some()
                || self.state.running.iter().any(|running| running == id)
                || self.state.open.iter().any(|open| open.stage == id);
            if !begun {
                self.try_open(station);
            }
        }
        let waits = !self.state.open.is_empty() || !self.state.running.is_empty();
        if waits || !self.all_verified() { Ok(()) } else { self.ask_verdict() }
    }

    fn try_open(&mut self, station: &Station) {
        let stage = &station.stage;
        let replaced = matches!(station.work, Work::OnSite) && self.mode() == Mode::Commitment;
        // A question that is still open leaves no stage out: only a guard that certainly fails does.
        if replaced || stage.when.holds(&self.answers) == Some(false) {
            self.end(stage.id, Ended::Skipped);
            return;
        }
        let before: Vec<Option<Ended>> = stage.after.iter().map(|id| self.state.ended(id)).collect();
        if before.contains(&None) {
            return;
        }
        if before.contains(&Some(Ended::Failed)) {
            // An objection before it: the verdict is asked for without it. A failure is handed on, so
            // that what comes after this one is not opened either.
            self.end(stage.id, Ended::Failed);
            return;
        }
        match &station.work {
            Work::Panel(panel) => {
                for member in 0..panel.units.len() {
                    self.open_member(station, panel, member, false);
                }
            }
            _ => {
                let silence_consents = station.silence_consents();
                self.open(stage, Wish { silence_consents, ..Wish::default() });
            }
        }
    }

    fn open_member(&mut self, station: &Station, panel: &Panel, member: usize, again: bool) {
        let unit = panel.units.get(member).cloned();
        self.open(&station.stage, Wish { unit, member: Some(member), again, ..Wish::default() });
    }

    pub(super) fn station_done(&mut self, open: &Open, result: &TaskResult) -> Result<(), Fault> {
        let spec = self.spec;
        let Some(station) = spec.flow.stations.iter().find(|station| station.stage.id == open.stage) else {
            return Ok(());
        };
        match &station.work {
            Work::Consultation => self.end(station.stage.id, Ended::Passed),
            Work::Review | Work::OnSite => self.reviewed(station, result),
            Work::Panel(panel) => self.voted(station, panel, open.member.unwrap_or_default(), result),
            Work::Special(..) => self.special_decided(station, result),
        }
        self.go_on()
    }

    fn end(&mut self, stage: &str, how: Ended) {
        self.state.ended.push((stage.to_owned(), how));
    }

    fn reviewed(&mut self, station: &Station, result: &TaskResult) {
        match result.opinion {
            Opinion::Approve => {
                self.state.approved_by = Some(result.task.clone());
                self.end(station.stage.id, Ended::Passed);
            }
            Opinion::Object if !result.reasons.is_empty() => {
                self.state.objected_by.get_or_insert_with(|| result.task.clone());
                self.end(station.stage.id, Ended::Failed);
            }
            _ => {
                self.open(&station.stage, Wish { again: true, ..Wish::default() });
            }
        }
    }

    fn voted(&mut self, station: &Station, panel: &Panel, member: usize, result: &TaskResult) {
        let id = station.stage.id.to_owned();
        match result.opinion {
            Opinion::Object if result.reasons.is_empty() => return self.open_member(station, panel, member, true),
            Opinion::Abstain => {}
            opinion => {
                let approved = opinion == Opinion::Approve;
                self.state.votes.push(Vote { stage: id.clone(), member, approved });
                if approved {
                    self.state.approved_by = Some(result.task.clone());
                }
            }
        }
        let approvals = self.state.votes.iter().filter(|vote| vote.stage == id && vote.approved).count();
        let waiting = self.state.open.iter().filter(|open| open.stage == id).count();
        let vetoed = panel.units.get(member).is_some_and(|unit| panel.vetoes.contains(unit))
            && result.opinion == Opinion::Object;
        if vetoed || (approvals + waiting < panel.quorum && result.opinion == Opinion::Object) {
            self.state.objected_by.get_or_insert_with(|| result.task.clone());
            self.close_tasks_of(&id);
            self.end(station.stage.id, Ended::Failed);
        } else if approvals >= panel.quorum && !self.veto_open(panel, &id) {
            self.close_tasks_of(&id);
            self.end(station.stage.id, Ended::Passed);
        } else if approvals + waiting < panel.quorum {
            self.ask_abstainers(station, panel);
        }
    }

    /// Whether a unit that may veto has not spoken yet: the panel waits for it.
    fn veto_open(&self, panel: &Panel, id: &str) -> bool {
        let waiting = self.state.open.iter().filter(|open| open.stage == id).filter_map(|open| open.member);
        waiting.filter_map(|member| panel.units.get(member)).any(|unit| panel.vetoes.contains(unit))
    }

    /// Too many abstained for a result either way: those are asked again.
    fn ask_abstainers(&mut self, station: &Station, panel: &Panel) {
        let id = station.stage.id;
        for member in 0..panel.units.len() {
            let waits = self.state.open.iter().any(|open| open.stage == id && open.member == Some(member));
            let voted = self.state.votes.iter().any(|vote| vote.stage == id && vote.member == member);
            if !waits && !voted {
                self.open_member(station, panel, member, true);
            }
        }
    }

    fn special_decided(&mut self, station: &Station, result: &TaskResult) {
        let Work::Special(kind, expected) = &station.work else { return };
        match result.opinion {
            Opinion::Approve => {
                let id = station.stage.id.to_owned();
                let says = "依法需要 / Needed by law";
                let own =
                    || reason("special-procedure", "行政许可法 第四十五条", says).shown_by([result.task.as_str()]);
                let reason = result.reasons.first().cloned().unwrap_or_else(own);
                let task = result.task.clone();
                let procedure = SpecialProcedure { id: id.clone(), kind: *kind, expected: *expected, task, reason };
                self.state.running.push(id);
                self.commands.push(Command::StartSpecialProcedure(procedure));
            }
            Opinion::Object => self.end(station.stage.id, Ended::Skipped),
            Opinion::Abstain => {
                self.open(&station.stage, Wish { again: true, ..Wish::default() });
            }
        }
    }

    pub(super) fn procedure_ended(&mut self, id: &str) -> Result<(), Fault> {
        let Some(at) = self.state.running.iter().position(|running| running == id) else {
            return Ok(());
        };
        self.state.running.remove(at);
        self.end(id, Ended::Passed);
        self.go_on()
    }
}
