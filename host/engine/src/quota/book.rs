//! What each authority has taken, and who waits. Pure: time is an argument, in milliseconds that only go forward.

use std::collections::HashMap;

use banshi_model::ids::Authority;

use super::bucket::{Bucket, Rule};

/// So many accounts are kept before full ones are dropped.
const ACCOUNTS_KEPT: usize = 4096;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quota {
    /// Calls of plugins.
    Calls,
    /// Processor time of plugins.
    Cpu,
    /// Bytes of journals, papers and packages.
    Storage,
    /// Deliveries to partners.
    Deliveries,
}

impl Quota {
    /// Its stable word: part of a code, and a metric's label.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Cpu => "cpu",
            Self::Storage => "storage",
            Self::Deliveries => "deliveries",
        }
    }

    /// What it is called, in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Calls => "组件调用次数",
            Self::Cpu => "组件处理器时间",
            Self::Storage => "存储字节数",
            Self::Deliveries => "对外投递次数",
        }
    }
}

/// The rules of all quotas.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    /// In the order of an account's buckets.
    pub of: [(Quota, Rule); 4],
    /// How many requests of one authority may wait.
    pub queue_requests: u32,
    /// How long.
    pub queue_ms: u64,
}

/// Whether a request may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Now.
    Now,
    /// After so many milliseconds, in its place of the queue; `Book::waited` is to be told then.
    After(u64, Quota),
    /// Not: it may be asked again after so many milliseconds.
    Over(u64, Quota),
}

/// What was used, to be charged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Use {
    /// Calls of plugins.
    pub calls: u64,
    /// Microseconds of processor time.
    pub cpu: u64,
    /// Bytes.
    pub storage: u64,
    /// Deliveries.
    pub deliveries: u64,
}

impl Use {
    /// So many bytes that are kept.
    pub fn of_storage(bytes: usize) -> Self {
        Self { storage: u64::try_from(bytes).unwrap_or(u64::MAX), ..Self::default() }
    }

    const fn of(&self, quota: Quota) -> u64 {
        match quota {
            Quota::Calls => self.calls,
            Quota::Cpu => self.cpu,
            Quota::Storage => self.storage,
            Quota::Deliveries => self.deliveries,
        }
    }
}

struct Account {
    buckets: [Bucket; 4],
    waiting: u32,
}

/// All accounts.
pub(super) struct Book {
    rules: Rules,
    accounts: HashMap<Authority, Account>,
}

impl Book {
    /// Nobody has taken anything.
    pub fn new(rules: Rules) -> Self {
        Self { rules, accounts: HashMap::new() }
    }

    /// A request wants to call plugins. It is charged one call at once, so that those who wait have an order.
    pub fn ask(&mut self, authority: &Authority, now: u64) -> Asked {
        let rules = self.rules.clone();
        let account = self.account(authority, now);
        for ((quota, rule), bucket) in rules.of.iter().zip(&mut account.buckets) {
            if *quota == Quota::Calls && rule.per_hour > 0 {
                bucket.take(*rule, 1, now);
            }
        }
        let (wait, quota) = account.clear_in(&rules, now);
        if wait == 0 {
            return Asked::Now;
        }
        if wait <= rules.queue_ms && account.waiting < rules.queue_requests {
            account.waiting += 1;
            return Asked::After(wait, quota);
        }
        for ((quota, rule), bucket) in rules.of.iter().zip(&mut account.buckets) {
            if *quota == Quota::Calls {
                bucket.give_back(*rule, 1);
            }
        }
        Asked::Over(wait, quota)
    }

    /// One that waited goes now, or has gone away.
    pub fn waited(&mut self, authority: &Authority) {
        if let Some(account) = self.accounts.get_mut(authority) {
            account.waiting = account.waiting.saturating_sub(1);
        }
    }

    /// Which quota an authority has used up, and in how many milliseconds that is over; none: it may go on.
    pub fn over(&mut self, authority: &Authority, now: u64) -> Option<(Quota, u64)> {
        let rules = &self.rules;
        let (wait, quota) = self.accounts.get_mut(authority)?.clear_in(rules, now);
        (wait > 0).then_some((quota, wait))
    }

    /// Charges what was used.
    pub fn charge(&mut self, authority: &Authority, used: &Use, now: u64) {
        let rules = self.rules.clone();
        let account = self.account(authority, now);
        for ((quota, rule), bucket) in rules.of.iter().zip(&mut account.buckets) {
            let amount = used.of(*quota);
            if amount > 0 && rule.per_hour > 0 {
                bucket.take(*rule, amount, now);
            }
        }
    }

    /// Whether anything is limited at all.
    pub fn limits(&self, quota: Quota) -> bool {
        self.rules.of.iter().any(|(of, rule)| *of == quota && rule.per_hour > 0)
    }

    fn account(&mut self, authority: &Authority, now: u64) -> &mut Account {
        let rules = &self.rules;
        if self.accounts.len() >= ACCOUNTS_KEPT && !self.accounts.contains_key(authority) {
            self.accounts.retain(|_, account| account.is_owed_something(rules, now));
        }
        let fresh = || Account { buckets: rules.of.map(|(_, rule)| Bucket::full(rule, now)), waiting: 0 };
        self.accounts.entry(authority.clone()).or_insert_with(fresh)
    }
}

impl Account {
    /// The longest wait, and for what.
    fn clear_in(&mut self, rules: &Rules, now: u64) -> (u64, Quota) {
        let mut longest = (0, Quota::Calls);
        for ((quota, rule), bucket) in rules.of.iter().zip(&mut self.buckets) {
            let wait = bucket.clear_in(*rule, now);
            if wait > longest.0 {
                longest = (wait, *quota);
            }
        }
        longest
    }

    fn is_owed_something(&mut self, rules: &Rules, now: u64) -> bool {
        let full = rules.of.iter().zip(&mut self.buckets).all(|((_, rule), bucket)| bucket.is_full(*rule, now));
        self.waiting > 0 || !full
    }
}
