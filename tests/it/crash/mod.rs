//! Ends that nobody planned: a kill at any moment, a power cut, a full or read-only disk, damaged files.
//!
//! `load` is the work that a host is killed under, and the book of what it acknowledged; `disk` is a disk of the
//! test's own (tests/shim), which forgets what was not synced and fails when told.

mod damage;
mod disk;
mod failing;
mod folders;
mod kill;
mod load;
mod opening;
mod synced;

/// A small generator of random numbers (xorshift64*), so that a run can be repeated by its seed.
pub struct Chance(u64);

impl Chance {
    /// From `BANSHI_CRASH_SEED` where that is set; says which seed it is.
    pub fn new(of: &str) -> Self {
        let given = std::env::var("BANSHI_CRASH_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed: u64 = given.unwrap_or_else(|| {
            let mut bytes = [0; 8];
            getrandom::fill(&mut bytes).unwrap();
            u64::from_ne_bytes(bytes) | 1
        });
        println!("{of}: BANSHI_CRASH_SEED={seed}");
        Self(seed.max(1))
    }

    /// From `least` to below `end`.
    pub fn between(&mut self, least: u64, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        least + self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % (end - least)
    }
}
