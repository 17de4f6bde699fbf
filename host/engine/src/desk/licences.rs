//! The licence library: look up, end, take in from outside, and the public certificate.

use banshi_model::checkdigit::LicenceId;
use banshi_model::command::Ending;
use banshi_model::effect::Effect;
use banshi_model::entry::{Actor, Cause, HostAct};
use banshi_model::ids::MatterCode;
use banshi_model::licence::{Ended, Licence, LicenceStatus};
use banshi_model::text::Text;

use crate::api::licences::{CertificateView, EndRequest, LicenceView, PermitView, RegisterRequest};
use crate::authorise::platform;
use crate::decide::licences::{end, tell_bundle};
use crate::drive::{Change, Work, keep_reply};
use crate::error::Error;
use crate::principal::{Principal, Role};
use crate::{Done, Engine, Idempotency};

/// What stands as the matter of a licence that another system issued.
const EXTERNAL: &str = "external";

impl Engine {
    /// A licence, for its holder, an officer of its division, or the portal's own applicants.
    pub fn licence(&self, who: &Principal, id: &str) -> Result<LicenceView, Error> {
        let licence = self.inner.store.licence(id)?.ok_or_else(|| Error::not_found("licence", id))?;
        if !may_see(who, &licence) {
            return Err(Error::not_found("licence", id));
        }
        Ok(self.licence_view(licence))
    }

    /// A holder's licences, of one type or all.
    pub fn licences(
        &self,
        who: &Principal,
        holder: &str,
        licence_type: Option<&str>,
    ) -> Result<Vec<LicenceView>, Error> {
        let all = self.inner.store.licences_of(holder, licence_type)?;
        Ok(all.into_iter().filter(|licence| may_see(who, licence)).map(|licence| self.licence_view(licence)).collect())
    }

    fn licence_view(&self, licence: Licence) -> LicenceView {
        LicenceView { status_today: licence.status_on(self.today()), licence }
    }

    /// Ends a licence: an officer of its department with any ending, its holder with `cancelled`.
    pub async fn end_licence(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &str,
        request: EndRequest,
    ) -> Result<Done<LicenceView>, Error> {
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let found = self.inner.store.licence(id)?.filter(|licence| may_see(who, licence));
        let case = found.ok_or_else(|| Error::not_found("licence", id))?.case;
        let _guard = self.lock(&case).await;
        let licence = self.inner.store.licence(id)?.ok_or_else(|| Error::not_found("licence", id))?;
        self.check_end(who, &licence, &request)?;
        let mut work = Work::at(self.now());
        let ended = Ended { ending: request.ending, reason: request.reason, at: work.now, by: who.name.clone() };
        let changed = end(&licence, &ended);
        let view = self.licence_view(changed.clone());
        work.licences.insert(id.to_owned(), changed);
        keep_reply(&mut work.group, who, key, 200, Some(&case), &view)?;
        match self.inner.store.case(&case)? {
            Some(stored) => {
                let mut change = Change::of(stored);
                let mut effects = vec![Effect::LicenceEnded { id: id.to_owned(), ended }];
                effects.extend(tell_bundle(&change.case, id));
                let by = Actor::Principal(who.name.clone());
                change.record(work.now, by, Cause::Host(HostAct::LicenceEnded), effects)?;
                self.commit_once(work, change, key, view).await
            }
            None => {
                for licence in work.licences.values() {
                    work.group.put_licence(licence);
                }
                self.commit_group(work, key, view).await
            }
        }
    }

    fn check_end(&self, who: &Principal, licence: &Licence, request: &EndRequest) -> Result<(), Error> {
        let holder = matches!(&who.role, Role::Applicant { subject } if subject.id == licence.holder.id);
        let officer = matches!(&who.role, Role::Officer { division, department, .. }
            if division.contains(&licence.division) && department.as_str() == licence.department);
        if !(officer || (holder && request.ending == Ending::Cancelled)) {
            let needs = "an officer of the department that issued it, or its holder for `cancelled`";
            return Err(Error::Forbidden { what: "end a licence", needs });
        }
        if licence.status != LicenceStatus::Valid {
            return Err(Error::conflict("licence.ended", "the licence is not valid any more"));
        }
        if request.reason.basis.trim().is_empty() {
            return Err(Error::invalid("licence.reason", "/reason/basis", "an ending rests on a clause", "name it"));
        }
        let remedy = request.remedy.as_ref().is_some_and(|remedy| !remedy.zh.trim().is_empty());
        if !holder && request.ending != Ending::Cancelled && !remedy {
            let text = Text::new(
                "对持证人不利的决定应当告知救济途径",
                "an ending against the holder says how it can be contested",
            );
            return Err(Error::Rule { rule: "case.remedy", text });
        }
        Ok(())
    }

