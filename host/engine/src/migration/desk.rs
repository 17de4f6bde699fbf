//! What callers ask of migrations: begin, look, list, sign, run, stop, undo.

use banshi_model::enactment::Enactment;
use banshi_model::ids::Authority;
use banshi_model::text::Text;
use banshi_model::time;
use banshi_store::Group;

use super::fit::Targets;
use super::record::{self, Pass, Record};
use crate::api::migration::{
    MigrationId, MigrationLine, MigrationMode, MigrationOrder, MigrationPass, MigrationRequest, MigrationRunRequest,
    MigrationState, MigrationUndoRequest, MigrationView,
};
use crate::api::shadow::{SignOff, SignOffRequest};
use crate::api::{Page, PageRequest};
use crate::error::Error;
use crate::principal::{Principal, Role};
use crate::shadow::seal;
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

    /// A person answers for what a finished dry run shows. The report that was read is named by its digest.
    pub async fn sign_off_migration(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &MigrationId,
        request: SignOffRequest,
    ) -> Result<Done<MigrationView>, Error> {
        self.migration_record(who, id).await?;
        let _listing = self.inner.migrations.listing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let mut record = self.migration_record(who, id).await?;
        named_report(&record, request.report)?;
        if record.at_work() {
            return Err(wrong_state(&record, "signed"));
        }
        let person = person(&request.person)?;
        let mut sign_off =
            SignOff { person, by: who.name.clone(), at: self.now(), report: request.report, signature: None };
        sign_off.signature = Some(self.inner.shadows.signed_off(&sign_off));
        record.sign_offs.push(sign_off);
        self.keep_migration(who, key, record).await
    }

    /// Whether nobody has to answer for the dry run, or a person has.
    pub(super) fn migration_signed(&self, record: &Record) -> bool {
        let key = self.shadow_key().key;
        let by_a_person = |sign_off: &SignOff| {
            Some(sign_off.report) == record.digest() && seal::verify_sign_off(sign_off, Some(&key)).is_ok()
        };
        record.touches() && record.sign_offs.iter().any(by_a_person)
    }

    /// Moves the cases. Takes the digest of a finished dry run of these very packages, and a person's signature under it
    /// where cases would be touched in effect.
    pub async fn run_migration_of(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &MigrationId,
        request: MigrationRunRequest,
    ) -> Result<Done<MigrationView>, Error> {
        self.migration_record(who, id).await?;
        let _listing = self.inner.migrations.listing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let mut record = self.migration_record(who, id).await?;
        named_report(&record, request.report)?;
        if !matches!(record.state, MigrationState::Tried | MigrationState::Stopped) {
            return Err(wrong_state(&record, "run"));
        }
        self.may_run(&record).await?;
        record.state = MigrationState::Running;
        record.fault = None;
        let instrument = record.request.instrument.clone();
        record.run.order = Some(MigrationOrder { by: who.name.clone(), at: self.now(), instrument });
        self.begin_pass(who, key, record).await
    }

    async fn may_run(&self, record: &Record) -> Result<(), Error> {
        let id = &record.request.enactment;
        let enactment = self.inner.store.enactment(id)?.ok_or_else(|| Error::not_found("enactment", id))?;
        if let Some(at) = enactment.taken_back {
            let what = format!("enactment {id} was taken back at {}", time::text(at));
            return Err(Error::conflict("enactment.taken-back", what));
        }
        if enactment.effective_from > self.today() {
            let what = format!("enactment {id} is in force from {} on; no case moves before", enactment.effective_from);
            return Err(Error::conflict("migration.not-in-force", what));
        }
        let matter = &record.request.matter;
        let targets = Targets::new(self.clone(), matter.clone(), id.clone(), self.now());
        for (division, tried) in &record.tally.compared.chains {
            let now = targets.at(division).await?.map(|effective| effective.digest);
            if now != Some(*tried) {
                let what = format!("at {division} other packages are in force than the dry run went over");
                return Err(Error::invalid(
                    "migration.dry-run",
                    "/report",
                    what,
                    "begin anew: `banshi migration start`",
                ));
            }
        }
        let others = record::list(&self.inner.store)?;
        let busy = |line: &&record::Line| {
            line.id != record.id
                && &line.matter == matter
                && matches!(line.state, MigrationState::Running | MigrationState::Undoing)
        };
        if let Some(other) = others.iter().find(busy) {
            let what = format!("migration {} of {matter} is at work; wait for its end, or stop it", other.id);
            return Err(Error::conflict("migration.at-work", what));
        }
        if record.touches() && !self.migration_signed(record) {
            return Err(unsigned(record));
        }
        Ok(())
    }

    /// Stops a dry run or a run. What was moved stays moved, and can be undone.
    pub async fn stop_migration(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &MigrationId,
    ) -> Result<Done<MigrationView>, Error> {
        self.migration_record(who, id).await?;
        let running = self.inner.migrations.running(id);
        let _listing = self.inner.migrations.listing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let ended = || Error::conflict("migration.ended", format!("migration {id} is not at work"));
        let job = running.ok_or_else(ended)?;
        let mut record = job.record.lock().await;
        if !matches!(record.state, MigrationState::Trying | MigrationState::Running) {
            return Err(ended());
        }
        let mut after = record.clone();
        after.state = MigrationState::Stopped;
        after.fault = Some(format!("stopped by {}", who.name));
        let mut group = Group::new();
        record::put(&mut group, &after, record::list(&self.inner.store)?)?;
        let done = self.commit_answered(group, who, key, 200, after.view()).await?;
        if matches!(done, Done::Fresh(_)) {
            job.stop();
            *record = after;
        }
        Ok(done)
    }

    /// Undoes the moves, case by case, where the case has made no step since.
    pub async fn undo_migration(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &MigrationId,
        request: MigrationUndoRequest,
    ) -> Result<Done<MigrationView>, Error> {
        self.migration_record(who, id).await?;
        let _listing = self.inner.migrations.listing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let mut record = self.migration_record(who, id).await?;
        let ended = matches!(record.state, MigrationState::Done | MigrationState::Stopped);
        if !ended || record.run.order.is_none() {
            return Err(wrong_state(&record, "undone"));
        }
        let instrument = instrument(&request.instrument)?;
        if record.state == MigrationState::Stopped {
            let lines = self.unlisted(&record).await?;
            let mut group = Group::new();
            record::put_chunk(&mut group, &mut record, MigrationPass::Run, &lines)?;
            record::count(&mut record.run.counts, &lines);
            record::put(&mut group, &record, record::list(&self.inner.store)?)?;
            self.inner.store.commit(group).await?;
        }
        record.state = MigrationState::Undoing;
        record.fault = None;
        record.undo.order = Some(MigrationOrder { by: who.name.clone(), at: self.now(), instrument });
        self.begin_pass(who, key, record).await
    }

    async fn begin_pass(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        record: Record,
    ) -> Result<Done<MigrationView>, Error> {
        let done = self.keep_migration(who, key, record.clone()).await?;
        if matches!(done, Done::Fresh(_)) {
            tracing::info!(migration.id = %record.id, migration.state = ?record.state, "a pass of a migration begins");
            self.run_migration(record);
        }
        Ok(done)
    }

    async fn keep_migration(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        record: Record,
    ) -> Result<Done<MigrationView>, Error> {
        let mut group = Group::new();
        record::put(&mut group, &record, record::list(&self.inner.store)?)?;
        self.commit_answered(group, who, key, 200, record.view()).await
    }
}

