//! Taking an enactment back, and the cases that began under it meanwhile.

use banshi_model::case::{Case, Phase};
use banshi_model::enactment::{Enactment, Transitional};
use banshi_model::ids::EnactmentId;
use banshi_model::time;
use banshi_store::{Cursor, Group};

use super::Whom;
use super::enact::may_act_for;
use crate::api::registry::{Begun, BegunCase, Remedy, TakenBack};
use crate::api::{Page, PageRequest};
use crate::error::Error;
use crate::principal::Principal;
use crate::{Done, Engine, Idempotency};

/// So many cases stand in the answer of a take-back; the list of the enactment's cases has them all.
const TOLD_MAX: usize = 200;
/// Open cases that are read at once.
const BATCH: usize = 256;

impl Engine {
    /// Takes an enactment back, at once: new cases follow what was in force before. The answer lists those that began
    /// meanwhile; it is kept under the caller's key when they are counted, after the take-back itself.
    pub async fn take_back(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &EnactmentId,
    ) -> Result<Done<TakenBack>, Error> {
        let _writing = self.inner.registry.writing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let enactment = self.end_enactment(who, id).await?;
        self.watch_again(&enactment)?;
        let begun = self.begun_under(&enactment).await?;
        self.commit_answered(Group::new(), who, key, 200, TakenBack { enactment, begun }).await
    }

    async fn end_enactment(&self, who: &Principal, id: &EnactmentId) -> Result<Enactment, Error> {
        let _changing = self.inner.registry.changing.lock().await;
        let mut enactment = self.known_enactment(id)?;
        may_act_for(who, &enactment.authority, "take an enactment back")?;
        if let Some(at) = enactment.taken_back {
            return Err(Error::conflict(
                "enactment.taken-back",
                format!("enactment {id} was taken back at {}", time::text(at)),
            ));
        }
        enactment.taken_back = Some(self.now());
        let mut group = Group::new();
        group.put_enactment(&enactment);
        self.inner.store.commit(group).await?;
        self.inner.registry.put(enactment.clone());
        tracing::info!(enactment.id = %enactment.id, package.digest = %enactment.package, matter.code = %enactment.matter, "enactment was taken back");
        Ok(enactment)
    }

    /// Open cases that are pinned to an enactment, with what can be done with each. They are found among all open cases,
    /// so a page may hold fewer than asked, or none, while there is a next.
    pub fn enactment_cases(
        &self,
        who: &Principal,
        id: &EnactmentId,
        page: PageRequest,
    ) -> Result<Page<BegunCase>, Error> {
        let enactment = self.known_enactment(id)?;
        may_act_for(who, &enactment.authority, "list the cases of an enactment")?;
        let after: Option<Cursor> = page.cursor.as_deref().map(str::parse).transpose().map_err(|_| {
            Error::invalid("page.cursor", "cursor", "not a cursor of this list", "use `next` of the page before")
        })?;
        let found = self.inner.store.open_cases(after.as_ref(), page.limit.clamp(1, 200))?;
        let mut items = Vec::new();
        for case in &found.items {
            items.extend(self.case_under(case, &enactment)?);
        }
        Ok(Page { items, next: found.next.map(|next| next.to_string()) })
    }

    pub(crate) fn known_enactment(&self, id: &EnactmentId) -> Result<Enactment, Error> {
        self.inner.store.enactment(id)?.ok_or_else(|| Error::not_found("enactment", id))
    }

    /// The open cases that began under an enactment.
    pub(crate) async fn begun_under(&self, enactment: &Enactment) -> Result<Begun, Error> {
        let (mut begun, mut after) = (Begun { total: 0, items: Vec::new() }, None);
        loop {
            let page = self.inner.store.open_cases(after.as_ref(), BATCH)?;
            for case in &page.items {
                let Some(found) = self.case_under(case, enactment)? else { continue };
                begun.total += 1;
                if begun.items.len() < TOLD_MAX {
                    begun.items.push(found);
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(begun);
            }
            // A long list does not keep the thread from requests.
            tokio::task::yield_now().await;
        }
    }

    fn case_under(&self, id: &banshi_model::ids::CaseId, enactment: &Enactment) -> Result<Option<BegunCase>, Error> {
        let stored = match self.inner.store.case(id) {
            Ok(stored) => stored,
            Err(banshi_store::Error::Erased(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let under = |case: &Case| case.pin.chain.layers.iter().any(|layer| layer.enactment == enactment.id);
        Ok(stored.filter(|stored| stored.case.phase != Phase::Closed && under(&stored.case)).map(|stored| {
            let case = &stored.case;
            let migrate_to = self.migrates_to(case);
            BegunCase {
                id: case.id.clone(),
                matter: case.pin.chain.matter.clone(),
                division: case.draft.division.clone(),
                phase: case.phase,
                received: case.received,
                parked: case.fault.is_some(),
                remedies: remedies(case, enactment.transitional, migrate_to.is_some()),
                migrate_to,
            }
        }))
    }

    /// The enactment that a migration of a case to what is in force for everybody would name; none where the case is on
    /// that already. Whether it fits, the dry run says.
    fn migrates_to(&self, case: &Case) -> Option<EnactmentId> {
        let (matter, division) = (&case.pin.chain.matter, &case.draft.division);
        let selected = self.inner.registry.selected(matter, division, self.now(), Whom::Outside);
        let own = case.pin.chain.layers.iter().map(|layer| &layer.enactment);
        let there = selected.iter().map(|e| &e.id).eq(own);
        selected.last().filter(|_| !there).map(|e| e.id.clone())
    }
}

/// What can be done with a case whose enactment was taken back.
fn remedies(case: &Case, transitional: Transitional, migrates: bool) -> Vec<Remedy> {
    let mut remedies = Vec::new();
    if case.fault.is_none() {
        remedies.push(Remedy::FinishThere);
    }
    if transitional == Transitional::AcceptedOnOrAfter && case.accepted.is_none() {
        remedies.push(Remedy::AtAcceptance);
    }
    if case.phase != Phase::Decided {
        remedies.push(Remedy::ByHand);
    }
    if migrates {
        remedies.push(Remedy::Migrate);
    }
    remedies
}
