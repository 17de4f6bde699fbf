//! A token bucket that may go into debt: what is taken is known only afterwards, and who comes next waits until it is
//! paid. Pure: time is an argument, in milliseconds that only go forward.

/// Milliseconds of an hour.
const HOUR: i128 = 3_600_000;

/// How a bucket fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    /// How much comes an hour; 0: there is no limit.
    pub per_hour: u64,
    /// How much it holds.
    pub burst: u64,
}

/// A bucket. Its level is counted in units times the milliseconds of an hour, so that nothing is lost by rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bucket {
    level: i128,
    at: u64,
}

impl Bucket {
    /// A full one.
    pub fn full(rule: Rule, now: u64) -> Self {
        Self { level: i128::from(rule.burst) * HOUR, at: now }
    }

    /// Takes so much, into debt if need be.
    pub fn take(&mut self, rule: Rule, amount: u64, now: u64) {
        self.fill(rule, now);
        self.level = self.level.saturating_sub(i128::from(amount) * HOUR);
    }

    /// Gives back what was taken for nothing.
    pub fn give_back(&mut self, rule: Rule, amount: u64) {
        self.level = self.level.saturating_add(i128::from(amount) * HOUR).min(i128::from(rule.burst) * HOUR);
    }

    /// In how many milliseconds it is out of debt; 0: it is not in debt, or there is no limit.
    pub fn clear_in(&mut self, rule: Rule, now: u64) -> u64 {
        self.fill(rule, now);
        if self.level >= 0 || rule.per_hour == 0 {
            return 0;
        }
        let rate = i128::from(rule.per_hour);
        u64::try_from((-self.level + rate - 1) / rate).unwrap_or(u64::MAX)
    }

    /// Whether it is full: nothing has to be remembered of it.
    pub fn is_full(&mut self, rule: Rule, now: u64) -> bool {
        self.fill(rule, now);
        self.level >= i128::from(rule.burst) * HOUR
    }

    fn fill(&mut self, rule: Rule, now: u64) {
        let passed = now.saturating_sub(self.at);
        self.at = self.at.max(now);
        let come = i128::from(passed).saturating_mul(i128::from(rule.per_hour));
        self.level = self.level.saturating_add(come).min(i128::from(rule.burst) * HOUR);
    }
}