    /// Takes a licence in that another system issued, so that it can be a source. 201.
    pub async fn register_licence(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        request: RegisterRequest,
    ) -> Result<Done<LicenceView>, Error> {
        platform(who, "take a licence in")?;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let id: LicenceId = request.id.parse().map_err(|error| {
            Error::invalid("licence.identifier", "/id", format!("{error}"), "give an identifier to GB/T 36904")
        })?;
        if self.inner.store.licence(&id.to_string())?.is_some() {
            return Err(Error::conflict("licence.exists", "a licence with this identifier is in the library"));
        }
        let mut work = Work::at(self.now());
        let vault = self.new_case(&request.division, work.now)?;
        let matter: MatterCode = EXTERNAL.parse().map_err(|error| Error::Internal(format!("{error}")))?;
        let licence = Licence {
            id: id.to_string(),
            licence_type: request.licence_type,
            title: request.title,
            matter,
            case: vault.clone(),
            division: request.division,
            department: request.department,
            holder: request.holder,
            content: request.content,
            members: Vec::new(),
            issued: work.now,
            valid_until: request.valid_until,
            status: LicenceStatus::Valid,
            ended: None,
            capability: None,
        };
        work.group.open_case(vault.clone());
        work.group.put_licence(&licence);
        let view = self.licence_view(licence);
        keep_reply(&mut work.group, who, key, 201, Some(&vault), &view)?;
        self.commit_group(work, key, view).await
    }

    /// The certificate behind a capability, live. Public: whoever holds the code may look.
    pub async fn certificate(&self, capability: &str) -> Result<CertificateView, Error> {
        let shown = self.inner.store.licence_by_capability(capability)?;
        let shown = shown.filter(|licence| !matches!(licence.status, LicenceStatus::Draft | LicenceStatus::Void));
        let licence = shown.ok_or_else(|| Error::not_found("certificate", "of this code"))?;
        let today = self.today();
        let mut permits = Vec::new();
        for id in &licence.members {
            if let Some(member) = self.inner.store.licence(id)? {
                permits.push(PermitView {
                    status: member.status_on(today),
                    ended: member.ended.as_ref().map(|ended| ended.ending),
                    id: member.id,
                    title: member.title,
                    department: member.department,
                    valid_until: member.valid_until,
                });
            }
        }
        let stored = self.inner.store.case(&licence.case)?;
        let samples = match &stored {
            Some(stored) => self.effective_of(&stored.case.pin).await?.definition.samples.clone(),
            None => Vec::new(),
        };
        Ok(CertificateView {
            status: licence.status_on(today),
            holder_id: mask(&licence.holder.id),
            holder: licence.holder.name,
            id: licence.id,
            title: licence.title,
            department: licence.department,
            division: licence.division,
            issued: licence.issued,
            valid_until: licence.valid_until,
            permits,
            as_of: self.now(),
            simulated: self.simulated(),
            samples,
        })
    }
}

fn may_see(who: &Principal, licence: &Licence) -> bool {
    match &who.role {
        Role::Applicant { subject } => subject.id == licence.holder.id,
        Role::Officer { division, .. } => division.contains(&licence.division),
        Role::Platform | Role::Publisher { .. } | Role::Partner { .. } => false,
    }
}

/// A number as the public sees it: its first six and last two characters.
fn mask(id: &str) -> String {
    let length = id.chars().count();
    let shown = |index: usize| index < 6 || index + 2 >= length;
    id.chars().enumerate().map(|(index, c)| if shown(index) { c } else { '*' }).collect()
}
