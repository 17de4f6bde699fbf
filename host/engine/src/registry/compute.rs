//! Works out what a chain of layers makes of its matter: settings laid over each other, `define` on the
//! ground, then each code layer over the one below. Calls plugins; reads and writes nothing.

use std::collections::BTreeMap;

use banshi_model::definition::Definition;
use banshi_model::enactment::{Chain, Layer};
use banshi_model::guidance::Knob;
use banshi_model::ids::{Digest, Division, MatterCode};
use banshi_model::law::{Scope, Table};
use banshi_model::package::Kind;
use banshi_runtime::{CallError, Runtime};
use jiff::civil::Date;
use serde_json::Value;

use super::findings::Findings;
use super::provenance::{Origin, Trace};
use super::schema::Validators;
use super::{admission, narrowing, settings, uses};
use crate::error::Error;

/// What a chain makes of its matter.
#[derive(Debug, Clone)]
pub(crate) struct Computed {
    pub definition: Definition,
    pub parameters: BTreeMap<String, Value>,
    pub knobs: Vec<Knob>,
    pub origins: Vec<Origin>,
    /// What lay below the last layer that was worked in; none for a ground alone.
    pub below: Option<Definition>,
}

/// Why a chain could not be worked out.
#[derive(Debug)]
pub(crate) enum Fallen {
    /// A layer does not stand on what lies below it.
    Layer {
        /// Its place in the chain.
        index: usize,
        /// Why.
        findings: Findings,
    },
    /// Anything else; trying again may help.
    Error(Error),
}

impl From<Error> for Fallen {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// What working out reads beside the chain.
pub(crate) struct Reading<'a> {
    pub runtime: &'a Runtime,
    pub validators: &'a Validators,
    pub law: &'a Table,
    /// The day on which the law rows are asked.
    pub day: Date,
    /// The values of the chain's settings packages.
    pub settings: &'a BTreeMap<Digest, BTreeMap<String, Value>>,
}

/// A chain that is being worked out, layer by layer.
struct Stack<'a> {
    reading: &'a Reading<'a>,
    matter: &'a MatterCode,
    ground: &'a Layer,
    knobs: Vec<Knob>,
    parameters: BTreeMap<String, Value>,
    definition: Definition,
    below: Option<Definition>,
    trace: Trace,
}

/// Works out a chain. Settings first, because the ground is defined under all of them; then code.
pub(crate) async fn compute(reading: &Reading<'_>, chain: &Chain) -> Result<Computed, Fallen> {
    let Some(ground) = chain.layers.first() else {
        return Err(Error::Internal(format!("chain of {} has no layer", chain.matter)).into());
    };
    let mut stack = Stack::ground(reading, &chain.matter, ground).await?;
    for (index, layer) in chain.layers.iter().enumerate().filter(|(_, layer)| layer.kind == Kind::Settings) {
        stack.settings(index, layer).await?;
    }
    for (index, layer) in chain.layers.iter().enumerate().filter(|(_, layer)| layer.kind == Kind::Code) {
        stack.code(index, layer).await?;
    }
    Ok(Computed {
        definition: stack.definition,
        parameters: stack.parameters,
        knobs: stack.knobs,
        origins: stack.trace.into_origins(),
        below: stack.below,
    })
}

impl<'a> Stack<'a> {
    async fn ground(reading: &'a Reading<'a>, matter: &'a MatterCode, ground: &'a Layer) -> Result<Self, Fallen> {
        let knobs = reading.runtime.knobs(ground.package).await.map_err(|error| call_failed(0, error))?;
        let parameters = settings::defaults(&knobs);
        let definition =
            reading.runtime.define(ground.package, &parameters).await.map_err(|error| call_failed(0, error))?;
        let definition = uses::permitted(definition, None, &ground.permissions);
        let mut trace = Trace::default();
        trace.parameters(0, &parameters);
        trace.definition(0, &definition);
        Ok(Self { reading, matter, ground, knobs, parameters, definition, below: None, trace })
    }

    /// A settings layer: checked against the knobs, then the ground is defined again with its values.
    async fn settings(&mut self, index: usize, layer: &Layer) -> Result<(), Fallen> {
        let Some(values) = self.reading.settings.get(&layer.package) else {
            return Err(Error::Internal(format!("settings of package {} are not in the store", layer.package)).into());
        };
        let findings = settings::check(&self.knobs, &self.parameters, values, self.reading.validators);
        if findings.blocks() {
            return Err(Fallen::Layer { index, findings });
        }
        let parameters = settings::overlay(&self.parameters, values);
        let defined = self.reading.runtime.define(self.ground.package, &parameters).await;
        let definition = defined.map_err(|error| call_failed(index, error))?;
        let definition = uses::permitted(definition, None, &self.ground.permissions);
        self.parameters = parameters;
        self.trace.parameters(index, &self.parameters);
        self.lay(index, layer, definition)
    }

    async fn code(&mut self, index: usize, layer: &Layer) -> Result<(), Fallen> {
        let refined = self.reading.runtime.refine_definition(layer.package, &self.parameters, &self.definition).await;
        let definition = refined.map_err(|error| call_failed(index, error))?;
        let definition = uses::permitted(definition, Some(&self.definition), &layer.permissions);
        self.lay(index, layer, definition)
    }

    /// Checks what a layer made of the definition, and lets it stand.
    fn lay(&mut self, index: usize, layer: &Layer, definition: Definition) -> Result<(), Fallen> {
        let size = admission::shape::size(&definition);
        if size.blocks() {
            return Err(Fallen::Layer { index, findings: size });
        }
        let allowed = may_ask_more(self.reading, self.matter, &layer.authority.division, &self.definition);
        let mut findings = narrowing::check(&self.definition, &definition, allowed);
        findings.extend(admission::shape::check(&definition));
        findings.extend(admission::flow::check(&definition, self.matter));
        if findings.blocks() {
            return Err(Fallen::Layer { index, findings });
        }
        self.trace.definition(index, &definition);
        self.below = Some(std::mem::replace(&mut self.definition, definition));
        Ok(())
    }
}

/// Whether the law rows let a layer at this place ask for more papers, in every mode of the matter.
fn may_ask_more(
    reading: &Reading<'_>,
    matter: &MatterCode,
    division: &Division,
    below: &Definition,
) -> Result<(), String> {
    let (matter_type, joint) = (below.matter_type, below.bundle.is_some());
    below.modes.iter().try_for_each(|mode| {
        let scope = Scope { day: reading.day, division, matter, matter_type, mode: *mode, joint };
        reading.law.may_add_material(&scope).map(drop).map_err(|refusal| refusal.to_string())
    })
}

/// A call that failed because of the layer itself makes the layer fall; one that failed because of the
/// host, or of the moment, does not. The ground's failures are the matter's.
fn call_failed(index: usize, error: CallError) -> Fallen {
    match error {
        CallError::Limit { name: "guest.queue", .. } => Fallen::Error(Error::Busy(1)),
        CallError::Unavailable { what } => Fallen::Error(Error::Internal(what)),
        // A deadline depends on how busy the machine is; every other limit is the same each time.
        CallError::Limit { name: "guest.deadline", .. } => Fallen::Error(error.into()),
        error if index == 0 => Fallen::Error(error.into()),
        error => {
            let mut findings = Findings::default();
            findings.block(
                error.code(),
                "definition",
                error.to_string(),
                "make the layer answer over what lies below it",
            );
            Fallen::Layer { index, findings }
        }
    }
}
