//! The way of a case, declared: a [`Flow`] of stages. The rest of this folder turns it into the step
//! function.
//!
//! Identity → acceptance → the stages, in sequence and in parallel → verdict → certificate → delivery →
//! closed. What is not declared is left out. A flow never decides: it asks persons and rests each grant,
//! refusal and decline on what one of them said.

mod after_check;
mod decision;
mod intake;
mod joined;
mod run;
mod state;
mod stations;
mod take_over;

pub(crate) use run::step;
pub use take_over::Stages;
pub(crate) use take_over::take_over;

use crate::contract::cases::SpecialKind;
use crate::contract::matters::SignerRule;
use crate::contract::types::{Span, Text};
use crate::spec::{Certificate, Panel, Stage};
use crate::text::text;

/// How a decision can be contested, where the flow says nothing else (行政复议法 第二十条, 行政诉讼法 第四十六条).
pub const REMEDY: &str = "如不服本决定，可自收到之日起六十日内申请行政复议，或者六个月内提起行政诉讼 / \
    You may apply for administrative reconsideration within 60 days of receiving this decision, or bring an \
    administrative action within 6 months";

/// What a stage between acceptance and verdict is.
pub(crate) enum Work {
    /// One person's opinion.
    Review,
    /// A review on the spot, which a commitment replaces.
    OnSite,
    /// Several units, each with a task.
    Panel(Panel),
    /// Asked, not bound: silence may close it.
    Consultation,
    /// An officer decides whether it is needed; the clock stands still while it runs.
    Special(SpecialKind, Span),
}

/// A stage between acceptance and verdict.
pub(crate) struct Station {
    pub(crate) stage: Stage,
    pub(crate) work: Work,
}

impl Station {
    /// Silence may close a consultation that has a limit, and nothing else.
    pub(crate) fn silence_consents(&self) -> bool {
        matches!(self.work, Work::Consultation) && self.stage.limit.is_some()
    }
}

/// The way of a case.
pub struct Flow {
    pub(crate) signers: Vec<SignerRule>,
    pub(crate) acceptance: Option<Stage>,
    pub(crate) stations: Vec<Station>,
    pub(crate) verdict: Option<Stage>,
    pub(crate) certificate: Option<Certificate>,
    pub(crate) delivery: Option<String>,
    pub(crate) remedy: Text,
}

impl Default for Flow {
    fn default() -> Self {
        Self::new()
    }
}

impl Flow {
    /// Received, accepted, closed: to be filled.
    pub fn new() -> Self {
        Self {
            signers: Vec::new(),
            acceptance: None,
            stations: Vec::new(),
            verdict: None,
            certificate: None,
            delivery: None,
            remedy: text(REMEDY),
        }
    }

    /// Before acceptance these people prove who they are, each for themselves: `people` is a JSON pointer
    /// into the form (by field id; in a bundle by data element) to one subject or a list of subjects. Who
    /// fails is asked again alone; who is replaced leaves the others' proofs standing. A part of a bundle
    /// asks nobody: its bundle has.
    pub fn signers(mut self, role: &str, people: &str) -> Self {
        self.signers.push(SignerRule { role: role.to_owned(), people: people.to_owned(), in_person: false });
        self
    }

    /// As [`Flow::signers`], and they must appear in person.
    pub fn signers_in_person(mut self, role: &str, people: &str) -> Self {
        self.signers.push(SignerRule { role: role.to_owned(), people: people.to_owned(), in_person: true });
        self
    }

    /// An officer takes the application in (受理). To approve accepts it. To object asks once for a
    /// supplement, with the officer's reasons as the checklist; the task's data can choose another way:
    ///
    /// - `{"act": "supplement"}`: 补正告知, the reasons item by item (only once),
    /// - `{"act": "signpost", "matter": …, "division": …, "text": …}`: it belongs elsewhere,
    /// - `{"act": "path", "question": …, "owner": …, "days": …}`: the law is unclear; who answers by when,
    /// - `{"act": "decline", "ground": "no-licence-needed" | "not-this-authority", "remedy": …}`: 不予受理,
    ///   with the reasons, and with the members of a signpost where there is one.
    ///
    /// Without this stage the application is accepted on receipt. A part of a bundle, and a case that is
    /// deemed accepted, skip it; a filing whose flow has no review and no verdict does not, since whoever
    /// takes it in registers it.
    pub fn acceptance(mut self, stage: Stage) -> Self {
        self.acceptance = Some(stage);
        self
    }

    /// A review by one person. An objection does not decide: what comes after the review is not opened,
    /// and the verdict is asked for when what is open is done. Without a verdict stage the reviews decide.
    pub fn review(self, stage: Stage) -> Self {
        self.station(stage, Work::Review)
    }

    /// A review on the spot (现场核查). A commitment replaces it.
    pub fn onsite(self, stage: Stage) -> Self {
        self.station(stage, Work::OnSite)
    }

    /// A review by several units with a quorum and vetoes.
    pub fn panel(self, stage: Stage, panel: Panel) -> Self {
        self.station(stage, Work::Panel(panel))
    }

    /// Asks a unit for its opinion (征求意见), which binds nobody. With a limit, silence closes it.
    pub fn consultation(self, stage: Stage) -> Self {
        self.station(stage, Work::Consultation)
    }

    /// A special procedure (特别程序): an officer decides whether it is needed; if so the clock stands still
    /// until it has ended. Only these kinds may (行政许可法 第四十五条).
    pub fn special(self, stage: Stage, kind: SpecialKind, expected: Span) -> Self {
        self.station(stage, Work::Special(kind, expected))
    }

    /// An officer decides (决定): to approve grants, to object refuses, with the officer's reasons and the
    /// remedy (or the one in the task's data, `{"remedy": …}`). An objection without reasons, or an
    /// abstention, is no decision: the task is opened again.
    pub fn verdict(mut self, stage: Stage) -> Self {
        self.verdict = Some(stage);
        self
    }

    /// What is issued when it is granted.
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// Ships what was issued and closes when it has arrived. A part ships nothing: its bundle does.
    pub fn delivery(mut self, what: &str) -> Self {
        self.delivery = Some(what.to_owned());
        self
    }

    /// How a decision against the applicant can be contested, where it is not [`REMEDY`].
    pub fn remedy(mut self, says: &str) -> Self {
        self.remedy = text(says);
        self
    }

    fn station(mut self, stage: Stage, work: Work) -> Self {
        self.stations.push(Station { stage, work });
        self
    }
}
