//! Streams of server-sent events: how many are open at once, for how long, and what ends them.
//!
//! A stream outlives the request that began it, so what a request is checked for once is asked here again and again: whose
//! token falls or becomes another's is told nothing that was read for it before, and a host that stops does not wait for those who listen. Whoever was broken off goes
//! on behind the last event that came (`Last-Event-ID`).

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use banshi_engine::{Error, Principal};
use futures::stream;
use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::extract::Caller;
use crate::problem::{BUSY, Problem};
use crate::tokens::{Tokens, bearer};

/// How often it is asked whether the token still counts.
const TOKEN_ASKED_EVERY: Duration = Duration::from_secs(1);
/// How often a line without meaning is sent, so that gateways and listeners know that somebody is there.
const ALIVE_EVERY: Duration = Duration::from_secs(15);
/// How long one stream lasts; its listener then begins another where it ended.
const LASTS: Duration = Duration::from_secs(3_600);
/// How many one principal may hold at once, so that nobody takes every place.
const ONE_PRINCIPALS_MAX: usize = 16;
/// Tells a gateway in front to hand each event on as it comes.
const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

/// The streams of a host. Clones share everything.
#[derive(Debug, Clone)]
pub(crate) struct Streams {
    places: Arc<Semaphore>,
    held: Held,
    stopped: CancellationToken,
}

/// How many streams each principal holds, by name.
type Held = Arc<Mutex<HashMap<String, usize>>>;

/// The place of one stream among its principal's; free again when this is dropped.
struct Share {
    held: Held,
    name: String,
}

impl Share {
    /// None: the principal holds as many as one may.
    fn take(held: &Held, name: &str) -> Option<Self> {
        let mut counts = held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(name.to_owned()).or_default();
        if *count >= ONE_PRINCIPALS_MAX {
            return None;
        }
        *count += 1;
        Some(Self { held: Arc::clone(held), name: name.to_owned() })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut counts = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = counts.entry(std::mem::take(&mut self.name)) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// What a stream tells.
pub(crate) trait Source: Send + 'static {
    /// What comes next, whenever that is; none: nothing comes any more. May be dropped while it waits.
    fn next(&mut self, who: &Principal) -> impl Future<Output = Result<Option<Vec<Event>>, Error>> + Send;
}

/// Who listens, and the token that has to stay good meanwhile.
pub(crate) struct Listener {
    /// Who it was when the request came.
    pub(crate) who: Principal,
    presented: String,
    tokens: Tokens,
}

impl<S> FromRequestParts<S> for Listener
where
    S: Send + Sync,
    Tokens: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Caller(who) = Caller::from_request_parts(parts, state).await?;
        let header = parts.headers.get(axum::http::header::AUTHORIZATION);
        let presented = header.and_then(|header| header.to_str().ok()).and_then(bearer).unwrap_or_default().to_owned();
        Ok(Self { who, presented, tokens: Tokens::from_ref(state) })
    }
}

impl Listener {
    /// Who it is now; none: the token was revoked or has expired.
    fn now(&self) -> Option<Principal> {
        self.tokens.find(&self.presented, Timestamp::now()).ok()
    }
}

/// An open stream.
struct Open<S> {
    source: S,
    listener: Listener,
    waiting: VecDeque<Event>,
    /// Whom those that wait were read for.
    whose: Principal,
    ends: Instant,
    stopped: CancellationToken,
    _place: OwnedSemaphorePermit,
    _share: Share,
}

impl Streams {
    /// At most so many at once, of which one principal holds a few.
    pub(crate) fn new(most: usize) -> Self {
        let places = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
        Self { places, held: Held::default(), stopped: CancellationToken::new() }
    }

    /// Breaks all of them off.
    pub(crate) fn end(&self) {
        self.stopped.cancel();
    }

    /// Tells a listener what comes from a source.
    pub(crate) fn open(&self, listener: Listener, source: impl Source) -> Result<Response, Problem> {
        let share = Share::take(&self.held, &listener.who.name).ok_or_else(|| {
            let (zh, en) = ("该令牌同时打开的事件流已达上限", "this token has too many streams open");
            Problem::bilingual(&BUSY, zh, en).retry_after(1)
        })?;
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            Problem::bilingual(&BUSY, "同时打开的事件流已达上限", "too many streams are open").retry_after(1)
        })?;
        let open = Open {
            source,
            whose: listener.who.clone(),
            listener,
            waiting: VecDeque::new(),
            ends: Instant::now() + LASTS,
            stopped: self.stopped.clone(),
            _place: place,
            _share: share,
        };
        let events = Sse::new(stream::unfold(open, next)).keep_alive(KeepAlive::new().interval(ALIVE_EVERY));
        Ok(([UNBUFFERED], events).into_response())
    }
}

async fn next<S: Source>(mut open: Open<S>) -> Option<(Result<Event, Infallible>, Open<S>)> {
    loop {
        let who = open.listener.now()?;
        if let Some(event) = open.waiting.pop_front() {
            // What was read for another is not told; the listener goes on behind the last event that came.
            return (who == open.whose).then_some((Ok(event), open));
        }
        let news = {
            let mut news = pin!(open.source.next(&who));
            loop {
                tokio::select! {
                    biased;
                    () = open.stopped.cancelled() => return None,
                    () = tokio::time::sleep_until(open.ends) => return None,
                    news = &mut news => break Some(news),
                    () = tokio::time::sleep(TOKEN_ASKED_EVERY) => {
                        if open.listener.now()? != who {
                            break None;
                        }
                    }
                }
            }
        };
        match news {
            // The token is another's now: asked again for whom it is.
            None => {}
            Some(Ok(Some(events))) => {
                open.waiting.extend(events);
                open.whose = who;
            }
            Some(Ok(None)) => return None,
            Some(Err(error)) => {
                tracing::debug!(error.text = %error, "a stream ends");
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests;
