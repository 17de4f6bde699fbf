//! A composite certificate stands on permits: where an ending leaves it fewer than its law row asks for, it
//! ends too. The permits that are left stand as they stood.

use banshi_model::command::Ending;
use banshi_model::effect::Effect;
use banshi_model::entry::{Actor, Cause, HostAct};
use banshi_model::event::Event;
use banshi_model::law::{Composite, Governing};
use banshi_model::licence::{Ended, Licence, LicenceStatus};
use banshi_model::text::{Reason, Text};
use banshi_model::time;
use serde_json::json;

use crate::Engine;
use crate::decide::licences::end;
use crate::decide::limits;
use crate::drive::{Change, Work, notice};
use crate::error::Error;

impl Engine {
    /// A permit of this bundle has ended. The event came through the bundle's inbox, so of two endings at once
    /// each is taken up once, one after the other, and the composite ends at most once.
    pub(crate) async fn permit_ended(
        &self,
        work: &mut Work,
        change: &mut Change,
        permit: String,
        by: Actor,
    ) -> Result<(), Error> {
        let effective = self.effective_of(&change.case.pin).await?;
        let day = time::date_of(work.now);
        let law = self.law();
        let row = law.composite(&limits::scope(&change.case, &effective.definition, day));
        let composite = self.composite_over(change, &permit)?;
        let Some((composite, row)) = composite.zip(row) else { return noted(work, change, permit, by) };
        let left = self.valid_members(&composite, day)?;
        if left >= usize::from(row.value.min_permits) {
            return noted(work, change, permit, by);
        }
        let reason = too_few(&row, left, permit);
        let ended = Ended { ending: Ending::Cancelled, reason, at: work.now, by: "host".to_owned() };
        let data = json!({ "to": "subject", "template": "licence-ended", "case": change.case.id, "licence": composite.id, "ending": ended.ending });
        let told = notice(&change.case, change.seq() + 1, data);
        work.licences.insert(composite.id.clone(), end(&composite, &ended));
        let effects = vec![Effect::LicenceEnded { id: composite.id, ended }, told];
        change.record(work.now, by, Cause::Host(HostAct::LicenceEnded), effects)
    }

    /// The bundle's composite that loads this permit, if it is valid.
    fn composite_over(&self, change: &Change, permit: &String) -> Result<Option<Licence>, Error> {
        for id in &change.case.licences {
            let licence = self.inner.store.licence(id)?;
            let over = |l: &Licence| l.status == LicenceStatus::Valid && l.members.contains(permit);
            if let Some(composite) = licence.filter(over) {
                return Ok(Some(composite));
            }
        }
        Ok(None)
    }

    /// How many of a composite's permits are valid on a day. One whose case was erased is not there any more.
    fn valid_members(&self, composite: &Licence, day: jiff::civil::Date) -> Result<usize, Error> {
        let mut valid = 0;
        for id in &composite.members {
            match self.inner.store.licence(id) {
                Ok(Some(permit)) => valid += usize::from(permit.status_on(day) == LicenceStatus::Valid),
                Ok(None) | Err(banshi_store::Error::Erased(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(valid)
    }
}

fn too_few(row: &Governing<'_, Composite>, left: usize, permit: String) -> Reason {
    let least = row.value.min_permits;
    Reason {
        rule: row.row.id.to_string(),
        basis: row.row.clause.clone(),
        text: Text::new(
            format!("综合许可证须含 {least} 个以上有效许可，现有 {left} 个"),
            format!("a composite takes {least} valid permits, {left} are left"),
        ),
        evidence: vec![permit],
    }
}

fn noted(work: &Work, change: &mut Change, permit: String, by: Actor) -> Result<(), Error> {
    let cause = Cause::Host(HostAct::Noted(Box::new(Event::LicenceEnded(permit))));
    change.record(work.now, by, cause, Vec::new())
}
