//! The window of one watched enactment: which cases it counts, until when, and their counts. Pure.

use std::collections::BTreeMap;

use banshi_model::case::Case;
use banshi_model::enactment::Enactment;
use banshi_model::ids::{CaseId, EnactmentId};
use banshi_model::time;
use banshi_model::watch::{Watch, WatchCounts};
use jiff::Timestamp;
use jiff::civil::Date;

use super::judge::{Reached, judge};
use super::mark::Mark;

/// A watched enactment with the cases that began under it.
#[derive(Debug)]
pub(super) struct Window {
    id: EnactmentId,
    watch: Watch,
    from: Timestamp,
    ends: Timestamp,
    halted: bool,
    /// The day on which a halt was tried in vain.
    tried: Option<Date>,
    marks: BTreeMap<CaseId, Mark>,
    /// The sum of the marks, but for limits that run.
    sum: WatchCounts,
    /// Undecided cases by the last day of their limit.
    due: BTreeMap<Date, u64>,
}

/// When the first case can come under an enactment.
pub(super) fn begins(enactment: &Enactment) -> Timestamp {
    time::start_of(enactment.effective_from).max(enactment.enacted)
}

/// From when on cases are counted: a release begins anew, with cases that are received from then on, so that what becomes
/// of older ones is in none of its shares.
fn counts_from(enactment: &Enactment) -> Timestamp {
    let released = enactment.halts.iter().filter_map(|halt| halt.released.as_ref()).map(|release| release.at);
    released.fold(begins(enactment), Timestamp::max)
}

/// When its watch ends; none: it is not watched.
pub(super) fn ends(enactment: &Enactment) -> Option<Timestamp> {
    let watch = enactment.watch.as_ref()?;
    let raised = enactment.gradual.iter().flat_map(|gradual| &gradual.steps).map(|step| step.at);
    let released = enactment.halts.iter().filter_map(|halt| halt.released.as_ref()).map(|release| release.at);
    Some(watch.end(raised.chain(released).fold(begins(enactment), Timestamp::max)))
}

impl Window {
    /// Of an enactment that is watched now or will be, or that its watch has halted; none otherwise.
    pub(super) fn of(enactment: &Enactment, now: Timestamp) -> Option<Self> {
        let (watch, ends) = (enactment.watch?, ends(enactment)?);
        let halted = enactment.halts.iter().any(|halt| halt.released.is_none());
        ((now < ends || halted) && enactment.taken_back.is_none()).then(|| Self {
            id: enactment.id.clone(),
            watch,
            from: counts_from(enactment),
            ends,
            halted,
            tried: None,
            marks: BTreeMap::new(),
            sum: WatchCounts::default(),
            due: BTreeMap::new(),
        })
    }

    /// The same cases under the enactment as it is now; false: it counts others, which are to be read.
    pub(super) fn take_over(&mut self, of: Self) -> bool {
        let same = self.from == of.from;
        if same {
            (self.marks, self.sum, self.due) = (of.marks, of.sum, of.due);
        }
        same
    }

    /// From when on the cases that it counts were received.
    pub(super) const fn from(&self) -> Timestamp {
        self.from
    }

    /// Whether a case is counted here.
    pub(super) fn counts_case(&self, case: &Case) -> bool {
        case.received >= self.from && case.pin.chain.layers.iter().any(|layer| layer.enactment == self.id)
    }

    /// Whether it is over. One that is halted is not: its release has to know what was counted.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        now >= self.ends && !self.halted
    }

    /// A case came so far.
    pub(super) fn follow(&mut self, case: &CaseId, mark: &Mark) {
        let mut after = self.marks.get(case).copied().unwrap_or_default();
        after.follow(mark);
        self.set(case, after);
    }

    /// A case was read again; what was followed meanwhile stands.
    pub(super) fn recall(&mut self, case: &CaseId, mark: &Mark) {
        let mut after = self.marks.get(case).copied().unwrap_or(*mark);
        after.recall(mark);
        self.set(case, after);
    }

    fn set(&mut self, case: &CaseId, mark: Mark) {
        if let Some(before) = self.marks.insert(case.clone(), mark) {
            self.sum = self.sum.since(before.counts());
            if let Some(count) = before.due.and_then(|due| self.due.get_mut(&due)) {
                *count = count.saturating_sub(1);
            }
        }
        self.sum = self.sum.and(mark.counts());
        if let Some(due) = mark.due {
            *self.due.entry(due).or_default() += 1;
        }
    }

    /// What was counted since its first day, or since the last release.
    pub(super) fn counts(&self, today: Date) -> WatchCounts {
        let passed: u64 = self.due.range(..today).map(|(_, count)| count).sum();
        WatchCounts { late: self.sum.late + passed, ..self.sum }
    }

    /// What halts it; none: nothing, or it is halted, over, or was tried today.
    pub(super) fn reached(&self, now: Timestamp) -> Option<(Reached, WatchCounts)> {
        if self.halted || self.is_over(now) || self.tried == Some(time::date_of(now)) {
            return None;
        }
        let counts = self.counts(time::date_of(now));
        judge(&self.watch, &counts).map(|reached| (reached, counts))
    }

    /// It could not be halted, and is not asked again on this day.
    pub(super) fn put_off(&mut self, today: Date) {
        self.tried = Some(today);
    }

    /// It is not asked any more.
    pub(super) fn halt(&mut self) {
        self.halted = true;
    }
}

