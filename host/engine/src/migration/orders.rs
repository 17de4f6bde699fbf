//! What is ordered of a migration whose dry run was read: sign, run, stop, undo.

use banshi_model::time;
use banshi_store::Group;
use tokio::sync::MutexGuard;

use super::fit::Targets;
use super::record::{self, Record};
use super::terms::{instrument, named_report, person, unsigned, wrong_state};
use crate::api::migration::{
    MigrationId, MigrationOrder, MigrationPass, MigrationRunRequest, MigrationState, MigrationUndoRequest,
    MigrationView,
};
use crate::api::shadow::{SignOff, SignOffRequest};
use crate::error::Error;
use crate::principal::Principal;
use crate::shadow::seal;
use crate::{Done, Engine, Idempotency};

impl Engine {
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
        let _turn = self.turn_of(id).await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let mut record = self.migration_record(who, id).await?;
        named_report(&record, request.report)?;
        // What is being moved back is not moved on: the places of the two passes would cross.
        let ended = matches!(record.state, MigrationState::Tried | MigrationState::Stopped);
        if !ended || record.undo.order.is_some() {
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
        let _turn = self.turn_of(id).await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let mut record = self.migration_record(who, id).await?;
        let ended = matches!(record.state, MigrationState::Done | MigrationState::Stopped);
        if !ended || record.run.order.is_none() {
            return Err(wrong_state(&record, "undone"));
        }
        let instrument = instrument(&request.instrument)?;
        // An undo that stopped has listed them already.
        if record.state == MigrationState::Stopped && record.undo.order.is_none() {
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

    /// The right to begin a pass, once none is at work that was stopped. Looked at again under the lock: another may have been
    /// stopped while one waited for it, and two at once would list over each other.
    async fn turn_of(&self, id: &MigrationId) -> MutexGuard<'_, ()> {
        loop {
            let job = self.inner.migrations.running(id);
            if let Some(job) = &job {
                job.at_rest().await;
            }
            let listing = self.inner.migrations.listing.lock().await;
            if self.inner.migrations.running(id).is_none_or(|now| !now.is_ending()) {
                return listing;
            }
        }
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
