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
    let own = above.iter().find(|own| own.name() == command.name());
    let text = format!(
        "the layer below asks for `{}`; a local layer may not drop it, lengthen it or take from its reasons: below it is {}, \
         in this layer {}",
        command.name(),
        told(command),
        own.map_or_else(|| "nothing".to_owned(), |own| otherwise(command, own))
    );
    Err(Refused::rule("layer.dropped", text))
}

/// A command for a refusal: what it asks, by ids and rules. A fault is logged, so no text of a person is in it.
fn told(command: &Command) -> String {
    let verdict = |verdict: &Verdict| {
        let rules: Vec<&str> = verdict.reasons.iter().map(|reason| reason.rule.as_str()).collect();
        format!("task `{}` for {rules:?}", verdict.task)
    };
    match command {
        Command::Accept(Processing::OnTheSpot) => "on the spot".to_owned(),
        Command::Accept(Processing::Promised(span)) => format!("{} {:?}", span.count, span.unit),
        Command::Grant(own) | Command::Refuse { verdict: own, .. } => verdict(own),
        Command::Decline(own) => verdict(&own.verdict),
        Command::OpenTask(task) | Command::OpenAfterCheck(task) => task_told(task),
        other => format!("`{}`", other.name()),
    }
}

fn task_told(task: &OpenTask) -> String {
    let silence = if task.silence_consents { ", closed by silence" } else { "" };
    format!("task `{}` of stage `{}`{silence}", task.id, task.stage)
}

/// What a layer has in the place of a command. Where ids and rules are the same, something else is not.
fn otherwise(command: &Command, own: &Command) -> String {
    let said = told(own);
    if said == told(command) { format!("{said}, with another remedy or content") } else { said }
}

/// The tasks that a layer opens, for a refusal.
fn tasks_told(commands: &[Command]) -> String {
    let tasks = commands.iter().filter_map(|command| match command {
        Command::OpenTask(task) | Command::OpenAfterCheck(task) => Some(task_told(task)),
        _ => None,
    });
    let tasks: Vec<String> = tasks.collect();
    if tasks.is_empty() { "no task".to_owned() } else { tasks.join("; ") }
}

