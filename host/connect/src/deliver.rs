//! The delivery loop: takes what is due from the outbox, posts it, and writes down what became of it.
//!
//! It holds no state of its own that matters: what is in flight when the process dies is due again after the
//! next start, under the same id.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use banshi_engine::OutboxItem;
use banshi_model::effect::PartnerKind;
use jiff::{SignedDuration, Timestamp};
use reqwest::Client;
use tokio::task::JoinSet;

use crate::backoff::Backoff;
use crate::event::{self, partner_name};
use crate::options::{Endpoint, Error, KINDS, Options};
use crate::outbox::Outbox;
use crate::post::{Problem, client, post};

/// Between two looks at an outbox in which all that is due is already in flight.
const PAUSE: Duration = Duration::from_millis(25);
/// Before the outbox is read again after it could not be read.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// Carries deliveries from an outbox to the configured partners.
pub struct Connectors<O> {
    outbox: O,
    wire: Arc<Wire>,
    concurrency: usize,
    scan: usize,
    backoff: Backoff,
    random: fn() -> u64,
}

/// What a single delivery needs.
struct Wire {
    client: Client,
    endpoints: HashMap<PartnerKind, Endpoint>,
    source: String,
    callback_url: String,
}

/// What is in flight or waits for a place. Each is read and opened when it is found and when it takes off, not each time
/// that something else becomes due.
#[derive(Default)]
struct InFlight {
    /// The keys of all of them.
    known: HashSet<String>,
    lanes: HashMap<PartnerKind, Lane>,
}

/// What goes to one partner.
#[derive(Default)]
struct Lane {
    in_flight: usize,
    /// Keys only: what waits long may be erased meanwhile.
    waiting: VecDeque<String>,
}

impl<O: Outbox> Connectors<O> {
    /// Checks the options, reads the secrets and connects to nothing yet. Needs an installed TLS provider.
    pub fn new(options: Options, outbox: O) -> Result<Self, Error> {
        options.check()?;
        let mut endpoints = HashMap::new();
        for kind in KINDS {
            match options.endpoint(kind)? {
                Some(endpoint) => drop(endpoints.insert(kind, endpoint)),
                None => tracing::warn!(
                    partner.kind = partner_name(kind),
                    "no partner is configured; deliveries to it wait until there is one"
                ),
            }
        }
        outbox.unserve(&KINDS.into_iter().filter(|kind| !endpoints.contains_key(kind)).collect::<Vec<_>>());
        let callback_url = options.callback_url.clone().unwrap_or_default();
        let wire = Wire { client: client(&options)?, endpoints, source: options.source.clone(), callback_url };
        Ok(Self {
            outbox,
            wire: Arc::new(wire),
            concurrency: options.concurrency,
            scan: options.scan,
            backoff: options.backoff(),
            random: draw,
        })
    }

    /// Draws the random part of waits from here instead of the system.
    pub fn with_random(mut self, random: fn() -> u64) -> Self {
        self.random = random;
        self
    }

    /// Delivers until `stop` resolves, then finishes what is in flight: each request has its timeout, so this ends.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut tasks = JoinSet::new();
        let mut flight = InFlight::default();
        let outbox = self.outbox.clone();
        let releasing = async move { outbox.release().await };
        tokio::pin!(releasing);
        let mut released = false;
        loop {
            let started = self.start_due(&mut tasks, &mut flight);
            let outbox = self.outbox.clone();
            let waiting = async move {
                match started {
                    Err(()) => tokio::time::sleep(PAUSE_AFTER_ERROR).await,
                    // Only what is in flight is due: `wait` would resolve at once, again and again.
                    Ok(0) => {
                        tokio::time::sleep(PAUSE).await;
                        outbox.wait().await;
                    }
                    Ok(_) => outbox.wait().await,
                }
            };
            tokio::select! {
                () = &mut stop => break,
                Some(landed) = tasks.join_next(), if !tasks.is_empty() => flight.land(landed),
                done = &mut releasing, if !released => {
                    released = true;
                    waiting_on(done);
                }
                () = waiting => {}
            }
        }
        while let Some(landed) = tasks.join_next().await {
            flight.land(landed);
        }
    }

    /// Starts what is due and has a free place; says how many were started, or that the outbox could not be read.
    fn start_due(&self, tasks: &mut JoinSet<(String, PartnerKind)>, flight: &mut InFlight) -> Result<usize, ()> {
        let unreadable = |error| tracing::error!(outbox.error = %error, "the outbox cannot be read");
        let mut ready = Vec::new();
        while let Some((partner, key)) = flight.next_waiting(self.concurrency) {
            match self.outbox.item(&key).map_err(unreadable) {
                Ok(Some(item)) => ready.push(item),
                // Gone, or unreadable for now: found again if it is still due.
                Ok(None) | Err(()) => flight.left(partner, &key),
            }
        }
        let room = self.scan.saturating_sub(flight.known.len());
        if room > 0 {
            // Those that took a place already take off also where this read fails.
            let found = self.outbox.due(room, |key| flight.known.contains(key)).map_err(unreadable);
            if found.is_err() && ready.is_empty() {
                return Err(());
            }
            ready.extend(found.unwrap_or_default().into_iter().filter_map(|item| flight.enter(item, self.concurrency)));
        }
        let started = ready.len();
        for item in ready {
            let (outbox, wire) = (self.outbox.clone(), Arc::clone(&self.wire));
            let wait = self.backoff.after(item.attempts.saturating_add(1), (self.random)());
            tasks.spawn(async move {
                let landed = (item.key.clone(), item.outgoing.partner);
                match wire.endpoints.get(&item.outgoing.partner) {
                    Some(endpoint) => attempt(&outbox, &wire, endpoint, item, wait).await,
                    // Sent while there was a partner, which was taken out of the configuration since.
                    None => recorded(item.outgoing.partner, outbox.waits(item).await),
                }
                landed
            });
        }
        Ok(started)
    }
}

