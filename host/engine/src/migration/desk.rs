//! What callers ask of migrations: begin, look, list.

use banshi_model::time;
use banshi_store::Group;

use super::fit::Targets;
use super::record::{self, Pass, Record};
use super::terms::{bad_cursor, fits_request, instrument, may_ask, may_migrate, persons};
use crate::api::migration::{
    MigrationId, MigrationLine, MigrationMode, MigrationPass, MigrationRequest, MigrationState, MigrationView,
};
use crate::api::{Page, PageRequest};
use crate::error::Error;
use crate::principal::Principal;
use crate::{Done, Engine, Idempotency};

/// Cases that are counted at once.
const COUNTED: usize = 4_096;
/// The most that one page holds.
const PAGE_MAX: usize = 200;

impl Engine {
    /// Begins a migration: its dry run goes in the background and changes no case. The platform may anywhere, a publisher
    /// for its authority.
    pub async fn begin_migration(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        request: MigrationRequest,
    ) -> Result<Done<MigrationView>, Error> {
        may_migrate(who, &request.authority)?;
        let _listing = self.inner.migrations.listing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let record = self.migration_begun(who, request).await?;
        let mut group = Group::new();
        record::put(&mut group, &record, record::list(&self.inner.store)?)?;
        let done = self.commit_answered(group, who, key, 202, record.view()).await?;
        if matches!(done, Done::Fresh(_)) {
            tracing::info!(migration.id = %record.id, enactment.id = %record.request.enactment, "migration begins");
            self.run_migration(record);
        }
        Ok(done)
    }

    async fn migration_begun(&self, who: &Principal, mut request: MigrationRequest) -> Result<Record, Error> {
        if request.mode == MigrationMode::Run {
            let what = "a migration begins with a dry run, and its run takes the digest of that one's report";
            let fix = "begin with `dry-run`, read the report, then `banshi migration run MIGRATION --report DIGEST`";
            return Err(Error::invalid("migration.dry-run", "/mode", what, fix));
        }
        request.instrument = instrument(&request.instrument)?;
        let enactment = self.inner.store.enactment(&request.enactment)?;
        let enactment = enactment.ok_or_else(|| Error::not_found("enactment", &request.enactment))?;
        fits_request(&request, &enactment)?;
        request.reviewed_by = persons(who, &request, &enactment)?;
        let created = self.now();
        let as_of = created.max(time::start_of(enactment.effective_from));
        let targets = Targets::new(self.clone(), request.matter.clone(), request.enactment.clone(), as_of);
        let Some(there) = targets.at(&request.authority.division).await? else {
            let what = format!(
                "enactment {} has no part in what is in force at {}: it has ended, is superseded there, or does not stand",
                enactment.id, request.authority
            );
            return Err(Error::conflict("migration.enactment", what));
        };
        let mut random = [0; 10];
        getrandom::fill(&mut random).map_err(|error| Error::Internal(error.to_string()))?;
        let mut tally = crate::shadow::Tally::default();
        tally.chain(&request.authority.division, there.digest, there.definition_digest);
        Ok(Record {
            id: MigrationId::new(random),
            state: MigrationState::Trying,
            package: enactment.package,
            name: enactment.name,
            version: enactment.version,
            by: who.name.clone(),
            created,
            as_of,
            simulated: self.simulated(),
            total: self.open_there()?,
            tally,
            lines: None,
            finished: None,
            trial: Pass::default(),
            run: Pass::default(),
            undo: Pass::default(),
            fault: None,
            sign_offs: Vec::new(),
            request,
        })
    }

    /// How many open cases there are to look at: for whoever waits.
    fn open_there(&self) -> Result<u64, Error> {
        let (mut count, mut after) = (0, None);
        loop {
            let page = self.inner.store.open_cases(after.as_ref(), COUNTED)?;
            count += page.items.len() as u64;
            after = page.next;
            if after.is_none() {
                return Ok(count);
            }
        }
    }

    /// A migration as it stands.
    pub async fn migration_view(&self, who: &Principal, id: &MigrationId) -> Result<MigrationView, Error> {
        Ok(self.migration_record(who, id).await?.view())
    }

    pub(super) async fn migration_record(&self, who: &Principal, id: &MigrationId) -> Result<Record, Error> {
        may_ask(who)?;
        let at_work = match self.inner.migrations.running(id) {
            Some(job) => Some(job.record.lock().await.clone()).filter(Record::at_work),
            None => None,
        };
        let record = match at_work {
            Some(record) => Some(record),
            None => record::load(&self.inner.store, id)?,
        };
        // Whoever may not see it is told that there is none.
        let seen = record.filter(|record| may_migrate(who, &record.request.authority).is_ok());
        seen.ok_or_else(|| Error::not_found("migration", id))
    }

    /// The migrations that this caller may see, newest first, without samples.
    pub async fn migrations(&self, who: &Principal, page: PageRequest) -> Result<Page<MigrationView>, Error> {
        may_ask(who)?;
        let lines = record::list(&self.inner.store)?;
        let end = match page.cursor.as_deref().map(str::parse::<usize>) {
            None => lines.len(),
            Some(Ok(end)) if end <= lines.len() => end,
            Some(_) => return Err(bad_cursor()),
        };
        let (mut items, mut next) = (Vec::new(), None);
        for (place, line) in lines.iter().enumerate().take(end).rev() {
            if may_migrate(who, &line.authority).is_err() {
                continue;
            }
            if items.len() == page.limit.clamp(1, PAGE_MAX) {
                next = Some((place + 1).to_string());
                break;
            }
            let mut view = self.migration_view(who, &line.id).await?;
            view.report.samples.clear();
            items.push(view);
        }
        Ok(Page { items, next })
    }

    /// The cases of a pass, in their order; as they were kept, so a page may hold more or fewer than asked.
    pub async fn migration_cases(
        &self,
        who: &Principal,
        id: &MigrationId,
        pass: MigrationPass,
        page: PageRequest,
    ) -> Result<Page<MigrationLine>, Error> {
        let mut record = self.migration_record(who, id).await?;
        let number: u32 = match page.cursor.as_deref().map(str::parse) {
            None => 0,
            Some(Ok(number)) => number,
            Some(Err(_)) => return Err(bad_cursor()),
        };
        let items = record::chunk(&self.inner.store, id, pass, number)?.unwrap_or_default();
        let more = number.saturating_add(1) < record.pass(pass).chunks;
        Ok(Page { items, next: more.then(|| (number + 1).to_string()) })
    }
}
