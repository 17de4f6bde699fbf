//! A layer only narrows what it stands on, checked at every step of a code variation.
//!
//! Stops a local layer that drops a mandatory stage, a reason, a person's review or a remedy, that makes a
//! decision which the layer below did not make, or that promises longer.

use banshi_model::command::{Command, OpenTask, Verdict};
use banshi_model::definition::{Definition, Processing};

use super::Refused;

/// Checks what a code layer made of the answer below it. `definition` is the effective one.
pub(crate) fn check(definition: &Definition, below: &[Command], above: &[Command]) -> Result<(), Refused> {
    for command in below {
        kept(definition, command, above)?;
    }
    for command in above {
        if !below.contains(command) {
            added(command, below)?;
        }
    }
    Ok(())
}

/// What the layer below asked for still stands where it may not be dropped.
fn kept(definition: &Definition, command: &Command, above: &[Command]) -> Result<(), Refused> {
    let found = match command {
        Command::OpenTask(task) | Command::OpenAfterCheck(task) => return task_kept(definition, task, above),
        Command::Grant(verdict) => above.iter().any(|c| matches!(c, Command::Grant(v) if reasons_kept(verdict, v))),
        Command::Refuse { verdict, remedy } => above
            .iter()
            .any(|c| matches!(c, Command::Refuse { verdict: v, remedy: r } if reasons_kept(verdict, v) && r == remedy)),
        Command::Decline(decline) => above.iter().any(|c| {
            matches!(c, Command::Decline(d) if reasons_kept(&decline.verdict, &d.verdict)
                && d.remedy == decline.remedy && d.ground == decline.ground)
        }),
        Command::EndLicence(_)
        | Command::StartSpecialProcedure(_)
        | Command::VerifyIdentity(_)
        | Command::OpenPart { .. }
        | Command::ReleaseParts(_)
        | Command::IssueLicence(_)
        | Command::Close => above.contains(command),
        Command::InspectJointly(id) => above.iter().any(|c| matches!(c, Command::InspectJointly(other) if other == id)),
        Command::Accept(below) => above.iter().any(|c| matches!(c, Command::Accept(own) if not_longer(*own, *below))),
        Command::ShowWay(_) => above.iter().any(|c| matches!(c, Command::ShowWay(_))),
        _ => true,
    };
    if found {
        return Ok(());
    }
    let text = format!(
        "the layer below asks for `{}`; a local layer may not drop it or take from its reasons",
        command.name()
    );
    Err(Refused::rule("layer.dropped", text))
}

fn task_kept(definition: &Definition, task: &OpenTask, above: &[Command]) -> Result<(), Refused> {
    let mandatory = definition.stage(task.stage.as_str()).is_some_and(|stage| stage.mandatory);
    let same = above.iter().find_map(|command| match command {
        Command::OpenTask(own) | Command::OpenAfterCheck(own) if own.id == task.id && own.stage == task.stage => {
            Some(own)
        }
        _ => None,
    });
    match same {
        Some(own) if own.silence_consents && !task.silence_consents => {
            let text = format!(
                "task `{}` is a review of the layer below; a local layer may not let silence close it",
                task.id
            );
            Err(Refused::rule("layer.silenced", text))
        }
        Some(_) => Ok(()),
        None if mandatory => {
            let text = format!("mandatory stage `{}` of the layer below was dropped", task.stage);
            Err(Refused::rule("layer.stage-dropped", text))
        }
        None if !task.silence_consents => {
            let text = format!("review `{}` of the layer below was dropped; only a consultation may be", task.id);
            Err(Refused::rule("layer.review-dropped", text))
        }
        None => Ok(()),
    }
}

/// A local layer may add work and service, never a decision against or for anybody.
fn added(command: &Command, below: &[Command]) -> Result<(), Refused> {
    let same_kind = below.iter().any(|c| c.name() == command.name());
    let decides = matches!(
        command,
        Command::Grant(_)
            | Command::Refuse { .. }
            | Command::Decline(_)
            | Command::EndLicence(_)
            | Command::IssueLicence(_)
            | Command::ReleaseParts(_)
            | Command::RequestPayment { .. }
            | Command::RequestSupplement(_)
    );
    if decides && !same_kind {
        let text = format!("a local layer added `{}`, which the layer below did not ask for", command.name());
        return Err(Refused::rule("layer.added", text));
    }
    Ok(())
}

fn reasons_kept(below: &Verdict, above: &Verdict) -> bool {
    below.task == above.task && below.reasons.iter().all(|reason| above.reasons.contains(reason))
}

fn not_longer(own: Processing, below: Processing) -> bool {
    match (own, below) {
        (Processing::OnTheSpot, _) => true,
        (Processing::Promised(_), Processing::OnTheSpot) => false,
        (Processing::Promised(own), Processing::Promised(below)) => own.unit == below.unit && own.count <= below.count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use banshi_model::definition::Span;
    use banshi_model::text::{Reason, Text};

    fn reason(rule: &str) -> Reason {
        Reason {
            rule: rule.to_owned(),
            basis: "第一条".to_owned(),
            text: Text::new("因", "because"),
            evidence: Vec::new(),
        }
    }

    fn verdict(rules: &[&str]) -> Verdict {
        Verdict { task: "verdict".parse().unwrap(), reasons: rules.iter().map(|rule| reason(rule)).collect() }
    }

    #[test]
    fn reasons_may_be_added_and_not_dropped() {
        assert!(reasons_kept(&verdict(&["a"]), &verdict(&["a", "b"])));
        assert!(!reasons_kept(&verdict(&["a", "b"]), &verdict(&["a"])));
    }

    #[test]
    fn a_grant_that_only_the_local_layer_makes_is_refused() {
        let refused = added(&Command::Grant(verdict(&["a"])), &[]).unwrap_err();
        assert_eq!(refused.code, "layer.added");
    }

    #[test]
    fn a_promise_may_be_shortened_and_not_lengthened() {
        let days = |count| Processing::Promised(Span::working_days(count));
        assert!(not_longer(days(3), days(5)));
        assert!(!not_longer(days(6), days(5)));
        assert!(not_longer(Processing::OnTheSpot, days(5)));
    }
}
