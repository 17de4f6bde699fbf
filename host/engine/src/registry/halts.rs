//! Halts of enactments by the host, and their release: kept in the enactment, durable before they are told. A halt is a
//! take-back that a person can undo.

use banshi_model::enactment::Enactment;
use banshi_model::ids::EnactmentId;
use banshi_model::time;
use banshi_model::watch::{Halt, HaltRelease, WatchCounts};
use banshi_store::Group;

use super::chain;
use super::enact::may_act_for;
use crate::error::Error;
use crate::principal::Principal;
use crate::{Done, Engine, Idempotency};

impl Engine {
    /// Halts an enactment: new cases follow the former chain at once. Not one that is halted or taken back already, and
    /// not one behind which nothing is in force, because its place would be left without rules.
    pub(crate) async fn halt_enactment(&self, id: &EnactmentId, halt: Halt) -> Result<bool, Error> {
        let _changing = self.inner.registry.changing.lock().await;
        let mut enactment = self.known_enactment(id)?;
        if enactment.taken_back.is_some() || enactment.halted(halt.at) {
            return Ok(false);
        }
        let (trigger, counts) = (halt.trigger.word(), halt.counts);
        if !self.has_former(&enactment) {
            tracing::error!(
                enactment.id = %id, halt.trigger = trigger,
                "an enactment has reached a threshold of its watch and goes on: nothing is in force behind it"
            );
            return Ok(false);
        }
        enactment.halts.push(halt);
        let mut group = Group::new();
        group.put_enactment(&enactment);
        self.inner.store.commit(group).await?;
        self.inner.registry.put(enactment.clone());
        metrics::counter!("banshi_enactment_halts_total", "trigger" => trigger).increment(1);
        tracing::warn!(
            enactment.id = %id, package.digest = %enactment.package, package.name = %enactment.name,
            package.version = %enactment.version, matter.code = %enactment.matter, authority = %enactment.authority,
            halt.trigger = trigger, watch.cases = counts.cases, watch.traps = counts.traps,
            watch.parked = counts.parked, watch.decided = counts.decided, watch.refused = counts.refused,
            watch.late = counts.late,
            "an enactment was halted by its watch; new cases follow what was in force before"
        );
        Ok(true)
    }

    /// Ends a halt, with what was counted until now.
    pub(crate) async fn end_halt(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &EnactmentId,
        counts: WatchCounts,
    ) -> Result<Done<Enactment>, Error> {
        // Nothing is enacted between the check and the release.
        let _writing = self.inner.registry.writing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        self.check_release(self.known_enactment(id)?).await?;
        let _changing = self.inner.registry.changing.lock().await;
        let mut enactment = self.known_enactment(id)?;
        if let Some(at) = enactment.taken_back {
            let what = format!("enactment {id} was taken back at {}", time::text(at));
            return Err(Error::conflict("enactment.taken-back", what));
        }
        let release = HaltRelease { at: self.now(), by: who.name.clone(), counts };
        match enactment.halts.iter_mut().find(|halt| halt.released.is_none()) {
            Some(halt) => halt.released = Some(release),
            None => {
                let what = format!("施行 {id} 没有停用；enactment {id} is not halted");
                return Err(Error::conflict("enactment.not-halted", what));
            }
        }
        let done = self.keep_enactment(who, key, 200, enactment).await?;
        if matches!(done, Done::Fresh(_)) {
            metrics::counter!("banshi_enactment_halts_released_total").increment(1);
            tracing::info!(enactment.id = %id, "an enactment that was halted takes new cases again");
        }
        Ok(done)
    }

    /// Whether all that was enacted while it was halted can stand on it.
    async fn check_release(&self, mut enactment: Enactment) -> Result<(), Error> {
        let at = self.now().max(time::start_of(enactment.effective_from));
        if enactment.taken_back.is_some() || !enactment.halted(at) {
            return Ok(());
        }
        enactment.halts.retain(|halt| halt.released.is_some());
        let stranded = self.stranded(&enactment, at).await?;
        stranded.into_error("enactment.checks").map_or(Ok(()), Err)
    }

    /// An enactment, for those who may act for its authority.
    pub(crate) fn enactment_of(
        &self,
        who: &Principal,
        id: &EnactmentId,
        what: &'static str,
    ) -> Result<Enactment, Error> {
        let enactment = self.known_enactment(id)?;
        may_act_for(who, &enactment.authority, what)?;
        Ok(enactment)
    }

    /// Whether something is in force at its place without it, from its first day on.
    pub(crate) fn has_former(&self, enactment: &Enactment) -> bool {
        let mut known = self.inner.registry.of_matter(&enactment.matter);
        known.retain(|other| other.id != enactment.id);
        let at = self.now().max(time::start_of(enactment.effective_from));
        chain::ground(&known, &enactment.authority.division, at).is_some()
    }

    /// How many enactments are halted; for the metrics.
    pub fn enactments_halted(&self) -> usize {
        self.inner.registry.halted(self.now())
    }
}
