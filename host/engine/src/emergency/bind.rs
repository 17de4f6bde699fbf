//! How an emergency comes into a case's journal: in the first entry of a new case, and in an entry of its own before the
//! next step of an open one; and its end, before the next step after it.

use banshi_model::case::{Case, Extension, Phase};
use banshi_model::definition::{Definition, Span};
use banshi_model::effect::{Effect, Limits};
use banshi_model::emergency::{Bound, Emergency, EndedBy};
use banshi_model::entry::{Actor, Cause, Entry, HostAct};
use banshi_model::ids::{Division, MatterCode};
use banshi_model::time;
use banshi_store::StoredCase;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use crate::Engine;
use crate::decide::limits;
use crate::drive::{Change, Work, notice};
use crate::error::Error;

impl Engine {
    /// A stored case that is about to change: first its journal says which emergencies bind it now.
    pub(crate) async fn begin(&self, work: &mut Work, stored: StoredCase) -> Result<Change, Error> {
        let mut change = Change::of(stored);
        let all = self.inner.emergencies.all();
        let none = all.is_empty() && change.case.emergencies.is_empty();
        if none || change.case.phase == Phase::Closed {
            return Ok(change);
        }
        let today = time::date_of(work.now);
        // Before those that the case names are ended: one of them is not said again.
        let lapsed = self.lapsed_unsaid(&change.case, work.now).await?;
        for bound in change.case.emergencies.clone() {
            let known = all.iter().find(|known| known.order.id == bound.id);
            if known.is_some_and(|known| known.in_force(work.now, today)) {
                continue;
            }
            let back = known.is_some_and(|known| known.taken_back.is_some());
            let why = if back { EndedBy::TakeBack } else { EndedBy::Expiry };
            let effects = vec![Effect::EmergencyEnded { id: bound.id.clone(), why }];
            change.record(work.now, Actor::Host, Cause::Host(HostAct::EmergencyEnded(bound.id)), effects)?;
        }
        for bound in self.reaching(&change.case, work.now).await? {
            let cause = Cause::Host(HostAct::EmergencyBegan { id: bound.id.clone(), digest: bound.digest });
            change.record(work.now, Actor::Host, cause, vec![Effect::EmergencyBegan(bound)])?;
        }
        for bound in &lapsed {
            let cause = Cause::Host(HostAct::EmergencyBegan { id: bound.id.clone(), digest: bound.digest });
            change.record(work.now, Actor::Host, cause, vec![Effect::EmergencyBegan(bound.clone())])?;
        }
        self.extend_in_emergency(work, &mut change).await?;
        for Bound { id, .. } in lapsed {
            let effects = vec![Effect::EmergencyEnded { id: id.clone(), why: EndedBy::Expiry }];
            change.record(work.now, Actor::Host, Cause::Host(HostAct::EmergencyEnded(id)), effects)?;
        }
        Ok(change)
    }

    /// The emergencies that extended the limits of an accepted case and expired before it had a step that could say so. What
    /// was ordered then stands: its journal says it before its next step. None that was taken back.
    async fn lapsed_unsaid(&self, case: &Case, now: Timestamp) -> Result<Vec<Bound>, Error> {
        if self.inner.emergencies.all().is_empty() || case.phase != Phase::Accepted {
            return Ok(Vec::new());
        }
        let effective = self.effective_of(&case.pin).await?;
        let lapsed = self.lapsed(case, &effective.definition, time::date_of(now))?;
        Ok(lapsed.iter().map(Emergency::bound).collect())
    }

    fn lapsed(&self, case: &Case, definition: &Definition, today: Date) -> Result<Vec<Emergency>, Error> {
        let all = self.inner.emergencies.all();
        let reached = |e: &&Emergency| {
            e.expired(today)
                && e.bound().extension().is_some()
                && case.accepted.is_some_and(|on| on <= e.order.until)
                && !case.emergencies.iter().any(|bound| bound.id == e.order.id)
                && e.binds(case.received, &case.pin.chain.matter, &case.draft.division, &definition.department)
        };
        let mut lapsed: Vec<Emergency> = all.iter().filter(reached).cloned().collect();
        if lapsed.is_empty() {
            return Ok(lapsed);
        }
        // A step since the confirmation has said it already.
        let last = self.inner.store.journal_head(&case.id)?.map_or(0, |head| head.seq);
        let entries = self.inner.store.entries(&case.id, last.saturating_sub(1), 1)?;
        lapsed.retain(|e| {
            let since = |entry: &Entry| e.confirmed.as_ref().is_some_and(|confirmed| confirmed.at < entry.at);
            !entries.last().is_some_and(since)
        });
        Ok(lapsed)
    }

    /// The emergencies that bind a case which is received now, of a matter at a place.
    pub(crate) fn emergencies_at(&self, matter: &MatterCode, division: &Division, department: &str) -> Vec<Bound> {
        let (now, today) = (self.now(), self.today());
        let all = self.inner.emergencies.all();
        let here = |known: &&Emergency| known.in_force(now, today) && known.binds(now, matter, division, department);
        all.iter().filter(here).map(Emergency::bound).collect()
    }

