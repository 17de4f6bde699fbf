//! The border to partners: what is due in the outbox, what waits for a partner, and what comes back as callbacks.
//!
//! A callback's token is a MAC over the outbox key with the partner's kind in it. It stops a guessed
//! callback, one replayed against another command or another case, and one partner answering in another's
//! name: only a delivery that this host sent and still awaits an answer to can be answered.

mod callback;
mod unserved;

use std::time::Duration;

use banshi_model::case::Phase;
use banshi_model::draft::Signer;
use banshi_model::effect::{Effect, Outgoing, PartnerKind};
use banshi_model::entry::Actor;
use banshi_model::event::Event;
use banshi_model::ids::Slug;
use banshi_store::{Cursor, Group, OutboxItem};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::api::{Page, PageRequest};
use crate::authorise::platform;
use crate::drive::Work;
use crate::error::Error;
use crate::principal::Principal;
use crate::{Done, Engine, Idempotency};

pub use callback::CallbackBody;
pub(crate) use unserved::Unserved;

impl Engine {
    /// Deliveries that are due now and not `known` to the caller, oldest first.
    pub fn outbox_due(&self, limit: usize, known: impl Fn(&str) -> bool) -> Result<Vec<OutboxItem>, Error> {
        // The outbox meets the real world: a simulated clock does not slow its retries down.
        Ok(self.inner.store.outbox_due(self.outbox_now(), limit, known)?)
    }

    /// A delivery as it stands; none where it was taken, given up, or erased with its case.
    pub fn outbox_item(&self, key: &str) -> Result<Option<OutboxItem>, Error> {
        Ok(self.inner.store.outbox_item(key)?)
    }

    /// The clock by which deliveries are retried: the real one, or the simulated one where that is ahead.
    pub fn outbox_now(&self) -> Timestamp {
        Timestamp::now().max(self.now())
    }

