//! What the delivery loop needs of the engine, as a trait, so that the loop is tested without one.

use std::collections::BTreeMap;
use std::future::Future;

use banshi_engine::{Engine, OutboxItem};
use banshi_model::effect::PartnerKind;
use jiff::Timestamp;

/// The outbox as the engine shows it.
pub trait Outbox: Clone + Send + Sync + 'static {
    /// What may be tried now and is not `known`, longest due first.
    fn due(&self, limit: usize, known: impl Fn(&str) -> bool) -> Result<Vec<OutboxItem>, banshi_engine::Error>;

    /// One that was due, as it stands now; none where it is gone.
    fn item(&self, key: &str) -> Result<Option<OutboxItem>, banshi_engine::Error>;

    /// Resolves when something may have become due. May resolve early and for nothing.
    fn wait(&self) -> impl Future<Output = ()> + Send;

    /// The time by which `due` counts; next attempts are given in it.
    fn now(&self) -> Timestamp;

    /// Where the answer goes; none where none is awaited.
    fn callback_token(&self, item: &OutboxItem) -> Option<String>;

    /// Nobody serves these kinds: what is sent to them waits, and is never due.
    fn unserve(&self, kinds: &[PartnerKind]);

    /// Makes due what waited for a kind that is served now; says how many wait on.
    fn release(&self) -> impl Future<Output = Result<BTreeMap<PartnerKind, usize>, banshi_engine::Error>> + Send;

    /// It was due and nobody serves its kind: it waits.
    fn waits(&self, item: OutboxItem) -> impl Future<Output = Result<(), banshi_engine::Error>> + Send;

    /// It was delivered.
    fn done(&self, key: &str) -> impl Future<Output = Result<(), banshi_engine::Error>> + Send;

    /// It was not; `next` none makes it a dead letter. `error` is a fixed word without personal data.
    fn failed(
        &self,
        item: OutboxItem,
        error: &str,
        next: Option<Timestamp>,
    ) -> impl Future<Output = Result<(), banshi_engine::Error>> + Send;
}

impl Outbox for Engine {
    fn due(&self, limit: usize, known: impl Fn(&str) -> bool) -> Result<Vec<OutboxItem>, banshi_engine::Error> {
        self.outbox_due(limit, known)
    }

    fn item(&self, key: &str) -> Result<Option<OutboxItem>, banshi_engine::Error> {
        self.outbox_item(key)
    }

    async fn wait(&self) {
        self.outbox_wait().await;
    }

    fn now(&self) -> Timestamp {
        self.outbox_now()
    }

    fn callback_token(&self, item: &OutboxItem) -> Option<String> {
        Self::callback_token(self, item)
    }

    fn unserve(&self, kinds: &[PartnerKind]) {
        self.outbox_unserve(kinds.iter().copied());
    }

    async fn release(&self) -> Result<BTreeMap<PartnerKind, usize>, banshi_engine::Error> {
        self.outbox_release().await
    }

    async fn waits(&self, item: OutboxItem) -> Result<(), banshi_engine::Error> {
        self.outbox_waits(item).await
    }

    async fn done(&self, key: &str) -> Result<(), banshi_engine::Error> {
        self.outbox_done(key).await
    }

    async fn failed(&self, item: OutboxItem, error: &str, next: Option<Timestamp>) -> Result<(), banshi_engine::Error> {
        self.outbox_failed(item, error, next).await
    }
}
