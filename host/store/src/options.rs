//! How a store is opened. Every option has a default and a unit; unknown names are refused.

use serde::Deserialize;

/// Options of a store.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Marks a folder that is being created as one with a simulated clock. A folder that exists keeps
    /// what it was created with; asking for a simulated clock over a real folder is refused.
    /// Default: false.
    pub create_simulated: bool,
    /// The storage's page cache, in bytes; resident memory grows to about twice this. Default: 128 MiB. Pages
    /// that do not fit are read again for each row that falls on them.
    pub cache_bytes: u64,
    /// How many cases are kept unsealed and folded in memory. Default: 2,048.
    pub cached_cases: usize,
    /// How many case keys are kept in memory. Default: 8,192.
    pub cached_keys: usize,
    /// How many commits share one sync at most. Default: 256.
    pub group_commits: usize,
    /// How long the writer waits for more commits where they come thick, in microseconds: each sync costs the same for
    /// one as for many. A commit that comes alone never waits. Default: 2,000.
    pub group_wait_us: u64,
    /// Commits come thick where the last sync had at least so many. Default: 4.
    pub group_wait_commits: usize,
    /// How many commits may wait for the writer before `commit` waits too. Default: 4,096.
    pub queue_commits: usize,
    /// How often space is given back, in milliseconds: each time the storage moves what still lives in one half-empty
    /// segment, and takes at most half of this time for it. Default: 20, which with segments of 2 MiB is 100 MiB a second at
    /// most. Where it falls behind, the file grows to a multiple of what lives.
    pub compact_every_ms: u64,
    /// Bytes of a segment of the storage's file, in a folder that is being created; one that exists keeps what it was created
    /// with. A power of two, 512 KiB to 16 MiB; the next larger one is taken of another number. Default: 2 MiB.
    pub segment_bytes: usize,
    /// Bytes of the disk that are kept free: below, commits are refused as [`crate::Error::Full`] before
    /// the storage can fail. Default: 64 MiB.
    pub reserve_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            create_simulated: false,
            cache_bytes: 128 << 20,
            cached_cases: 2_048,
            cached_keys: 8_192,
            group_commits: 256,
            group_wait_us: 2_000,
            group_wait_commits: 4,
            queue_commits: 4_096,
            compact_every_ms: 20,
            segment_bytes: 2 << 20,
            reserve_bytes: 64 << 20,
        }
    }
}
