//! The decision and what follows from it: verdict, certificate, delivery, close.

use serde_json::{Map, Value};

use super::run::{Run, Wish};
use super::state::{Check, Phase};
use crate::civil::last_day;
use crate::contract::cases::{Command, Ending, Licence, LicenceEnd, Opinion, Parcel, Refusal, TaskResult};
use crate::contract::matters::{Business, Mode};
use crate::contract::types::Fault;
use crate::declared::fields;
use crate::spec::Certificate;
use crate::text::{fault, reason};

/// The timer of a certificate that is not issued with the decision.
pub(super) const ISSUE: &str = "issue";
/// The parcel's id.
const PARCEL: &str = "certificate";

/// What an officer who decides may fill in.
const FORM: &str = r#"{"type":["object","null"],"properties":{"remedy":{"type":"string"}}}"#;

impl Run<'_> {
    /// Nothing is left to look at: the verdict, or where there is no such stage what the reviews say.
    pub(super) fn ask_verdict(&mut self) -> Result<(), Fault> {
        if let Some(stage) = &self.spec.flow.verdict {
            self.open(stage, Wish { form: Some(FORM), ..Wish::default() });
            return Ok(());
        }
        match (self.state.objected_by.clone(), self.state.approved_by.clone()) {
            (Some(task), _) => self.refuse(&task),
            (None, Some(task)) => self.grant(&task),
            (None, None) => Err(fault(
                "nobody-decided",
                "所有审查环节均被跳过，无人作出决定 / every review was left out on this path, so nobody decided; add a `verdict`",
            )),
        }
    }

    pub(super) fn verdict_done(&mut self, result: &TaskResult) -> Result<(), Fault> {
        match result.opinion {
            Opinion::Approve => self.grant(&result.task),
            Opinion::Object if !result.reasons.is_empty() => self.refuse(&result.task),
            _ => {
                if let Some(stage) = &self.spec.flow.verdict {
                    self.open(stage, Wish { again: true, form: Some(FORM), ..Wish::default() });
                }
                Ok(())
            }
        }
    }

    /// 不予许可, with the officer's reasons and remedy.
    pub(super) fn refuse(&mut self, task: &str) -> Result<(), Fault> {
        let data = self.result(task).and_then(|result| serde_json::from_str(&result.data).ok());
        let remedy = self.remedy(&data.unwrap_or(Value::Null));
        self.commands.push(Command::Refuse(Refusal { verdict: self.verdict(task), remedy }));
        self.close();
        Ok(())
    }

    /// 准予.
    pub(super) fn grant(&mut self, task: &str) -> Result<(), Fault> {
        self.commands.push(Command::Grant(self.verdict_in_favour(task)));
        self.state.granted_by = Some(task.to_owned());
        match self.spec.flow.certificate.as_ref().and_then(|certificate| certificate.issued_after) {
            Some(span) => {
                self.state.phase = Phase::Granted;
                self.set_timer(ISSUE, span);
                Ok(())
            }
            None => self.issue(),
        }
    }

    /// The law granted a renewal that nobody decided in time (第五十条).
    pub(super) fn deemed_granted(&mut self) -> Result<(), Fault> {
        self.close_all_tasks();
        self.state.running.clear();
        self.issue()
    }

    /// What is issued and what is ended with it, then what follows.
    pub(super) fn issue(&mut self) -> Result<(), Fault> {
        let business = self.view.draft.business;
        let certificate = self.spec.flow.certificate.as_ref().filter(|_| business != Business::Cancel);
        if let Some(certificate) = certificate {
            let licence = self.licence(certificate)?;
            self.commands.push(Command::IssueLicence(licence));
        }
        self.end_former(business);
        let check = self.spec.commitment.as_ref().and_then(|commitment| commitment.check.as_ref());
        if let Some(stage) = check.filter(|_| self.mode() == Mode::Commitment) {
            let task = self.task(stage, Wish::default());
            self.state.check = Some(Check { task: Some(task.id), failed: false });
            self.commands.push(Command::OpenAfterCheck(task.task));
        }
        if certificate.is_some() {
            self.ship();
        }
        self.state.phase = Phase::Following;
        self.close_if_done()
    }

    /// The licence that is changed, renewed, reissued or cancelled ends (注销): its holder asked for that.
    fn end_former(&mut self, business: Business) {
        let Some(licence) = self.view.draft.licence.clone() else { return };
        // Without an officer's verdict only a holder who asks for the end itself gets it; a licence whose
        // renewal the law granted ends by its own date.
        if business == Business::Establish || (self.state.granted_by.is_none() && business != Business::Cancel) {
            return;
        }
        let says = "持证人申请，由新证替代或者注销 / The holder asks for it: replaced by the new one, or cancelled";
        let reason = reason("holder-asks", "行政许可法 第七十条", says);
        let verdict = self.state.granted_by.as_ref().map(|task| self.verdict_in_favour(task));
        let ending = Ending::Cancelled;
        self.commands.push(Command::EndLicence(LicenceEnd { licence, ending, reason, verdict }));
    }

    pub(super) fn ship(&mut self) {
        if let Some(what) = self.spec.flow.delivery.clone().filter(|_| !self.view.draft.is_part()) {
            self.state.shipped = true;
            self.commands.push(Command::Ship(Parcel { id: PARCEL.to_owned(), what }));
        }
    }

    pub(super) fn delivered(&mut self) -> Result<(), Fault> {
        self.state.shipped = false;
        self.close_if_done()
    }

    /// Closes when nothing is under way: no parcel, no after-check.
    pub(super) fn close_if_done(&mut self) -> Result<(), Fault> {
        if self.state.phase == Phase::Following && !self.state.shipped && self.state.check.is_none() {
            self.close();
        }
        Ok(())
    }

    /// A licence with what the form says, under the names of the data elements.
    pub(super) fn licence(&self, certificate: &Certificate) -> Result<Licence, Fault> {
        let mut content = Map::new();
        if !certificate.shows.is_empty() {
            self.show_elements(certificate, &mut content)?;
        }
        for (name, value) in &certificate.fixed {
            content.insert((*name).to_owned(), value.clone());
        }
        content.extend(certificate.more.map(|more| more(self.view)).unwrap_or_default());
        let valid_until = certificate.valid_for.map(|span| last_day(&self.view.now, span)).transpose()?;
        let licence_type = certificate.licence_type.clone();
        Ok(Licence { licence_type, content: Value::Object(content).to_string(), valid_until })
    }

    /// A field is named by its data element, nearly always: then there is no need to look into the form's schema, which
    /// costs more than the rest of the step. That no field of that name is of another element, `define` has checked. A
    /// bundle's form goes by data element.
    fn show_elements(&self, certificate: &Certificate, content: &mut Map<String, Value>) -> Result<(), Fault> {
        let mut declared = None;
        for element in &certificate.shows {
            let mut value = self.view.draft.value(element);
            if value.is_none() && !self.spec.is_bundle() {
                let all = match &mut declared {
                    Some(all) => all,
                    none => none.insert(fields(self.spec)?),
                };
                let own = all.iter().filter(|field| field.element == *element);
                value = own.map(|field| field.id.as_str()).find_map(|id| self.view.draft.value(id));
            }
            if let Some(value) = value {
                content.insert((*element).to_owned(), value);
            }
        }
        Ok(())
    }
}
