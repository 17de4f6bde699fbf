//! Loading a year of the working-day calendar into a running host.

use std::sync::Arc;

use banshi_model::calendar::Calendar;
use banshi_store::Group;

use crate::api::operation::CalendarAnswer;
use crate::authorise::platform;
use crate::drive::{Change, Work};
use crate::error::Error;
use crate::principal::Principal;
use crate::{Done, Engine, Idempotency};

/// Open cases that are read at once.
const BATCH: usize = 256;

impl Engine {
    /// Loads a published year. Dates that were provisional are counted again, by a host entry in each case
    /// whose dates move; answers how many those were. Its own answer is kept when all of them are done.
    pub async fn load_calendar(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        year: &str,
    ) -> Result<Done<CalendarAnswer>, Error> {
        platform(who, "load a calendar")?;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let year = Calendar::parse_year(year).map_err(|error| {
            Error::invalid("calendar.year", "body", error.to_string(), "send one year in the format of host/calendars")
        })?;
        let calendar = self.calendar().with([year]);
        let mut group = Group::new();
        group.put_blob(calendar.digest(), calendar.encode());
        group.put_setting(KEPT, calendar.encode());
        self.inner.store.commit(group).await?;
        match self.inner.calendar.write() {
            Ok(mut kept) => *kept = Arc::new(calendar),
            Err(poisoned) => *poisoned.into_inner() = Arc::new(calendar),
        }
        let cases_recalculated = self.recalculate_all().await?;
        self.commit_answered(Group::new(), who, key, 200, CalendarAnswer { cases_recalculated }).await
    }

    async fn recalculate_all(&self) -> Result<usize, Error> {
        let (mut moved, mut after) = (0, None);
        loop {
            let page = self.inner.store.open_cases(after.as_ref(), BATCH)?;
            for id in &page.items {
                let _guard = self.lock(id).await;
                let Some(stored) = self.inner.store.case(id)? else { continue };
                let provisional = stored.case.limits.as_ref().is_some_and(|limits| {
                    limits.statutory_due.provisional
                        || limits.promised_due.provisional
                        || limits.bundle_due.as_ref().is_some_and(|due| due.provisional)
                });
                if !provisional {
                    continue;
                }
                let mut work = Work::at(self.now());
                let mut change = Change::of(stored);
                if self.recalculate(&mut work, &mut change).await? {
                    self.commit(work, change).await?;
                    moved += 1;
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(moved);
            }
        }
    }
}

/// Where the loaded calendar is kept over a restart.
pub(crate) const KEPT: &str = "calendar/loaded";
