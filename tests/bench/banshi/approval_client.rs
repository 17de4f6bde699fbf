//! The clients of the plain approval, in a process of their own: each keeps one connection open and takes one case
//! after another from submission to licence. They do no more than it takes, because they share the machine with the host.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cpu;
use crate::plain::{self, REVIEWS, reasons, subject};
use crate::table::percentile;
use crate::wire::{Wire, token};

/// The first look whether a case is closed comes after this, until it is known how long that takes.
const FIRST_LOOK_US: u64 = 2_000;
/// How often it is looked for the last of many cases.
const PATIENT_LOOK_US: u64 = 20_000;
/// A case that is not closed by then never will be.
const CLOSED_WITHIN: Duration = Duration::from_secs(60);

/// How far a case is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Until {
    /// A client begins its next case when the one before is closed.
    Closed,
    /// A client goes on after the third verdict; each waits for its last case.
    LastClosed,
    /// Nothing but the submission.
    Submitted,
}

/// What is to be done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Load {
    /// The host.
    pub url: String,
    /// Its process, for its processor time.
    pub pid: u32,
    /// Clients at once.
    pub connections: usize,
    /// Cases before anything counts.
    pub warm: usize,
    /// Cases that count.
    pub cases: usize,
    /// Instead of a number of cases: for so long.
    pub seconds: f64,
    /// Which matter.
    pub matter: String,
    /// What the form says, by field id; null: nothing.
    #[serde(default)]
    pub values: Value,
    /// How far.
    pub until: Until,
    /// Whether every request is answered with its instant.
    #[serde(default)]
    pub each: bool,
    /// The number of the first subject: no two loads share one.
    pub first: u64,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Loaded {
    /// Cases that were followed to the end.
    pub cases: usize,
    /// How long it took by the clock on the wall, in seconds.
    pub wall_s: f64,
    /// Processor time of the host, in seconds.
    pub cpu_s: f64,
    /// The median time of a case, from submission until its client knows that it is closed.
    pub p50_ms: f64,
    /// The 99th percentile of the same.
    pub p99_ms: f64,
    /// The median time of a write request.
    pub request_p50_ms: f64,
    /// The 99th percentile of the same.
    pub request_p99_ms: f64,
    /// How often clients looked whether a case is closed.
    pub looks: u64,
    /// When each write request began, in milliseconds since 1970, and how long it took, where that was asked for.
    pub each: Vec<(f64, f64)>,
}

/// What all clients share.
struct Shared {
    load: Load,
    next: AtomicU64,
    stop: AtomicBool,
    looks: AtomicU64,
    /// How long after the third verdict a case is closed, as it was lately.
    closing_us: AtomicU64,
    warmed: Barrier,
    begun: Barrier,
}

/// What one client measured, in milliseconds.
#[derive(Default)]
struct Times {
    cases: Vec<f64>,
    requests: Vec<f64>,
    each: Vec<(f64, f64)>,
}

/// As far as a client reads it.
#[derive(Deserialize)]
struct Case {
    id: String,
    phase: String,
    parked: bool,
}

#[derive(Deserialize)]
struct Submitted {
    #[serde(flatten)]
    case: Case,
    tasks: Vec<Task>,
}

#[derive(Deserialize)]
struct Task {
    id: String,
    local: String,
    revision: u64,
}

/// Plays the clients.
pub fn run(load: Load) -> Result<Loaded> {
    let shared = Arc::new(Shared {
        next: AtomicU64::new(0),
        stop: AtomicBool::new(false),
        looks: AtomicU64::new(0),
        closing_us: AtomicU64::new(FIRST_LOOK_US),
        warmed: Barrier::new(load.connections + 1),
        begun: Barrier::new(load.connections + 1),
        load,
    });
    let clients: Vec<_> = (0..shared.load.connections)
        .map(|_| {
            let shared = shared.clone();
            std::thread::spawn(move || client(&shared))
        })
        .collect();
    shared.warmed.wait();
    shared.looks.store(0, Ordering::Relaxed);
    let (before, began) = (cpu::of(shared.load.pid)?, Instant::now());
    shared.begun.wait();
    if shared.load.seconds > 0.0 {
        std::thread::sleep(Duration::from_secs_f64(shared.load.seconds));
        shared.stop.store(true, Ordering::Relaxed);
    }
    let mut all = Times::default();
    for client in clients {
        let times = client.join().ok().context("a client panicked")??;
        all.cases.extend(times.cases);
        all.requests.extend(times.requests);
        all.each.extend(times.each);
    }
    let wall_s = began.elapsed().as_secs_f64();
    let cpu_s = cpu::of(shared.load.pid)?.saturating_sub(before).as_secs_f64();
    Ok(Loaded {
        cases: all.cases.len(),
        wall_s,
        cpu_s,
        p50_ms: percentile(all.cases.clone(), 0.5),
        p99_ms: percentile(all.cases, 0.99),
        request_p50_ms: percentile(all.requests.clone(), 0.5),
        request_p99_ms: percentile(all.requests, 0.99),
        looks: shared.looks.load(Ordering::Relaxed),
        each: all.each,
    })
}

