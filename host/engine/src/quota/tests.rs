//! Buckets and accounts against what must hold of them.

use banshi_model::ids::Authority;
use proptest::prelude::*;

use super::book::{Asked, Book, Quota, Rules, Use};
use super::bucket::{Bucket, Rule};

const HOUR: u64 = 3_600_000;

fn authority(division: &str) -> Authority {
    Authority { department: "城市管理局".parse().unwrap(), division: division.parse().unwrap() }
}

fn rules(calls: Rule, queue_requests: u32, queue_ms: u64) -> Rules {
    let free = Rule { per_hour: 0, burst: 0 };
    let of = [(Quota::Calls, calls), (Quota::Cpu, free), (Quota::Storage, free), (Quota::Deliveries, free)];
    Rules { of, queue_requests, queue_ms }
}

proptest! {
    /// However it is asked, and however unevenly time passes: never more than the burst and what came since, and whoever
    /// waits as long as was said finds it clear.
    #[test]
    fn a_bucket_gives_at_most_its_burst_and_what_has_come(
        per_hour in 1_u64..10_000_000,
        burst in 0_u64..1_000_000,
        asks in proptest::collection::vec((0_u64..200_000, 0_u64..10_000), 1..100),
    ) {
        let rule = Rule { per_hour, burst };
        let mut bucket = Bucket::full(rule, 0);
        let (mut now, mut given, mut last) = (0_u64, 0_u128, 0_u64);
        for (passes, amount) in asks {
            now += passes;
            let wait = bucket.clear_in(rule, now);
            let mut then = bucket;
            prop_assert_eq!(then.clear_in(rule, now + wait), 0);
            if wait > 1 {
                let mut before = bucket;
                prop_assert!(before.clear_in(rule, now + wait - 1) > 0, "it says too long");
            }
            if wait == 0 {
                bucket.take(rule, amount, now);
                (given, last) = (given + u128::from(amount), amount);
            }
        }
        // The last one may have gone into debt.
        let come = u128::from(burst) + u128::from(now) * u128::from(per_hour) / u128::from(HOUR) + 1;
        prop_assert!(given - u128::from(last) <= come, "{given} of {come}");
    }

    /// Whatever one authority asks and uses, another that has used nothing goes at once.
    #[test]
    fn a_neighbour_goes_at_once(uses in proptest::collection::vec((0_u64..1_000, 0_u64..50), 0..100)) {
        let mut book = Book::new(rules(Rule { per_hour: 1, burst: 5 }, 3, 60_000));
        let mut now = 0;
        for (passes, calls) in uses {
            now += passes;
            book.ask(&authority("310115"), now);
            book.charge(&authority("310115"), &Use { calls, ..Use::default() }, now);
        }
        prop_assert_eq!(book.ask(&authority("310101"), now), Asked::Now);
        prop_assert_eq!(book.over(&authority("310101"), now), None);
    }
}

#[test]
fn requests_wait_one_behind_the_other_up_to_the_bound_and_are_then_told_when() {
    // One a second, none at once.
    let mut book = Book::new(rules(Rule { per_hour: 3600, burst: 1 }, 2, 60_000));
    let own = authority("310115");
    assert_eq!(book.ask(&own, 0), Asked::Now);
    assert_eq!(book.ask(&own, 0), Asked::After(1000, Quota::Calls));
    assert_eq!(book.ask(&own, 0), Asked::After(2000, Quota::Calls));
    assert_eq!(book.ask(&own, 0), Asked::Over(3000, Quota::Calls), "two wait already");
    assert_eq!(book.ask(&own, 0), Asked::Over(3000, Quota::Calls), "one that was turned away took nothing");
    book.waited(&own);
    assert_eq!(book.ask(&own, 1000), Asked::After(2000, Quota::Calls));
}

#[test]
fn a_wait_that_is_too_long_is_told_at_once() {
    let mut book = Book::new(rules(Rule { per_hour: 3600, burst: 1 }, 100, 1500));
    let own = authority("310115");
    assert_eq!(book.ask(&own, 0), Asked::Now);
    assert_eq!(book.ask(&own, 0), Asked::After(1000, Quota::Calls));
    assert_eq!(book.ask(&own, 0), Asked::Over(2000, Quota::Calls));
}

#[test]
fn each_quota_is_named_by_what_was_used_up() {
    let one = Rule { per_hour: 60, burst: 10 };
    for (quota, used) in [
        (Quota::Calls, Use { calls: 11, ..Use::default() }),
        (Quota::Cpu, Use { cpu: 11, ..Use::default() }),
        (Quota::Storage, Use { storage: 11, ..Use::default() }),
        (Quota::Deliveries, Use { deliveries: 11, ..Use::default() }),
    ] {
        let of = [Quota::Calls, Quota::Cpu, Quota::Storage, Quota::Deliveries].map(|quota| (quota, one));
        let mut book = Book::new(Rules { of, queue_requests: 0, queue_ms: 0 });
        let own = authority("310115");
        book.charge(&own, &used, 0);
        assert_eq!(book.over(&own, 0), Some((quota, 60_000)));
        assert!(matches!(book.ask(&own, 0), Asked::Over(_, named) if named == quota), "{quota:?}");
        assert_eq!(book.over(&own, 60_000), None);
    }
}

#[test]
fn what_has_no_quota_is_not_counted() {
    let mut book = Book::new(rules(Rule { per_hour: 0, burst: 0 }, 0, 0));
    let own = authority("310115");
    book.charge(&own, &Use { calls: u64::MAX, cpu: u64::MAX, storage: u64::MAX, deliveries: u64::MAX }, 0);
    assert_eq!(book.ask(&own, 0), Asked::Now);
    assert_eq!(book.over(&own, 0), None);
}
