//! Many calls at once.

use banshi_model::event::Event;
use banshi_runtime::Options;

use crate::support::{Bench, plain, told, unruly, view};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn more_calls_than_seats_queue_and_all_are_answered() {
    let options = Options { concurrent_calls: 2, queue_timeout_ms: 600_000, ..Options::default() };
    let bench = Bench::with(options);
    let package = bench.packages.add(plain());
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let runtime = bench.runtime.clone();
        calls.spawn(async move { runtime.advance(package, &view(), "null", &Event::Submitted).await });
    }
    let answers = calls.join_all().await;
    let first = answers[0].as_ref().unwrap();
    assert!(answers.iter().all(|answer| answer.as_ref().unwrap() == first));
    let counts = bench.runtime.metrics();
    assert_eq!((counts.calls, counts.compiled, counts.running, counts.queued), (200, 1, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_package_that_hangs_takes_no_seat_from_its_neighbours() {
    let options = Options {
        concurrent_calls: 2,
        concurrent_calls_per_package: 1,
        deadline_ms: 1_000,
        deadline_wall_ms: 600_000,
        queue_timeout_ms: 600_000,
        ..Options::default()
    };
    let bench = Bench::with(options);
    let (good, bad) = (bench.packages.add(plain()), bench.packages.add(unruly()));
    bench.runtime.knobs(good).await.unwrap();
    let mut hanging = tokio::task::JoinSet::new();
    for _ in 0..2 {
        let runtime = bench.runtime.clone();
        hanging.spawn(async move { runtime.define(bad, &told("loop")).await.unwrap_err().code() });
    }
    while bench.runtime.metrics().running == 0 {
        tokio::task::yield_now().await;
    }
    // While one call of the bad package runs and another waits, the good one is called again and again.
    while hanging.try_join_next().is_none() {
        bench.runtime.knobs(good).await.unwrap();
    }
    assert_eq!(hanging.join_all().await, ["guest.deadline"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_waits_too_long_for_its_turn_is_the_limit_queue() {
    let options = Options { concurrent_calls: 1, deadline_ms: 1_000, queue_timeout_ms: 20, ..Options::default() };
    let bench = Bench::with(options);
    let package = bench.packages.add(unruly());
    let runtime = bench.runtime.clone();
    let running = tokio::spawn(async move { runtime.define(package, &told("loop")).await });
    while bench.runtime.metrics().running == 0 {
        tokio::task::yield_now().await;
    }
    let error = bench.runtime.knobs(package).await.unwrap_err();
    assert_eq!(error.code(), "guest.queue");
    assert_eq!(running.await.unwrap().unwrap_err().code(), "guest.deadline");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_goes_away_keeps_its_seat_until_the_guest_has_ended() {
    let options = Options { concurrent_calls: 1, deadline_ms: 500, queue_timeout_ms: 600_000, ..Options::default() };
    let bench = Bench::with(options);
    let package = bench.packages.add(unruly());
    let runtime = bench.runtime.clone();
    let gone = tokio::spawn(async move { runtime.define(package, &told("loop")).await });
    while bench.runtime.metrics().running == 0 {
        tokio::task::yield_now().await;
    }
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    bench.runtime.knobs(package).await.unwrap();
    assert_eq!(bench.runtime.metrics().running, 0, "the second call began only when the first had ended");
}
