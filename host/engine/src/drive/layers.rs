//! Calls a chain of layers with one event, from the ground up, and checks each code layer's answer
//! against what lies below it.

use banshi_model::case::Pin;
use banshi_model::command::Command;
use banshi_model::draft::View;
use banshi_model::effect::StepFault;
use banshi_model::enactment::Layer;
use banshi_model::entry::LayerAnswer;
use banshi_model::event::Event;
use banshi_model::package::Kind;
use banshi_runtime::{CallError, Runtime, Seen};

use crate::Engine;
use crate::decide::{narrowing, permissions};
use crate::error::Error;
use crate::registry::Effective;

/// The layers that hold code: a settings variation is never called.
pub(crate) fn code_layers(effective: &Effective) -> impl Iterator<Item = &Layer> {
    effective.chain.layers.iter().filter(|layer| layer.kind != Kind::Settings)
}

/// What every layer of code answers, ground first. `states` are theirs, in the same order.
pub(crate) async fn call_layers(
    runtime: &Runtime,
    effective: &Effective,
    view: &View,
    states: &[String],
    event: &Event,
) -> Result<Vec<LayerAnswer>, StepFault> {
    call_layers_seen(runtime, effective, &mut Seen::of(view), states, event).await
}

/// The same of a case that was given to the sandbox before.
pub(crate) async fn call_layers_seen(
    runtime: &Runtime,
    effective: &Effective,
    seen: &mut Seen,
    states: &[String],
    event: &Event,
) -> Result<Vec<LayerAnswer>, StepFault> {
    let mut answers: Vec<LayerAnswer> = Vec::new();
    for (index, layer) in code_layers(effective).enumerate() {
        let state = states.get(index).map_or("null", String::as_str);
        let called = match answers.last() {
            None => runtime.advance_seen(layer.package, seen, state, event).await,
            Some(below) => runtime.refine_step_seen(layer.package, seen, state, event, &below.output).await,
        };
        let output = called.map_err(|error| fault(layer, &error))?;
        answers.push(LayerAnswer { package: layer.package, output });
    }
    Ok(answers)
}

impl Engine {
    /// What the layers that a case is pinned to answer at a step, checked as a step checks them. Nothing is kept: for
    /// measuring what a chain costs.
    pub async fn layer_answers(
        &self,
        pin: &Pin,
        view: &View,
        states: &[String],
        event: &Event,
    ) -> Result<Vec<LayerAnswer>, Error> {
        let effective = self.effective_of(pin).await?;
        let faulty = |fault: StepFault| Error::Plugin { code: fault.code, text: fault.text };
        let answers = call_layers(&self.inner.runtime, &effective, view, states, event).await.map_err(faulty)?;
        check_layers(&effective, &answers).map_err(faulty)?;
        Ok(answers)
    }
}

/// Checks who added what, and that no layer loosens what it stands on.
pub(crate) fn check_layers(effective: &Effective, answers: &[LayerAnswer]) -> Result<(), StepFault> {
    let mut below: &[Command] = &[];
    for (index, (layer, answer)) in code_layers(effective).zip(answers).enumerate() {
        let above = answer.output.commands.as_slice();
        let refused = |refused: crate::decide::Refused| refused.fault(Some(layer.package));
        permissions::check(layer, below, above).map_err(refused)?;
        if index > 0 {
            narrowing::check(&effective.definition, below, above).map_err(refused)?;
        }
        below = above;
    }
    Ok(())
}

fn fault(layer: &Layer, error: &CallError) -> StepFault {
    let text = format!("package `{}` {}: {error}", layer.name, layer.version);
    StepFault { code: error.code().to_owned(), text, package: Some(layer.package) }
}
