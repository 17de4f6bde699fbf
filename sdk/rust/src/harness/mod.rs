//! A case without a host: drives a matter, and variations over it, through events in an ordinary `#[test]`.
//!
//! Each step runs twice and must answer the same bytes, and its commands are held against what the host
//! would refuse at once (order, verdicts, tasks, stages). What only the host knows (law rows, calendar,
//! permissions) is not looked at. A violation panics and says what the host would say.

// A test that cannot go on has failed: here panics are how a harness speaks.
#![allow(clippy::panic, clippy::expect_used)]

mod asks;
mod drive;
mod layer;
mod migrate;
mod stand_in;

use std::marker::PhantomData;

use serde_json::Value;

pub use asks::{Asks, asks};

use crate::contract::cases::{
    Command, Direction, Document, Draft, Guidance, Knob, Licence, Outcome, Place, Task, Value as FormValue, View,
};
use crate::contract::matters::{Business, Definition, Mode, Source};
use crate::contract::types::{Fault, Finding, Subject, SubjectKind};
use crate::matter::{Matter, Variation};
use crate::settings::Settings;
use crate::text::text;
use layer::Layer;
use stand_in::StandIn;

/// A case of the matter `M`. Describe the application, [`submit`](Harness::submit) it, and say what
/// happens; every call panics where the host would refuse.
pub struct Harness<M> {
    view: View,
    settings: Settings,
    layers: Vec<Layer>,
    states: Vec<String>,
    host: Option<StandIn>,
    last: Vec<Command>,
    all: Vec<Command>,
    matter: PhantomData<M>,
}

impl<M: Matter> Default for Harness<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Matter> Harness<M> {
    /// An application at a window in Pudong (310115) on 2021-04-26, by a company with a made-up code, for
    /// ordinary approval of new business, with the knobs at the matter's own values.
    pub fn new() -> Self {
        let mut settings = Settings::default();
        for knob in M::knobs() {
            settings.set(&knob.id, serde_json::from_str(&knob.default).expect("a knob's default is JSON"));
        }
        let subject = Subject {
            kind: SubjectKind::LegalPerson,
            id: "91350100M000100Y43".to_owned(),
            name: "样例便利店有限公司".to_owned(),
        };
        let draft = Draft {
            licence: None,
            division: "310115".to_owned(),
            today: "2021-04-26".to_owned(),
            channel: "window".to_owned(),
            business: Business::Establish,
            mode: Mode::Approval,
            subject,
            agent: None,
            answers: "{}".to_owned(),
            values: Vec::new(),
            documents: Vec::new(),
            parts: Vec::new(),
            parameters: settings.to_json(),
        };
        let view = View {
            id: "310115-210426-0123456789".to_owned(),
            now: "2021-04-26T09:00:00+08:00".to_owned(),
            draft,
            received: "2021-04-26T09:00:00+08:00".to_owned(),
            accepted: None,
            due: None,
            signers: Vec::new(),
            tasks: Vec::new(),
            parts: Vec::new(),
            state: "null".to_owned(),
        };
        let (layers, states, matter) = (Vec::new(), vec!["null".to_owned()], PhantomData);
        Self { view, settings, layers, states, host: None, last: Vec::new(), all: Vec::new(), matter }
    }

    /// Puts a code variation on top of what is there.
    pub fn over<V: Variation>(mut self) -> Self {
        self.layers.push(Layer::of::<V>());
        self.states.push("null".to_owned());
        self
    }

    /// A setting in force, as a settings variation would turn it. Panics where the matter has no such knob.
    pub fn parameter(mut self, knob: &str, value: impl Into<Value>) -> Self {
        let known: Vec<String> = M::knobs().into_iter().map(|knob| knob.id).collect();
        assert!(known.iter().any(|id| id == knob), "no knob `{knob}`; the matter has {known:?}");
        self.settings.set(knob, value.into());
        self.view.draft.parameters = self.settings.to_json();
        self
    }

