//! Before and at acceptance (受理): accept, show a way, decline, ask for a supplement.

use banshi_model::case::Phase;
use banshi_model::command::{Decline, WayForward};
use banshi_model::definition::{Processing, Span};
use banshi_model::draft::Outcome;
use banshi_model::effect::{Effect, Limits, PartnerKind, TimerKind};
use banshi_model::law::Unanswered;
use banshi_model::text::{Finding, Text};
use banshi_model::time;
use serde_json::json;

use super::{Deciding, Refused, limits};

impl Deciding<'_> {
    /// 受理. In the applicant's favour, so no verdict is needed; never longer than was promised to all.
    ///
    /// A case that the host accepted, with its bundle or because nobody answered, carries the definition's promise:
    /// its plugin may then promise less, once more in the applicant's favour.
    pub(super) fn accept(&mut self, processing: Processing) -> Result<(), Refused> {
        if self.accepted_by_host() {
            return self.promise_less(processing);
        }
        self.before_acceptance("accept")?;
        if self.case.supplement.as_ref().is_some_and(|supplement| supplement.answered.is_none()) {
            return Err(Refused::rule(
                "case.supplement-open",
                "accept while a supplement is awaited; wait for `supplemented`",
            ));
        }
        if let (Processing::Promised(asked), Processing::Promised(all)) = (processing, self.ctx.definition.promised)
            && limits::longer(self.ctx, asked, all, self.ctx.today)
        {
            return Err(Refused::rule("case.promise", "accept may promise less than the definition, not more"));
        }
        let limits = limits::at_acceptance(self.ctx, &self.case, self.ctx.today, processing)?;
        self.emit(Effect::TimerEnded(TimerKind::Acceptance));
        self.emit(Effect::Accepted { on: self.ctx.today, limits, deemed: false });
        Ok(())
    }

    fn accepted_by_host(&self) -> bool {
        self.case.phase == Phase::Accepted && (self.case.parent.is_some() || self.case.deemed_accepted)
    }

    fn promise_less(&mut self, processing: Processing) -> Result<(), Refused> {
        let (Some(on), Some(kept)) = (self.case.accepted, self.case.limits.clone()) else { return Ok(()) };
        let promised = match processing {
            Processing::OnTheSpot => None,
            Processing::Promised(span) => Some(span),
        };
        if promised == kept.promised {
            return Ok(());
        }
        let whole = |span: Option<Span>| span.unwrap_or(Span::working_days(0));
        if limits::longer(self.ctx, whole(promised), whole(kept.promised), on) {
            return Err(Refused::rule("case.promise", "accept may promise less than what is promised, not more"));
        }
        let mut less = self.case.clone();
        less.limits = Some(Limits { promised, ..kept });
        if let Some(limits) = limits::again(self.ctx, &less) {
            self.emit(Effect::LimitsSet(limits));
        }
        Ok(())
    }

    /// 窗口无否决: a signpost, a checklist or a path. Not a decision.
    pub(super) fn show_way(&mut self, way: &WayForward) -> Result<(), Refused> {
        self.before_acceptance("show-way")?;
        if matches!(way, WayForward::Checklist(findings) if findings.is_empty()) {
            return Err(Refused::rule("case.way-empty", "a checklist names at least one item"));
        }
        self.emit(Effect::WayShown(way.clone()));
        let data = json!({ "to": "subject", "template": "way-shown", "case": self.case.id, "way": way });
        self.send(PartnerKind::Notice, "notice", data, None);
        Ok(())
    }

    /// 不予受理: an officer's written decision, with a remedy and still a way.
    pub(super) fn decline(&mut self, decline: &Decline) -> Result<(), Refused> {
        self.before_acceptance("decline")?;
        self.person_decided(&decline.verdict, "decline", false)?;
        if decline.remedy.zh.trim().is_empty() {
            return Err(Refused::rule("case.remedy", "a decline says how it can be contested (救济)"));
        }
        self.emit(Effect::TimerEnded(TimerKind::Acceptance));
        self.emit(Effect::WayShown(decline.way.clone()));
        self.emit(Effect::Decided {
            outcome: Outcome::Declined,
            ground: Some(decline.ground),
            task: Some(decline.verdict.task.clone()),
            reasons: decline.verdict.reasons.clone(),
            remedy: Some(decline.remedy.clone()),
            row: None,
        });
        let data = json!({ "to": "subject", "template": "declined", "case": self.case.id, "way": decline.way, "remedy": decline.remedy });
        self.send(PartnerKind::Notice, "notice", data, None);
        Ok(())
    }

    /// 补正告知: once, all of it, within the days of the law row.
    pub(super) fn request_supplement(&mut self, findings: &[Finding]) -> Result<(), Refused> {
        self.before_acceptance("request-supplement")?;
        if findings.is_empty() {
            return Err(Refused::rule("case.supplement-empty", "a supplement notice names all that is missing"));
        }
        let scope = limits::scope(&self.case, self.ctx.definition, time::date_of(self.case.received));
        let asked = usize::from(self.case.supplement.is_some());
        if let Some(rule) = self.ctx.law.may_supplement(&scope, asked)? {
            let last = self.ctx.calendar.add(time::date_of(self.case.received), rule.value.within).date;
            if last < self.ctx.today {
                let text = Text::new("补正告知已超过法定期限", "the time for a supplement notice has passed");
                return Err(rule.row.refuse(text).into());
            }
        }
        let deadline = match self.ctx.law.unanswered(&scope).map(|rule| rule.value) {
            Some(Unanswered::Lapses { after }) => Some(self.ctx.calendar.add(self.ctx.today, after)),
            Some(Unanswered::Waits) | None => None,
        };
        self.emit(Effect::TimerEnded(TimerKind::Acceptance));
        if let Some(deadline) = &deadline {
            self.emit(Effect::TimerSet { timer: TimerKind::Supplement, at: time::end_of(deadline.date) });
        }
        self.emit(Effect::SupplementAsked { findings: findings.to_vec(), deadline: deadline.clone() });
        let data = json!({ "to": "subject", "template": "supplement", "case": self.case.id, "findings": findings, "deadline": deadline });
        self.send(PartnerKind::Notice, "notice", data, None);
        Ok(())
    }

    fn before_acceptance(&self, what: &str) -> Result<(), Refused> {
        match self.case.phase {
            Phase::Received => Ok(()),
            Phase::Supplementing => {
                Err(Refused::rule("case.supplement-open", format!("`{what}` while a supplement is awaited")))
            }
            Phase::Accepted | Phase::Decided | Phase::Closed => {
                Err(Refused::rule("case.accepted", format!("`{what}` after acceptance; the case is already accepted")))
            }
        }
    }
}
