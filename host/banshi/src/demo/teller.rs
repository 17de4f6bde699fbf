//! Tells a case from its journals: what the host wrote down, in its order, and nothing that the demo thinks it did.

use std::collections::BTreeMap;

use banshi_engine::api::cases::{CaseView, JournalLine};
use banshi_model::definition::{Mode, Span};
use banshi_model::draft::Opinion;
use banshi_model::effect::{Effect, Limits, PartnerKind};
use banshi_model::entry::Actor;
use banshi_model::ids::{CaseId, MatterCode, Slug};
use banshi_model::text::Text;
use jiff::civil::Date;

use super::screen::{Screen, Step};
use crate::client::Client;
use crate::commands::wording;
use crate::failure::{Failure, Kind, OrFail, Result};

/// What was told of a bundle's case and of its parts' cases so far.
#[derive(Debug)]
pub struct Teller {
    place: String,
    bundle: Told,
    parts: BTreeMap<CaseId, Told>,
}

/// One case's journal, as far as it was told.
#[derive(Debug, Default)]
struct Told {
    /// Place and matter.
    label: String,
    /// Up to this entry.
    seq: u64,
    limits: Option<Limits>,
    /// The bundle's promise, for a part.
    bundle_promise: Option<Span>,
    /// What tasks are called.
    titles: BTreeMap<Slug, Text>,
    /// Checks after a commitment, with their last days: these have limits of their own.
    after_checks: BTreeMap<Slug, Option<Date>>,
    /// Parts that it opened, with their modes.
    opened: Vec<(MatterCode, CaseId, Mode)>,
    mode: Option<Mode>,
}

impl Teller {
    /// Of a case filed at `place`.
    pub fn new(place: &str, case: &CaseView) -> Self {
        let label = format!("{place} {}", case.summary.matter);
        Self { place: place.to_owned(), bundle: Told { label, ..Told::default() }, parts: BTreeMap::new() }
    }

    /// Tells what is new: of the bundle, and then of each part.
    pub async fn catch_up(&mut self, screen: &mut Screen, reader: &Client, id: &CaseId) -> Result {
        let steps = self.bundle.read(&journal(reader, id).await?)?;
        steps.iter().try_for_each(|step| screen.step(step))?;
        for (part, case, mode) in &self.bundle.opened {
            let told = self.parts.entry(case.clone()).or_insert_with(|| {
                let label = format!("{} {part}", self.place);
                let bundle_promise = self.bundle.limits.as_ref().and_then(|limits| limits.promised);
                Told { label, bundle_promise, mode: Some(*mode), ..Told::default() }
            });
            let steps = told.read(&journal(reader, case).await?)?;
            steps.iter().try_for_each(|step| screen.step(step))?;
        }
        Ok(())
    }

    /// Tells what is new of the one part that has this case, so that steps stay in their order.
    pub async fn catch_up_with(&mut self, screen: &mut Screen, reader: &Client, part: &CaseId) -> Result {
        let Some(told) = self.parts.get_mut(part) else { return Ok(()) };
        let steps = told.read(&journal(reader, part).await?)?;
        steps.iter().try_for_each(|step| screen.step(step))
    }
}

/// The whole journal of a case.
async fn journal(reader: &Client, id: &CaseId) -> Result<Vec<JournalLine>> {
    let (mut lines, mut cursor) = (Vec::new(), None);
    loop {
        let page = reader.journal(id, cursor).await?;
        lines.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(lines);
        }
    }
}

impl Told {
    /// The steps of the lines that were not told yet.
    fn read(&mut self, lines: &[JournalLine]) -> Result<Vec<Step>> {
        let mut steps = Vec::new();
        let seen = self.seq;
        for line in lines.iter().filter(|line| line.seq > seen) {
            let effects = line.effects.iter().map(|effect| serde_json::from_value(effect.clone()));
            let effects: Vec<Effect> =
                effects.collect::<std::result::Result<_, _>>().or_fail(Kind::Failed, "a journal line does not read")?;
            if !line.simulated {
                let what = format!("entry {} of {} is not marked as made on a simulated clock", line.seq, self.label);
                return Err(Failure::new(Kind::Refused, what));
            }
            effects.iter().for_each(|effect| self.learn(effect));
            steps.extend(self.steps(line, &effects));
            self.seq = line.seq;
        }
        Ok(steps)
    }