    /// A settings variation in force: the text of its `variation.toml`. Panics where it turns a knob that the
    /// matter does not have, or the way that its direction forbids.
    pub fn variation(mut self, toml: &str) -> Self {
        let manifest: toml::Table = toml.parse().expect("a manifest in TOML");
        let settings = manifest.get("settings").and_then(toml::Value::as_table).expect("a table `[settings]`");
        for (id, value) in settings {
            let value = serde_json::to_value(value).expect("a setting as JSON");
            let knob = M::knobs().into_iter().find(|knob| &knob.id == id);
            let narrower = knob.as_ref().map(|knob| {
                let own = || serde_json::from_str(&knob.default).expect("a default is JSON");
                let below = self.settings.get(id).cloned().unwrap_or_else(own);
                narrows(knob.narrows, &below, &value)
            });
            assert_ne!(narrower, Some(false), "knob `{id}` may only be turned the other way ({knob:?})");
            self = self.parameter(id, value);
        }
        self
    }

    /// Where it is to be decided.
    pub fn division(mut self, division: &str) -> Self {
        self.view.draft.division = division.to_owned();
        self
    }

    /// The day of receipt, `YYYY-MM-DD`.
    pub fn today(mut self, date: &str) -> Self {
        self.view.draft.today = date.to_owned();
        self.view.now = [date, "T09:00:00+08:00"].concat();
        self.view.received = self.view.now.clone();
        self
    }

    /// Portal, window, kiosk; `bundle` makes it a part, accepted with its bundle.
    pub fn channel(mut self, channel: &str) -> Self {
        self.view.draft.channel = channel.to_owned();
        self
    }

    /// Which business.
    pub fn business(mut self, business: Business) -> Self {
        self.view.draft.business = business;
        self
    }

