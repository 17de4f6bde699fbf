//! What was found so far: counts, digests, samples. Pure; what several threads found is merged in the order of the
//! cases, so that the same history gives the same report.

use std::collections::{BTreeMap, BTreeSet};

use banshi_model::command::Command;
use banshi_model::ids::{CaseId, Digest, Division};
use serde::{Deserialize, Serialize};

use super::compare::{self, Comparison};
use super::mask::Clear;
use crate::api::shadow::{CaseCounts, ClauseCounts, CommandCounts, Compared, Kinds, Sample, What};

/// Samples that look alike (same commands, same kinds of differences), at most.
const ALIKE: usize = 3;
/// What a clause is counted under that neither a definition nor a law row says.
pub(crate) const UNNAMED: &str = "‹not in a definition or a law row›";
/// Distinct clauses and failures that are counted by name; what comes behind is counted together.
const NAMES_MAX: usize = 1_000;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub looked: u64,
    pub cases: CaseCounts,
    pub steps: Kinds,
    pub unjudged: u64,
    pub commands: BTreeMap<String, CommandCounts>,
    pub clauses: BTreeMap<String, ClauseCounts>,
    pub failures: BTreeMap<String, u64>,
    pub left_out: BTreeSet<String>,
    pub compared: Compared,
    pub samples: Vec<Sample>,
    /// How often each likeness was sampled.
    alike: BTreeMap<String, usize>,
    /// Heads of the journals compared, not yet in the chain over them.
    heads: Vec<(CaseId, u64, Digest)>,
}

impl Tally {
    /// Commands that both sides gave alike.
    pub(crate) fn same(&mut self, commands: &[Command], clear: &Clear) {
        for command in commands {
            at(&mut self.commands, command.name()).same += 1;
            compare::clauses_of(command, &mut |clause| {
                at(&mut self.clauses, clause_name(clause, clear)).same += 1;
            });
        }
    }

    /// Commands and effects that differ, with those beside them that do not.
    pub(crate) fn differs(&mut self, found: &Comparison, clear: &Clear) {
        for difference in &found.differences {
            let counts = at(&mut self.commands, &difference.name);
            *match difference.what {
                What::Text => &mut counts.wording,
                What::Added => &mut counts.added,
                What::Dropped => &mut counts.dropped,
                What::Order => &mut counts.order,
                What::Amount => &mut counts.amount,
                What::Date => &mut counts.date,
                What::Clause => &mut counts.clause,
                What::Other => &mut counts.other,
            } += 1;
        }
        let in_effect = |recorded: bool, place: usize| {
            let of = |pair: (Option<usize>, Option<usize>)| if recorded { pair.0 } else { pair.1 };
            found.differences.iter().any(|d| d.what != What::Text && of(d.pair) == Some(place))
        };
        let touched = |place: usize| found.differences.iter().any(|d| d.pair.0 == Some(place));
        for (place, item) in found.recorded.iter().enumerate() {
            if !touched(place) {
                at(&mut self.commands, &item.name).same += 1;
            }
            let mut cited = Vec::new();
            compare::clauses(&item.value, &mut cited);
            for clause in cited {
                let counts = at(&mut self.clauses, clause_name(clause, clear));
                *if in_effect(true, place) { &mut counts.recorded } else { &mut counts.same } += 1;
            }
        }
        for (_, item) in found.candidate.iter().enumerate().filter(|(place, _)| in_effect(false, *place)) {
            let mut cited = Vec::new();
            compare::clauses(&item.value, &mut cited);
            for clause in cited {
                at(&mut self.clauses, clause_name(clause, clear)).candidate += 1;
            }
        }
    }

    /// A step on which the candidate failed.
    pub(crate) fn failed(&mut self, code: &str) {
        *at(&mut self.failures, code) += 1;
    }

    /// Whether one more sample like this is wanted.
    pub(crate) fn wants(&self, likeness: &str, limit: usize) -> bool {
        self.samples.len() < limit && self.alike.get(likeness).is_none_or(|count| *count < ALIKE)
    }

