//! What callers ask of shadows: begin, look, list, cancel, sign.

use banshi_model::ids::{Authority, Digest};
use banshi_store::{Group, PackageRecord};

use super::record::{self, Record};
use super::seal;
use super::tally::Tally;
use super::walk::Trial;
use crate::api::shadow::{ShadowId, ShadowKey, ShadowRequest, ShadowState, ShadowView, SignOff, SignOffRequest};
use crate::api::{Page, PageRequest};
use crate::drive::keep_reply;
use crate::error::Error;
use crate::principal::{Principal, Role};
use crate::{Done, Engine, Idempotency};

/// Shadows at work at once.
const AT_ONCE_MAX: usize = 16;
/// Samples of one report.
const SAMPLES_MAX: u16 = 200;
/// Cases that are counted at once.
const COUNTED: usize = 4_096;
/// The most that one page holds.
const PAGE_MAX: usize = 200;

impl Engine {
    /// Begins a shadow, which then runs in the background. The platform may anywhere, a publisher at its authority.
    pub async fn begin_shadow(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        request: ShadowRequest,
    ) -> Result<Done<ShadowView>, Error> {
        may_look(who, &request.at)?;
        let _listing = self.inner.shadows.listing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        if request.samples.is_some_and(|samples| samples > SAMPLES_MAX) {
            let what = format!("a report holds at most {SAMPLES_MAX} samples");
            return Err(Error::invalid("shadow.samples", "/samples", what, "ask for fewer"));
        }
        if self.inner.shadows.count() >= AT_ONCE_MAX {
            return Err(Error::Busy(60));
        }
        let package = self.inner.store.package(&request.package)?;
        let package = package.ok_or_else(|| Error::not_found("package", request.package))?;
        let record = self.begun(who, request, package).await?;
        let mut group = Group::new();
        record::put_with_line(&mut group, &record, record::list(&self.inner.store)?)?;
        let done = self.commit_answered(group, who, key, 202, record.view()).await?;
        if matches!(done, Done::Fresh(_)) {
            tracing::info!(shadow.id = %record.id, package.digest = %record.request.package, "shadow begins");
            self.run_shadow(record);
        }
        Ok(done)
    }