#[cfg(test)]
mod tests {
    use banshi_model::package::Kind;
    use banshi_model::watch::{Halt, HaltRelease, Rate, Trigger};

    use super::*;
    use crate::registry::sample;

    fn watched() -> Enactment {
        let mut enactment = sample::enactment(Kind::Settings, "310115", "pd/food", "2021-05-01");
        let former = Rate::default();
        enactment.watch = Some(Watch { hours: 24, cases: 2, traps: 50, parked: 0, refusals: 0, late: 0, former });
        enactment
    }

    fn at(text: &str) -> Timestamp {
        time::parse(text).unwrap()
    }

    fn case(number: u8) -> CaseId {
        format!("310115-210501-000000000{number}").parse().unwrap()
    }

    const TRAPPED: Mark = Mark { trapped: true, parked: true, refused: None, late: false, due: None };

    #[test]
    fn a_window_lasts_from_the_first_day_and_anew_from_a_release() {
        let mut enactment = watched();
        assert_eq!(ends(&enactment), Some(at("2021-05-02T00:00:00+08:00")));
        assert!(Window::of(&enactment, at("2021-04-01T00:00:00+08:00")).is_some());
        assert!(Window::of(&enactment, at("2021-05-02T00:00:00+08:00")).is_none());
        let (halted, released) = (at("2021-05-01T10:00:00+08:00"), at("2021-05-03T10:00:00+08:00"));
        let counts = WatchCounts { cases: 2, traps: 2, parked: 2, ..WatchCounts::default() };
        let released = Some(HaltRelease { at: released, by: "p".to_owned(), counts });
        enactment.halts.push(Halt { at: halted, trigger: Trigger::Traps, threshold: 50, counts, released });
        assert_eq!(ends(&enactment), Some(at("2021-05-04T10:00:00+08:00")));
        let long_after = at("2021-06-01T00:00:00+08:00");
        assert!(Window::of(&enactment, long_after).is_none());
        enactment.halts[0].released = None;
        assert!(Window::of(&enactment, long_after).is_some_and(|window| !window.is_over(long_after)), "it is halted");
        enactment.taken_back = Some(halted);
        assert!(Window::of(&enactment, halted).is_none());
    }

    #[test]
    fn a_limit_that_runs_is_late_from_the_day_after_it_and_a_case_counts_once() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let mut window = Window::of(&watched(), at("2021-05-01T09:00:00+08:00")).unwrap();
        window.follow(&case(1), &Mark { due: Some(day("2021-05-07")), ..Mark::default() });
        let late = |window: &Window, text: &str| window.counts(day(text)).late;
        assert_eq!((late(&window, "2021-05-07"), late(&window, "2021-05-08")), (0, 1));
        window.follow(&case(1), &Mark { due: Some(day("2021-05-10")), ..Mark::default() });
        assert_eq!(late(&window, "2021-05-08"), 0, "it was extended");
        window.follow(&case(1), &Mark { late: true, refused: Some(true), ..TRAPPED });
        window.recall(&case(1), &TRAPPED);
        let all = WatchCounts { cases: 1, traps: 1, parked: 1, decided: 1, refused: 1, late: 1 };
        assert_eq!(window.counts(day("2021-06-01")), all);
    }

    #[test]
    fn after_a_release_only_what_came_since_counts() {
        let now = at("2021-05-01T09:00:00+08:00");
        let mut enactment = watched();
        let mut window = Window::of(&enactment, now).unwrap();
        window.follow(&case(1), &TRAPPED);
        assert_eq!(window.reached(now), None, "one case is too few");
        window.follow(&case(2), &TRAPPED);
        let (reached, counts) = window.reached(now).unwrap();
        assert_eq!((reached.trigger, counts.cases, counts.traps), (Trigger::Traps, 2, 2));
        window.put_off(time::date_of(now));
        assert_eq!(window.reached(now), None, "it was tried today");
        assert!(window.reached(at("2021-05-01T23:59:59+08:00")).is_none());
        window.put_off("2021-04-30".parse().unwrap());
        assert!(window.reached(now).is_some(), "it is tried again on another day");
        window.halt();
        assert_eq!(window.reached(now), None, "it is halted already");

        let later = at("2021-05-01T10:00:00+08:00");
        let released = Some(HaltRelease { at: later, by: "p".to_owned(), counts });
        enactment.halts.push(Halt { at: now, trigger: Trigger::Traps, threshold: 50, counts, released });
        let mut fresh = Window::of(&enactment, later).unwrap();
        assert!(!fresh.take_over(window), "it counts other cases");
        assert_eq!((fresh.from(), fresh.counts(time::date_of(later)).cases), (later, 0));
        fresh.follow(&case(3), &Mark::default());
        fresh.follow(&case(4), &TRAPPED);
        let (reached, counts) = fresh.reached(later).unwrap();
        assert_eq!((reached.trigger, counts.cases, counts.traps), (Trigger::Traps, 2, 1));
        let mut same = Window::of(&enactment, later).unwrap();
        assert!(same.take_over(fresh) && same.counts(time::date_of(later)) == counts);
    }
}