    /// Takes a sample.
    pub(crate) fn sample(&mut self, likeness: String, sample: Sample) {
        *self.alike.entry(likeness).or_default() += 1;
        self.samples.push(sample);
    }

    /// Names the journal that was compared, up to where it was.
    pub(crate) fn journal(&mut self, case: CaseId, seq: u64, head: Digest) {
        self.heads.push((case, seq, head));
    }

    /// The candidate chain at a place.
    pub(crate) fn chain(&mut self, division: &Division, chain: Digest, definition: Digest) {
        self.compared.chains.insert(division.clone(), chain);
        self.compared.definitions.insert(division.clone(), definition);
    }

    /// Adds what was found in the cases behind these.
    pub(crate) fn merge(&mut self, next: Self, limit: usize) {
        self.looked += next.looked;
        add_cases(&mut self.cases, &next.cases);
        add_steps(&mut self.steps, &next.steps);
        self.unjudged += next.unjudged;
        for (name, counts) in next.commands {
            add_commands(at(&mut self.commands, &name), &counts);
        }
        for (name, counts) in next.clauses {
            let own = at(&mut self.clauses, &name);
            own.same += counts.same;
            own.recorded += counts.recorded;
            own.candidate += counts.candidate;
        }
        for (code, count) in next.failures {
            *at(&mut self.failures, &code) += count;
        }
        self.left_out.extend(next.left_out);
        self.compared.chains.extend(next.compared.chains);
        self.compared.definitions.extend(next.compared.definitions);
        self.compared.recorded.extend(next.compared.recorded);
        self.compared.law.extend(next.compared.law);
        self.compared.calendars.extend(next.compared.calendars);
        for (case, seq, head) in next.heads {
            let before = self.compared.heads.map_or_else(String::new, |heads| heads.to_string());
            self.compared.heads = Some(Digest::of(format!("{before}/{case}/{seq}/{head}").as_bytes()));
        }
        for sample in next.samples {
            let likeness = likeness(&sample);
            if self.wants(&likeness, limit) {
                self.sample(likeness, sample);
            }
        }
    }
}

/// What makes samples look alike.
pub(crate) fn likeness(sample: &Sample) -> String {
    let mut words: Vec<String> = sample.differences.iter().map(|d| format!("{}/{:?}", d.command, d.what)).collect();
    words.sort();
    words.dedup();
    format!("{:?}/{}/{}/{}", sample.kind, sample.event, sample.failure.as_deref().unwrap_or_default(), words.join(","))
}

fn clause_name<'a>(clause: &'a str, clear: &Clear) -> &'a str {
    if clear.shows(clause) { clause } else { UNNAMED }
}

/// The counts under a name; those of all further names together once there are too many.
fn at<'m, T: Default>(map: &'m mut BTreeMap<String, T>, name: &str) -> &'m mut T {
    let name = if map.contains_key(name) || map.len() < NAMES_MAX { name } else { UNNAMED };
    map.entry(name.to_owned()).or_default()
}

fn add_cases(own: &mut CaseCounts, next: &CaseCounts) {
    own.compared += next.compared;
    own.same += next.same;
    own.wording += next.wording;
    own.effect += next.effect;
    own.failure += next.failure;
    own.erased += next.erased;
    own.passed_by += next.passed_by;
}

fn add_steps(own: &mut Kinds, next: &Kinds) {
    own.same += next.same;
    own.wording += next.wording;
    own.effect += next.effect;
    own.failure += next.failure;
    own.unknown += next.unknown;
}

fn add_commands(own: &mut CommandCounts, next: &CommandCounts) {
    own.same += next.same;
    own.wording += next.wording;
    own.added += next.added;
    own.dropped += next.dropped;
    own.order += next.order;
    own.amount += next.amount;
    own.date += next.date;
    own.clause += next.clause;
    own.other += next.other;
}
