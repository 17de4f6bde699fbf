//! Which chain governs a case from its acceptance on, where a transitional clause says that it is not the one that it was
//! received under (过渡条款).

use std::collections::BTreeSet;

use banshi_model::case::{Case, Pin};
use banshi_model::enactment::{Chain, Enactment, Transitional};
use banshi_model::ids::{EnactmentId, MatterCode};
use banshi_model::time;
use jiff::Timestamp;

use super::{Effective, chain};
use crate::Engine;
use crate::error::Error;

/// What a case moves to at its acceptance.
pub(crate) struct Governing {
    /// What it is pinned to from then on.
    pub pin: Pin,
    /// The enactments that came or went by their clause.
    pub by: Vec<EnactmentId>,
}

impl Engine {
    /// What governs a case that is accepted now; none where that is what it is pinned to.
    pub(crate) async fn governing(&self, case: &Case, now: Timestamp) -> Result<Option<Governing>, Error> {
        if case.accepted.is_some() || case.parent.is_some() {
            return Ok(None);
        }
        // What a migration moved, only a migration moves again: to run its events anew would undo what the migration made
        // of its state and tasks. Its parts that are not open yet stay with it.
        if case.moved_by.is_some() {
            return Ok(None);
        }
        let own = self.governing_pin(case, &case.pin, now).await?;
        let mut pin = own.clone().unwrap_or_else(|| (*case.pin).clone());
        let mut moved = own.is_some();
        pin.parts.clone_from(&case.pin.parts);
        for (code, part) in &case.pin.parts {
            if let Some(other) = self.governing_pin(case, part, now).await? {
                pin.parts.insert(code.clone(), other);
                moved = true;
            }
        }
        let by = moved.then(|| differing(&case.pin, &pin));
        Ok(by.map(|by| Governing { pin, by }))
    }

    async fn governing_pin(&self, case: &Case, pin: &Pin, now: Timestamp) -> Result<Option<Pin>, Error> {
        let matter = &pin.chain.matter;
        let known = self.inner.registry.of_matter(matter);
        if !known.iter().any(|e| e.transitional == Transitional::AcceptedOnOrAfter) {
            return Ok(None);
        }
        let governs = |e: &Enactment| self.keeps(e, pin, case) || self.governs_anew(e, case, now);
        let selected: Vec<Enactment> =
            chain::select_by(&known, &case.draft.division, &governs).into_iter().cloned().collect();
        if selected.is_empty() {
            return Ok(None);
        }
        let chain = self.chain_of(matter, &selected).await?;
        if layers(&chain).eq(layers(&pin.chain)) {
            return Ok(None);
        }
        Ok(Some(pin_of(&*self.effective(&chain).await?)))
    }

    /// Whether a case stays with an enactment that it is pinned to: a halt and a share speak of new cases.
    fn keeps(&self, e: &Enactment, pin: &Pin, case: &Case) -> bool {
        e.transitional != Transitional::AcceptedOnOrAfter
            && layers(&pin.chain).any(|id| *id == e.id)
            && e.stands(case.received, time::date_of(case.received))
    }

    /// Whether an enactment governs a case by its clause, and in a gradual start by its applicant.
    fn governs_anew(&self, e: &Enactment, case: &Case, now: Timestamp) -> bool {
        let places = &self.inner.registry.places;
        e.governs(case.received, now) && places.reached_before(e, &case.draft.subject.id, case.received)
    }

    /// Whether an acceptance of this case may move it; asks no plugin.
    pub(crate) fn may_move(&self, case: &Case) -> bool {
        let moves = |matter: &MatterCode| {
            let known = self.inner.registry.of_matter(matter);
            known.iter().any(|e| e.transitional == Transitional::AcceptedOnOrAfter)
        };
        case.accepted.is_none()
            && case.parent.is_none()
            && case.moved_by.is_none()
            && (moves(&case.pin.chain.matter) || case.pin.parts.keys().any(moves))
    }
}

fn pin_of(effective: &Effective) -> Pin {
    Pin {
        chain: effective.chain.clone(),
        digest: effective.digest,
        definition: effective.definition_digest,
        parameters: effective.parameters.clone(),
        parts: std::collections::BTreeMap::new(),
    }
}

fn layers(chain: &Chain) -> impl Iterator<Item = &EnactmentId> {
    chain.layers.iter().map(|layer| &layer.enactment)
}

/// The enactments that are in one of two pins and not in the other, parts included.
fn differing(before: &Pin, after: &Pin) -> Vec<EnactmentId> {
    let all = |pin: &Pin| -> BTreeSet<EnactmentId> {
        let parts = pin.parts.values().flat_map(|part| layers(&part.chain));
        layers(&pin.chain).chain(parts).cloned().collect()
    };
    all(before).symmetric_difference(&all(after)).cloned().collect()
}
