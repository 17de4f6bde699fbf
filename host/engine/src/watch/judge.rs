//! Whether what was counted halts an enactment. Pure: the same counts give the same answer.

use banshi_model::watch::{Trigger, Watch, WatchCounts};

/// A threshold that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reached {
    /// Which.
    pub trigger: Trigger,
    /// Its value.
    pub threshold: u8,
}

/// The first threshold that these counts reach, over so many cases at least; one case never halts an enactment that
/// asks for more.
pub(super) fn judge(watch: &Watch, counts: &WatchCounts) -> Option<Reached> {
    let of_cases = [
        (Trigger::Traps, watch.traps, counts.traps),
        (Trigger::Parked, watch.parked, counts.parked),
        (Trigger::Late, watch.late, counts.late),
    ];
    let share = |(trigger, threshold, found): (Trigger, u8, u64)| {
        let reached = threshold > 0 && found > 0 && found * 100 >= u64::from(threshold) * counts.cases;
        (reached && enough(watch, counts.cases)).then_some(Reached { trigger, threshold })
    };
    of_cases.into_iter().find_map(share).or_else(|| {
        refusals(watch, counts).then_some(Reached { trigger: Trigger::Refusals, threshold: watch.refusals })
    })
}

fn enough(watch: &Watch, count: u64) -> bool {
    count >= u64::from(watch.cases.max(1))
}

/// Whether so many more of the decisions refused than under the former chain. Where that decided too little to have a
/// rate of its own, there is nothing to compare with.
fn refusals(watch: &Watch, counts: &WatchCounts) -> bool {
    let (now, then) = (counts.decided, watch.former.decided);
    if watch.refusals == 0 || !enough(watch, now) || !enough(watch, then) {
        return false;
    }
    // refused/now − former.refused/then ≥ points/100, without fractions.
    let own = 100 * i128::from(counts.refused) * i128::from(then);
    let former = 100 * i128::from(watch.former.refused) * i128::from(now);
    own - former >= i128::from(watch.refusals) * i128::from(now) * i128::from(then)
}

#[cfg(test)]
mod tests {
    use banshi_model::watch::Rate;
    use proptest::prelude::*;

    use super::*;

    fn watch(cases: u32, former: Rate) -> Watch {
        Watch { hours: 24, cases, traps: 10, parked: 30, refusals: 25, late: 50, former }
    }

    fn counts(cases: u64, traps: u64, decided: u64, refused: u64) -> WatchCounts {
        WatchCounts { cases, traps, parked: traps, decided, refused, late: 0 }
    }

    fn trigger(watch: &Watch, counts: &WatchCounts) -> Option<Trigger> {
        judge(watch, counts).map(|reached| reached.trigger)
    }

    #[test]
    fn a_share_is_reached_at_its_threshold_and_over_enough_cases_only() {
        let own = watch(10, Rate::default());
        assert_eq!(trigger(&own, &counts(9, 9, 0, 0)), None);
        assert_eq!(trigger(&own, &counts(10, 1, 0, 0)), Some(Trigger::Traps));
        assert_eq!(trigger(&own, &counts(11, 1, 0, 0)), None);
        let parked = WatchCounts { parked: 3, ..counts(10, 0, 0, 0) };
        assert_eq!(judge(&own, &parked), Some(Reached { trigger: Trigger::Parked, threshold: 30 }));
        assert_eq!(trigger(&own, &WatchCounts { late: 5, ..counts(10, 0, 0, 0) }), Some(Trigger::Late));
    }

    #[test]
    fn refusals_are_measured_against_the_former_chain_s_own_rate() {
        let own = watch(4, Rate { decided: 100, refused: 40 });
        assert_eq!(trigger(&own, &counts(10, 0, 100, 64)), None, "24 points above");
        assert_eq!(trigger(&own, &counts(10, 0, 100, 65)), Some(Trigger::Refusals));
        assert_eq!(trigger(&own, &counts(10, 0, 3, 3)), None, "too few decisions");
        let unknown = watch(4, Rate { decided: 3, refused: 0 });
        assert_eq!(trigger(&unknown, &counts(10, 0, 10, 10)), None, "the former chain has no rate of its own");
    }

    proptest! {
        #[test]
        fn below_the_minimum_of_cases_nothing_halts(cases in 0u64..20, all in 0u64..20, refused in 0u64..20) {
            let own = Watch { cases: 20, ..watch(20, Rate { decided: 1_000, refused: 0 }) };
            let own_counts = WatchCounts { cases, traps: all, parked: all, decided: cases, refused, late: all };
            prop_assert_eq!(judge(&own, &own_counts), None);
        }

        #[test]
        fn what_is_not_watched_never_halts(cases in 0u64..10_000, found in 0u64..10_000) {
            let none = Watch { traps: 0, parked: 0, refusals: 0, late: 0, ..watch(1, Rate { decided: 10, refused: 0 }) };
            let all = WatchCounts { cases, traps: found, parked: found, decided: found, refused: found, late: found };
            prop_assert_eq!(judge(&none, &all), None);
        }

        #[test]
        fn once_it_halts_one_more_bad_case_of_the_same_number_does_not_undo_it(
            cases in 1u64..1_000, traps in 0u64..1_000, decided in 0u64..1_000, refused in 0u64..1_000,
        ) {
            let own = watch(5, Rate { decided: 50, refused: 10 });
            let (traps, decided) = (traps.min(cases), decided.min(cases));
            let before = counts(cases, traps, decided, refused.min(decided));
            if judge(&own, &before).is_some() {
                let worse = counts(cases, (traps + 1).min(cases), decided, (before.refused + 1).min(decided));
                prop_assert!(judge(&own, &worse).is_some());
            }
        }

        #[test]
        fn a_chain_that_refuses_as_often_as_the_former_one_is_not_halted(decided in 1u64..1_000, refused in 0u64..1_000) {
            let refused = refused.min(decided);
            let own = watch(1, Rate { decided, refused });
            prop_assert_eq!(judge(&own, &counts(decided, 0, decided, refused)), None);
        }
    }
}