/// One client: its share of the warm-up, then what counts. A failure before the barriers would leave the others waiting,
/// so it is kept until they have passed.
fn client(shared: &Shared) -> Result<Times> {
    let opened = Client::open(shared);
    let warmed = opened.and_then(|mut client| {
        client.work(shared.load.warm as u64)?;
        client.last_closed()?;
        Ok(client)
    });
    shared.warmed.wait();
    shared.begun.wait();
    let mut client = warmed?;
    client.times = Times::default();
    let counted = if shared.load.seconds > 0.0 { u64::MAX } else { (shared.load.warm + shared.load.cases) as u64 };
    client.work(counted)?;
    client.last_closed()?;
    Ok(client.times)
}

struct Client<'a> {
    shared: &'a Shared,
    wire: Wire,
    portal: String,
    officer: String,
    verdict: String,
    times: Times,
    last: Option<String>,
}

impl<'a> Client<'a> {
    fn open(shared: &'a Shared) -> Result<Self> {
        let reasons = serde_json::to_string(&reasons())?;
        Ok(Self {
            shared,
            wire: Wire::connect(&shared.load.url)?,
            portal: token("portal"),
            officer: token("officer"),
            verdict: format!(r#""opinion":"approve","reasons":{reasons}}}"#),
            times: Times::default(),
            last: None,
        })
    }

    /// Takes cases until number `end` was taken, or the time is over.
    fn work(&mut self, end: u64) -> Result<()> {
        while !self.shared.stop.load(Ordering::Relaxed) {
            let taken = self
                .shared
                .next
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| (next < end).then_some(next + 1));
            let Ok(number) = taken else { break };
            let began = Instant::now();
            let case = self.case(self.shared.load.first + number)?;
            self.times.cases.push(ms(began));
            self.last = Some(case);
        }
        Ok(())
    }

    fn case(&mut self, number: u64) -> Result<String> {
        let Load { matter, until, values, .. } = &self.shared.load;
        let subject = serde_json::to_string(&subject(number))?;
        let values = if values.is_null() { String::new() } else { format!(r#","values":{values}"#) };
        let body = format!(r#"{{"matter":"{matter}","division":"{}","subject":{subject}{values}}}"#, plain::DIVISION);
        let began = Instant::now();
        let answer = self.wire.post(&self.portal, "/cases", &format!("{matter}-{number}"), body.as_bytes())?;
        let submitted: Submitted = answer.read(201)?;
        self.requested(began)?;
        let case = submitted.case;
        if *until == Until::Submitted {
            return Ok(case.id);
        }
        ensure!(!case.parked, "{} is parked", case.id);
        for review in REVIEWS {
            let task = submitted.tasks.iter().find(|task| task.local == review).context("a review without a task")?;
            let body = format!(r#"{{"revision":{},{}"#, task.revision, self.verdict);
            let began = Instant::now();
            let answer =
                self.wire.post(&self.officer, &format!("/tasks/{}/verdict", task.id), &task.id, body.as_bytes())?;
            ensure!(answer.status == 200, "{}: {}", answer.status, String::from_utf8_lossy(answer.body));
            self.requested(began)?;
        }
        if *until == Until::Closed {
            self.closed(&case.id)?;
        }
        Ok(case.id)
    }

    fn requested(&mut self, began: Instant) -> Result<()> {
        let took = ms(began);
        self.times.requests.push(took);
        if self.shared.load.each {
            self.times.each.push((since_1970_ms()? - took, took));
        }
        Ok(())
    }

    /// Where nobody waited for single cases: timers fire in their order, so with the last all are closed.
    fn last_closed(&mut self) -> Result<()> {
        match (self.shared.load.until, self.last.take()) {
            (Until::LastClosed, Some(last)) => self.closed(&last),
            _ => Ok(()),
        }
    }

    /// Waits until a case is closed: as long as that took lately, then looks, so that it is mostly one look.
    fn closed(&mut self, id: &str) -> Result<()> {
        let (began, mut first) = (Instant::now(), true);
        let closing = &self.shared.closing_us;
        loop {
            let wait = closing.load(Ordering::Relaxed);
            let again = if self.shared.load.until == Until::Closed { wait / 4 } else { PATIENT_LOOK_US };
            std::thread::sleep(Duration::from_micros(if first { wait } else { again }));
            self.shared.looks.fetch_add(1, Ordering::Relaxed);
            let case: Case = self.wire.get(&self.officer, &format!("/cases/{id}"))?.read(200)?;
            if case.phase == "closed" {
                // Found at once: it may have been sooner. Else it took about as long as it was waited for.
                let took = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
                let next = if first { wait - wait / 32 } else { (wait * 7 + took) / 8 };
                closing.store(next.clamp(100, 2_000_000), Ordering::Relaxed);
                return Ok(());
            }
            ensure!(!case.parked, "{id} is parked");
            ensure!(began.elapsed() < CLOSED_WITHIN, "{id} is {} and not closed", case.phase);
            first = false;
        }
    }
}

/// The instant, for another process of this machine.
pub fn since_1970_ms() -> Result<f64> {
    Ok(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs_f64() * 1000.0)
}

fn ms(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1000.0
}
