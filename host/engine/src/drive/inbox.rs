//! Events between cases: taken up one by one for each case, exactly once, because the commit that takes an
//! event up removes it.

use std::collections::BTreeMap;

use banshi_model::ids::CaseId;
use banshi_store::InboxItem;
use jiff::Timestamp;
use tokio::task::JoinSet;

use crate::Engine;
use crate::drive::{Change, Work};
use crate::error::Error;

/// Inbox items that are read at once.
const BATCH: usize = 256;
/// Cases that are stepped at once.
const AT_ONCE: usize = 16;

impl Engine {
    /// Takes up what the inbox holds now; answers how many items that were.
    pub(crate) async fn take_inbox(&self, now: Timestamp) -> Result<usize, Error> {
        let items = self.inner.store.inbox(None, BATCH)?;
        let count = items.len();
        let mut by_case: BTreeMap<CaseId, Vec<InboxItem>> = BTreeMap::new();
        for item in items {
            by_case.entry(item.to.clone()).or_default().push(item);
        }
        let mut running = JoinSet::new();
        for (_, items) in by_case {
            if running.len() >= AT_ONCE {
                joined(running.join_next().await)?;
            }
            let engine = self.clone();
            running.spawn(async move {
                for item in items {
                    engine.take_item(now, item).await?;
                }
                Ok::<(), Error>(())
            });
        }
        while let Some(result) = running.join_next().await {
            joined(Some(result))?;
        }
        Ok(count)
    }

    async fn take_item(&self, now: Timestamp, item: InboxItem) -> Result<(), Error> {
        let _guard = self.lock(&item.to).await;
        let mut work = Work::at(now);
        work.group.take(item.key);
        match self.inner.store.case(&item.to) {
            Ok(Some(stored)) => {
                let mut change = Change::of(stored);
                self.advance(&mut work, &mut change, item.event, item.by).await?;
                self.commit(work, change).await
            }
            // Erased or never opened: there is nobody to tell.
            Ok(None) | Err(banshi_store::Error::Erased(_)) => Ok(self.inner.store.commit(work.group).await?),
            Err(error) => Err(error.into()),
        }
    }
}

fn joined(result: Option<Result<Result<(), Error>, tokio::task::JoinError>>) -> Result<(), Error> {
    match result {
        Some(Ok(done)) => done,
        Some(Err(error)) => Err(Error::Internal(format!("a step's task ended: {error}"))),
        None => Ok(()),
    }
}
