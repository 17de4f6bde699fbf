//! New cases: an application's, and the parts that a bundle opens; and what becomes of parts' licences.

use banshi_model::case::{Case, Phase, Receipt};
use banshi_model::definition::Processing;
use banshi_model::draft::{Counts, Outcome};
use banshi_model::effect::{Effect, TimerKind};
use banshi_model::entry::{Actor, Cause, HostAct};
use banshi_model::event::Event;
use banshi_model::ids::CaseId;
use banshi_model::licence::LicenceStatus;
use banshi_model::time;
use banshi_store::{InboxItem, InboxKey};

use crate::Engine;
use crate::decide::{OpenedPart, limits};
use crate::drive::{Change, Work, ending};
use crate::error::Error;
use crate::intake::{Prepared, part_draft};

impl Engine {
    /// The first entry of a case: received, with the clock of acceptance running (第三十二条).
    pub(crate) async fn receive(&self, work: &mut Work, prepared: &Prepared, by: Actor) -> Result<Change, Error> {
        let receipt = Receipt {
            received: work.now,
            draft: prepared.draft.clone().into(),
            pin: prepared.pin.clone().into(),
            counts: prepared.counts,
            parent: None,
            simulated: self.simulated(),
        };
        let mut change = Change::open(Case::open(prepared.id.clone(), receipt.clone()));
        let effective = self.effective_of(&prepared.pin).await?;
        let scope = limits::scope(&change.case, &effective.definition, time::date_of(work.now));
        let mut effects = Vec::new();
        if let Some(row) = self.law().acceptance_period(&scope) {
            let last = self.calendar().add(time::date_of(work.now), row.value);
            effects.push(Effect::TimerSet { timer: TimerKind::Acceptance, at: time::end_of(last.date) });
        }
        effects.extend(self.renewal_alarm(&change.case, &scope)?);
        effects.extend(self.reaching(&change.case, work.now).await?.into_iter().map(Effect::EmergencyBegan));
        let cause = Cause::Received(Box::new(receipt));
        change.record(work.now, by, cause, effects)?;
        Ok(change)
    }

    /// A renewal that nobody decides before the licence's last day counts as granted (第五十条).
    fn renewal_alarm(&self, case: &Case, scope: &banshi_model::law::Scope<'_>) -> Result<Option<Effect>, Error> {
        if case.draft.business != banshi_model::definition::Business::Renew {
            return Ok(None);
        }
        let licence = case.draft.licence.as_ref().map(|id| self.inner.store.licence(id)).transpose()?.flatten();
        let last = licence.and_then(|licence| licence.valid_until);
        let received = time::date_of(case.received);
        let law = self.law();
        let row = law.renewal_by_silence(scope);
        let in_time = |last: &jiff::civil::Date| row.is_some_and(|row| row.value.in_time(received, *last));
        Ok(last.filter(in_time).map(|last| Effect::TimerSet { timer: TimerKind::Renewal, at: time::end_of(last) }))
    }

    /// Opens the parts that a step asked for, in its commit: each a case of its own, received when the
    /// bundle was, accepted with it (一口受理), pinned to what was in force at the bundle's receipt.
    pub(crate) async fn open_parts(&self, work: &mut Work, bundle: &Change, parts: &[OpenedPart]) -> Result<(), Error> {
        for (index, part) in parts.iter().enumerate() {
            let Some(pin) = bundle.case.pin.parts.get(&part.part) else {
                return Err(Error::Internal(format!("part {} of case {} is not pinned", part.part, bundle.case.id)));
            };
            let bundle_effective = self.effective_of(&bundle.case.pin).await?;
            let effective = self.effective_of(pin).await?;
            let guidance = self.guide_part(&bundle.case.draft, &effective).await?;
            let draft = part_draft(
                &bundle.case.draft,
                &bundle_effective.definition,
                &part.part,
                &effective,
                &guidance,
                part.mode,
            );
            let counts = Counts {
                fields_declared: draft.values.len(),
                materials_declared: draft.documents.len(),
                ..Counts::default()
            };
            let parent = Some(bundle.case.id.clone());
            let receipt = Receipt {
                received: bundle.case.received,
                draft: draft.into(),
                pin: pin.clone().into(),
                counts,
                parent,
                simulated: bundle.case.simulated,
            };
            let mut child = Change::open(Case::open(part.case.clone(), receipt.clone()));
            let by = Actor::Case(bundle.case.id.clone());
            let bound = self.reaching(&child.case, work.now).await?.into_iter().map(Effect::EmergencyBegan).collect();
            child.record(work.now, by.clone(), Cause::Received(Box::new(receipt)), bound)?;
            let accepted = self.accept_with_bundle(work, &child, bundle).await?;
            child.record(work.now, by.clone(), Cause::Host(HostAct::AcceptedWithBundle), accepted)?;
            work.group.open_case(part.case.clone());
            let from = bundle.case.id.clone();
            let key = InboxKey { at: work.now, from, seq: bundle.seq(), ordinal: ordinal(index) };
            work.group.send(InboxItem { key, to: part.case.clone(), event: Event::Submitted, by });
            work.others.push(child);
        }
        Ok(())
    }

