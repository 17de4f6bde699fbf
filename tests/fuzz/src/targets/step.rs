//! Refined steps: what a code variation made of the answer below it.

use std::collections::BTreeSet;

use arbitrary::{Result, Unstructured};
use banshi_model::command::{Command, OpenTask, Verdict};
use banshi_model::definition::{Definition, Processing};
use banshi_model::enactment::Layer;
use banshi_model::ids::{Digest, EnactmentId};
use banshi_model::package::{Kind, Permissions};
use serde_json::{Value, json};

use super::{bounded, without_the_value};
use crate::decide::{Refused, narrowing, permissions};
use crate::json;
use crate::registry::sample;

/// An answer, one over it, and one over that.
pub fn run(data: &[u8]) {
    let _ = each(&mut Unstructured::new(data));
}

fn each(u: &mut Unstructured<'_>) -> Result<()> {
    let definition = sample::definition();
    let below = answer(u)?;
    assert_eq!(judge(&definition, &below, &below), Ok(()), "what is left as it is stands");
    let middle = refined(u, &below)?;
    let above = refined(u, &middle)?;
    let (first, second) = (judge(&definition, &below, &middle), judge(&definition, &middle, &above));
    if first.is_ok() {
        stands(&definition, &below, &middle);
    }
    if first.is_ok() && second.is_ok() {
        // Layers are judged one over the other, and the law knows only the ground and the top.
        assert_eq!(judge(&definition, &below, &above), Ok(()), "{below:?}\n{middle:?}\n{above:?}");
    }
    permitted(u, &below, &middle)
}

/// Commands as a plugin gives them: of every kind, the few that stand together in a step.
fn answer(u: &mut Unstructured<'_>) -> Result<Vec<Command>> {
    let kinds = kinds();
    let count = u.int_in_range(0..=5)?;
    let picked = (0..count).map(|_| Ok(u.choose(&kinds)?.clone())).collect::<Result<Vec<Value>>>()?;
    changed(u, Value::Array(picked))
}

/// The same with a command more or less, another order, and edits.
fn refined(u: &mut Unstructured<'_>, below: &[Command]) -> Result<Vec<Command>> {
    let mut whole: Vec<Value> =
        below.iter().map(|command| serde_json::to_value(command).expect("a command is JSON")).collect();
    for _ in 0..u.int_in_range(0..=2)? {
        match u.int_in_range(0..=2)? {
            0 if !whole.is_empty() => drop(whole.remove(u.choose_index(whole.len())?)),
            1 if whole.len() > 1 => {
                let nth = u.choose_index(whole.len())?;
                whole.swap(0, nth);
            }
            _ => whole.push(u.choose(&kinds())?.clone()),
        }
    }
    changed(u, Value::Array(whole))
}

/// Edited, where what comes out of it are commands still.
fn changed(u: &mut Unstructured<'_>, whole: Value) -> Result<Vec<Command>> {
    let mut edited = whole.clone();
    if u.ratio(1, 2)? {
        json::edit(u, &mut edited)?;
    }
    let read = |value: Value| serde_json::from_value::<Vec<Command>>(value);
    Ok(read(edited).or_else(|_| read(whole)).expect("they were commands before"))
}

/// One command of each kind whose refusal is a rule of its own, and some that are nobody's business. Texts for persons
/// hold the mark.
fn kinds() -> Vec<Value> {
    let text = json!({ "zh": json::MARK });
    let reason = |rule: &str| json!({ "rule": rule, "basis": "第三十八条", "text": text, "evidence": [] });
    let verdict = |rules: &[&str]| json!({ "task": "verdict", "reasons": rules.iter().map(|rule| reason(rule)).collect::<Vec<_>>() });
    let task = |id: &str, stage: &str, silence: bool| {
        json!({
            "id": id, "unit": "食品科", "title": text, "limit": null, "form": null, "stage": stage,
            "silence_consents": silence,
        })
    };
    let promised = |count: u16, unit: &str| json!({ "promised": { "count": count, "unit": unit } });
    vec![
        json!({ "accept": promised(5, "working-days") }),
        json!({ "accept": promised(9, "days") }),
        json!({ "accept": "on-the-spot" }),
        json!({ "show-way": { "checklist": [] } }),
        json!({ "decline": {
            "ground": "no-licence-needed", "verdict": verdict(&["a"]), "way": { "checklist": [] }, "remedy": text,
        } }),
        json!({ "request-supplement": [] }),
        json!({ "open-task": task("review", "review", false) }),
        json!({ "open-task": task("opinion", "opinion", true) }),
        json!({ "open-after-check": task("after", "review", false) }),
        json!({ "close-task": "review" }),
        json!({ "grant": verdict(&["a", "b"]) }),
        json!({ "refuse": { "verdict": verdict(&["a"]), "remedy": text } }),
        json!({ "issue-licence": { "licence_type": "11310000MB2F3080XK001", "content": {}, "valid_until": null } }),
        json!({ "release-parts": null }),
        json!({ "open-part": { "part": "P01", "mode": "approval" } }),
        json!({ "inspect-jointly": "joint" }),
        json!({ "request-payment": { "id": "p", "fee": "card", "amount": 1 } }),
        json!({ "notify": { "to": "subject", "template": "t", "data": { "name": json::MARK } } }),
        json!({ "publish-fact": { "kind": "k" } }),
        json!("close"),
    ]
}

