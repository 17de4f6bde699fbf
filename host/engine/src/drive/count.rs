//! What commits did, counted once they are durable: what the metrics show adds up to what the journals hold.

use std::collections::BTreeMap;

use banshi_model::draft::Outcome;
use banshi_model::effect::Effect;
use banshi_model::entry::{Cause, Entry};

/// The counts of one commit.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    entries: BTreeMap<&'static str, u64>,
    received: u64,
    parts: u64,
    parked: u64,
    /// Steps that gave nothing that could stand, first and tried again, by the limit's or rule's own name.
    faults: BTreeMap<String, u64>,
    closed: BTreeMap<&'static str, u64>,
}

impl Counts {
    /// Takes the entries of one case in.
    pub(super) fn add(&mut self, entries: &[Entry]) {
        for entry in entries {
            *self.entries.entry(kind(&entry.cause)).or_default() += 1;
            if let Cause::Received(receipt) = &entry.cause {
                self.received += u64::from(receipt.parent.is_none());
                self.parts += u64::from(receipt.parent.is_some());
            }
            for effect in &entry.effects {
                if let Effect::Parked { fault, .. } | Effect::RetryFailed(fault) = effect {
                    *self.faults.entry(fault.code.clone()).or_default() += 1;
                }
                match effect {
                    Effect::Parked { .. } => self.parked += 1,
                    Effect::Closed(outcome) => *self.closed.entry(word(*outcome)).or_default() += 1,
                    _ => {}
                }
            }
        }
    }

    /// Adds them to the metrics. To be called when the commit is durable: one that was turned down did nothing.
    pub(super) fn show(&self) {
        for (kind, count) in &self.entries {
            metrics::counter!("banshi_entries_total", "kind" => *kind).increment(*count);
        }
        for (outcome, count) in &self.closed {
            metrics::counter!("banshi_cases_closed_total", "outcome" => *outcome).increment(*count);
        }
        for (code, count) in &self.faults {
            metrics::counter!("banshi_step_faults_total", "code" => code.clone()).increment(*count);
        }
        metrics::counter!("banshi_cases_received_total").increment(self.received);
        metrics::counter!("banshi_parts_opened_total").increment(self.parts);
        metrics::counter!("banshi_steps_parked_total").increment(self.parked);
    }
}

const fn kind(cause: &Cause) -> &'static str {
    match cause {
        Cause::Received(_) => "received",
        Cause::Step { .. } => "step",
        Cause::Failed { .. } => "failed",
        Cause::Host(_) | Cause::RunAgain(_) | Cause::Migrated(_) | Cause::MigrationUndone(_) => "host",
    }
}

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Granted => "granted",
        Outcome::Refused => "refused",
        Outcome::Declined => "declined",
        Outcome::Withdrawn => "withdrawn",
        Outcome::Lapsed => "lapsed",
    }
}
