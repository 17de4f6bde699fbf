//! Calls the layers of the chain that a case moves to, each with the state that its former version left.

use banshi_model::case::Pin;
use banshi_model::command::{Command, StepOutput};
use banshi_model::draft::View;
use banshi_model::effect::StepFault;
use banshi_model::enactment::Layer;
use banshi_model::entry::LayerAnswer;
use banshi_model::ids::Digest;
use banshi_model::package::Kind;
use banshi_runtime::{CallError, Runtime};

use crate::drive::code_layers;
use crate::registry::Effective;

/// What every layer of code of the new chain answers, ground first. `view` shows the new chain's settings; `states` are
/// those of the layers of code of the former chain.
pub(crate) async fn call_migrate(
    runtime: &Runtime,
    former: &Pin,
    states: &[String],
    effective: &Effective,
    view: &View,
) -> Result<Vec<LayerAnswer>, StepFault> {
    let mut answers: Vec<LayerAnswer> = Vec::new();
    for layer in code_layers(effective) {
        let (from, state) = left_by(former, states, layer);
        let called = match answers.last().map(|below| &below.output) {
            None => migrate(runtime, layer, view, state, from).await,
            Some(below) => runtime.refine_migrate(layer.package, view, state, from, below).await,
        };
        let output = called.map_err(|error| fault(layer, &error))?;
        answers.push(LayerAnswer { package: layer.package, output });
    }
    Ok(answers)
}

/// The ground. A case always has one, so there is always a former version.
async fn migrate(
    runtime: &Runtime,
    layer: &Layer,
    view: &View,
    state: &str,
    from: Option<Digest>,
) -> Result<StepOutput, CallError> {
    runtime.migrate(layer.package, view, state, from.unwrap_or(layer.package)).await
}

/// The package that stood in a layer's place, and its state: of the ground the former ground; of a variation the package
/// of that name of the same authority. None: the layer is new to the case.
fn left_by<'a>(former: &Pin, states: &'a [String], layer: &Layer) -> (Option<Digest>, &'a str) {
    let code = former.chain.layers.iter().filter(|known| known.kind != Kind::Settings);
    let same = |known: &Layer| match layer.kind {
        Kind::Matter => known.kind == Kind::Matter,
        Kind::Settings | Kind::Code => {
            known.kind == layer.kind && known.name == layer.name && known.authority == layer.authority
        }
    };
    match code.enumerate().find(|(_, known)| same(known)) {
        Some((index, known)) => (Some(known.package), states.get(index).map_or("null", String::as_str)),
        None => (None, "null"),
    }
}

/// The first command that could not be undone, or that is a decision: a migration opens and closes work, and no more.
pub(super) fn beyond(answers: &[LayerAnswer]) -> Option<(usize, &Command)> {
    let stays = |command: &&Command| {
        matches!(
            command,
            Command::OpenTask(_) | Command::CloseTask(_) | Command::SetTimer { .. } | Command::CancelTimer(_)
        )
    };
    let of = |(index, answer): (usize, &'_ LayerAnswer)| -> Option<usize> {
        answer.output.commands.iter().any(|command| !stays(&command)).then_some(index)
    };
    let index = answers.iter().enumerate().find_map(of)?;
    let command = answers.get(index)?.output.commands.iter().find(|command| !stays(command))?;
    Some((index, command))
}

fn fault(layer: &Layer, error: &CallError) -> StepFault {
    let text = format!("package `{}` {}: {error}", layer.name, layer.version);
    StepFault { code: error.code().to_owned(), text, package: Some(layer.package) }
}