/// Whether the enactment is one that these cases can be moved to.
fn fits_request(request: &MigrationRequest, enactment: &Enactment) -> Result<(), Error> {
    if enactment.matter != request.matter {
        let what = format!("enactment {} is of matter {}", enactment.id, enactment.matter);
        return Err(Error::invalid("migration.matter", "/matter", what, "name the enactment's own matter"));
    }
    let own = &enactment.authority;
    if own.department != request.authority.department || !own.division.contains(&request.authority.division) {
        let what = format!("enactment {} is of {own}, and reaches no case of {}", enactment.id, request.authority);
        let fix = "name the enactment's own authority, or one of its department within its division";
        return Err(Error::invalid("migration.authority", "/authority", what, fix));
    }
    if let Some(at) = enactment.taken_back {
        let what = format!("enactment {} was taken back at {}", enactment.id, time::text(at));
        return Err(Error::conflict("enactment.taken-back", what));
    }
    Ok(())
}

/// Who reviewed it. A reviewer is somebody else than who wrote the package or migrates.
fn persons(who: &Principal, request: &MigrationRequest, enactment: &Enactment) -> Result<Vec<String>, Error> {
    let named: Vec<String> = request.reviewed_by.iter().map(|name| name.trim().to_owned()).collect();
    let own = |name: &String| name.is_empty() || *name == who.name || enactment.persons.wrote.contains(name);
    if named.is_empty() || named.iter().any(own) {
        let what = "a migration is reviewed by a person of their own: neither the package's author nor who begins it";
        return Err(Error::invalid("migration.persons", "/reviewed_by", what, "name who reviewed it"));
    }
    Ok(named)
}

