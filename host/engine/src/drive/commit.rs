//! From changes to one group: deliveries, inbox items and licences follow from the effects.

use banshi_model::effect::Effect;
use banshi_model::entry::Actor;
use banshi_store::{Group, InboxItem, InboxKey, OutboxItem};

use crate::drive::count::Counts;
use crate::drive::{Change, Work};
use crate::error::Error;
use crate::quota::Use;
use crate::{Done, Engine, Idempotency, Principal};

impl Engine {
    /// Commits a change with all that belongs to it, and wakes whoever has work from it.
    pub(crate) async fn commit(&self, mut work: Work, change: Change) -> Result<(), Error> {
        let mut changes = vec![change];
        changes.append(&mut work.others);
        let (mut outbox, mut counts, mut written) = (false, Counts::default(), Vec::new());
        let mut seen = Vec::new();
        for change in changes.into_iter().filter(|change| !change.is_empty()) {
            let (after, expected, entries) = change.into_parts();
            counts.add(&entries);
            for entry in &entries {
                for (ordinal, effect) in entry.effects.iter().enumerate() {
                    match effect {
                        Effect::Sent(outgoing) => {
                            let next = self.first_try(outgoing.partner, entry.at);
                            outbox |= next == entry.at;
                            work.group.deliver(OutboxItem {
                                key: outgoing.key.clone(),
                                case: entry.case.clone(),
                                outgoing: outgoing.clone(),
                                created: entry.at,
                                attempts: 0,
                                next,
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
            written.push(self.charge_of(&after, &entries).await?);
            seen.extend(self.watch_seen(&after, &entries));
            work.group.append(after, expected, entries);
        }
        for licence in work.licences.values() {
            work.group.put_licence(licence);
        }
        let appended = self.inner.store.commit_counted(work.group).await?;
        counts.show();
        for (charge, storage) in written.into_iter().zip(appended) {
            if let Some((authority, used)) = charge {
                self.inner.quotas.charge(&authority, &Use { storage, ..used });
            }
        }
        self.watched(seen).await;
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

    /// The outcome of a write; where it failed and the same request was answered before, that answer.
    ///
    /// A write that succeeds is checked by its own commit. To look first would read a page of the storage for every
    /// write, nearly always to find nothing.
    pub(crate) fn or_repeated<T>(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        outcome: Result<Done<T>, Error>,
    ) -> Result<Done<T>, Error> {
        match outcome {
            Err(error) => self.repeated(who, key)?.ok_or(error),
            done => done,
        }
    }

    /// Commits what belongs to no case, and the answer with it under the caller's key.
    ///
    /// Where another request with the same key was first, its answer stands and nothing of this one is written.
    pub(crate) async fn commit_answered<T: serde::Serialize>(
        &self,
        mut group: Group,
        who: &Principal,
        key: Option<&Idempotency>,
        status: u16,
        answer: T,
    ) -> Result<Done<T>, Error> {
        keep_reply(&mut group, who, key, status, None, &answer)?;
        let committed = self.inner.store.commit(group).await;
        first_stands(committed.map(|_| ()).map_err(Error::from), key, answer)
    }
}

/// Keeps the answer under the caller's key, in the commit that it answers for.
pub(crate) fn keep_reply<T: serde::Serialize>(
    group: &mut Group,
    who: &Principal,
    key: Option<&Idempotency>,
    status: u16,
    case: Option<&banshi_model::ids::CaseId>,
    answer: &T,
) -> Result<(), Error> {
    let Some(key) = key else { return Ok(()) };
    let body = serde_json::to_vec(answer).map_err(|error| Error::Internal(error.to_string()))?;
    let reply = banshi_store::Reply { request: key.request, status, body, case: case.cloned() };
    group.reply(&who.name, &key.key, reply);
    Ok(())
}

/// The answer of a commit; where another request with the same key was first, its answer.
pub(crate) fn first_stands<T>(
    committed: Result<(), Error>,
    key: Option<&Idempotency>,
    answer: T,
) -> Result<Done<T>, Error> {
    match committed {
        Ok(()) => Ok(Done::Fresh(answer)),
        Err(Error::Replied(reply)) => match key {
            Some(key) if key.request == reply.request => Ok(Done::Repeated { status: reply.status, body: reply.body }),
            _ => Err(Error::IdempotencyMismatch),
        },
        Err(error) => Err(error),
    }
}
