//! What was seen of a package in a rehearsal, against what it asks for and declares.

use std::collections::BTreeSet;

use banshi_model::command::Command;
use banshi_model::definition::Definition;
use banshi_model::ids::Slug;
use banshi_model::package::{Kind, Manifest, Permissions};

use super::super::findings::Findings;
use super::super::uses;

/// What was seen so far.
#[derive(Default)]
pub(super) struct Seen {
    used: Permissions,
    stages: BTreeSet<Slug>,
    pub events: BTreeSet<&'static str>,
}

impl Seen {
    /// Commands that the candidate itself brought.
    pub(super) fn commands<'c>(&mut self, commands: impl Iterator<Item = &'c Command>) {
        for command in commands {
            self.used.commands.insert(command.name().to_owned());
            match command {
                Command::OpenTask(task) | Command::OpenAfterCheck(task) => {
                    self.used.units.insert(task.unit.clone());
                }
                Command::LookUp { service, .. } => {
                    self.used.services.insert(service.clone());
                }
                Command::IssueLicence(licence) | Command::ReleaseParts(Some(licence)) => {
                    self.used.licences.insert(licence.licence_type.clone());
                }
                Command::PublishFact(fact) => {
                    self.used.facts.extend(fact.get("kind").and_then(serde_json::Value::as_str).map(str::to_owned));
                }
                _ => {}
            }
        }
    }

    /// Stages that the chain's commands opened a task of.
    pub(super) fn stages(&mut self, commands: &[Command]) {
        self.stages.extend(commands.iter().filter_map(|command| match command {
            Command::OpenTask(task) | Command::OpenAfterCheck(task) => Some(task.stage.clone()),
            _ => None,
        }));
    }

    /// Permissions that are asked for, and that neither the definition nor any case used.
    pub(super) fn unused(&self, manifest: &Manifest, definition: &Definition, found: &mut Findings) {
        let mut used = self.used.clone();
        if manifest.kind != Kind::Settings {
            for one in uses::list(definition) {
                let list = match one.kind {
                    "licences" => &mut used.licences,
                    "services" => &mut used.services,
                    "units" => &mut used.units,
                    _ => &mut used.facts,
                };
                list.insert(one.name);
            }
        }
        let asked = &manifest.permissions;
        for (kind, asked, used) in [
            ("commands", &asked.commands, &used.commands),
            ("licences", &asked.licences, &used.licences),
            ("services", &asked.services, &used.services),
            ("units", &asked.units, &used.units),
            ("facts", &asked.facts, &used.facts),
        ] {
            for name in asked.difference(used) {
                let what = (
                    format!("申请了 `{name}`，而定义和各次试办都没有用到"),
                    format!("`{name}` is asked for, and neither the definition nor any case that was played used it"),
                );
                let fix = (
                    "不需要的，从清单中去掉；只在特定情形下需要的，可以保留",
                    "take it out of the manifest unless a case that was not played needs it",
                );
                found.warn("admission.unused", format!("manifest.permissions.{kind}"), what, fix);
            }
        }
    }

    /// Stages that no case came to.
    pub(super) fn unreached(&self, definition: &Definition, found: &mut Findings) {
        for stage in definition.stages.iter().filter(|stage| !self.stages.contains(&stage.id)) {
            let what = (
                format!("试办的各件都没有到达环节 `{}`", stage.id),
                format!("no case that was played came to stage `{}`", stage.id),
            );
            let fix = ("去掉该环节，或使其能够到达", "take it out, or open a task of it on some way");
            found.warn("admission.stages", format!("definition.stages.{}", stage.id), what, fix);
        }
    }
}
