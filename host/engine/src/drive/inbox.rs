//! Events between cases: taken up one by one for each case, exactly once, because the commit that takes an
//! event up removes it.

use std::collections::BTreeMap;

use banshi_model::event::Event;
use banshi_model::ids::CaseId;
use banshi_store::InboxItem;
use jiff::Timestamp;
use tokio::task::JoinSet;

use crate::Engine;
use crate::drive::{AT_ONCE, Work};
use crate::error::Error;

impl Engine {
    /// Takes up what the inbox holds now. One case that fails holds up none of the others: what failed stays
    /// in the inbox and is counted.
    pub(crate) async fn take_inbox(&self, now: Timestamp) -> Result<Taken, Error> {
        let mut by_case: BTreeMap<CaseId, Vec<InboxItem>> = BTreeMap::new();
        for item in self.inbox_to_take()? {
            by_case.entry(item.to.clone()).or_default().push(item);
        }
        let mut all = Taken::default();
        let mut running = JoinSet::new();
        for (_, items) in by_case {
            if running.len() >= AT_ONCE {
                all.add(running.join_next().await);
            }
            let engine = self.clone();
            running.spawn(async move { engine.take_items(now, items).await });
        }
        while let Some(taken) = running.join_next().await {
            all.add(Some(taken));
        }
        Ok(all)
    }

    /// One case's items in their order; after a failure the rest waits behind it.
    async fn take_items(&self, now: Timestamp, items: Vec<InboxItem>) -> Taken {
        let mut taken = Taken::default();
        for item in items {
            let case = item.to.clone();
            match self.take_item(now, item).await {
                Ok(true) => taken.done += 1,
                // What is behind it waits with it.
                Ok(false) => break,
                Err(error) => {
                    tracing::error!(case.id = %case, error.text = %error, "inbox item could not be taken up");
                    taken.failed += 1;
                    break;
                }
            }
        }
        taken
    }

    /// Takes one up. False: it waits for a quota, and stays in the inbox.
    async fn take_item(&self, now: Timestamp, item: InboxItem) -> Result<bool, Error> {
        if self.waits(&item.to).await? {
            return Ok(false);
        }
        let _guard = self.lock(&item.to).await;
        let mut work = Work::at(now);
        work.group.take(item.key);
        match self.inner.store.case(&item.to) {
            Ok(Some(stored)) => {
                let mut change = self.begin(&mut work, stored).await?;
                match item.event {
                    Event::LicenceEnded(permit) if !change.case.parts.is_empty() => {
                        self.permit_ended(&mut work, &mut change, permit, item.by).await?;
                    }
                    event => drop(self.advance(&mut work, &mut change, event, item.by).await?),
                }
                self.commit(work, change).await?;
            }
            // Erased or never opened: there is nobody to tell.
            Ok(None) | Err(banshi_store::Error::Erased(_)) => self.inner.store.commit(work.group).await?,
            Err(error) => return Err(error.into()),
        }
        Ok(true)
    }
}

/// How many items were taken up, and how many cases failed.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Taken {
    pub done: usize,
    pub failed: usize,
}

impl Taken {
    fn add(&mut self, joined: Option<Result<Taken, tokio::task::JoinError>>) {
        match joined {
            Some(Ok(taken)) => {
                self.done += taken.done;
                self.failed += taken.failed;
            }
            Some(Err(_)) => self.failed += 1,
            None => {}
        }
    }
}
