//! The circuit breaker: a package whose steps fail too often at an authority is not called for that authority's cases
//! until a trial succeeds or an operator releases it. Elsewhere it goes on.
//!
//! A step counts where its call traps, hits a limit or gives up, and where the host's checks find its answer not fit
//! to stand; what is the host's own (no place in the sandbox, a component that cannot be loaded) does not count.
//! `circuit` and `board` are pure; what acts is here: it keeps each change before anybody is told of it.
//!
//! Must not: touch a case. A step that is not let through is parked by the driver, like any that failed.

mod board;
mod circuit;
mod options;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use banshi_model::case::Case;
use banshi_model::effect::StepFault;
use banshi_model::ids::{Authority, Digest};
use banshi_model::quarantine::{QUARANTINED, Quarantine};
use banshi_store::{Group, Store};
use jiff::Timestamp;

use crate::authorise::platform;
use crate::authority::authority_at;
use crate::drive::{code_layers, first_stands, keep_reply};
use crate::error::Error;
use crate::principal::{Principal, Role};
use crate::registry::Effective;
use crate::{Done, Engine, Idempotency};
use board::{Board, Change, Failure, Kept, Pass};
pub use options::Options;

/// Where quarantines are kept.
const KEPT: &str = "breaker/quarantines";

/// The circuits of a host.
pub(crate) struct Breaker {
    board: Mutex<Board>,
    /// Whether no step failed lately, so that there is nothing to ask.
    quiet: AtomicBool,
    /// What is durable, newest first: all that anybody is told.
    shown: Mutex<Arc<Vec<Quarantine>>>,
    /// Held while a change is kept, so that a later one is not overwritten by an earlier one.
    keeping: tokio::sync::Mutex<()>,
}