    /// The emergencies that bind a case now and that its journal does not name yet.
    pub(crate) async fn reaching(&self, case: &Case, now: Timestamp) -> Result<Vec<Bound>, Error> {
        let all = self.inner.emergencies.all();
        let today = time::date_of(now);
        let known = |id| case.emergencies.iter().any(|bound| &bound.id == id);
        let fresh: Vec<Emergency> =
            all.iter().filter(|e| e.in_force(now, today) && !known(&e.order.id)).cloned().collect();
        if fresh.is_empty() {
            return Ok(Vec::new());
        }
        let effective = self.effective_of(&case.pin).await?;
        let (matter, division) = (&case.pin.chain.matter, &case.draft.division);
        let department = &effective.definition.department;
        let reaches = |e: &&Emergency| e.binds(case.received, matter, division, department);
        Ok(fresh.iter().filter(reaches).map(Emergency::bound).collect())
    }

    /// Moves the limits of an accepted case as its emergencies order, once for each, as far as the law row of extensions
    /// allows it; where it does not, the journal names the row. The applicant is told (第四十二条).
    pub(crate) async fn extend_in_emergency(&self, work: &mut Work, change: &mut Change) -> Result<(), Error> {
        if change.case.phase != Phase::Accepted {
            return Ok(());
        }
        let open: Vec<Bound> = change.case.emergencies.iter().filter(|bound| !bound.tried).cloned().collect();
        for bound in open {
            let Some(days) = bound.extension() else { continue };
            let effects = self.extension_of(work, change, &bound, Span::working_days(days)).await?;
            change.record(work.now, Actor::Host, Cause::Host(HostAct::EmergencyExtends(bound.id)), effects)?;
            self.move_parts(work, change).await?;
        }
        Ok(())
    }

    /// The extensions that emergencies order for a case and that its next step will put into its journal, as far as the law
    /// row allows them: what whoever looks at it is shown meanwhile.
    pub(crate) fn ordered_extensions(&self, case: &Case, definition: &Definition) -> Vec<Extension> {
        let all = self.inner.emergencies.all();
        if all.is_empty() || case.phase != Phase::Accepted {
            return Vec::new();
        }
        let (now, today, law) = (self.now(), self.today(), self.law());
        let scope = limits::scope(case, definition, today);
        let reaches = |emergency: &&Emergency| {
            let bound = case.emergencies.iter().find(|bound| bound.id == emergency.order.id);
            let fresh =
                || emergency.binds(case.received, &case.pin.chain.matter, &case.draft.division, &definition.department);
            emergency.in_force(now, today) && bound.map_or_else(fresh, |bound| !bound.tried)
        };
        // A journal that does not read fails whoever reads the case, and not here.
        let lapsed = self.lapsed(case, definition, today).unwrap_or_default();
        let mut ordered = Vec::new();
        for emergency in all.iter().filter(reaches).chain(&lapsed) {
            let Some(span) = emergency.bound().extension().map(Span::working_days) else { continue };
            if let Ok(rule) = law.may_extend(&scope, span, case.extensions.len() + ordered.len()) {
                let (row, instrument) = (rule.row.id.to_string(), emergency.order.instrument.clone());
                ordered.push(Extension { span, row, instrument });
            }
        }
        ordered
    }

    async fn extension_of(
        &self,
        work: &Work,
        change: &Change,
        bound: &Bound,
        span: Span,
    ) -> Result<Vec<Effect>, Error> {
        let effective = self.effective_of(&change.case.pin).await?;
        let scope = limits::scope(&change.case, &effective.definition, time::date_of(work.now));
        let law = self.law();
        let (row, allowed) = match law.may_extend(&scope, span, change.case.extensions.len()) {
            Ok(rule) => (rule.row.id.to_string(), true),
            Err(refusal) => (refusal.row, false),
        };
        let mut effects = vec![Effect::EmergencyExtends { id: bound.id.clone(), row: row.clone(), allowed }];
        if !allowed {
            return Ok(effects);
        }
        effects.push(Effect::Extended { span, row, instrument: bound.instrument.clone() });
        let mut after = change.case.clone();
        for effect in &effects {
            after.apply(effect, work.now);
        }
        let gathered = self.gather(&after, effective, &[]).await?;
        if let Some(limits) = gathered.with(work.now, change.seq() + 1, |ctx| limits::again(ctx, &after)) {
            let due = Limits::effective(&limits).clone();
            let data = json!({ "to": "subject", "template": "extended", "case": after.id, "instrument": bound.instrument, "emergency": bound.id, "due": due });
            effects.push(Effect::LimitsSet(limits));
            effects.push(notice(&after, change.seq() + 1, data));
        }
        Ok(effects)
    }
}
