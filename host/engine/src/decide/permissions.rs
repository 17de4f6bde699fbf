//! Deny by default: a layer may use only the command kinds, licence types, services, units and facts that
//! its package asked for and the platform permits.

use banshi_model::command::Command;
use banshi_model::enactment::Layer;
use banshi_model::package::Permissions;

use super::Refused;

/// Checks the commands that a layer added to what the layer below answered.
pub(crate) fn check(layer: &Layer, below: &[Command], above: &[Command]) -> Result<(), Refused> {
    for command in above {
        if !below.contains(command) {
            permitted(&layer.permissions, command).map_err(|what| refused(layer, &what))?;
        }
    }
    Ok(())
}

fn refused(layer: &Layer, what: &str) -> Refused {
    let text = format!(
        "package `{}` {} may not use {what}; it must ask for it in its manifest and the enactment must permit it",
        layer.name, layer.version
    );
    Refused::rule("permission.denied", text)
}

fn permitted(granted: &Permissions, command: &Command) -> Result<(), String> {
    if !granted.commands.contains(command.name()) {
        return Err(format!("command `{}`", command.name()));
    }
    let missing = match command {
        Command::OpenTask(task) | Command::OpenAfterCheck(task) => {
            (!granted.units.contains(&task.unit)).then(|| format!("unit `{}`", task.unit))
        }
        Command::LookUp { service, .. } => {
            (!granted.services.contains(service)).then(|| format!("service `{service}`"))
        }
        Command::IssueLicence(licence) | Command::ReleaseParts(Some(licence)) => {
            (!granted.licences.contains(&licence.licence_type))
                .then(|| format!("licence type `{}`", licence.licence_type))
        }
        Command::PublishFact(fact) => {
            let kind = fact.get("kind").and_then(serde_json::Value::as_str).unwrap_or_default();
            (!granted.facts.contains(kind)).then(|| format!("fact `{kind}`"))
        }
        _ => None,
    };
    missing.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use banshi_model::command::Due;
    use banshi_model::definition::Processing;

    fn allowing(commands: &[&str]) -> Permissions {
        Permissions { commands: commands.iter().map(|c| (*c).to_owned()).collect(), ..Permissions::default() }
    }

    #[test]
    fn a_command_that_was_not_asked_for_is_denied_by_name() {
        let wish = Command::Accept(Processing::OnTheSpot);
        assert_eq!(permitted(&allowing(&["close"]), &wish), Err("command `accept`".to_owned()));
        assert_eq!(permitted(&allowing(&["accept"]), &wish), Ok(()));
    }

    #[test]
    fn a_fact_is_permitted_by_its_kind() {
        let wish = Command::PublishFact(serde_json::json!({ "kind": "renamed" }));
        let mut granted = allowing(&["publish-fact"]);
        assert_eq!(permitted(&granted, &wish), Err("fact `renamed`".to_owned()));
        granted.facts.insert("renamed".to_owned());
        assert_eq!(permitted(&granted, &wish), Ok(()));
    }

    #[test]
    fn a_timer_needs_its_command_and_nothing_else() {
        let wish = Command::SetTimer { id: "t".parse().unwrap(), due: Due::On(jiff::civil::date(2021, 1, 4)) };
        assert_eq!(permitted(&allowing(&["set-timer"]), &wish), Ok(()));
    }
}
