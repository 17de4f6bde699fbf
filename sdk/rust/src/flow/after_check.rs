//! The after-check of a commitment (承诺后核查): failed once, it is put right; failed twice, revoked.

use serde_json::Value;

use super::run::{Run, Wish};
use super::state::Check;
use crate::contract::cases::{Command, Ending, LicenceEnd, Notice, Opinion, Recipient, TaskResult};
use crate::contract::types::Fault;

/// The timer at whose end it is checked again.
pub(super) const RECHECK: &str = "recheck";
/// The notice to who has to put it right.
const TEMPLATE: &str = "commitment-put-right";

impl Run<'_> {
    /// The officer's task was done.
    pub(super) fn checked(&mut self, result: &TaskResult) -> Result<(), Fault> {
        match result.opinion {
            Opinion::Approve => self.conclude(true),
            Opinion::Object if !result.reasons.is_empty() => self.conclude(false),
            // No reasons, or no opinion: nothing that could be held against anybody.
            _ => self.check_anew(true),
        }
    }

    /// The host says how it ended; where the task itself has said so already, nothing is left to do.
    pub(super) fn commitment_checked(&mut self, kept: bool) -> Result<(), Fault> {
        let open = self.state.check.as_ref().and_then(|check| check.task.clone());
        match open {
            Some(task) if !kept && self.verdict(&task).reasons.is_empty() => self.check_anew(true),
            Some(_) => self.conclude(kept),
            None => Ok(()),
        }
    }

    fn conclude(&mut self, kept: bool) -> Result<(), Fault> {
        let Some(check) = self.state.check.take() else { return Ok(()) };
        let task = check.task.unwrap_or_default();
        if kept {
            return self.close_if_done();
        }
        if check.failed {
            self.revoke(&task);
            return self.close_if_done();
        }
        self.state.check = Some(Check { task: None, failed: true });
        let span = self.spec.commitment.as_ref().map(|commitment| commitment.put_right);
        let reasons: Vec<String> = self.verdict(&task).reasons.into_iter().map(|reason| reason.text.zh).collect();
        let data = Value::Object([("reasons".to_owned(), reasons.into())].into_iter().collect()).to_string();
        self.commands.push(Command::Notify(Notice { to: Recipient::Subject, template: TEMPLATE.to_owned(), data }));
        if let Some(span) = span {
            self.set_timer(RECHECK, span);
        }
        Ok(())
    }

    /// The time to put it right is over.
    pub(super) fn check_again(&mut self) -> Result<(), Fault> {
        match &self.state.check {
            Some(Check { task: None, .. }) => self.check_anew(false),
            _ => Ok(()),
        }
    }

    fn check_anew(&mut self, again: bool) -> Result<(), Fault> {
        let spec = self.spec;
        let Some(stage) = spec.commitment.as_ref().and_then(|commitment| commitment.check.as_ref()) else {
            return Ok(());
        };
        let task = self.task(stage, Wish { again, ..Wish::default() });
        if let Some(check) = &mut self.state.check {
            check.task = Some(task.id);
        }
        self.commands.push(Command::OpenAfterCheck(task.task));
        Ok(())
    }

    /// 撤销, on the verdict of the officer who checked. A plugin never learns the identifier of what it
    /// issued; the licence's type stands for "the one of this type that this case issued".
    fn revoke(&mut self, task: &str) {
        let verdict = self.verdict(task);
        let certificate = self.spec.flow.certificate.as_ref();
        let (Some(certificate), Some(reason)) = (certificate, verdict.reasons.first().cloned()) else { return };
        let (licence, ending) = (certificate.licence_type.clone(), Ending::Revoked);
        self.commands.push(Command::EndLicence(LicenceEnd { licence, ending, reason, verdict: Some(verdict) }));
    }
}
