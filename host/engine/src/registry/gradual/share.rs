//! Raising the share of a gradual start, up to all new cases. It is never lowered: to stop is to take back, or to halt.

use banshi_model::enactment::Enactment;
use banshi_model::gradual::{ALL, ShareStep};
use banshi_model::ids::EnactmentId;
use banshi_model::time;

use crate::api::gradual::ShareRequest;
use crate::error::Error;
use crate::principal::Principal;
use crate::registry::enact::may_act_for;
use crate::{Done, Engine, Idempotency};

impl Engine {
    /// Raises the share of an enactment that governs some new cases only; 100 completes it. Cases keep what they are pinned
    /// to, and whoever was in stays in.
    pub async fn raise_share(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &EnactmentId,
        request: ShareRequest,
    ) -> Result<Done<Enactment>, Error> {
        let _writing = self.inner.registry.writing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let known = self.known_enactment(id)?;
        may_act_for(who, &known.authority, "raise the share of an enactment")?;
        let record = self.inner.store.package(&known.package)?;
        let record = record.ok_or_else(|| Error::not_found("package", known.package))?;
        self.may_take_force(&record)?;
        self.check_raise(&known, request.percent).await?;
        let _changing = self.inner.registry.changing.lock().await;
        // What the host did meanwhile stands.
        let mut enactment = self.known_enactment(id)?;
        open(&enactment, self.now())?;
        let step = ShareStep { percent: request.percent, at: self.now(), by: who.name.clone() };
        if let Some(gradual) = &mut enactment.gradual {
            gradual.steps.push(step);
        }
        let done = self.keep_enactment(who, key, 200, enactment).await?;
        if let Done::Fresh(enactment) = &done {
            self.watch_again(enactment)?;
            tracing::info!(enactment.id = %id, enactment.share = request.percent, "the share of an enactment was raised");
        }
        Ok(done)
    }

    async fn check_raise(&self, enactment: &Enactment, percent: u8) -> Result<(), Error> {
        let now = self.now();
        open(enactment, now)?;
        let latest = enactment.gradual.as_ref().map_or(ALL, |gradual| gradual.latest());
        let fix = format!("给 {} 至 100；give {} to 100", latest + 1, latest + 1);
        if percent > ALL {
            let what = format!("{percent} % 多于全部新办件（100 %）；{percent} % is more than all new cases (100 %)");
            return Err(Error::invalid("enactment.share", "/percent", what, fix));
        }
        if percent <= latest {
            let what = format!(
                "现为 {latest} %，所请求的为 {percent} %：比例只升不降；it is {latest} %, and {percent} % is asked for: a share is \
                 raised and never lowered"
            );
            let fix = format!("{fix}；要停止请收回施行；to stop, take the enactment back");
            return Err(Error::invalid("enactment.share-lower", "/percent", what, fix));
        }
        let at = now.max(time::start_of(enactment.effective_from));
        if percent < ALL {
            let place = &enactment.authority.division;
            let effective = self.effective_at(&enactment.matter, place, at).await?;
            self.divided_by_law(enactment, &effective, percent, at, "/percent")?;
        }
        let stranded = self.stranded(enactment, at).await?;
        stranded.into_error("enactment.checks").map_or(Ok(()), Err)
    }
}

/// Whether it is a gradual start that goes on.
fn open(enactment: &Enactment, now: jiff::Timestamp) -> Result<(), Error> {
    let id = &enactment.id;
    let conflict = |code, what: String| Err(Error::conflict(code, what));
    if let Some(at) = enactment.taken_back {
        return conflict("enactment.taken-back", format!("enactment {id} was taken back at {}", time::text(at)));
    }
    if enactment.halted(now) {
        let what = format!(
            "施行 {id} 已自动停用，先恢复：banshi enactment release {id}；enactment {id} is halted; release it first"
        );
        return conflict("enactment.halted", what);
    }
    match &enactment.gradual {
        Some(gradual) if gradual.latest() < ALL => Ok(()),
        _ => conflict(
            "enactment.share-complete",
            format!("施行 {id} 已及于全部新办件；enactment {id} governs all new cases already"),
        ),
    }
}
