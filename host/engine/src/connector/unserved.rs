//! Deliveries to partners that nobody serves wait, untried, until a start at which there is one.
//!
//! Trying them would be a commit and a log line for each, and after a day of tries they would be given up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use banshi_model::effect::PartnerKind;
use banshi_store::{Group, OutboxItem};
use jiff::Timestamp;

use crate::Engine;
use crate::error::Error;

/// Deliveries that become due in one commit.
const AT_ONCE: usize = 256;

impl Engine {
    /// Says which partners nobody serves: what is sent to them from now on waits. Before it is said, everybody counts as
    /// served.
    pub fn outbox_unserve(&self, kinds: impl IntoIterator<Item = PartnerKind>) {
        *self.inner.unserved.write().unwrap_or_else(PoisonError::into_inner) = kinds.into_iter().collect();
    }

    /// Makes due what waited for a partner that is served now, and answers how many wait on. To be called once a start,
    /// after [`outbox_unserve`](Self::outbox_unserve).
    pub async fn outbox_release(&self) -> Result<BTreeMap<PartnerKind, usize>, Error> {
        let (mut cursor, mut waiting) = (None, BTreeMap::<PartnerKind, usize>::new());
        loop {
            let page = self.inner.store.outbox_unserved(cursor.as_ref(), AT_ONCE)?;
            let (served, unserved): (Vec<_>, Vec<_>) =
                page.items.into_iter().partition(|item| self.serves(item.outgoing.partner));
            for item in unserved {
                *waiting.entry(item.outgoing.partner).or_default() += 1;
            }
            self.make_due(served).await;
            cursor = match page.next {
                None => return Ok(waiting),
                next => next,
            };
            // Whoever has a hundred thousand of them has other work, too.
            tokio::task::yield_now().await;
        }
    }

    /// A delivery was found due whose partner nobody serves: it waits, and that was no attempt.
    pub async fn outbox_waits(&self, item: OutboxItem) -> Result<(), Error> {
        let mut group = Group::new();
        group.reschedule(OutboxItem { next: OutboxItem::UNSERVED, ..item });
        Ok(self.inner.store.commit(group).await?)
    }

    pub(crate) fn serves(&self, partner: PartnerKind) -> bool {
        !self.inner.unserved.read().unwrap_or_else(PoisonError::into_inner).contains(&partner)
    }

    /// When a delivery that is put at `now` is tried first.
    pub(crate) fn first_try(&self, partner: PartnerKind, now: Timestamp) -> Timestamp {
        if self.serves(partner) { now } else { OutboxItem::UNSERVED }
    }

    async fn make_due(&self, items: Vec<OutboxItem>) {
        if items.is_empty() {
            return;
        }
        let next = self.outbox_now();
        let due = |items: &[OutboxItem]| {
            let mut group = Group::new();
            items.iter().for_each(|item| group.reschedule(OutboxItem { next, ..item.clone() }));
            self.inner.store.commit(group)
        };
        let mut released = items.len();
        if due(&items).await.is_err() {
            // One whose case was erased meanwhile must not hold the others.
            for item in &items {
                if let Err(error) = due(std::slice::from_ref(item)).await {
                    released -= 1;
                    tracing::warn!(outbox.key = %item.key, outbox.error = %error, "a delivery could not be made due; it waits until the next start");
                }
            }
        }
        tracing::info!(outbox.released = released, "deliveries are due: their partner is configured now");
        self.inner.outbox.notify_one();
    }
}

/// The kinds that nobody serves.
pub(crate) type Unserved = BTreeSet<PartnerKind>;
