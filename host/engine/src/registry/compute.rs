//! Works out what a chain of layers makes of its matter, layer by layer from the ground up. Calls plugins; reads and
//! writes nothing.
//!
//! A settings layer turns knobs of the ground: the ground is then defined again, and the code layers that lie below the
//! settings are laid over it again, because their authority still stands above the ground. So settings and code mix in
//! any order, and each layer is judged against what lies below it and nothing else.

use std::collections::BTreeMap;

use banshi_model::definition::Definition;
use banshi_model::enactment::{Chain, Layer};
use banshi_model::guidance::Knob;
use banshi_model::ids::{Digest, MatterCode};
use banshi_model::law::Table;
use banshi_model::package::Kind;
use banshi_runtime::{CallError, Runtime};
use jiff::civil::Date;
use serde_json::Value;

use super::derogation::{Lent, LentUntil};
use super::findings::Findings;
use super::provenance::{Origin, Trace};
use super::schema::Validators;
use super::{admission, derogation, narrowing, settings, uses};
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
    /// Until when the last layer stands, where it rests on a law row that derogates.
    pub lent: Option<LentUntil>,
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
    lent: Option<LentUntil>,
    /// The code layers so far: settings above them have them laid again.
    code: Vec<&'a Layer>,
    trace: Trace,
}

/// Works out a chain.
pub(crate) async fn compute(reading: &Reading<'_>, chain: &Chain) -> Result<Computed, Fallen> {
    let Some(ground) = chain.layers.first() else {
        return Err(Error::Internal(format!("chain of {} has no layer", chain.matter)).into());
    };
    let mut stack = Stack::ground(reading, &chain.matter, ground).await?;
    for (index, layer) in chain.layers.iter().enumerate().skip(1) {
        match layer.kind {
            Kind::Settings => stack.settings(index, layer).await?,
            Kind::Code => stack.code(index, layer).await?,
            Kind::Matter => {
                return Err(Error::Internal(format!("layer {index} of {} is a ground", chain.matter)).into());
            }
        }
    }
    Ok(Computed {
        definition: stack.definition,
        parameters: stack.parameters,
        knobs: stack.knobs,
        origins: stack.trace.into_origins(),
        below: stack.below,
        lent: stack.lent,
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
        Ok(Self {
            reading,
            matter,
            ground,
            knobs,
            parameters,
            definition,
            below: None,
            lent: None,
            code: Vec::new(),
            trace,
        })
    }

    /// A settings layer: checked against the knobs, then everything below it is made again with its values.
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
        let mut definition = uses::permitted(definition, None, &self.ground.permissions);
        for code in &self.code {
            let refined = self.refined(index, code, &parameters, &definition).await?;
            let again = narrowing::check(&definition, &refined, self.leeway(code, &definition).0);
            if again.blocks() {
                return Err(Fallen::Layer { index, findings: overruled(code, again) });
            }
            definition = refined;
        }
        self.parameters = parameters;
        self.trace.parameters(index, &self.parameters);
        self.lay(index, layer, definition)
    }

    async fn code(&mut self, index: usize, layer: &'a Layer) -> Result<(), Fallen> {
        let definition = self.refined(index, layer, &self.parameters, &self.definition).await?;
        self.lay(index, layer, definition)?;
        self.code.push(layer);
        Ok(())
    }

    /// What a code layer makes of a definition; a failure is that of the layer at `index`.
    async fn refined(
        &self,
        index: usize,
        code: &Layer,
        parameters: &BTreeMap<String, Value>,
        below: &Definition,
    ) -> Result<Definition, Fallen> {
        let refined = self.reading.runtime.refine_definition(code.package, parameters, below).await;
        let definition = refined.map_err(|error| call_failed(index, error))?;
        Ok(uses::permitted(definition, Some(below), &code.permissions))
    }

    /// What the law rows let a layer loosen, and what of it they lend until a day.
    fn leeway(&self, layer: &Layer, below: &Definition) -> (narrowing::Leeway, Lent) {
        derogation::leeway(self.reading, self.matter, &layer.authority.division, below)
    }

    /// Checks what a layer made of the definition, and lets it stand.
    fn lay(&mut self, index: usize, layer: &Layer, definition: Definition) -> Result<(), Fallen> {
        let size = admission::shape::size(&definition);
        if size.blocks() {
            return Err(Fallen::Layer { index, findings: size });
        }
        let (leeway, lent) = self.leeway(layer, &self.definition);
        let mut findings = narrowing::check(&self.definition, &definition, leeway);
        findings.extend(admission::shape::check(&definition));
        findings.extend(admission::flow::check(&definition, self.matter));
        if findings.blocks() {
            return Err(Fallen::Layer { index, findings });
        }
        self.trace.definition(index, &definition);
        self.lent = lent.used(&self.definition, &definition);
        self.below = Some(std::mem::replace(&mut self.definition, definition));
        Ok(())
    }
}

/// Settings under which a code layer below them would loosen the ground: the settings do not stand on that layer.
fn overruled(code: &Layer, why: Findings) -> Findings {
    let mut findings = Findings::default();
    let zh = format!("下层代码包 `{}` {} 在此设置下会放宽事项", code.name, code.version);
    let en =
        format!("under these settings the code below them, `{}` {}, would loosen the matter", code.name, code.version);
    let fix = ("按下层代码包已作的规定设置", "set what the code layer below leaves room for");
    findings.block(narrowing::RULE, "settings", (zh, en), fix);
    findings.extend(why);
    findings
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