    /// The record of a new shadow; the candidate has to stand at the authority.
    async fn begun(&self, who: &Principal, request: ShadowRequest, package: PackageRecord) -> Result<Record, Error> {
        let (created, manifest) = (self.now(), package.manifest.clone());
        let samples = usize::from(request.samples.unwrap_or(self.inner.config.shadow.samples).min(SAMPLES_MAX));
        let trial = Trial::new(self.clone(), package, request.clone(), created, samples);
        let effective = trial.at_authority().await?;
        let mut tally = Tally::default();
        tally.chain(&request.at.division, effective.digest, effective.definition_digest);
        let mut random = [0; 10];
        getrandom::fill(&mut random).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Record {
            id: ShadowId::new(random),
            state: ShadowState::Running,
            total: self.cases_there(&request)?,
            request,
            name: manifest.name,
            version: manifest.version,
            kind: manifest.kind,
            matter: manifest.matter,
            matter_type: effective.definition.matter_type,
            by: who.name.clone(),
            created,
            simulated: self.simulated(),
            samples,
            cursor: None,
            tally,
            finished: None,
            fault: None,
            signature: None,
            sign_offs: Vec::new(),
        })
    }

    /// How many cases there are to look at: for whoever waits.
    fn cases_there(&self, request: &ShadowRequest) -> Result<u64, Error> {
        let (mut count, mut after) = (0, None);
        loop {
            let page = self.inner.store.cases_in(&request.at.division, after.as_ref(), COUNTED)?;
            count += page.items.len() as u64;
            after = page.next;
            if after.is_none() {
                return Ok(count);
            }
        }
    }

    /// A shadow as it stands.
    pub async fn shadow_view(&self, who: &Principal, id: &ShadowId) -> Result<ShadowView, Error> {
        Ok(self.shadow_record(who, id).await?.view())
    }

    async fn shadow_record(&self, who: &Principal, id: &ShadowId) -> Result<Record, Error> {
        may_ask(who)?;
        let record = match self.inner.shadows.running(id) {
            // One that has just ended is as it is kept: it may have been signed since.
            Some(job) => Some(job.record.lock().await.clone()).filter(|record| record.state == ShadowState::Running),
            None => None,
        };
        let record = match record {
            Some(record) => Some(record),
            None => record::load(&self.inner.store, id)?,
        };
        // Whoever may not see it is told that there is none.
        record.filter(|record| may_look(who, &record.request.at).is_ok()).ok_or_else(|| Error::not_found("shadow", id))
    }

    /// The shadows that this caller may see, newest first.
    pub async fn shadows(&self, who: &Principal, page: PageRequest) -> Result<Page<ShadowView>, Error> {
        may_ask(who)?;
        let lines = record::list(&self.inner.store)?;
        let end = match page.cursor.as_deref().map(str::parse::<usize>) {
            None => lines.len(),
            Some(Ok(end)) if end <= lines.len() => end,
            Some(_) => {
                let fix = "use `next` of the page before, as it is";
                return Err(Error::invalid("page.cursor", "cursor", "not a cursor of this list", fix));
            }
        };
        let (mut items, mut next) = (Vec::new(), None);
        for (place, line) in lines.iter().enumerate().take(end).rev() {
            if may_look(who, &line.at).is_err() {
                continue;
            }
            if items.len() == page.limit.clamp(1, PAGE_MAX) {
                next = Some((place + 1).to_string());
                break;
            }
            let mut view = self.shadow_view(who, &line.id).await?;
            // A list says what there is; what was found is read one by one.
            view.report.samples.clear();
            items.push(view);
        }
        Ok(Page { items, next })
    }

    /// Stops a shadow. What it found so far stays, unsigned.
    pub async fn cancel_shadow(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &ShadowId,
    ) -> Result<Done<ShadowView>, Error> {
        self.shadow_record(who, id).await?;
        let running = self.inner.shadows.running(id);
        let _listing = self.inner.shadows.listing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let ended = || Error::conflict("shadow.ended", format!("shadow {id} has ended already"));
        let job = running.ok_or_else(ended)?;
        let mut record = job.record.lock().await;
        if record.state != ShadowState::Running {
            return Err(ended());
        }
        let mut after = record.clone();
        after.state = ShadowState::Cancelled;
        after.finished = Some(self.now());
        let mut group = Group::new();
        record::put_with_line(&mut group, &after, record::list(&self.inner.store)?)?;
        let done = self.commit_answered(group, who, key, 200, after.view()).await?;
        if matches!(done, Done::Fresh(_)) {
            job.cancel();
            *record = after;
            job.tell();
        }
        Ok(done)
    }

    /// A person answers for what a finished report shows. The report that was read is named by its digest.
    pub async fn sign_off_shadow(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &ShadowId,
        request: SignOffRequest,
    ) -> Result<Done<ShadowView>, Error> {
        self.shadow_record(who, id).await?;
        let _listing = self.inner.shadows.listing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let mut record = self.shadow_record(who, id).await?;
        if record.state != ShadowState::Finished {
            return Err(Error::conflict("shadow.unfinished", format!("shadow {id} has no finished report to sign")));
        }
        if seal::digest(&record.report()) != request.report {
            let what = "that is not the digest of this report";
            return Err(Error::invalid("shadow.report", "/report", what, "read the report and name its `digest`"));
        }
        let person = person(&request)?;
        let mut sign_off =
            SignOff { person, by: who.name.clone(), at: self.now(), report: request.report, signature: None };
        sign_off.signature = Some(self.inner.shadows.seal.sign_off(&sign_off));
        record.sign_offs.push(sign_off);
        let view = record.view();
        let mut group = Group::new();
        record::put(&mut group, &record)?;
        keep_reply(&mut group, who, key, 200, None, &view)?;
        self.inner.store.commit(group).await?;
        tracing::info!(shadow.id = %id, shadow.report = %request.report, "shadow was signed off");
        Ok(Done::Fresh(view))
    }

    /// The public key that reports of this host are checked with.
    pub fn shadow_key(&self) -> ShadowKey {
        self.inner.shadows.seal.key()
    }

    /// The finished shadows of a package at an authority, newest first.
    pub(super) fn finished_shadows(&self, package: Digest, at: &Authority) -> Result<Vec<Record>, Error> {
        let mut found = Vec::new();
        for line in record::list(&self.inner.store)?.into_iter().rev() {
            if line.package == package && line.at == *at && line.state == ShadowState::Finished {
                found.extend(record::load(&self.inner.store, &line.id)?);
            }
        }
        Ok(found)
    }
}

fn person(request: &SignOffRequest) -> Result<String, Error> {
    let person = request.person.trim();
    let fits = (1..=60).contains(&person.chars().count()) && !person.chars().any(char::is_control);
    let wrong = || Error::invalid("shadow.person", "/person", "who signs is not named", "give name and post");
    fits.then(|| person.to_owned()).ok_or_else(wrong)
}

/// Those who publish and enact.
fn may_ask(who: &Principal) -> Result<(), Error> {
    match who.role {
        Role::Platform | Role::Publisher { .. } => Ok(()),
        _ => Err(Error::Forbidden { what: "look at shadows", needs: "a platform or publisher token" }),
    }
}

/// The platform, or the publisher of that very authority.
fn may_look(who: &Principal, at: &Authority) -> Result<(), Error> {
    match &who.role {
        Role::Platform => Ok(()),
        Role::Publisher { authority } if authority == at => Ok(()),
        _ => Err(Error::Forbidden {
            what: "try a package on recorded cases",
            needs: "a platform token, or the publisher of that authority",
        }),
    }
}