    /// Resolves when a delivery may be due.
    pub async fn outbox_wait(&self) {
        let next = self.inner.store.next_outbox().ok().flatten();
        let wait = next.map_or(SignedDuration::from_secs(30), |at| at.duration_since(self.outbox_now()));
        let wait = Duration::try_from(wait).unwrap_or(Duration::ZERO).min(Duration::from_secs(30));
        tokio::select! {
            () = self.inner.outbox.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }

    /// A delivery was taken by its partner.
    pub async fn outbox_done(&self, key: &str) -> Result<(), Error> {
        let mut group = Group::new();
        group.delivered(key);
        Ok(self.inner.store.commit(group).await?)
    }

    /// A delivery failed: tried again at `next`, or a dead letter.
    pub async fn outbox_failed(&self, item: OutboxItem, error: &str, next: Option<Timestamp>) -> Result<(), Error> {
        let mut group = Group::new();
        let attempts = item.attempts.saturating_add(1);
        let last_error = Some(error.chars().take(200).collect());
        match next {
            Some(next) => group.reschedule(OutboxItem { attempts, last_error, next, ..item }),
            None => group.bury(OutboxItem { attempts, last_error, ..item }),
        }
        Ok(self.inner.store.commit(group).await?)
    }

    /// Dead letters: key, partner, action, attempts and last error; nothing of what they say.
    pub fn outbox_dead(&self, who: &Principal, page: PageRequest) -> Result<Page<Undelivered>, Error> {
        platform(who, "list dead letters")?;
        Ok(shown(self.inner.store.outbox_dead(cursor(&page)?.as_ref(), page.limit.clamp(1, 200))?))
    }

    /// What waits because nobody serves its partner, likewise.
    pub fn outbox_unserved(&self, who: &Principal, page: PageRequest) -> Result<Page<Undelivered>, Error> {
        platform(who, "list deliveries that nobody serves")?;
        Ok(shown(self.inner.store.outbox_unserved(cursor(&page)?.as_ref(), page.limit.clamp(1, 200))?))
    }

    /// Sends a dead letter again.
    pub async fn outbox_revive(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        letter: &str,
    ) -> Result<Done<()>, Error> {
        platform(who, "send a dead letter again")?;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let item =
            self.inner.store.dead_letter(letter)?.ok_or_else(|| Error::not_found("dead letter", "of this key"))?;
        let mut group = Group::new();
        group.exhume(letter);
        let next = self.first_try(item.outgoing.partner, self.outbox_now());
        group.deliver(OutboxItem { attempts: 0, next, ..item });
        let done = self.commit_answered(group, who, key, 204, ()).await?;
        self.inner.outbox.notify_one();
        Ok(done)
    }

    /// The token under which a partner answers this delivery; none where no answer is awaited.
    pub fn callback_token(&self, item: &OutboxItem) -> Option<String> {
        item.outgoing.answers.as_ref()?;
        callback::seal(&self.inner.store.derive_key("callback-token"), item.outgoing.partner, &item.key)
    }

    /// A partner's answer. The same answer twice changes nothing; one that comes after the case has ended is refused, so
    /// that its partner knows (a payment, for example, is then theirs to return).
    pub async fn callback(&self, token: &str, body: CallbackBody) -> Result<(), Error> {
        let unknown = || Error::not_found("callback", "of this token");
        let partner = body.partner();
        let secret = self.inner.store.derive_key("callback-token");
        let key = callback::open(&secret, partner, token).ok_or_else(unknown)?;
        let case = key.split('/').next().and_then(|case| case.parse().ok()).ok_or_else(unknown)?;
        let _guard = self.lock(&case).await;
        let Some(stored) = self.inner.store.case(&case)? else { return Err(unknown()) };
        let Some(pending) = stored.case.pending.get(&key).cloned() else {
            tracing::info!(case.id = %case, partner.kind = ?partner, "callback for what is no longer awaited");
            // To its partner this is an answer too: they send it no more.
            return self.settled().await;
        };
        if stored.case.phase == Phase::Closed {
            let what = format!("case {case} has ended; what it asked is no longer answered");
            return Err(Error::conflict("callback.late", what));
        }
        let event = event_of(&pending, &body, &stored.case.signers).ok_or_else(unknown)?;
        let mut work = Work::at(self.now());
        let mut change = self.begin(&mut work, stored).await?;
        callback::appeared(&change.case, &pending, &body)?;
        let by = Actor::Partner(format!("{partner:?}").to_lowercase());
        self.advance(&mut work, &mut change, event, by).await?;
        change.add_effects(vec![Effect::Answered(key)], work.now)?;
        self.commit(work, change).await
    }
}

fn cursor(page: &PageRequest) -> Result<Option<Cursor>, Error> {
    let after = page.cursor.as_deref().map(str::parse).transpose();
    after.map_err(|_| Error::invalid("page.cursor", "cursor", "not a cursor of this list", "use `next`"))
}

fn shown(found: banshi_store::Page<OutboxItem>) -> Page<Undelivered> {
    let items = found.items.into_iter().map(Undelivered::from).collect();
    Page { items, next: found.next.map(|cursor| cursor.to_string()) }
}

/// A delivery that was given up, or that waits because nobody serves its partner.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Undelivered {
    /// Its key.
    pub key: String,
    /// To which kind of partner.
    pub partner: PartnerKind,
    /// What was asked.
    pub action: String,
    /// How often it was tried.
    pub attempts: u32,
    /// What the last try said.
    pub last_error: Option<String>,
    /// When it was put.
    pub created: Timestamp,
}

impl From<OutboxItem> for Undelivered {
    fn from(item: OutboxItem) -> Self {
        Self {
            key: item.key,
            partner: item.outgoing.partner,
            action: item.outgoing.action,
            attempts: item.attempts,
            last_error: item.last_error,
            created: item.created,
        }
    }
}

/// What a partner's answer means to the case that asked.
fn event_of(pending: &Outgoing, body: &CallbackBody, signers: &[Signer]) -> Option<Event> {
    let answers = pending.answers.as_deref()?;
    let local = |prefix: &str| answers.strip_prefix(prefix).and_then(|id| id.parse::<Slug>().ok());
    match body {
        CallbackBody::Identity { verified, .. } => {
            let person = signers.iter().find(|signer| signer.person.id == answers)?.person.clone();
            Some(if *verified { Event::IdentityVerified(person) } else { Event::IdentityFailed(person) })
        }
        CallbackBody::LookedUp { value } => Some(Event::LookedUp { id: local("lookup:")?, value: value.clone() }),
        CallbackBody::Payment { paid } => Some(Event::Payment { id: local("payment:")?, paid: *paid }),
        CallbackBody::Delivered {} => Some(Event::Delivered(local("parcel:")?)),
    }
}