    fn learn(&mut self, effect: &Effect) {
        match effect {
            Effect::Accepted { limits, .. } | Effect::LimitsSet(limits) => self.limits = Some(limits.clone()),
            Effect::TaskOpened(task) => {
                self.titles.insert(task.local.clone(), task.title.clone());
                if task.after_check {
                    self.after_checks.insert(task.local.clone(), task.due);
                }
            }
            Effect::PartOpened { part, case, mode } => self.opened.push((part.clone(), case.clone(), *mode)),
            _ => {}
        }
    }

    /// What a person wants to know of an entry.
    fn steps(&self, line: &JournalLine, effects: &[Effect]) -> Vec<Step> {
        let decided = effects.iter().find_map(|effect| match effect {
            Effect::Decided { outcome, task: Some(_), .. } => Some(wording::outcome(*outcome)),
            _ => None,
        });
        let own = match (line.kind.as_str(), line.what.as_str()) {
            ("received", _) if self.mode.is_none() => Some(("申请人 applicant", "收件 received".to_owned())),
            ("failed", what) => Some(("", format!("✗ 挂起 parked: {what}"))),
            (_, "delivered") => Some(("", "✓ 送达 delivered".to_owned())),
            _ => None,
        };
        let step = |(unit, what): (&str, String), due: String| {
            let (case, actor) = (self.label.clone(), actor(&line.by));
            Step { at: line.at, case, actor, unit: unit.to_owned(), what, due }
        };
        let own = own.map(|own| step(own, self.due()));
        let said = effects.iter().filter_map(|effect| Some(step(self.said(effect, decided)?, self.due_of(effect))));
        own.into_iter().chain(said).collect()
    }

    /// The limit that stands beside an effect: the case's, but for a check after a commitment its own.
    fn due_of(&self, effect: &Effect) -> String {
        let check = match effect {
            Effect::TaskOpened(task) => self.after_checks.get(&task.local),
            Effect::TaskDone { result, .. } => self.after_checks.get(&result.task),
            Effect::Closed(_) if self.mode.is_some() => Some(&None),
            _ => None,
        };
        match check {
            None => self.due(),
            Some(None) => "—".to_owned(),
            Some(Some(due)) => format!("核查 {}", day(*due)),
        }
    }

    /// What an effect means to a person, and which unit spoke; most mean nothing.
    fn said<'e>(&self, effect: &'e Effect, decided: Option<&str>) -> Option<(&'e str, String)> {
        let part = self.mode.is_some();
        Some(match effect {
            Effect::Accepted { deemed: true, .. } => ("", "依法视为受理 deemed accepted".to_owned()),
            Effect::Accepted { limits, .. } => {
                let own = limits.promised.map_or_else(|| "当场".to_owned(), short);
                ("", format!("随同受理 accepted: {}（自身{own}）", self.mode.map(wording::mode)?))
            }
            Effect::SignerAsked(signer) => ("", format!("→ {}身份核验 identity asked", signer.role)),
            Effect::SignerAnswered { verified: true, .. } => ("", "✓ 身份核验通过 identity proven".to_owned()),
            Effect::SignerAnswered { .. } => ("", "✗ 身份核验未通过 not proven".to_owned()),
            Effect::TaskDone { result, .. } => {
                let title = self.titles.get(&result.task).map(wording::text).unwrap_or_default();
                let said = match (result.by_silence, result.opinion) {
                    (true, _) => "… 默认同意 by silence: ",
                    (_, Opinion::Approve) => "✓ ",
                    (_, Opinion::Object) => "✗ ",
                    (_, Opinion::Abstain) => "○ ",
                };
                let decided = decided.map(|outcome| format!("{outcome}: ")).unwrap_or_default();
                (result.unit.as_str(), format!("{said}{decided}{title}"))
            }
            Effect::TaskOpened(task) if task.after_check => {
                (task.unit.as_str(), "→ 承诺后核查 check afterwards".to_owned())
            }
            Effect::LicencesReleased(released) if !part => {
                ("", format!("★ {} 个许可同时生效 permits released", released.len()))
            }
            Effect::LicenceIssued(licence) if !part => ("", format!("★ {}", wording::text(&licence.title))),
            Effect::Sent(outgoing) if outgoing.partner == PartnerKind::Courier => {
                ("", "→ 交寄 handed to the courier".to_owned())
            }
            Effect::Closed(outcome) if !part || !self.after_checks.is_empty() => {
                ("", format!("■ 办结 closed: {}", wording::outcome(*outcome)))
            }
            _ => return None,
        })
    }

    /// The effective limit with its last day: `5工作日 04-28`.
    fn due(&self) -> String {
        let Some(limits) = &self.limits else { return "—".to_owned() };
        let effective = limits.effective();
        let bundled = limits.bundle_due.as_ref().is_some_and(|due| due.date == effective.date);
        let span = match limits.promised {
            _ if bundled && self.bundle_promise.is_some() => self.bundle_promise,
            Some(promised) if limits.promised_due.date <= limits.statutory_due.date => Some(promised),
            None => None,
            Some(_) => Some(limits.statutory),
        };
        let span = span.map_or_else(|| "当场".to_owned(), short);
        format!("{span} {}", day(effective.date))
    }
}