/// The answer of the check, twice the same; a refusal is a rule's, and says nothing that was said to a person.
fn judge(definition: &Definition, below: &[Command], above: &[Command]) -> std::result::Result<(), Refused> {
    let found = narrowing::check(definition, below, above);
    assert_eq!(found, narrowing::check(definition, below, above));
    if let Err(refused) = &found {
        let rules = ["layer.dropped", "layer.added", "layer.silenced", "layer.stage-dropped", "layer.review-dropped"];
        assert!(rules.contains(&refused.code.as_str()), "{}", refused.code);
        told(refused, below, above);
    }
    found
}

/// A refusal is short, on one line, and repeats no text for a person; the ids and rules of a guest may hold the mark.
fn told(refused: &Refused, below: &[Command], above: &[Command]) {
    bounded(&refused.text);
    assert!(!refused.text.chars().any(char::is_control), "a control character in {:?}", refused.text);
    let named = below.iter().chain(above).flat_map(verdicts).flat_map(|verdict| &verdict.reasons);
    if named.clone().all(|reason| !reason.rule.contains(json::MARK)) {
        without_the_value(&refused.text);
    }
}

fn verdicts(command: &Command) -> Option<&Verdict> {
    match command {
        Command::Grant(verdict) | Command::Refuse { verdict, .. } => Some(verdict),
        Command::Decline(decline) => Some(&decline.verdict),
        _ => None,
    }
}

/// What stands after a refinement, said once more in other words.
fn stands(definition: &Definition, below: &[Command], above: &[Command]) {
    let names = |commands: &[Command]| commands.iter().map(Command::name).collect::<BTreeSet<_>>();
    let (had, has) = (names(below), names(above));
    for decision in ["grant", "refuse", "decline", "issue-licence", "end-licence", "release-parts"] {
        assert_eq!(had.contains(decision), has.contains(decision), "`{decision}`: {below:?} {above:?}");
    }
    // The same reason said twice is one.
    let said = |verdict: &Verdict| verdict.reasons.iter().map(|r| format!("{r:?}")).collect::<BTreeSet<_>>().len();
    let reasons = |commands: &[Command]| commands.iter().filter_map(verdicts).map(said).max();
    assert!(reasons(above) >= reasons(below), "a reason is gone");
    let mandatory = |task: &&OpenTask| definition.stage(task.stage.as_str()).is_some_and(|stage| stage.mandatory);
    let tasks = |commands: &[Command]| -> BTreeSet<String> {
        let opened = commands.iter().filter_map(|command| match command {
            Command::OpenTask(task) | Command::OpenAfterCheck(task) => Some(task),
            _ => None,
        });
        opened.filter(mandatory).map(|task| format!("{} {}", task.id, task.stage)).collect()
    };
    assert!(tasks(below).is_subset(&tasks(above)), "a mandatory stage is gone");
    let days = |commands: &[Command]| {
        let promised = commands.iter().filter_map(|command| match command {
            Command::Accept(Processing::OnTheSpot) => Some(0),
            Command::Accept(Processing::Promised(span)) => Some(span.count),
            _ => None,
        });
        promised.min()
    };
    assert!(days(below).is_none() || days(above) <= days(below), "what is promised became longer");
}

/// Permissions: with all that is asked everything may be, with nothing only what was there already.
fn permitted(u: &mut Unstructured<'_>, below: &[Command], above: &[Command]) -> Result<()> {
    let all: BTreeSet<String> = above.iter().map(|command| command.name().to_owned()).collect();
    let mut granted: Permissions = sample::permissions();
    granted.commands = if u.arbitrary()? { all } else { BTreeSet::new() };
    let layer = Layer {
        enactment: EnactmentId::new([0; 10]),
        authority: sample::authority("310115"),
        kind: Kind::Code,
        package: Digest::of(b"p"),
        name: "tests/step".parse().expect("a name"),
        version: "0.1.0".to_owned(),
        instrument: String::new(),
        permissions: granted,
    };
    match permissions::check(&layer, below, above) {
        Ok(()) => {
            let added = above.iter().filter(|command| !below.contains(command));
            for command in added {
                assert!(layer.permissions.commands.contains(command.name()), "`{}` was not asked for", command.name());
            }
        }
        Err(refused) => {
            assert_eq!(refused.code, "permission.denied");
            told(&refused, below, above);
        }
    }
    assert!(permissions::check(&layer, above, above).is_ok(), "what the layer below gave takes no permission here");
    Ok(())
}
