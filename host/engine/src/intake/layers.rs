//! Guidance and findings through a chain of layers: the ground answers, and each layer of code is handed
//! what lies below it. A layer may ask for less and serve more; it may not ask for more.

use std::collections::{BTreeMap, BTreeSet};

use banshi_model::definition::Mode;
use banshi_model::draft::Draft;
use banshi_model::enactment::Layer;
use banshi_model::guidance::{Guidance, Place};
use banshi_model::ids::Slug;
use banshi_model::package::Kind;
use banshi_model::text::Finding;
use banshi_runtime::{CallError, Runtime};
use serde_json::Value;

use crate::error::Error;

/// A layer that gave no answer, or one that may not stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LayerFault {
    /// The limit's or rule's own name.
    pub code: String,
    /// What happened; none of the guest's text.
    pub text: String,
    /// Whether it was the moment and not the layer: the machine was busy.
    pub busy: bool,
}

impl From<LayerFault> for Error {
    fn from(fault: LayerFault) -> Self {
        if fault.busy { Self::Busy(1) } else { Self::Plugin { code: fault.code, text: fault.text } }
    }
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Self {
        Self::Plugin { code: error.code().to_owned(), text: error.to_string() }
    }
}

fn called(layer: &Layer, error: &CallError) -> LayerFault {
    let busy = matches!(error, CallError::Limit { name: "guest.queue", .. });
    let text = format!("package `{}` {}: {error}", layer.name, layer.version);
    LayerFault { code: error.code().to_owned(), text, busy }
}

/// What to ask next and what a path needs, as the whole chain has it. `local` are the materials that a
/// layer above the ground brought, which a law row allowed; the ground cannot have asked for them.
pub(crate) async fn guide(
    runtime: &Runtime,
    layers: &[Layer],
    local: &BTreeSet<String>,
    place: &Place,
    answers: &BTreeMap<String, Value>,
) -> Result<Guidance, LayerFault> {
    let mut standing: Option<Guidance> = None;
    for layer in layers.iter().filter(|layer| layer.kind != Kind::Settings) {
        let answered = match &standing {
            None => runtime.guide(layer.package, place, answers).await,
            Some(below) => runtime.refine_guidance(layer.package, place, answers, below).await,
        };
        let above = answered.map_err(|error| called(layer, &error))?;
        if let Some(what) = standing.as_ref().and_then(|below| widened(below, &above, local)) {
            let text = format!("package `{}` {}: {what}", layer.name, layer.version);
            return Err(LayerFault { code: "layer.guidance".to_owned(), text, busy: false });
        }
        standing = Some(above);
    }
    standing.ok_or_else(|| LayerFault {
        code: "layer.none".to_owned(),
        text: "the chain has no layer of code".to_owned(),
        busy: false,
    })
}

/// What a layer may not do to the guidance below it. A path that asks on is judged when it ends.
fn widened(below: &Guidance, above: &Guidance, local: &BTreeSet<String>) -> Option<&'static str> {
    if !below.next.is_empty() || !above.next.is_empty() {
        return None;
    }
    let within = |more: bool, what| more.then_some(what);
    let own_paper = |id: &&Slug| !below.materials.contains(id) && !local.contains(id.as_str());
    within(
        above.fields.iter().any(|id| !below.fields.contains(id)),
        "asks for a field that the layer below does not ask for here",
    )
    .or(within(
        above.materials.iter().any(|id| own_paper(&id)),
        "asks for a paper that the layer below does not ask for here",
    ))
    .or(within(!same(&above.parts, &below.parts), "chooses other parts than the layer below"))
    .or(within(
        below.modes.iter().any(|mode| !above.modes.contains(mode)),
        "takes away a mode that the layer below offers here",
    ))
    .or(within(
        above.modes.iter().any(|mode| !below.modes.contains(mode) && *mode != Mode::Commitment),
        "offers a mode other than a commitment",
    ))
    .or(within(below.way.is_none() && above.way.is_some(), "sends away an applicant whom the layer below serves"))
}

fn same<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.len() == b.len() && a.iter().all(|one| b.contains(one))
}

/// What the matter's own rules find about an application, as the whole chain has it.
pub(crate) async fn findings(runtime: &Runtime, layers: &[Layer], draft: &Draft) -> Result<Vec<Finding>, LayerFault> {
    let mut standing: Option<Vec<Finding>> = None;
    for layer in layers.iter().filter(|layer| layer.kind != Kind::Settings) {
        let answered = match &standing {
            None => runtime.precheck(layer.package, draft).await,
            Some(below) => runtime.refine_findings(layer.package, draft, below).await,
        };
        standing = Some(answered.map_err(|error| called(layer, &error))?);
    }
    Ok(standing.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guidance(fields: &[&str], modes: &[Mode]) -> Guidance {
        let fields = fields.iter().map(|id| id.parse().unwrap()).collect();
        Guidance { next: vec![], fields, materials: vec![], parts: vec![], modes: modes.to_vec(), way: None }
    }

    fn changed(below: &Guidance, above: &Guidance) -> Option<&'static str> {
        widened(below, above, &BTreeSet::from(["allowed".to_owned()]))
    }

    #[test]
    fn a_paper_that_a_law_row_allowed_may_be_asked_for() {
        let below = guidance(&[], &[Mode::Approval]);
        let mut above = below.clone();
        above.materials.push("allowed".parse().unwrap());
        assert_eq!(changed(&below, &above), None);
        above.materials.push("other".parse().unwrap());
        assert!(changed(&below, &above).unwrap().contains("paper"));
    }

    #[test]
    fn a_layer_may_ask_for_less_and_offer_a_commitment() {
        let below = guidance(&["a", "b"], &[Mode::Approval]);
        assert_eq!(changed(&below, &guidance(&["a"], &[Mode::Commitment, Mode::Approval])), None);
    }

    #[test]
    fn a_layer_may_not_ask_for_more_or_send_away() {
        let below = guidance(&["a"], &[Mode::Approval]);
        assert!(changed(&below, &guidance(&["a", "b"], &[Mode::Approval])).unwrap().contains("field"));
        assert!(changed(&below, &guidance(&["a"], &[])).unwrap().contains("takes away a mode"));
        assert!(changed(&below, &guidance(&["a"], &[Mode::Approval, Mode::Filing])).unwrap().contains("commitment"));
        let mut above = below.clone();
        above.way = Some(banshi_model::command::WayForward::Checklist(vec![]));
        assert!(changed(&below, &above).unwrap().contains("sends away"));
        above = below.clone();
        above.parts.push("P05".parse().unwrap());
        assert!(changed(&below, &above).unwrap().contains("parts"));
    }

    #[test]
    fn a_layer_that_asks_a_question_of_its_own_is_judged_when_the_path_ends() {
        let below = guidance(&["a"], &[Mode::Approval]);
        let mut above = guidance(&["a", "b"], &[Mode::Approval]);
        above.next.push("area".parse().unwrap());
        assert_eq!(changed(&below, &above), None);
    }

    #[tokio::test]
    async fn a_chain_without_code_guides_nobody() {
        let live = crate::registry::live::Live::new().await;
        let place = Place {
            division: "310115".parse().unwrap(),
            today: jiff::civil::date(2021, 4, 22),
            channel: "portal".to_owned(),
            business: banshi_model::definition::Business::Establish,
            parameters: BTreeMap::new(),
        };
        let fault = guide(live.engine.runtime(), &[], &BTreeSet::new(), &place, &BTreeMap::new()).await.unwrap_err();
        assert_eq!((fault.code.as_str(), fault.text.as_str()), ("layer.none", "the chain has no layer of code"));
    }
}