fn person(given: &str) -> Result<String, Error> {
    let text = given.trim();
    let fits = (1..=60).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    let wrong = || Error::invalid("migration.person", "/person", "who signs is not named", "give name and post");
    fits.then(|| text.to_owned()).ok_or_else(wrong)
}

fn instrument(given: &str) -> Result<String, Error> {
    let text = given.trim();
    let fits = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    let wrong = || Error::invalid("migration.instrument", "/instrument", "no instrument is named", "give its 文号");
    fits.then(|| text.to_owned()).ok_or_else(wrong)
}

/// The report that was read has to be the one there is.
fn named_report(record: &Record, named: banshi_model::ids::Digest) -> Result<(), Error> {
    let refuse = |what: String, fix: &str| Err(Error::invalid("migration.dry-run", "/report", what, fix));
    match record.digest() {
        None => refuse(format!("migration {} has no finished dry run", record.id), "wait for its end, or begin anew"),
        Some(digest) if digest != named => refuse(
            "that is not the digest of this dry run's report".to_owned(),
            "read the report and name its `digest`",
        ),
        Some(_) => Ok(()),
    }
}

fn unsigned(record: &Record) -> Error {
    let (id, effect) = (&record.id, record.tally.cases.effect);
    let text = Text::new(
        format!("试算显示 {effect} 件有实质差异；须有负责人署名：banshi migration sign-off {id}"),
        format!(
            "the dry run shows {effect} cases that differ in effect; a named person has to sign that: `banshi migration \
             sign-off {id}`"
        ),
    );
    Error::Rule { rule: "migration.sign-off", text }
}

fn wrong_state(record: &Record, done: &str) -> Error {
    let state = serde_json::to_value(record.state).unwrap_or_default();
    let state = state.as_str().unwrap_or_default();
    Error::conflict("migration.state", format!("migration {} is `{state}`; it cannot be {done} now", record.id))
}

fn bad_cursor() -> Error {
    Error::invalid("page.cursor", "cursor", "not a cursor of this list", "use `next` of the page before, as it is")
}

/// Those who publish and enact.
fn may_ask(who: &Principal) -> Result<(), Error> {
    match who.role {
        Role::Platform | Role::Publisher { .. } => Ok(()),
        _ => Err(Error::Forbidden { what: "look at migrations", needs: "a platform or publisher token" }),
    }
}

/// The platform, or the publisher of that very authority.
fn may_migrate(who: &Principal, authority: &Authority) -> Result<(), Error> {
    match &who.role {
        Role::Platform => Ok(()),
        Role::Publisher { authority: own } if own == authority => Ok(()),
        _ => Err(Error::Forbidden {
            what: "migrate open cases",
            needs: "a platform token, or the publisher of that authority",
        }),
    }
}