impl Breaker {
    /// Takes up the quarantines that were in force when the host stopped.
    pub fn load(store: &Store, options: Options) -> Result<Self, Error> {
        let kept = match store.setting(KEPT)? {
            None => Kept::default(),
            Some(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| Error::Internal(format!("the quarantines do not read: {error}")))?,
        };
        let board = Board::new(options, kept);
        let shown = Mutex::new(Arc::new(board.list()));
        let quiet = AtomicBool::new(board.is_quiet());
        Ok(Self { board: Mutex::new(board), quiet, shown, keeping: tokio::sync::Mutex::new(()) })
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shown(&self) -> Arc<Vec<Quarantine>> {
        Arc::clone(&self.shown.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn change<T>(&self, change: impl FnOnce(&mut Board) -> T) -> T {
        let mut board = self.board();
        let changed = change(&mut board);
        self.quiet.store(board.is_quiet(), Ordering::Relaxed);
        changed
    }

    /// The quarantine in force for a package at an authority.
    pub fn of(&self, package: Digest, authority: &Authority) -> Option<Quarantine> {
        if self.quiet.load(Ordering::Relaxed) { None } else { self.board().of(package, authority) }
    }
}

/// The right of one step to call its layers. Dropped without a verdict, its trials are given back.
pub(crate) struct Admission {
    breaker: Arc<Breaker>,
    passes: Vec<Pass>,
}

impl Drop for Admission {
    fn drop(&mut self) {
        if self.passes.iter().any(Pass::is_trial) {
            self.breaker.change(|board| board.undecided(&self.passes));
        }
    }
}

impl Engine {
    /// Whether a step of this case may call its layers; the fault, if one of them is quarantined here.
    pub(crate) fn admit_step(&self, effective: &Effective, case: &Case) -> Result<Admission, StepFault> {
        let breaker = Arc::clone(&self.inner.breaker);
        if breaker.quiet.load(Ordering::Relaxed) {
            return Ok(Admission { breaker, passes: Vec::new() });
        }
        let Some(authority) = here(effective, case) else { return Ok(Admission { breaker, passes: Vec::new() }) };
        let packages = code_layers(effective).map(|layer| layer.package);
        match breaker.change(|board| board.admit(packages, &authority, self.now())) {
            Ok(passes) => {
                for pass in passes.iter().filter(|pass| pass.is_trial()) {
                    let (package, authority) = &pass.key;
                    metrics::counter!("banshi_quarantine_changes_total", "change" => "trial").increment(1);
                    tracing::warn!(
                        quarantine.change = "trial", package.digest = %package, authority = %authority, case.id = %case.id,
                        "a quarantined package is tried with one step"
                    );
                }
                Ok(Admission { breaker, passes })
            }
            Err(quarantine) => Err(parked(&quarantine)),
        }
    }

    /// Takes up what became of a step that was let through.
    pub(crate) async fn judge_step(
        &self,
        admission: Admission,
        effective: &Effective,
        case: &Case,
        fault: Option<&StepFault>,
    ) {
        let changes = self.judged(admission, effective, case, fault);
        if changes.is_empty() {
            return;
        }
        if let Err(error) = self.keep_quarantines(Group::new(), changes).await {
            tracing::error!(error.text = %error, "a change of a quarantine is in force and could not be kept");
        }
    }

    /// Where the host itself failed nothing is counted, and trials are given back.
    fn judged(
        &self,
        mut admission: Admission,
        effective: &Effective,
        case: &Case,
        fault: Option<&StepFault>,
    ) -> Vec<Change> {
        let (breaker, now) = (&self.inner.breaker, self.now());
        let Some(fault) = fault else {
            let passes = std::mem::take(&mut admission.passes);
            return if passes.is_empty() { Vec::new() } else { breaker.change(|board| board.succeeded(&passes, now)) };
        };
        let layer = code_layers(effective).find(|layer| blamed(fault) == Some(layer.package));
        let (Some(layer), Some(authority)) = (layer, here(effective, case)) else { return Vec::new() };
        let failure = Failure { case: &case.id, matter: &case.pin.chain.matter, layer, code: &fault.code };
        let mut passes = std::mem::take(&mut admission.passes);
        breaker.change(|board| {
            if passes.is_empty() {
                let packages = code_layers(effective).map(|layer| layer.package);
                passes = board.admit(packages, &authority, now).unwrap_or_default();
            }
            board.failed(&passes, &failure, now)
        })
    }

    /// Keeps changes, and only then tells of them.
    async fn keep_quarantines(&self, mut group: Group, changes: Vec<Change>) -> Result<(), Error> {
        let breaker = &self.inner.breaker;
        let _keeping = breaker.keeping.lock().await;
        let (kept, list) = {
            let board = breaker.board();
            (board.kept(), board.list())
        };
        group.put_setting(KEPT, serde_json::to_vec(&kept).map_err(|error| Error::Internal(error.to_string()))?);
        self.inner.store.commit(group).await?;
        *breaker.shown.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(list);
        changes.iter().for_each(tell);
        Ok(())
    }

    /// Quarantines in force and the last ones that were released, newest first: all for the platform, for a publisher
    /// those of its own packages and those that its own cases meet.
    pub fn quarantines(&self, who: &Principal) -> Result<Vec<Quarantine>, Error> {
        let shown = self.inner.breaker.shown();
        let now = |kept: &Quarantine| match self.inner.breaker.of(kept.package, &kept.authority) {
            Some(live) if live.id == kept.id => live,
            _ => kept.clone(),
        };
        match &who.role {
            Role::Platform => Ok(shown.iter().map(now).collect()),
            Role::Publisher { authority } => {
                let own = |known: &&Quarantine| known.publisher == *authority || known.authority == *authority;
                Ok(shown.iter().filter(own).map(now).collect())
            }
            _ => Err(Error::Forbidden { what: "list quarantines", needs: "a platform or publisher token" }),
        }
    }

    /// Releases a quarantine: the package is called again at once, and parked cases are taken up at their next try.
    pub async fn release_quarantine(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &str,
    ) -> Result<Done<Quarantine>, Error> {
        platform(who, "release a quarantine")?;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let known = self.quarantines(who)?.into_iter().find(|known| known.id == id);
        let known = known.ok_or_else(|| Error::not_found("quarantine", "of this id"))?;
        let released = self.inner.breaker.change(|board| board.release(id, &who.name, self.now()));
        let Some(change) = released else {
            let at = known.released.map_or(self.now(), |release| release.at);
            let what = format!("the quarantine was released at {}", banshi_model::time::text(at));
            return Err(Error::conflict("quarantine.released", what));
        };
        let quarantine = change.quarantine.clone();
        let mut group = Group::new();
        keep_reply(&mut group, who, key, 200, None, &quarantine)?;
        let kept = self.keep_quarantines(group, vec![change]).await;
        self.inner.work.notify_one();
        first_stands(kept, key, quarantine)
    }

    /// The quarantine that a parked case waits for; none where it waits for something else.
    pub(crate) fn quarantine_of(&self, case: &Case, department: &str) -> Option<Quarantine> {
        let fault = case.fault.as_ref().filter(|fault| fault.code == QUARANTINED)?;
        let authority = authority_at(department, &case.pin.chain, &case.draft.division)?;
        let of_this = |known: &&Quarantine| {
            known.released.is_none() && Some(known.package) == fault.package && known.authority == authority
        };
        self.inner.breaker.shown().iter().find(of_this).cloned()
    }

    /// Before when no trial of the package that a fault names is let through for this case.
    pub(crate) fn quarantined_until(&self, effective: &Effective, case: &Case, fault: &StepFault) -> Option<Timestamp> {
        let authority = here(effective, case)?;
        self.inner.breaker.of(fault.package?, &authority).map(|quarantine| quarantine.until)
    }

    /// How many packages are quarantined, each authority by itself; for the metrics.
    pub fn quarantines_in_force(&self) -> usize {
        self.inner.breaker.board().open()
    }
}

/// Whose the case is.
fn here(effective: &Effective, case: &Case) -> Option<Authority> {
    authority_at(&effective.definition.department, &effective.chain, &case.draft.division)
}

/// The package that a fault is counted against; none where the host itself failed.
fn blamed(fault: &StepFault) -> Option<Digest> {
    let own = ["guest.queue", "package.unavailable", QUARANTINED];
    fault.package.filter(|_| !own.contains(&fault.code.as_str()))
}

/// Why a step is parked that was not let through.
fn parked(quarantine: &Quarantine) -> StepFault {
    let told = quarantine.explained();
    let text = format!("{} {}", told.zh, told.en.unwrap_or_default());
    StepFault { code: QUARANTINED.to_owned(), text, package: Some(quarantine.package) }
}

/// The notice to operators: one line with fixed fields, one count.
fn tell(change: &Change) {
    let Change { what, quarantine } = change;
    metrics::counter!("banshi_quarantine_changes_total", "change" => *what).increment(1);
    tracing::warn!(
        quarantine.change = what,
        quarantine.id = %quarantine.id,
        quarantine.until = %quarantine.until,
        quarantine.released_by = quarantine.released.as_ref().and_then(|release| release.by.as_deref()),
        package.digest = %quarantine.package,
        package.name = %quarantine.name,
        package.version = %quarantine.version,
        authority = %quarantine.authority,
        matter.code = %quarantine.matter,
        fault.code = %quarantine.code,
        "the quarantine of a package changed"
    );
}
