//! Quotas: how much of what all share an authority may take, so that one does not take it from the others.
//!
//! What a step takes is known afterwards, so it is charged afterwards; an authority in debt waits. A person's request
//! waits up to a bound and is then answered 429 with the time; plugins' timers, retries and events between cases are held
//! back and lose nothing. What the law does by itself (acceptance, renewal, silence) and what an officer finishes by hand
//! wait for no quota, and no statutory clock is touched.
//!
//! `bucket` and `book` are pure. Quotas are of the machine, so they run on its clock and not on a simulated one, and
//! begin anew with the process.

mod book;
mod bucket;
mod held;
mod meter;
mod options;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use banshi_model::case::Case;
use banshi_model::effect::Effect;
use banshi_model::entry::Entry;
use banshi_model::ids::{Authority, Division, DocumentId};
use jiff::{SignedDuration, Timestamp};

use crate::Engine;
use crate::authority::authority_at;
use crate::error::{Error, OverQuota};
use crate::registry::Effective;
use book::{Asked, Book};
pub(crate) use book::{Quota, Use};
pub(crate) use held::{Held, may_wait};
pub use options::Options;

/// The accounts of a host.
pub(crate) struct Quotas {
    book: Mutex<Book>,
    began: Instant,
    /// Cases whose timers and events are held back.
    pub held: Held,
}

impl Quotas {
    /// Nobody has taken anything.
    pub fn new(options: &Options) -> Self {
        Self { book: Mutex::new(Book::new(options.rules())), began: Instant::now(), held: Held::default() }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds since the start.
    pub fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Charges what was used.
    pub fn charge(&self, authority: &Authority, used: &Use) {
        let now = self.now();
        self.book().charge(authority, used, now);
    }
}

/// A place in an authority's queue; given up when dropped.
struct Place<'a>(&'a Quotas, &'a Authority);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.book().waited(self.1);
    }
}

impl Engine {
    /// Lets a person's request go when its authority is within its quotas: at once, or after a wait in the queue.
    pub(crate) async fn within_quota(&self, authority: &Authority) -> Result<(), Error> {
        let quotas = &self.inner.quotas;
        let now = quotas.now();
        let asked = quotas.book().ask(authority, now);
        match asked {
            Asked::Now => Ok(()),
            Asked::After(wait, quota) => {
                metrics::counter!("banshi_quota_queued_total", "quota" => quota.word()).increment(1);
                let _place = Place(quotas, authority);
                tokio::time::sleep(Duration::from_millis(wait)).await;
                Ok(())
            }
            Asked::Over(wait, quota) => Err(self.over_quota(authority, quota, wait)),
        }
    }

    /// The same for a step of a case that is there already.
    pub(crate) async fn case_within_quota(&self, case: &Case) -> Result<(), Error> {
        match self.authority_of(case).await? {
            Some(authority) => self.within_quota(&authority).await,
            None => Ok(()),
        }
    }

    /// Turns a package away whose authority has used up its storage.
    pub(crate) fn within_storage(&self, authority: &Authority) -> Result<(), Error> {
        let quotas = &self.inner.quotas;
        let now = quotas.now();
        let over = quotas.book().over(authority, now);
        match over {
            Some((Quota::Storage, wait)) => Err(self.over_quota(authority, Quota::Storage, wait)),
            _ => Ok(()),
        }
    }

    fn over_quota(&self, authority: &Authority, quota: Quota, wait: u64) -> Error {
        metrics::counter!("banshi_quota_refused_total", "quota" => quota.word()).increment(1);
        let until = Timestamp::now().checked_add(SignedDuration::from_millis(i64::try_from(wait).unwrap_or(i64::MAX)));
        Error::Quota(Box::new(OverQuota {
            quota: quota.word(),
            title: quota.zh(),
            authority: authority.clone(),
            seconds: wait.div_ceil(1000).max(1),
            until: until.unwrap_or(Timestamp::MAX),
        }))
    }

    /// Does a chain's calls, and charges them to the authority where they are for.
    pub(crate) async fn charged<F: Future>(&self, effective: &Effective, division: &Division, work: F) -> F::Output {
        let (output, spent) = meter::metered(work).await;
        if let Some(authority) = authority_at(&effective.definition.department, &effective.chain, division) {
            let calls = crate::drive::code_layers(effective).count();
            let used = Use {
                calls: u64::try_from(calls).unwrap_or(u64::MAX),
                cpu: u64::try_from(spent.as_micros()).unwrap_or(u64::MAX),
                ..Use::default()
            };
            self.inner.quotas.charge(&authority, &used);
        }
        output
    }

    /// Who pays for what a case writes, and what its new entries send; their bytes are known once they are written.
    pub(crate) async fn charge_of(&self, case: &Case, entries: &[Entry]) -> Result<Option<(Authority, Use)>, Error> {
        let sent = |entry: &Entry| entry.effects.iter().filter(|effect| matches!(effect, Effect::Sent(_))).count();
        let deliveries = u64::try_from(entries.iter().map(sent).sum::<usize>()).unwrap_or(u64::MAX);
        Ok(self.authority_of(case).await?.map(|authority| (authority, Use { deliveries, ..Use::default() })))
    }

    /// Charges the papers that a case claims.
    pub(crate) async fn charge_documents(&self, case: &Case, documents: &[DocumentId]) -> Result<(), Error> {
        if documents.is_empty() || !self.inner.quotas.book().limits(Quota::Storage) {
            return Ok(());
        }
        let mut bytes = 0;
        for id in documents {
            bytes += self.inner.store.document(id)?.map_or(0, |document| document.bytes.len());
        }
        if let Some(authority) = self.authority_of(case).await? {
            self.inner.quotas.charge(&authority, &Use::of_storage(bytes));
        }
        Ok(())
    }

    /// Whose a case is.
    async fn authority_of(&self, case: &Case) -> Result<Option<Authority>, Error> {
        let effective: Arc<Effective> = self.effective_of(&case.pin).await?;
        Ok(authority_at(&effective.definition.department, &effective.chain, &case.draft.division))
    }
}
