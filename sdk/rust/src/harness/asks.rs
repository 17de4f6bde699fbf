//! What a matter's manifest has to ask for, so that a missing line is found in a test and not in a case.

use std::collections::BTreeSet;

use crate::contract::matters::{Business, Source};
use crate::declared::fields;
use crate::fields::source;
use crate::flow::Work;
use crate::matter::Matter;
use crate::settings::Settings;
use crate::spec::Spec;

/// Permissions as a manifest's `[permissions]` lists them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    /// Command kinds by their names in the contract.
    pub commands: BTreeSet<String>,
    /// Licence types that it issues or reads as a source.
    pub licences: BTreeSet<String>,
    /// Shared data services.
    pub services: BTreeSet<String>,
    /// Units that it gives tasks to.
    pub units: BTreeSet<String>,
}

impl Asks {
    /// What of this a manifest (the text of `package.toml`) does not ask for, as `kind: word`.
    ///
    /// Panics where the text is not TOML.
    pub fn missing_from(&self, manifest: &str) -> Vec<String> {
        let manifest: toml::Table = manifest.parse().expect("a manifest in TOML");
        let permissions = manifest.get("permissions").and_then(toml::Value::as_table);
        let listed = |kind: &str, word: &str| {
            let list = permissions.and_then(|table| table.get(kind)).and_then(toml::Value::as_array);
            list.is_some_and(|list| list.iter().any(|item| item.as_str() == Some(word)))
        };
        let kinds = [
            ("commands", &self.commands),
            ("licences", &self.licences),
            ("services", &self.services),
            ("units", &self.units),
        ];
        let words = kinds.into_iter().flat_map(|(kind, words)| words.iter().map(move |word| (kind, word)));
        words.filter(|(kind, word)| !listed(kind, word)).map(|(kind, word)| format!("{kind}: {word}")).collect()
    }
}

/// Everything that the declared flow, form and materials of `M` can use. A function written by hand may
/// need more.
pub fn asks<M: Matter>() -> Asks {
    let spec = M::spec(&Settings::default());
    let mut asks = Asks::default();
    asks.commands.extend(commands(&spec).into_iter().map(str::to_owned));
    let stations = spec.flow.stations.iter().map(|station| &station.stage);
    let check = spec.commitment.as_ref().and_then(|commitment| commitment.check.as_ref());
    let stages = spec.flow.acceptance.iter().chain(stations).chain(&spec.flow.verdict).chain(check);
    asks.units.extend(stages.map(|stage| stage.unit.clone()));
    for station in &spec.flow.stations {
        if let Work::Panel(panel) = &station.work {
            asks.units.extend(panel.units.iter().cloned());
        }
    }
    asks.licences.extend(spec.flow.certificate.iter().map(|certificate| certificate.licence_type.clone()));
    let of_fields = fields(&spec).unwrap_or_default().into_iter().flat_map(|field| field.sources);
    let of_materials = spec.materials.iter().flat_map(|material| {
        let waived = material.waivable.map(|service| ["shared:", service].concat());
        let listed = material.sources.iter().map(|written| (*written).to_owned());
        listed.chain(waived).filter_map(|written| source(&written)).collect::<Vec<_>>()
    });
    for source in of_fields.chain(of_materials) {
        match source {
            Source::Licence(kind) => asks.licences.insert(kind),
            Source::SharedData(field) => asks.services.insert(field.service),
            Source::SubjectRecord | Source::Applicant => false,
        };
    }
    asks
}

fn commands(spec: &Spec) -> Vec<&'static str> {
    let flow = &spec.flow;
    let mut commands = vec!["accept", "close"];
    let has_task = flow.acceptance.is_some() || !flow.stations.is_empty() || flow.verdict.is_some();
    let mut when = |condition: bool, names: &[&'static str]| {
        if condition {
            commands.extend_from_slice(names);
        }
    };
    when(has_task, &["open-task", "close-task"]);
    when(flow.acceptance.is_some(), &["show-way", "decline", "request-supplement"]);
    when(!flow.signers.is_empty(), &["verify-identity", "set-timer"]);
    let special = flow.stations.iter().any(|station| matches!(station.work, Work::Special(..)));
    when(special, &["start-special-procedure"]);
    when(!spec.is_bundle(), &["grant", "refuse"]);
    when(!spec.is_bundle() && flow.certificate.is_some(), &["issue-licence"]);
    when(flow.delivery.is_some(), &["ship"]);
    when(flow.certificate.as_ref().is_some_and(|one| one.issued_after.is_some()), &["set-timer"]);
    let checked = spec.commitment.as_ref().is_some_and(|commitment| commitment.check.is_some());
    when(checked, &["open-after-check", "notify", "set-timer", "end-licence"]);
    when(spec.business.iter().any(|business| *business != Business::Establish), &["end-licence"]);
    when(spec.is_bundle(), &["open-part", "release-parts"]);
    when(!spec.inspections.is_empty(), &["inspect-jointly"]);
    commands
}