/// A day of the story's year.
fn day(date: Date) -> String {
    format!("{:02}-{:02}", date.month(), date.day())
}

/// A span in as few columns as it takes.
fn short(span: Span) -> String {
    wording::span(span).replace('个', "")
}

fn actor(by: &Actor) -> String {
    match by {
        Actor::Host => "主机 host".to_owned(),
        Actor::Principal(name) => name.clone(),
        Actor::Partner(kind) => format!("⇄{kind}"),
        Actor::Case(_) => "联办".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use banshi_model::effect::DueDate;
    use banshi_model::ids::Digest;
    use jiff::civil::date;
    use serde_json::{Value, json};

    fn on(day: Date) -> DueDate {
        DueDate { date: day, provisional: false }
    }

    fn limits(promised: u16, due: Date, bundle: Option<Date>) -> Limits {
        Limits {
            statutory: Span::working_days(20),
            statutory_row: "r".to_owned(),
            statutory_due: on(date(2021, 5, 24)),
            promised: Some(Span::working_days(promised)),
            promised_due: on(due),
            bundle_due: bundle.map(on),
        }
    }

    fn line(seq: u64, what: &str, effects: Vec<Effect>) -> JournalLine {
        JournalLine {
            seq,
            at: "2021-04-23T02:00:00Z".parse().unwrap(),
            by: Actor::Principal("pd-food".to_owned()),
            kind: "step".to_owned(),
            what: what.to_owned(),
            effects: effects.iter().map(|effect| serde_json::to_value(effect).unwrap()).collect(),
            after: Digest::of(b""),
            simulated: true,
        }
    }

    fn task(id: &str, title: &str) -> Value {
        json!({ "task-opened": {
            "id": format!("310115-210422-7K3M9QX2TR.{id}"), "local": id, "stage": id, "unit": "市场监管·食品科", "title": { "zh": title },
            "form": null, "opened": "2021-04-22T02:00:00Z", "due": null, "silence_consents": false, "after_check": false, "serves": [],
            "revision": 1, "status": "open", "result": null, "done_by": null,
        } })
    }

    #[test]
    fn a_part_works_towards_the_bundle_s_day() {
        let part = Told {
            limits: Some(limits(12, date(2021, 5, 11), Some(date(2021, 4, 28)))),
            bundle_promise: Some(Span::working_days(5)),
            ..Told::default()
        };
        assert_eq!(part.due(), "5工作日 04-28");
        let own = Told { limits: Some(limits(12, date(2021, 5, 11), None)), ..Told::default() };
        assert_eq!(own.due(), "12工作日 05-11");
        assert_eq!(Told::default().due(), "—");
    }

    #[test]
    fn a_verdict_is_one_step_with_what_it_decided_and_is_told_once() {
        let mut told = Told { label: "浦东 P01".to_owned(), mode: Some(Mode::Approval), ..Told::default() };
        let mut opened = line(1, "task-done", vec![]);
        opened.effects.push(task("verdict", "决定"));
        let done = json!({ "result": { "task": "verdict", "unit": "市场监管·审批科", "opinion": "approve", "by_silence": false, "data": null, "reasons": [] }, "by": "pd-decides" });
        let decided = json!({ "outcome": "granted", "ground": null, "task": "verdict", "reasons": [], "remedy": null, "row": null });
        let mut verdict = line(2, "task-done", vec![]);
        verdict.effects = vec![json!({ "task-done": done }), json!({ "decided": decided })];
        let steps = told.read(&[opened.clone(), verdict.clone()]).unwrap();
        let said: Vec<(&str, &str)> = steps.iter().map(|step| (step.unit.as_str(), step.what.as_str())).collect();
        assert_eq!(said, [("市场监管·审批科", "✓ 准予 granted: 决定")]);
        assert!(told.read(&[opened, verdict]).unwrap().is_empty());
    }

    #[test]
    fn an_entry_that_hides_that_its_clock_is_simulated_is_an_error() {
        let mut told = Told::default();
        let line = JournalLine { simulated: false, ..line(1, "submitted", vec![]) };
        assert!(told.read(&[line]).is_err());
    }
}