    /// How it is applied for.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.view.draft.mode = mode;
        self
    }

    /// For whom.
    pub fn subject(mut self, subject: Subject) -> Self {
        self.view.draft.subject = subject;
        self
    }

    /// The licence that is to be changed, renewed, reissued or cancelled.
    pub fn licence(mut self, id: &str) -> Self {
        self.view.draft.licence = Some(id.to_owned());
        self
    }

    /// An answer to a guided question.
    pub fn answer(mut self, question: &str, answer: impl Into<Value>) -> Self {
        let mut answers = self.view.draft.answered().expect("the harness's own answers");
        answers.set(question, answer.into());
        self.view.draft.answers = answers.to_json();
        self
    }

    /// A form value; in a bundle by data element.
    pub fn value(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.view.draft.values.retain(|known| known.field != field);
        let (json, at) = (value.into().to_string(), self.view.now.clone());
        self.view.draft.values.push(FormValue { field: field.to_owned(), json, origin: Source::Applicant, at });
        self
    }

    /// A paper that was handed in.
    pub fn document(mut self, material: &str) -> Self {
        let (digest, at) = ("0".repeat(64), self.view.now.clone());
        self.view.draft.documents.push(Document {
            material: material.to_owned(),
            digest,
            origin: Source::Applicant,
            at,
        });
        self
    }

    /// The chosen parts of a bundle, where they are not those that the guide chooses.
    pub fn parts<'a>(mut self, parts: impl IntoIterator<Item = &'a str>) -> Self {
        self.view.draft.parts = parts.into_iter().map(str::to_owned).collect();
        self
    }

    /// The knobs of the matter.
    pub fn knobs(&self) -> Vec<Knob> {
        M::knobs()
    }

    /// The effective definition. Panics on a fault.
    pub fn definition(&self) -> Definition {
        self.try_definition().unwrap_or_else(|fault| panic!("define: {}: {}", fault.code, fault.text))
    }

    /// The effective definition, or the fault of the layer that gave it.
    pub fn try_definition(&self) -> Result<Definition, Fault> {
        let mut definition = twice("define", || M::define(&self.settings))?;
        for layer in &self.layers {
            definition = twice("refine-definition", || (layer.definition)(&self.settings, definition.clone()))?;
        }
        Ok(definition)
    }

    /// The effective guidance for the answers so far. Panics on a fault.
    pub fn guide(&self) -> Guidance {
        let draft = &self.view.draft;
        let at = Place {
            division: draft.division.clone(),
            today: draft.today.clone(),
            channel: draft.channel.clone(),
            business: draft.business,
            parameters: draft.parameters.clone(),
        };
        let answers = draft.answered().expect("the harness's own answers");
        let guided = || {
            let mut guidance = M::guide(&at, &answers)?;
            for layer in &self.layers {
                guidance = (layer.guidance)(&at, &answers, guidance)?;
            }
            Ok(guidance)
        };
        twice("guide", guided).unwrap_or_else(|fault: Fault| panic!("guide: {}: {}", fault.code, fault.text))
    }

    /// The effective findings of the precheck. Panics on a fault.
    pub fn precheck(&self) -> Vec<Finding> {
        let checked = || {
            let mut findings = M::precheck(&self.view.draft)?;
            for layer in &self.layers {
                findings = (layer.findings)(&self.view.draft, findings)?;
            }
            Ok(findings)
        };
        twice("precheck", checked).unwrap_or_else(|fault: Fault| panic!("precheck: {}: {}", fault.code, fault.text))
    }

    /// What the last step asked for, in order.
    pub fn commands(&self) -> &[Command] {
        &self.last
    }

    /// What all steps asked for, in order.
    pub fn all_commands(&self) -> &[Command] {
        &self.all
    }

    /// Tasks that wait for a person, in the order they were opened.
    pub fn open_tasks(&self) -> Vec<&Task> {
        self.host.iter().flat_map(StandIn::open_tasks).collect()
    }

    /// The stages that wait for a person, in the order their tasks were opened.
    pub fn open_stages(&self) -> Vec<&str> {
        self.open_tasks().into_iter().map(|task| task.stage.as_str()).collect()
    }

    /// Licences that were issued, the composite of a bundle among them.
    pub fn licences(&self) -> &[Licence] {
        self.host.as_ref().map_or(&[], |host| host.licences.as_slice())
    }

    /// How it ended; none while it is under way.
    pub fn outcome(&self) -> Option<Outcome> {
        self.host.as_ref().and_then(|host| host.closed)
    }

    /// Whether it has ended.
    pub fn is_closed(&self) -> bool {
        self.outcome().is_some()
    }

    /// The matter's own state as JSON text, as its last step returned it.
    pub fn state(&self) -> &str {
        self.states.first().map_or("null", String::as_str)
    }

    /// The case as the matter's next step would see it.
    pub fn view(&self) -> &View {
        &self.view
    }
}

/// Whether `value` is as narrow as what is in force below, or narrower.
fn narrows(direction: Direction, below: &Value, value: &Value) -> bool {
    let all_in = |some: &Value, others: &Value| match (some.as_array(), others.as_array()) {
        (Some(some), Some(others)) => some.iter().all(|item| others.contains(item)),
        _ => false,
    };
    match direction {
        Direction::Lower => value.as_f64() <= below.as_f64(),
        Direction::Higher => value.as_f64() >= below.as_f64(),
        Direction::Subset => all_in(value, below),
        Direction::Superset => all_in(below, value),
    }
}

/// Runs a call twice: a plugin is pure, so both answers are equal.
fn twice<T: PartialEq>(what: &str, call: impl Fn() -> Result<T, Fault>) -> Result<T, Fault> {
    let (first, second) = (call(), call());
    let equal = match (&first, &second) {
        (Ok(first), Ok(second)) => first == second,
        (Err(first), Err(second)) => first == second,
        _ => false,
    };
    assert!(equal, "`{what}` answered differently the second time; a plugin is a pure function of its arguments");
    first
}

/// A person, for tests: by citizen number and name.
pub fn person(id: &str, name: &str) -> Subject {
    Subject { kind: SubjectKind::NaturalPerson, id: id.to_owned(), name: text(name).zh }
}