    async fn accept_with_bundle(&self, work: &Work, child: &Change, bundle: &Change) -> Result<Vec<Effect>, Error> {
        let effective = self.effective_of(&child.case.pin).await?;
        let promised = effective.definition.promised;
        let mut gathered = self.gather(&child.case, effective, &[]).await?;
        let due = bundle.case.limits.as_ref().map(|limits| limits.effective().clone());
        gathered.set_bundle_due(due);
        let on = bundle.case.accepted.unwrap_or_else(|| time::date_of(work.now));
        let processing = if child.case.draft.mode == banshi_model::definition::Mode::Filing {
            Processing::OnTheSpot
        } else {
            promised
        };
        let limits = gathered
            .with(work.now, child.seq() + 1, |ctx| limits::at_acceptance(ctx, &child.case, on, processing))
            .map_err(|refused| Error::Internal(format!("{}: {}", refused.code, refused.text)))?;
        Ok(vec![Effect::Accepted { on, limits, deemed: bundle.case.deemed_accepted }])
    }

    /// Once a bundle released or closed: its parts' journals say which drafts became valid and which
    /// never will, in the same commit.
    pub(crate) async fn settle_parts(&self, work: &mut Work, bundle: &Change) -> Result<(), Error> {
        let released: Vec<String> = bundle
            .entries()
            .last()
            .map(|entry| entry.effects.iter())
            .into_iter()
            .flatten()
            .filter_map(|effect| match effect {
                Effect::LicencesReleased(ids) => Some(ids.clone()),
                _ => None,
            })
            .flatten()
            .collect();
        let closed = bundle.case.phase == Phase::Closed;
        if released.is_empty() && !closed {
            return Ok(());
        }
        for part in bundle.case.parts.clone() {
            self.settle_part(work, bundle, &part.case, &released, closed).await?;
        }
        Ok(())
    }

    /// Another case that changes in this commit, locked and loaded once; hand it back to `work.others`.
    pub(crate) async fn take_other(&self, work: &mut Work, id: &CaseId) -> Result<Option<Change>, Error> {
        if let Some(index) = work.others.iter().position(|other| &other.case.id == id) {
            return Ok(Some(work.others.remove(index)));
        }
        if !work.guards.iter().any(|(case, _)| case == id) {
            let guard = self.lock(id).await;
            work.guards.push((id.clone(), guard));
        }
        Ok(self.inner.store.case(id)?.map(Change::of))
    }

    async fn settle_part(
        &self,
        work: &mut Work,
        bundle: &Change,
        part: &CaseId,
        released: &[String],
        closed: bool,
    ) -> Result<(), Error> {
        let Some(mut child) = self.take_other(work, part).await? else { return Ok(()) };
        let (mut now_valid, mut void) = (Vec::new(), Vec::new());
        for id in child.case.licences.clone() {
            let licence = match work.licences.get(&id) {
                Some(licence) => Some(licence.clone()),
                None => self.inner.store.licence(&id)?,
            };
            let Some(mut licence) = licence else { continue };
            if released.contains(&id) {
                // Decided on before this part was locked: one that has ended meanwhile must not come back to life.
                if self.inner.store.licence(&id)?.is_some_and(|now| now.status != LicenceStatus::Draft) {
                    return Err(Error::conflict("licence.ended", "a part's licence ended before it was released"));
                }
                now_valid.push(id);
            } else if closed && licence.status == LicenceStatus::Draft {
                licence.status = LicenceStatus::Void;
                work.licences.insert(id.clone(), licence);
                void.push(id);
            }
        }
        let mut effects = Vec::new();
        if !now_valid.is_empty() {
            effects.push(Effect::LicencesReleased(now_valid));
        }
        if !void.is_empty() {
            effects.push(Effect::LicencesVoided(void));
            // Granted on a commitment, with the check to come: there is nothing left to check.
            if child.case.phase != Phase::Closed {
                effects.extend(ending(&child, bundle.case.outcome.unwrap_or(Outcome::Withdrawn)));
            }
        }
        if !effects.is_empty() {
            let by = Actor::Case(bundle.case.id.clone());
            child.record(work.now, by, Cause::Host(HostAct::LicencesSettled), effects)?;
        }
        work.others.push(child);
        Ok(())
    }
}

/// Parts come after the effects of their bundle's entry in the order of the inbox.
fn ordinal(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX / 2) | (u16::MAX / 2 + 1)
}
