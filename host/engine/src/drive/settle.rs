//! The driver's loop, and the clock: system time, or a simulated one that moves only when told.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use banshi_model::effect::TimerKind;
use banshi_model::ids::CaseId;
use banshi_model::time;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use crate::api::operation::ClockView;
use crate::drive::AT_ONCE;
use crate::error::Error;
use crate::principal::{Principal, Role};
use crate::{Done, Engine, Idempotency};

/// Timers that are read at once.
const BATCH: usize = 256;
/// The longest sleep of the loop, so that a clock that was set back is noticed.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// Where a simulated folder keeps its instant.
pub(crate) const CLOCK: &str = "clock/now";

impl Engine {
    /// The instant, in whole milliseconds; of a simulated folder, the one that it was set to.
    pub fn now(&self) -> Timestamp {
        if self.inner.store.simulated() {
            return match self.inner.simulated_now.read() {
                Ok(now) => *now,
                Err(poisoned) => *poisoned.into_inner(),
            };
        }
        let now = Timestamp::now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// The civil date of now.
    pub fn today(&self) -> Date {
        time::date_of(self.now())
    }

    /// Whether the folder runs on a simulated clock; every journal of it says so.
    pub fn simulated(&self) -> bool {
        self.inner.store.simulated()
    }

    /// Moves a simulated clock forward. Every timer that comes due fires at its own instant, in order.
    pub async fn set_clock(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        to: Timestamp,
    ) -> Result<Done<ClockView>, Error> {
        if who.role != Role::Platform {
            return Err(Error::Forbidden { what: "set the clock", needs: "a platform token" });
        }
        if !self.simulated() {
            let what = "this folder runs on system time; a simulated clock is chosen when a folder is created";
            return Err(Error::conflict("clock.system", what));
        }
        let _moving = self.inner.clock_moves.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        if to < self.now() {
            return Err(Error::conflict(
                "clock.backwards",
                format!("the clock stands at {} and only moves forward", time::text(self.now())),
            ));
        }
        self.settle().await?;
        while let Some(due) = self.next_to_fire(to)? {
            if due > self.now() {
                self.keep_clock(due).await?;
            }
            self.settle().await?;
        }
        self.keep_clock(to).await?;
        self.settle().await?;
        let view = ClockView { now: to, simulated: true };
        self.commit_answered(banshi_store::Group::new(), who, key, 200, view).await
    }

    async fn keep_clock(&self, now: Timestamp) -> Result<(), Error> {
        let mut group = banshi_store::Group::new();
        group.put_setting(CLOCK, now.to_string().into_bytes());
        self.inner.store.commit(group).await?;
        match self.inner.simulated_now.write() {
            Ok(mut kept) => *kept = now,
            Err(poisoned) => *poisoned.into_inner() = now,
        }
        self.inner.outbox.notify_one();
        Ok(())
    }

    /// Takes up every inbox item and fires every due timer, until there is none left. Where some fail, the
    /// others are done first, and then it says so.
    ///
    /// One at a time: an inbox item that two had read would be taken up twice.
    pub async fn settle(&self) -> Result<(), Error> {
        let _settling = self.inner.settling.lock().await;
        self.review_watches().await;
        loop {
            let now = self.now();
            let taken = self.take_inbox(now).await?;
            let (fired, failed) = self.fire_due(now).await?;
            if taken.done + fired > 0 {
                continue;
            }
            return match taken.failed + failed {
                0 => Ok(()),
                left => Err(Error::Internal(format!("{left} events or timers could not be taken up; see the log"))),
            };
        }
    }

    /// Fires a batch of what is due: a case's timers in their order, cases side by side, so that many share a sync.
    async fn fire_due(&self, now: Timestamp) -> Result<(usize, usize), Error> {
        let mut of_cases: BTreeMap<CaseId, Vec<TimerKind>> = BTreeMap::new();
        for (_, case, timer) in self.timers_to_fire(now, BATCH)? {
            of_cases.entry(case).or_default().push(timer);
        }
        let (mut fired, mut failed, mut firing) = (0, 0, JoinSet::new());
        let mut waiting = of_cases.into_iter();
        loop {
            for (case, timers) in waiting.by_ref().take(AT_ONCE - firing.len().min(AT_ONCE)) {
                let engine = self.clone();
                firing.spawn(async move { engine.fire_each(now, &case, &timers).await });
            }
            let Some(done) = firing.join_next().await else { return Ok((fired, failed)) };
            let (well, badly) = done.map_err(|error| Error::Internal(format!("a timer's task ended: {error}")))?;
            fired += well;
            failed += badly;
        }
    }

    async fn fire_each(&self, now: Timestamp, case: &CaseId, timers: &[TimerKind]) -> (usize, usize) {
        let (mut fired, mut failed) = (0, 0);
        for timer in timers {
            match self.fire(now, case, timer).await {
                Ok(true) => fired += 1,
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(case.id = %case, error.text = %error, "timer could not fire");
                    failed += 1;
                }
            }
        }
        (fired, failed)
    }

    /// The driver: settles, sleeps until something may be due, and again, until `stop` resolves.
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) {
        tokio::pin!(stop);
        let engine = self.clone();
        // Beside the driver: compiling takes seconds, and what is due now does not wait for what is yet to come.
        tokio::spawn(async move { engine.make_coming_ready().await });
        if let Err(error) = self.resume_shadows() {
            tracing::error!(error.text = %error, "shadows could not go on");
        }
        if let Err(error) = self.resume_migrations() {
            tracing::error!(error.text = %error, "migrations could not go on");
        }
        self.drive(stop).await;
        self.stop_migrations().await;
        self.stop_shadows().await;
    }

    async fn drive(&self, mut stop: std::pin::Pin<&mut (impl Future<Output = ()> + Send)>) {
        loop {
            if let Err(error) = self.settle().await {
                tracing::error!(error.text = %error, "driver could not settle; tries again");
                if self.stopped() {
                    return;
                }
                tokio::select! {
                    () = &mut stop => return,
                    () = tokio::time::sleep(Duration::from_secs(1)) => continue,
                }
            }
            let sleep = self.until_next_timer();
            tokio::select! {
                () = &mut stop => return,
                () = self.inner.work.notified() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }

    fn until_next_timer(&self) -> Duration {
        if self.simulated() {
            return self.until_let_go().unwrap_or(LONGEST_SLEEP);
        }
        let horizon = self.now().saturating_add(LONGEST_SLEEP).unwrap_or(Timestamp::MAX);
        let next = self.next_to_fire(horizon).ok().flatten();
        let wait = next.map_or(SignedDuration::MAX, |at| at.duration_since(self.now()));
        let wait = Duration::try_from(wait).unwrap_or(Duration::ZERO).min(LONGEST_SLEEP);
        self.until_let_go().map_or(wait, |go| go.min(wait))
    }

    /// Whether the store has stopped: the process must end, and be started again.
    pub fn stopped(&self) -> bool {
        self.inner.store.stopped()
    }
}
