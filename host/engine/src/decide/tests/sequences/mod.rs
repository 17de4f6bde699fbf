//! No sequence of random events, plugin answers and law rows makes the engine break a row.
//!
//! A case lives through a random sequence: events arrive, days pass, a plugin answers anything. What `decide` allows is
//! folded; what it refuses is not. After every step the rows are judged by predicates of their own (`rows`), which ask
//! neither the law table nor the code that they watch.

mod moves;
mod rows;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use banshi_model::calendar::Calendar;
use banshi_model::case::{Case, Phase};
use banshi_model::command::Command;
use banshi_model::definition::{Fee, MatterType, Processing, SignerRule, Span};
use banshi_model::effect::Effect;
use banshi_model::ids::Digest;
use banshi_model::law::{File, Table};
use banshi_model::licence::Licence;
use banshi_model::text::{Subject, SubjectKind};
use banshi_model::time;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::fixture::{World, definition, received};
use crate::decide::arrive::arrive;
use crate::decide::{Context, Decision, decide};
use moves::{Laws, Move, Start};

pub(super) static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::built_in().unwrap());

/// A case with everything that a step reads, and what happened so far.
pub(super) struct Life {
    world: World,
    laws: Laws,
    case: Case,
    seq: u64,
    history: Vec<Effect>,
    licences: BTreeMap<String, Licence>,
}

impl Life {
    fn begin(start: &Start, laws: Laws) -> Self {
        let mut world = World::on("2021-04-26T10:00:00+08:00");
        world.law = Table::built_in().unwrap().merge([File::parse(&laws.rows()).unwrap()]).unwrap();
        world.definition = definition();
        world.definition.modes = vec![start.mode];
        world.definition.matter_type = MatterType::Licence;
        world.definition.promised = Processing::Promised(Span::working_days(laws.ceiling.min(10)));
        world.definition.fees =
            vec![Fee { id: "fee".parse().unwrap(), basis: "收费依据".to_owned(), at_most: moves::FEE_AT_MOST }];
        world.definition.signers =
            vec![SignerRule { role: "法定代表人".to_owned(), people: "/legal".to_owned(), in_person: false }];
        let mut case = received();
        case.draft.thaw().mode = start.mode;
        case.draft.thaw().business = start.business;
        case.draft.thaw().agent = start.agent.then(|| Subject {
            kind: SubjectKind::NaturalPerson,
            id: "310104198506150023".to_owned(),
            name: "代".to_owned(),
        });
        case.parent = start.part.then(|| "310115-210426-PPPPPPPPPP".parse().unwrap());
        Self { world, laws, case, seq: 1, history: Vec::new(), licences: BTreeMap::new() }
    }

    fn now(&self) -> Timestamp {
        self.world.now
    }

    fn decide(&self, commands: &[Command]) -> Option<Decision> {
        let capability = |id: &str| Digest::of(id.as_bytes()).to_string();
        let licences: Vec<Licence> = self.licences.values().cloned().collect();
        let ctx = Context {
            now: self.now(),
            today: time::date_of(self.now()),
            seq: self.seq + 1,
            definition: &self.world.definition,
            law: &self.world.law,
            calendar: &CALENDAR,
            bundle: self.world.bundle.as_ref(),
            parts: &self.world.parts,
            licences: &licences,
            issuer: "310115",
            capability: &capability,
        };
        decide(&ctx, &self.case, commands).ok()
    }

    /// Of these commands the ones that may follow each other: what a plugin asks that knows the rules.
    fn allowed(&self, commands: Vec<Command>) -> Vec<Command> {
        let mut kept = Vec::new();
        for command in commands {
            kept.push(command);
            if self.decide(&kept).is_none() {
                kept.pop();
            }
        }
        kept
    }

    /// One step, as the driver takes it: the event's own effects stand, the plugin's only where they are allowed.
    /// Says whether its commands were.
    fn step(&mut self, step: &Move) -> bool {
        self.world.now = self.world.now.checked_add(SignedDuration::from_hours(i64::from(step.hours))).unwrap();
        let (event, by) = step.event(&self.case);
        if self.case.phase == Phase::Closed {
            return false;
        }
        let Some(arrived) = arrive(&self.case, &event, &by) else { return false };
        self.fold(arrived);
        let before = self.case.clone();
        let mut commands = step.commands(&self.case);
        if step.careful {
            commands = self.allowed(commands);
        }
        let Some(decision) = self.decide(&commands) else { return false };
        rows::of_step(self, &before, &decision.effects);
        self.licences.extend(decision.licences.iter().map(|licence| (licence.id.clone(), licence.clone())));
        self.fold(decision.effects);
        self.seq += 1;
        rows::of_state(self);
        !commands.is_empty()
    }

    fn fold(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.case.apply(&effect, self.world.now);
            self.history.push(effect);
        }
    }
}

/// Lives a sequence; says how many steps were allowed, and how far the case came.
fn live(start: &Start, laws: Laws, moves: &[Move]) -> (usize, Phase) {
    let mut life = Life::begin(start, laws);
    let allowed = moves.iter().filter(|step| life.step(step)).count();
    (allowed, life.case.phase)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn no_sequence_of_events_answers_and_rows_breaks_a_row(
        start in moves::start(), laws in moves::laws(), sequence in prop::collection::vec(moves::step(), 1..20),
    ) {
        live(&start, laws, &sequence);
    }
}

#[test]
fn the_sequences_reach_every_phase() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let strategy = (moves::start(), moves::laws(), prop::collection::vec(moves::step(), 1..20));
    let (mut reached, mut allowed) = (BTreeMap::<String, usize>::new(), 0);
    for _ in 0..600 {
        let (start, laws, sequence) = strategy.new_tree(&mut runner).unwrap().current();
        let (steps, phase) = live(&start, laws, &sequence);
        allowed += steps;
        *reached.entry(format!("{phase:?}")).or_default() += 1;
    }
    for phase in ["Received", "Supplementing", "Accepted", "Decided", "Closed"] {
        assert!(reached.get(phase).is_some_and(|count| *count >= 5), "{reached:?}");
    }
    assert!(allowed > 600, "{allowed} steps were allowed: {reached:?}");
}
