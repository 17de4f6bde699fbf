//! From changes to one group: deliveries, inbox items and licences follow from the effects.

use banshi_model::effect::Effect;
use banshi_model::entry::Actor;
use banshi_store::{InboxItem, InboxKey, OutboxItem};

use crate::drive::{Change, Work};
use crate::error::Error;
use crate::{Done, Engine, Idempotency, Principal};

impl Engine {
    /// Commits a change with all that belongs to it, and wakes whoever has work from it.
    pub(crate) async fn commit(&self, mut work: Work, change: Change) -> Result<(), Error> {
        let mut changes = vec![change];
        changes.append(&mut work.others);
        let mut outbox = false;
        for change in changes.into_iter().filter(|change| !change.is_empty()) {
            let (after, expected, entries) = change.into_parts();
            for entry in &entries {
                for (ordinal, effect) in entry.effects.iter().enumerate() {
                    match effect {
                        Effect::Sent(outgoing) => {
                            outbox = true;
                            work.group.deliver(OutboxItem {
                                key: outgoing.key.clone(),
                                case: entry.case.clone(),
                                outgoing: outgoing.clone(),
                                created: entry.at,
                                attempts: 0,
                                next: entry.at,
                                last_error: None,
                            });
                        }
                        Effect::EventSent { to, event } => {
                            let ordinal = u16::try_from(ordinal).unwrap_or(u16::MAX / 2);
                            let key = InboxKey { at: entry.at, from: entry.case.clone(), seq: entry.seq, ordinal };
                            let by = Actor::Case(entry.case.clone());
                            work.group.send(InboxItem { key, to: to.clone(), event: event.clone(), by });
                        }
                        _ => {}
                    }
                }
            }
            work.group.append(after, expected, entries);
        }
        for licence in work.licences.values() {
            work.group.put_licence(licence);
        }
        self.inner.store.commit(work.group).await?;
        // Inbox items are to be taken up, and a timer may move the driver's alarm.
        self.inner.work.notify_one();
        if outbox {
            self.inner.outbox.notify_one();
        }
        Ok(())
    }

    /// The answer that was given before under this key, if the request was the same.
    pub(crate) fn repeated<T>(&self, who: &Principal, key: Option<&Idempotency>) -> Result<Option<Done<T>>, Error> {
        let Some(key) = key else { return Ok(None) };
        match self.inner.store.reply(&who.name, &key.key)? {
            Some(reply) if reply.request == key.request => {
                Ok(Some(Done::Repeated { status: reply.status, body: reply.body }))
            }
            Some(_) => Err(Error::IdempotencyMismatch),
            None => Ok(None),
        }
    }

    /// Keeps the answer under the caller's key, in the commit that it answers for.
    pub(crate) fn keep_reply<T: serde::Serialize>(
        &self,
        work: &mut Work,
        who: &Principal,
        key: Option<&Idempotency>,
        status: u16,
        case: Option<&banshi_model::ids::CaseId>,
        answer: &T,
    ) -> Result<(), Error> {
        let Some(key) = key else { return Ok(()) };
        let body = serde_json::to_vec(answer).map_err(|error| Error::Internal(error.to_string()))?;
        let reply = banshi_store::Reply { request: key.request, status, body, case: case.cloned() };
        work.group.reply(&who.name, &key.key, reply);
        Ok(())
    }
}
