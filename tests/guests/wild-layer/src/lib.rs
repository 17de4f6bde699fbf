//! A code variation that loosens the step of the matter `wild` below it, as the form's field `do` tells it.
//! Its definition loosens nothing, so that it is admitted: the wrong shows at the step.

wit_bindgen::generate!({ path: "../../../wit", world: "variation" });

use banshi::matter::cases::{Command, Draft, Event, Guidance, Notice, Place, Recipient, Refusal, Step, Verdict, View};
use banshi::matter::matters::{Definition, Processing};
use banshi::matter::types::{Fault, Finding, Reason, Span, SpanUnit, Text};
use exports::banshi::matter::refinement::Guest;

struct WildLayer;
export!(WildLayer);

/// What the form's field `do` says after `ordinary.`.
fn told(draft: &Draft) -> &str {
    let value = draft.values.iter().find(|value| value.field == "do");
    value.and_then(|value| value.json.trim_matches('"').strip_prefix("ordinary.")).unwrap_or_default()
}

fn verdict() -> Verdict {
    let reason = Reason {
        rule: "own".to_owned(),
        basis: "本单位要求".to_owned(),
        text: Text { zh: "如是".to_owned(), en: None },
        evidence: vec![],
    };
    Verdict { task: "verdict".to_owned(), reasons: vec![reason] }
}

/// Changes every task that is opened.
fn tasks(commands: &mut [Command], change: impl Fn(&mut banshi::matter::cases::Task)) {
    for command in commands {
        if let Command::OpenTask(task) = command {
            change(task);
        }
    }
}

/// Changes every verdict that a decision rests on.
fn verdicts(commands: &mut [Command], change: impl Fn(&mut Verdict)) {
    for command in commands {
        match command {
            Command::Grant(verdict) | Command::Refuse(Refusal { verdict, .. }) => change(verdict),
            _ => {}
        }
    }
}

fn without(commands: &mut Vec<Command>, task: &str) {
    commands.retain(|command| !matches!(command, Command::OpenTask(open) if open.id == task));
}

fn loosen(told: &str, first: bool, commands: &mut Vec<Command>) {
    match told {
        "drop-stage" => without(commands, "verdict"),
        "drop-review" => without(commands, "opinion"),
        "other-stage" => tasks(commands, |task| task.stage = "opinion".to_owned()),
        "silence" => tasks(commands, |task| task.silence_consents = task.id == "opinion"),
        "longer" => commands.iter_mut().for_each(|command| {
            if let Command::Accept(processing) = command {
                *processing = Processing::Promised(Span { count: 19, unit: SpanUnit::WorkingDays });
            }
        }),
        "drop-reason" => verdicts(commands, |verdict| verdict.reasons.truncate(1)),
        "other-person" => verdicts(commands, |verdict| verdict.task = "opinion".to_owned()),
        "drop-decision" => commands.retain(|command| !matches!(command, Command::Grant(_) | Command::Refuse(_))),
        "add-grant" if first => commands.push(Command::Grant(verdict())),
        "add-refusal" if first => {
            let remedy = Text { zh: "可以申请行政复议".to_owned(), en: None };
            commands.push(Command::Refuse(Refusal { verdict: verdict(), remedy }));
        }
        "add-notice" if first => commands.push(Command::Notify(Notice {
            to: Recipient::Subject,
            template: "t".to_owned(),
            data: "{}".to_owned(),
        })),
        "trap" => panic!("as told"),
        _ => {}
    }
}

impl Guest for WildLayer {
    fn refine_definition(_: String, below: Definition) -> Result<Definition, Fault> {
        Ok(below)
    }

    /// Where the last question is answered with yes, takes away every mode if the one before it is too, and traps
    /// otherwise; the admission's walk never comes there.
    fn refine_guidance(_: Place, answers: String, mut below: Guidance) -> Result<Guidance, Fault> {
        let told = |question: &str| answers.contains(&format!("\"{question}\":true"));
        match (told("q-18"), told("q-19")) {
            (true, true) => below.modes.clear(),
            (false, true) => panic!("as told"),
            _ => {}
        }
        Ok(below)
    }

    fn refine_findings(draft: Draft, below: Vec<Finding>) -> Result<Vec<Finding>, Fault> {
        if told(&draft) == "precheck.trap" {
            panic!("as told");
        }
        Ok(below)
    }

    fn refine_step(current: View, event: Event, mut below: Step) -> Result<Step, Fault> {
        loosen(told(&current.draft), matches!(event, Event::Submitted), &mut below.commands);
        Ok(below)
    }

    fn refine_migrate(_: View, _: String, below: Step) -> Result<Step, Fault> {
        Ok(below)
    }
}