impl InFlight {
    /// Takes in what was found: gives it back where it may take off at once.
    fn enter(&mut self, item: OutboxItem, most: usize) -> Option<OutboxItem> {
        if !self.known.insert(item.key.clone()) {
            return None;
        }
        let lane = self.lanes.entry(item.outgoing.partner).or_default();
        if lane.in_flight >= most || !lane.waiting.is_empty() {
            lane.waiting.push_back(item.key);
            return None;
        }
        lane.in_flight += 1;
        Some(item)
    }

    /// The next that has a place now, and takes it.
    fn next_waiting(&mut self, most: usize) -> Option<(PartnerKind, String)> {
        let (partner, lane) =
            self.lanes.iter_mut().find(|(_, lane)| lane.in_flight < most && !lane.waiting.is_empty())?;
        let key = lane.waiting.pop_front()?;
        lane.in_flight += 1;
        Some((*partner, key))
    }

    fn left(&mut self, partner: PartnerKind, key: &str) {
        self.known.remove(key);
        if let Some(lane) = self.lanes.get_mut(&partner) {
            lane.in_flight = lane.in_flight.saturating_sub(1);
        }
    }

    fn land(&mut self, landed: Result<(String, PartnerKind), tokio::task::JoinError>) {
        match landed {
            Ok((key, partner)) => self.left(partner, &key),
            // The place is not given back: a bug must not become a storm of requests.
            Err(error) => tracing::error!(outbox.error = %error, "a delivery ended without saying how"),
        }
    }
}

/// Tells the operator what waits for partners that are not configured.
fn waiting_on(found: Result<BTreeMap<PartnerKind, usize>, banshi_engine::Error>) {
    match found {
        Ok(waiting) => {
            for (kind, deliveries) in waiting {
                tracing::warn!(
                    partner.kind = partner_name(kind),
                    outbox.waiting = deliveries,
                    "deliveries wait for a partner that is not configured"
                );
            }
        }
        Err(error) => {
            tracing::error!(outbox.error = %error, "what waits for partners cannot be read; it waits until the next start");
        }
    }
}

/// One attempt, and its record in the outbox.
async fn attempt<O: Outbox>(outbox: &O, wire: &Wire, endpoint: &Endpoint, item: OutboxItem, wait: Option<Duration>) {
    let kind = item.outgoing.partner;
    let partner = partner_name(kind);
    let result = wire.deliver(endpoint, outbox.callback_token(&item), &item).await;
    let word = result.as_ref().map_or_else(|problem| problem.to_string(), |()| "delivered".to_owned());
    metrics::counter!("banshi_deliveries_total", "partner" => partner, "result" => word.clone()).increment(1);
    let written = match &result {
        Ok(()) => {
            tracing::debug!(outbox.key = %item.key, partner.kind = partner, "delivered");
            outbox.done(&item.key).await
        }
        Err(_) => {
            let next = wait.and_then(|wait| later(outbox.now(), wait));
            let attempt = item.attempts.saturating_add(1);
            if next.is_some() {
                tracing::warn!(outbox.key = %item.key, partner.kind = partner, outbox.attempt = attempt, outbox.problem = %word, "not delivered; it is tried again");
            } else {
                tracing::error!(outbox.key = %item.key, partner.kind = partner, outbox.attempt = attempt, outbox.problem = %word, "not delivered; it is a dead letter now");
            }
            outbox.failed(item, &word, next).await
        }
    };
    recorded(kind, written);
}

fn recorded(partner: PartnerKind, written: Result<(), banshi_engine::Error>) {
    if let Err(error) = written {
        // It is due again, and the partner knows it by its id.
        tracing::error!(partner.kind = partner_name(partner), outbox.error = %error, "what became of a delivery could not be recorded");
    }
}

impl Wire {
    async fn deliver(&self, endpoint: &Endpoint, token: Option<String>, item: &OutboxItem) -> Result<(), Problem> {
        let callback =
            token.map(|token| format!("{}/api/v1/callbacks/{token}", self.callback_url.trim_end_matches('/')));
        let body = event::body(&self.source, &item.case, item.created, &item.outgoing, callback)
            .map_err(|_| Problem::Unsendable)?;
        let response = post(&self.client, endpoint, event::CONTENT_TYPE, body).await?;
        let status = response.status();
        if status.is_success() { Ok(()) } else { Err(Problem::Status(status.as_u16())) }
    }
}

fn later(now: Timestamp, wait: Duration) -> Option<Timestamp> {
    SignedDuration::try_from(wait).ok().and_then(|wait| now.checked_add(wait).ok())
}

fn draw() -> u64 {
    // Without randomness the waits are merely all alike.
    getrandom::u64().unwrap_or(0)
}
