//! The engine: decides what a step may do (`decide`, pure) and is the one driver that does it (`drive`).
//!
//! It knows the store and the runtime and neither axum nor wasmtime nor sled. Every method that a caller
//! reaches takes the `Principal` who asks, and allows or refuses it here.

pub mod api;
pub mod error;
pub mod principal;

mod authorise;
mod authority;
mod breaker;
mod calendars;
mod connector;
mod decide;
mod desk;
mod drive;
mod emergency;
mod intake;
mod migration;
mod open;
mod quota;
mod registry;
mod replay;
mod shadow;
mod watch;

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, RwLock};

use banshi_model::calendar::Calendar;
use banshi_model::definition::SharedField;
use banshi_model::ids::{CaseId, Digest};
use banshi_model::law::Table;
use banshi_model::text::Subject;
use banshi_runtime::Runtime;
use banshi_store::Store;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Notify;

pub use banshi_store::OutboxItem;
pub use breaker::Options as BreakerOptions;
pub use connector::{CallbackBody, Undelivered};
pub use error::{Error, OverQuota};
pub use principal::{Principal, Role};
pub use quota::Options as QuotaOptions;
pub use replay::{Difference, ReplayReport};
pub use shadow::{Follower as ShadowFollower, Options as ShadowOptions, seal as shadow_seal};
pub use watch::Options as WatchOptions;

/// Why a source did not answer; the applicant is then asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SourceProblem {
    /// No answer in time.
    #[error("timeout")]
    Timeout,
    /// No connection.
    #[error("unreachable")]
    Unreachable,
    /// The partner refused.
    #[error("refused")]
    Refused,
    /// The answer does not read.
    #[error("invalid")]
    Invalid,
}

/// What a source answers: the value, or nothing where it has no record.
pub type SourceAnswer<'a> = Pin<Box<dyn Future<Output = Result<Option<Value>, SourceProblem>> + Send + 'a>>;

/// Shared data (数据共享), asked while a person waits. The only thing that the engine asks of the world.
pub trait SharedData: Send + Sync {
    /// Asks one field about one subject, for the field's stated purpose.
    fn fetch<'a>(&'a self, field: &'a SharedField, subject: &'a Subject, now: Timestamp) -> SourceAnswer<'a>;
}

/// An idempotency key with the digest of the request that it came with. Kept per principal.
#[derive(Debug, Clone)]
pub struct Idempotency {
    /// The caller's key.
    pub key: String,
    /// Digest over method, path and body.
    pub request: Digest,
}

/// What a write answers.
#[derive(Debug)]
pub enum Done<T> {
    /// Done now.
    Fresh(T),
    /// Done before under the same key: the same answer again.
    Repeated {
        /// Its HTTP status.
        status: u16,
        /// Its body.
        body: Vec<u8>,
    },
}

impl<T> Done<T> {
    /// What was done now; none where the answer is an earlier one.
    pub fn fresh(self) -> Option<T> {
        match self {
            Self::Fresh(value) => Some(value),
            Self::Repeated { .. } => None,
        }
    }
}

/// How the engine behaves. Every option with default and unit.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The 18-character code of each authority that issues licences, by `department@division`. An authority
    /// that is not listed issues under its division's six digits. Default: none.
    pub authorities: HashMap<String, String>,
    /// How long a prefilled draft is kept, in hours. Default 24.
    pub draft_hours: u16,
    /// How long a source may take while a person waits, in milliseconds. Default 1500.
    pub source_timeout_ms: u64,
    /// First delay before a parked step is tried again, in seconds; doubles up to an hour. Default 5.
    pub retry_seconds: u32,
    /// The largest document, in bytes. Default 20 MiB.
    pub document_bytes_max: usize,
    /// When a package that fails is no longer called.
    pub breaker: BreakerOptions,
    /// How much each authority may take of what all share.
    pub quotas: QuotaOptions,
    /// How recorded cases are compared with what a package would do, and whether enacting demands it.
    pub shadow: ShadowOptions,
    /// How the first cases of an enactment are watched where it does not say so itself.
    pub watch: WatchOptions,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            authorities: HashMap::new(),
            draft_hours: 24,
            source_timeout_ms: 1500,
            retry_seconds: 5,
            document_bytes_max: 20 * 1024 * 1024,
            breaker: BreakerOptions::default(),
            quotas: QuotaOptions::default(),
            shadow: ShadowOptions::default(),
            watch: WatchOptions::default(),
        }
    }
}

/// The engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

/// What all parts of the engine share.
struct Inner {
    config: Config,
    store: Store,
    runtime: Runtime,
    shared: Arc<dyn SharedData>,
    law: RwLock<Arc<Table>>,
    calendar: RwLock<Arc<Calendar>>,
    /// The instant of a simulated folder.
    simulated_now: RwLock<Timestamp>,
    /// Held while the simulated clock moves.
    clock_moves: tokio::sync::Mutex<()>,
    registry: registry::Registry,
    shadows: shadow::Shadows,
    migrations: migration::Migrations,
    breaker: Arc<breaker::Breaker>,
    quotas: quota::Quotas,
    emergencies: emergency::Emergencies,
    watches: watch::Watches,
    /// Held by whoever settles: the driver, or a clock that moves.
    settling: tokio::sync::Mutex<()>,
    /// One lock a case, so that its steps happen one after another.
    locks: Mutex<HashMap<CaseId, Arc<tokio::sync::Mutex<()>>>>,
    /// Woken when an inbox item or a timer may be due.
    work: Notify,
    /// Woken when a delivery may be due.
    outbox: Notify,
    /// Partners that nobody serves.
    unserved: RwLock<connector::Unserved>,
}