fn task_kept(definition: &Definition, task: &OpenTask, above: &[Command]) -> Result<(), Refused> {
    let mandatory = definition.stage(task.stage.as_str()).is_some_and(|stage| stage.mandatory);
    let same = above.iter().filter_map(|command| match command {
        Command::OpenTask(own) | Command::OpenAfterCheck(own) if own.id == task.id && own.stage == task.stage => {
            Some(own)
        }
        _ => None,
    });
    // Where an answer opens an id twice, it stands if one of the two does; that there are two is refused by `task.exists`.
    match same.min_by_key(|own| own.silence_consents) {
        Some(own) if own.silence_consents && !task.silence_consents => {
            let text = format!(
                "task `{}` is a review of the layer below; a local layer may not let silence close it: below it is {}, in \
                 this layer {}",
                task.id,
                task_told(task),
                task_told(own)
            );
            Err(Refused::rule("layer.silenced", text))
        }
        Some(_) => Ok(()),
        None if mandatory => {
            let text = format!(
                "mandatory stage `{}` of the layer below was dropped: below it is {}, in this layer {}",
                task.stage,
                task_told(task),
                tasks_told(above)
            );
            Err(Refused::rule("layer.stage-dropped", text))
        }
        None if !task.silence_consents => {
            let text = format!(
                "review `{}` of the layer below was dropped; only a consultation may be: below it is {}, in this layer {}",
                task.id,
                task_told(task),
                tasks_told(above)
            );
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
        let text = format!(
            "a local layer added `{}`, which the layer below did not ask for: below it is nothing, in this layer {}",
            command.name(),
            told(command)
        );
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

    fn task(id: &str, stage: &str, silence_consents: bool) -> Command {
        Command::OpenTask(OpenTask {
            id: id.parse().unwrap(),
            unit: "食品科".to_owned(),
            title: Text::new("审查", "review"),
            limit: None,
            form: None,
            stage: stage.parse().unwrap(),
            silence_consents,
        })
    }

    fn accept(days: u16) -> Command {
        Command::Accept(Processing::Promised(Span::working_days(days)))
    }

    fn refuse(rules: &[&str], remedy: &str) -> Command {
        Command::Refuse { verdict: verdict(rules), remedy: Text::new(remedy, remedy) }
    }

    /// What a layer makes of what lies below is refused under this code, with this in its text. The stage `review` is
    /// mandatory, `opinion` is not.
    #[track_caller]
    fn refused(below: &[Command], above: &[Command], code: &str, text: &str) {
        let mut definition = crate::registry::sample::definition();
        definition.stages.push(crate::registry::sample::stage("opinion", &[], false));
        let refused = check(&definition, below, above).unwrap_err();
        assert_eq!(refused.code, code);
        assert!(refused.text.contains(text), "{}", refused.text);
    }

    #[test]
    fn each_rule_of_tasks_names_its_code_and_what_both_layers_open() {
        let (review, opinion) = (task("a", "review", false), task("a", "opinion", false));
        let dropped = "mandatory stage `review` of the layer below was dropped: below it is task `a` of stage `review`, in this \
                       layer no task";
        refused(std::slice::from_ref(&review), &[], "layer.stage-dropped", dropped);
        let other = "in this layer task `a` of stage `opinion`";
        refused(&[review], std::slice::from_ref(&opinion), "layer.stage-dropped", other);
        let dropped = "review `a` of the layer below was dropped; only a consultation may be: below it is task `a` of stage \
                       `opinion`, in this layer no task";
        refused(std::slice::from_ref(&opinion), &[], "layer.review-dropped", dropped);
        let silenced =
            "below it is task `a` of stage `opinion`, in this layer task `a` of stage `opinion`, closed by silence";
        refused(&[opinion], &[task("a", "opinion", true)], "layer.silenced", silenced);
    }

    /// The ground's own mistake is not put on the layer that leaves it as it is.
    #[test]
    fn a_task_that_the_layer_below_opens_twice_is_not_the_layer_s_fault() {
        let twice = [task("a", "opinion", true), task("a", "opinion", false)];
        assert_eq!(check(&crate::registry::sample::definition(), &twice, &twice), Ok(()));
    }

    #[test]
    fn each_rule_of_decisions_names_its_code_and_what_both_layers_say() {
        let grant = |rules: &[&str]| Command::Grant(verdict(rules));
        let longer = "`accept`; a local layer may not drop it, lengthen it or take from its reasons: below it is 5 \
                      WorkingDays, in this layer 6 WorkingDays";
        refused(&[accept(5)], &[accept(6)], "layer.dropped", longer);
        let fewer = "below it is task `verdict` for [\"a\", \"b\"], in this layer task `verdict` for [\"a\"]";
        refused(&[grant(&["a", "b"])], &[grant(&["a"])], "layer.dropped", fewer);
        refused(&[grant(&["a"])], &[], "layer.dropped", "in this layer nothing");
        let remedy = "in this layer task `verdict` for [\"a\"], with another remedy or content";
        refused(&[refuse(&["a"], "复议")], &[refuse(&["a"], "无")], "layer.dropped", remedy);
        refused(&[Command::Close], &[], "layer.dropped", "below it is `close`, in this layer nothing");
        let added = "a local layer added `grant`, which the layer below did not ask for: below it is nothing, in this layer \
                     task `verdict` for [\"a\"]";
        refused(&[], &[grant(&["a"])], "layer.added", added);
    }

    #[test]
    fn a_consultation_may_be_dropped_and_work_added() {
        let definition = crate::registry::sample::definition();
        assert!(check(&definition, &[task("a", "decide-not", true)], &[task("b", "review", false)]).is_ok());
        assert!(check(&definition, &[accept(5)], &[accept(5), task("b", "review", true)]).is_ok());
    }

    #[test]
    fn a_promise_may_be_shortened_and_not_lengthened() {
        let days = |count| Processing::Promised(Span::working_days(count));
        assert!(not_longer(days(3), days(5)));
        assert!(!not_longer(days(6), days(5)));
        assert!(not_longer(Processing::OnTheSpot, days(5)));
    }
}
