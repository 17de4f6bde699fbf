//! What callers ask of emergencies: propose, confirm by a second person, take back, list.

use std::collections::BTreeSet;

use banshi_model::emergency::{Emergency, Measure, Order, Signed};
use banshi_model::ids::{Digest, EnactmentId};
use banshi_model::text::Text;
use banshi_model::time;

use super::kept;
use crate::api::emergencies::EmergencyRequest;
use crate::authorise::platform;
use crate::error::Error;
use crate::principal::Principal;
use crate::{Done, Engine, Idempotency};

/// An instrument's number is this long at most, in characters.
const INSTRUMENT_MAX: usize = 200;
/// A reason likewise.
const REASON_MAX: usize = 2_000;
/// So many authorities or matters are named at most; a division names all that lies within it.
const NAMED_MAX: usize = 10_000;

impl Engine {
    /// Proposes an emergency. Nobody is bound by it yet.
    pub async fn propose_emergency(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        request: EmergencyRequest,
    ) -> Result<Done<Emergency>, Error> {
        platform(who, "propose an emergency enactment")?;
        let _writing = self.inner.emergencies.writing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        self.check_emergency(&request)?;
        let EmergencyRequest { instrument, reason, measures, scope, until } = request;
        let mut random = [0; 10];
        getrandom::fill(&mut random).map_err(|error| Error::Internal(error.to_string()))?;
        let order = Order { id: EnactmentId::new(random), instrument, reason, measures, scope, until };
        let digest = Digest::of_json(&order).map_err(|error| Error::Internal(error.to_string()))?;
        let proposed = Signed { by: who.name.clone(), at: self.now() };
        let emergency = Emergency { order, digest, proposed, confirmed: None, taken_back: None };
        let done = self.keep_emergency(who, key, 201, emergency.clone()).await?;
        tracing::info!(emergency.id = %emergency.order.id, "emergency was proposed; a second person has to confirm it");
        Ok(done)
    }

    /// Confirms an emergency: from now on it binds every later step. By another person than who proposed it.
    pub async fn confirm_emergency(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &EnactmentId,
    ) -> Result<Done<Emergency>, Error> {
        platform(who, "confirm an emergency enactment")?;
        let _writing = self.inner.emergencies.writing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let mut emergency = self.emergency(id)?;
        if emergency.proposed.by == who.name {
            let zh = "应急措施须由提出者以外的另一人确认";
            let en = "an emergency is confirmed by another person than who proposed it";
            return Err(Error::Rule { rule: "emergency.two-persons", text: Text::new(zh, en) });
        }
        standing(&emergency)?;
        if let Some(first) = &emergency.confirmed {
            let what = format!("emergency {id} was confirmed by {} at {}", first.by, time::text(first.at));
            return Err(Error::conflict("emergency.confirmed", what));
        }
        if emergency.order.until < self.today() {
            let what = format!("emergency {id} ended on {}; propose another", emergency.order.until);
            return Err(Error::conflict("emergency.ended", what));
        }
        emergency.confirmed = Some(Signed { by: who.name.clone(), at: self.now() });
        let done = self.keep_emergency(who, key, 200, emergency).await?;
        tracing::info!(emergency.id = %id, "emergency was confirmed and binds from now on");
        Ok(done)
    }

    /// Takes an emergency back, at once; one person is enough to return to the law as it was.
    pub async fn take_back_emergency(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &EnactmentId,
    ) -> Result<Done<Emergency>, Error> {
        platform(who, "take an emergency enactment back")?;
        let _writing = self.inner.emergencies.writing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let mut emergency = self.emergency(id)?;
        standing(&emergency)?;
        emergency.taken_back = Some(Signed { by: who.name.clone(), at: self.now() });
        let done = self.keep_emergency(who, key, 200, emergency).await?;
        tracing::info!(emergency.id = %id, "emergency was taken back");
        Ok(done)
    }

    /// All emergencies, oldest first; those proposed only, ended and taken back among them.
    pub fn emergencies(&self, _who: &Principal) -> Vec<Emergency> {
        self.inner.emergencies.all().to_vec()
    }

    fn emergency(&self, id: &EnactmentId) -> Result<Emergency, Error> {
        let all = self.inner.emergencies.all();
        all.iter().find(|known| &known.order.id == id).cloned().ok_or_else(|| Error::not_found("emergency", id))
    }

    async fn keep_emergency(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        status: u16,
        emergency: Emergency,
    ) -> Result<Done<Emergency>, Error> {
        let list = self.inner.emergencies.with(&emergency);
        let group = kept(&list, &emergency)?;
        let done = self.commit_answered(group, who, key, status, emergency).await?;
        if matches!(done, Done::Fresh(_)) {
            self.inner.emergencies.set(list);
        }
        Ok(done)
    }

    fn check_emergency(&self, request: &EmergencyRequest) -> Result<(), Error> {
        let length = request.instrument.trim().chars().count();
        if length == 0 || length > INSTRUMENT_MAX {
            let (what, fix) = ("an emergency rests on an instrument (文号)", "name the document's number");
            return Err(Error::invalid("emergency.instrument", "/instrument", what, fix));
        }
        let length = request.reason.zh.trim().chars().count();
        if length == 0 || length > REASON_MAX {
            let (what, fix) = ("an emergency says why, to those whom it reaches", "give `reason.zh`");
            return Err(Error::invalid("emergency.reason", "/reason/zh", what, fix));
        }
        let names: BTreeSet<&str> = request.measures.iter().map(Measure::name).collect();
        if names.is_empty() || names.len() != request.measures.len() {
            let (what, fix) = ("an emergency orders at least one measure, each once", "name each measure once");
            return Err(Error::invalid("emergency.measures", "/measures", what, fix));
        }
        if request.measures.iter().any(|measure| matches!(measure, Measure::ExtendLimits { working_days: 0 })) {
            let (what, fix) = ("an extension by no day extends nothing", "give at least 1 working day");
            return Err(Error::invalid("emergency.measures", "/measures", what, fix));
        }
        let today = self.today();
        if request.until < today {
            let what = format!("its last day {} has passed; today is {today}", request.until);
            return Err(Error::invalid("emergency.until", "/until", what, "name a day to come, or today"));
        }
        self.check_scope(request)
    }

    fn check_scope(&self, request: &EmergencyRequest) -> Result<(), Error> {
        let authorities = &request.scope.authorities;
        if authorities.is_empty() || authorities.len() > NAMED_MAX {
            let (what, fix) = ("it reaches no authority, or too many are named", "name a division with all within it");
            return Err(Error::invalid("emergency.scope", "/scope/authorities", what, fix));
        }
        let Some(matters) = &request.scope.matters else { return Ok(()) };
        let known = self.inner.registry.codes();
        let unknown = matters.iter().find(|matter| !known.contains(matter));
        if matters.is_empty() || matters.len() > NAMED_MAX {
            let (what, fix) = ("it reaches no matter, or too many are named", "leave `matters` out for all of them");
            return Err(Error::invalid("emergency.scope", "/scope/matters", what, fix));
        }
        match unknown {
            Some(code) => {
                let what = format!("matter `{code}` was never enacted here");
                Err(Error::invalid("emergency.scope", "/scope/matters", what, "name matters that are in force"))
            }
            None => Ok(()),
        }
    }
}

/// Refuses where it was taken back.
fn standing(emergency: &Emergency) -> Result<(), Error> {
    match &emergency.taken_back {
        Some(back) => {
            let what = format!("emergency {} was taken back at {}", emergency.order.id, time::text(back.at));
            Err(Error::conflict("emergency.taken-back", what))
        }
        None => Ok(()),
    }
}
