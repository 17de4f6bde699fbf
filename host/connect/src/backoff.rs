//! How long to wait before a delivery is tried again. Pure: the random part is an argument.

use std::time::Duration;

/// Doubling from `first` to `longest`, for at most `attempts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure.
    pub first: Duration,
    /// Never longer than this.
    pub longest: Duration,
    /// How many attempts there are in all.
    pub attempts: u32,
}

impl Backoff {
    /// The wait after `failed` attempts, or none where that was the last: then it is a dead letter.
    ///
    /// Half of the wait is fixed and half of it random, so that a partner that comes back is not met by
    /// everything at once and still has the pause that it was given.
    pub fn after(&self, failed: u32, random: u64) -> Option<Duration> {
        if failed >= self.attempts {
            return None;
        }
        let doublings = failed.saturating_sub(1).min(31);
        let whole = self.first.saturating_mul(1 << doublings).min(self.longest);
        let half = u64::try_from(whole.as_millis() / 2).unwrap_or(u64::MAX);
        Some(Duration::from_millis(half.saturating_add(random % half.saturating_add(1))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff =
        Backoff { first: Duration::from_millis(1000), longest: Duration::from_millis(60_000), attempts: 12 };

    #[test]
    fn the_wait_doubles_up_to_the_longest() {
        let longest: Vec<u128> = (1..12).map(|n| BACKOFF.after(n, 0).unwrap().as_millis() * 2).collect();
        assert_eq!(longest, [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000, 60000, 60000]);
    }

    #[test]
    fn the_random_part_adds_at_most_the_other_half() {
        for random in [0, 1, 500, 501, 1_000_003, u64::MAX] {
            let wait = BACKOFF.after(1, random).unwrap().as_millis();
            assert!((500..=1000).contains(&wait), "{wait}");
        }
        assert_ne!(BACKOFF.after(3, 7), BACKOFF.after(3, 8));
    }

    #[test]
    fn after_the_last_attempt_there_is_no_next() {
        assert_eq!(BACKOFF.after(12, 0), None);
        assert_eq!(BACKOFF.after(u32::MAX, 0), None);
        assert_eq!(Backoff { attempts: 1, ..BACKOFF }.after(1, 0), None);
    }
}
