//! How much an authority may take of what all share.

use serde::Deserialize;

use super::book::{Quota, Rules};
use super::bucket::Rule;

/// Units of a second of processor time: a call is measured in microseconds.
const MICROSECONDS: u64 = 1_000_000;
const MIB: u64 = 1024 * 1024;

/// The options of section `[engine.quotas]`: for each authority (a department in a county or district) by itself, how much
/// comes an hour, and how much may be taken at once. 0 an hour: no quota.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Calls of plugins an hour; a request counts as one more. Default 18,000,000: 5,000 a second.
    pub calls_per_hour: u64,
    /// Calls at once. Default 1,000,000.
    pub calls_burst: u64,
    /// Processor seconds of plugins an hour. Default 7,200: two cores.
    pub cpu_seconds_per_hour: u64,
    /// Processor seconds at once. Default 1,200.
    pub cpu_seconds_burst: u64,
    /// Mebibytes of journals, papers and packages an hour. Default 8,192.
    pub storage_mib_per_hour: u64,
    /// Mebibytes at once. Default 65,536.
    pub storage_mib_burst: u64,
    /// Deliveries to partners an hour. Default 7,200,000: 2,000 a second.
    pub deliveries_per_hour: u64,
    /// Deliveries at once. Default 1,000,000.
    pub deliveries_burst: u64,
    /// Requests of an authority that may wait at once for its quota; one more is answered 429. Default 256.
    pub queue_requests: u32,
    /// How long one may wait, in milliseconds; one that had to wait longer is answered 429 at once. Default 2,000.
    pub queue_ms: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            calls_per_hour: 18_000_000,
            calls_burst: 1_000_000,
            cpu_seconds_per_hour: 7200,
            cpu_seconds_burst: 1200,
            storage_mib_per_hour: 8192,
            storage_mib_burst: 65_536,
            deliveries_per_hour: 7_200_000,
            deliveries_burst: 1_000_000,
            queue_requests: 256,
            queue_ms: 2000,
        }
    }
}

impl Options {
    /// The rules in the units that are counted.
    pub(super) fn rules(&self) -> Rules {
        let rule = |per_hour: u64, burst: u64, unit: u64| Rule {
            per_hour: per_hour.saturating_mul(unit),
            burst: burst.saturating_mul(unit),
        };
        Rules {
            of: [
                (Quota::Calls, rule(self.calls_per_hour, self.calls_burst, 1)),
                (Quota::Cpu, rule(self.cpu_seconds_per_hour, self.cpu_seconds_burst, MICROSECONDS)),
                (Quota::Storage, rule(self.storage_mib_per_hour, self.storage_mib_burst, MIB)),
                (Quota::Deliveries, rule(self.deliveries_per_hour, self.deliveries_burst, 1)),
            ],
            queue_requests: self.queue_requests,
            queue_ms: self.queue_ms,
        }
    }
}
